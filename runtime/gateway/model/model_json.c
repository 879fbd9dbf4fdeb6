#include "model_json.h"

#include "json_write.h"

void model_json_name(struct buf *out, struct str name) {
  if (out->len > 0 && out->ptr[out->len - 1] != '{') buf_add_char(out, ',');
  json_write_string_utf8(out, name);
  buf_add_char(out, ':');
}

void model_json_text(struct buf *out, struct str name, struct str text) {
  model_json_name(out, name);
  json_write_string_utf8(out, text);
}

void model_json_int(struct buf *out, struct str name, int64_t number) {
  model_json_name(out, name);
  buf_add_int(out, number);
}

void model_json_message(struct buf *out, struct str message) {
  buf_add_char(out, '{');
  model_json_text(out, STR("message"), message);
  buf_add_char(out, '}');
}
