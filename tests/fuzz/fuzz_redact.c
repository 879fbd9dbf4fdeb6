/* fuzz_redact.c -- libFuzzer: any bytes as the event of an invocation that failed.
 * What is written for the log must be JSON and valid UTF-8, of the same shape, and the secret of a member "password" that is
 * put beside the event must not be in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "redact.h"
#include "secret.h"
#include "utf8.h"

#define SECRET "TheSecretOfThisTest"

static void must(bool condition) {
  if (!condition) abort();
}

static void check_text(struct str text) {
  struct buf out;
  buf_init(&out, 1 << 20);
  secret_cover(&out, text);
  secret_is_name(text);
  buf_free(&out);
}

static void check_document(struct arena *memory, struct str text, struct redact_limits limits) {
  const struct json *root, *again;
  char err[ERR_LEN];
  struct buf out;
  if (!json_parse(memory, text, &root, err)) return;
  buf_init(&out, 1 << 22);
  redact_write(&out, root, limits, memory);
  struct str written = buf_str(&out);
  must(out.failed || utf8_prefix(written) == written.len);
  must(out.failed || json_parse(memory, written, &again, err));
  must(str_find(written, STR(SECRET), 0) == SIZE_MAX);
  buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct str text = str_of((const char *)data, size);
  struct arena memory;
  struct buf beside;
  if (str_find(text, STR(SECRET), 0) != SIZE_MAX) return 0;
  check_text(text);
  arena_init(&memory);
  buf_init(&beside, size + 256);
  check_document(&memory, text, (struct redact_limits){ SIZE_MAX, SIZE_MAX });
  check_document(&memory, text, (struct redact_limits){ 8, 5 });
  buf_add(&beside, STR("{\"headers\":{\"Authorization\":\"" SECRET "\"},\"event\":"));
  buf_add(&beside, text);
  buf_add(&beside, STR(",\"password\":[\"" SECRET "\"],\"body\":\"{\\\"token\\\":\\\"" SECRET "\\\"}\"}"));
  check_document(&memory, buf_str(&beside), (struct redact_limits){ SIZE_MAX, SIZE_MAX });
  buf_free(&beside);
  arena_free(&memory);
  return 0;
}
