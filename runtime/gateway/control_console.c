/* What only the page of the console asks for: GET console/feed. */
#include "control_answer.h"
#include "control_calls.h"
#include "encoding.h"

bool control_query(struct str query, struct str name, struct buf *out) {
  for (struct str part, key, value; query.len > 0;) {
    str_cut(query, '&', &part, &query);
    str_cut(part, '=', &key, &value);
    if (!str_equal(key, name)) continue;
    uri_decode(out, value);
    return true;
  }
  return false;
}

/* A whole number of the query; false, with a refusal, when it is none. Without it *number stays as it is. */
static bool read_number(struct exchange *x, struct str name, int64_t *number, bool *is_given) {
  struct buf text;
  buf_init(&text, ERR_LEN);
  *is_given = control_query(x->query, name, &text);
  bool ok = !*is_given || str_to_int64(buf_str(&text), number);
  buf_free(&text);
  if (!ok) control_refuse(x, 400, "ValidationException", STR("after and wait_ms are whole numbers"));
  return ok;
}

void control_feed_get(struct control *control, struct exchange *x) {
  int64_t after = 0, wait_ms = 0;
  bool has_after, has_wait;
  if (!read_number(x, STR("after"), &after, &has_after) || !read_number(x, STR("wait_ms"), &wait_ms, &has_wait)) return;
  console_request_feed(control->options.console, x, !has_after, (uint64_t)after, wait_ms);
}
