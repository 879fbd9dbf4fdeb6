#include "model_frame.h"

#include "json_write.h"

void model_frame_write(struct buf *out, struct str message, struct str connection_id, struct str request_id) {
  buf_add(out, STR("{\"message\": "));
  json_write_string_utf8(out, message);
  buf_add(out, STR(", \"connectionId\":"));
  json_write_string_utf8(out, connection_id);
  buf_add(out, STR(", \"requestId\":"));
  json_write_string_utf8(out, request_id);
  buf_add_char(out, '}');
}
