#include "init_line.h"

#include "buf.h"
#include "json_write.h"
#include "log.h"
#include "version.h"

enum { TENTH_MS_NS = 100 * 1000, LINE_MAX = 64 * 1024 };

void init_line_write(struct str handler, int64_t init_ns, size_t slots) {
  struct buf message, fields;
  if (!log_enabled(LOG_INFO)) return;
  buf_init(&message, LINE_MAX);
  buf_init(&fields, LINE_MAX);
  buf_add(&message, STR("moonwire " MOONWIRE_VERSION ": "));
  buf_add(&message, handler);
  buf_add(&message, STR(" is ready"));
  buf_add(&fields, STR("\"version\":\"" MOONWIRE_VERSION "\",\"handler\":"));
  json_write_string_utf8(&fields, handler);
  buf_add(&fields, STR(",\"initMs\":"));
  json_write_number(&fields, (double)(init_ns / TENTH_MS_NS) / 10);
  if (slots > 1) buf_add(&fields, STR(",\"slots\":"));
  if (slots > 1) buf_add_int(&fields, (int64_t)slots);
  log_write(LOG_INFO, NULL, buf_str(&message), buf_str(&fields));
  buf_free(&fields);
  buf_free(&message);
}
