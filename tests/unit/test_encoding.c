/* Hex, base64, percent-encoding: tables, and every length of binary data there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "encoding.h"

#include <cmocka.h> /* last: its fail() is a macro */

typedef void (*encoder)(struct buf *out, struct str bytes);
typedef bool (*decoder)(struct buf *out, struct str text);

static const struct {
  encoder encode;
  const char *bytes, *text;
} encoded[] = {
  /* RFC 4648, section 10 */
  { base64_encode, "", "" },
  { base64_encode, "f", "Zg==" },
  { base64_encode, "fo", "Zm8=" },
  { base64_encode, "foo", "Zm9v" },
  { base64_encode, "foob", "Zm9vYg==" },
  { base64_encode, "fooba", "Zm9vYmE=" },
  { base64_encode, "foobar", "Zm9vYmFy" },
  { base64_encode, "\xfb\xff\xbe", "+/++" },
  { base64url_encode, "\xfb\xff\xbe", "-_--" },
  { base64url_encode, "f", "Zg" },
  { base64url_encode, "fo", "Zm8" },
  { base64url_encode, "", "" },
  { hex_encode, "", "" },
  { hex_encode, "\x01\xab\xff", "01abff" },
  { uri_encode, "AZaz09-_.~", "AZaz09-_.~" },
  { uri_encode, "a b/c?d=e&f+g%h@i:j,k;l$m!n*o'p(q)",
    "a%20b%2Fc%3Fd%3De%26f%2Bg%25h%40i%3Aj%2Ck%3Bl%24m%21n%2Ao%27p%28q%29" },
  { uri_encode, "\x01\x7f\xe1\x88\xb4", "%01%7F%E1%88%B4" },
  { uri_encode_path, "/a b//c=", "/a%20b//c%3D" },
  { uri_decode, "a%20b%2f%2F+%", "a b//+%" },
  { uri_decode, "%zz%4%", "%zz%4%" },
  { uri_decode, "%%41", "%A" },
};

static void text_is_right(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof encoded / sizeof *encoded; i++) {
    struct buf out;
    buf_init(&out, 1000);
    encoded[i].encode(&out, str_from(encoded[i].bytes));
    assert_string_equal(buf_text(&out), encoded[i].text);
    buf_free(&out);
  }
}

static void nul_is_a_byte(void **state) {
  (void)state;
  struct buf out;
  buf_init(&out, 100);
  uri_encode(&out, STR("a\0b"));
  hex_encode(&out, STR("\0"));
  base64_encode(&out, STR("\0"));
  assert_string_equal(buf_text(&out), "a%00b00AA==");
  buf_free(&out);
}

static const struct {
  const char *name;
  encoder encode;
  decoder decode;
} pairs[] = {
  { "hex", hex_encode, hex_decode },
  { "base64", base64_encode, base64_decode },
  { "base64url", base64url_encode, base64url_decode },
};

static void bytes_survive(void **state) {
  (void)state;
  unsigned char bytes[300];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 151 + 7);
  for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
    for (size_t length = 0; length <= sizeof bytes; length++) {
      struct str want = str_of((char *)bytes, length);
      struct buf text, back;
      buf_init(&text, 2 * sizeof bytes);
      buf_init(&back, sizeof bytes);
      pairs[p].encode(&text, want);
      bool ok = pairs[p].decode(&back, buf_str(&text));
      if (!ok || back.failed || !str_equal(buf_str(&back), want)) fail_msg("%s, %zu bytes", pairs[p].name, length);
      buf_free(&text);
      buf_free(&back);
    }
  }
}

static void bad_text_is_refused(void **state) {
  (void)state;
  static const struct {
    decoder decode;
    const char *text;
  } cases[] = {
    { hex_decode, "0" },           { hex_decode, "0g" },          { hex_decode, "00 0" },
    { hex_decode, "0x00" },        { base64_decode, "Zg" },       { base64_decode, "Zg=" },
    { base64_decode, "Zg===" },    { base64_decode, "Z===" },     { base64_decode, "====" },
    { base64_decode, "=" },        { base64_decode, "Zh==" },     { base64_decode, "Zm9=" },
    { base64_decode, "Zm9v\n" },   { base64_decode, "Zm 9v" },    { base64_decode, "-_--" },
    { base64_decode, "Zg==Zg==" }, { base64_decode, "Zm9vZ" },    { base64url_decode, "+/++" },
    { base64url_decode, "Zg==" },  { base64url_decode, "Zh" },    { base64url_decode, "Z" },
    { base64url_decode, "Zm9vZ" }, { base64url_decode, "Z\x80" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf out;
    buf_init(&out, 100);
    buf_add(&out, STR("before"));
    if (cases[i].decode(&out, str_from(cases[i].text))) fail_msg("read: %s", cases[i].text);
    assert_string_equal(buf_text(&out), "before");
    buf_free(&out);
  }
}

static void hex_of_either_case_is_read(void **state) {
  (void)state;
  struct buf out;
  buf_init(&out, 100);
  assert_true(hex_decode(&out, STR("aBAb")));
  assert_string_equal(buf_text(&out), "\xab\xab");
  buf_free(&out);
}

static void ceiling_is_kept(void **state) {
  (void)state;
  for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
    struct buf out;
    buf_init(&out, 3);
    pairs[p].encode(&out, STR("12345"));
    assert_true(out.failed);
    buf_clear(&out);
    assert_true(pairs[p].decode(&out, STR("00000000")));
    assert_true(out.failed);
    buf_free(&out);
  }
}

static void visible_is_ascii(void **state) {
  (void)state;
  assert_true(ascii_is_visible(STR("!azAZ09~")));
  assert_true(ascii_is_visible(STR("")));
  assert_false(ascii_is_visible(STR("a b")));
  assert_false(ascii_is_visible(STR("a\x7f")));
  assert_false(ascii_is_visible(STR("a\xc3\xbc")));
  assert_false(ascii_is_visible(STR("a\0b")));
}

static void uuids_have_version_and_variant(void **state) {
  static const struct {
    unsigned char byte;
    const char *want;
  } cases[] = {
    { 0x00, "00000000-0000-4000-8000-000000000000" },
    { 0xff, "ffffffff-ffff-4fff-bfff-ffffffffffff" },
    { 0x5a, "5a5a5a5a-5a5a-4a5a-9a5a-5a5a5a5a5a5a" },
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    unsigned char bytes[UUID_BYTES];
    char uuid[UUID_LEN];
    memset(bytes, cases[i].byte, sizeof bytes);
    uuid_write(uuid, bytes);
    assert_string_equal(uuid, cases[i].want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(text_is_right),       cmocka_unit_test(uuids_have_version_and_variant),
    cmocka_unit_test(nul_is_a_byte),       cmocka_unit_test(bytes_survive),
    cmocka_unit_test(bad_text_is_refused), cmocka_unit_test(hex_of_either_case_is_read),
    cmocka_unit_test(ceiling_is_kept),     cmocka_unit_test(visible_is_ascii),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
