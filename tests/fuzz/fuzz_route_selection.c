/* fuzz_route_selection.c -- libFuzzer: any route selection expression with any message.
 * A refused expression has a reason that is one line of UTF-8. An accepted one gives the same key for the same message,
 * whatever was evaluated before, an empty one for what is no JSON object or array, and without a "$" it gives itself.
 * Input: the expression, a byte FE, the message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "route_selection.h"
#include "utf8.h"

enum { KEY_MAX = 64 * 1024 };

static void must(bool condition) {
  if (!condition) abort();
}

static void evaluate(const struct route_selection *selection, struct str body, struct buf *key) {
  struct arena scratch = { 0 };
  buf_init(key, KEY_MAX);
  route_selection_evaluate(selection, body, &scratch, key);
  arena_free(&scratch);
}

static bool has_parts(struct str body) {
  struct arena memory = { 0 };
  const struct json *root;
  struct json_item item = { .type = JSON_NULL };
  if (json_parse(&memory, body, &root, NULL)) json_read(root, &item);
  arena_free(&memory);
  return item.type == JSON_OBJECT || item.type == JSON_ARRAY;
}

static void check_key(const struct route_selection *selection, struct str expression, struct str body) {
  struct buf key, other, again;
  bool parts = has_parts(body);
  evaluate(selection, body, &key);
  evaluate(selection, STR("{\"action\":[1,{\"a\":2}]}"), &other);
  evaluate(selection, body, &again);
  must(key.failed == again.failed && str_equal(buf_str(&key), buf_str(&again)));
  must(parts || key.len == 0);
  bool plain = str_find(expression, STR("$"), 0) == SIZE_MAX;
  must(!plain || !parts || str_equal(buf_str(&key), expression));
  buf_free(&key);
  buf_free(&other);
  buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena memory = { 0 };
  struct str expression, body;
  char err[ERR_LEN] = "";
  str_cut(str_of((const char *)data, size), (char)0xFE, &expression, &body);
  if (utf8_prefix(expression) < expression.len) return 0; /* YAML has none of these */
  const struct route_selection *selection = route_selection_parse(&memory, expression, err);
  struct str reason = str_from(err);
  must(selection || reason.len > 0);
  must(utf8_prefix(reason) == reason.len && str_find(reason, STR("\n"), 0) == SIZE_MAX);
  if (selection) check_key(selection, expression, body);
  arena_free(&memory);
  return 0;
}
