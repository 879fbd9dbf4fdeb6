/* fuzz_encoding.c -- libFuzzer: bytes as text and back.
 * What is encoded comes back whole; what a decoder takes has exactly this one spelling (hex: but for the case of letters);
 * what it refuses leaves the buffer as it was; a ceiling makes the buffer fail and nothing else.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encoding.h"

enum { ROOM = 1 << 20 };

static void must(bool condition) {
  if (!condition) abort();
}

static const struct form {
  void (*encode)(struct buf *out, struct str bytes);
  bool (*decode)(struct buf *out, struct str text);
  const char *alphabet;
} forms[] = {
  { hex_encode, hex_decode, "0123456789abcdef" },
  { base64_encode, base64_decode, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=" },
  { base64url_encode, base64url_decode, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" },
};

/* Starts with three bytes that nobody may touch. */
static void start(struct buf *b, size_t ceiling) {
  buf_init(b, ceiling);
  buf_add(b, STR("abc"));
}

static struct str added(const struct buf *b) {
  must(!b->failed && b->len >= 3 && memcmp(b->ptr, "abc", 3) == 0);
  return str_of(b->ptr + 3, b->len - 3);
}

static void encode_and_decode(const struct form *form, struct str bytes) {
  struct buf text, back;
  start(&text, ROOM);
  start(&back, ROOM);
  form->encode(&text, bytes);
  for (size_t i = 0; i < added(&text).len; i++)
    must(strchr(form->alphabet, added(&text).ptr[i]) && added(&text).ptr[i]);
  must(form->decode(&back, added(&text)) && str_equal(added(&back), bytes));
  buf_free(&text);
  buf_free(&back);
}

static void decode_and_encode(const struct form *form, struct str text) {
  struct buf bytes, again;
  start(&bytes, ROOM);
  start(&again, ROOM);
  if (form->decode(&bytes, text)) {
    form->encode(&again, added(&bytes));
    must(form->decode == hex_decode ? str_equal_nocase(added(&again), text) : str_equal(added(&again), text));
  } else {
    must(added(&bytes).len == 0);
  }
  buf_free(&bytes);
  buf_free(&again);
}

/* A decoder says the same about a text whether there is room or not. */
static void decode_without_room(const struct form *form, struct str text) {
  struct buf room, none;
  start(&room, ROOM);
  start(&none, 3 + text.len / 4);
  bool ok = form->decode(&room, text);
  must(form->decode(&none, text) == ok);
  must(none.failed == (added(&room).len > text.len / 4) || !ok);
  must(none.failed || str_equal(added(&none), added(&room)));
  buf_free(&room);
  buf_free(&none);
}

static bool is_plain(struct str text, bool path) {
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && !(c && strchr("-_.~%", c)) && !(path && c == '/')) return false;
  }
  return true;
}

static void percent_and_back(struct str bytes, bool path) {
  struct buf text, back, twice;
  start(&text, ROOM);
  start(&back, ROOM);
  start(&twice, ROOM);
  (path ? uri_encode_path : uri_encode)(&text, bytes);
  must(is_plain(added(&text), path));
  uri_decode(&back, added(&text));
  must(str_equal(added(&back), bytes));
  uri_decode(&twice, bytes); /* of anything */
  must(added(&twice).len <= bytes.len && added(&twice).len >= bytes.len / 3);
  buf_free(&text);
  buf_free(&back);
  buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct str bytes = str_of((const char *)data, size);
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    encode_and_decode(&forms[i], bytes);
    decode_and_encode(&forms[i], bytes);
    decode_without_room(&forms[i], bytes);
  }
  percent_and_back(bytes, false);
  percent_and_back(bytes, true);
  return 0;
}
