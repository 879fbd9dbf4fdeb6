#include "log_line.h"

#include "date.h"
#include "json_write.h"
#include "utf8.h"

enum { CONTEXT_MAX = 256 /* bytes of a value of the context: it may come from outside, and has to leave room */ };

struct str log_level_name(enum log_level level) {
  static const struct str names[] = {
    STR("TRACE"), STR("DEBUG"), STR("INFO"), STR("WARN"), STR("ERROR"), STR("FATAL")
  };
  return names[level];
}

/* One member; *first says whether it is the first of its object. */
static void add_member(struct buf *out, const char *name, struct str value, bool *first) {
  if (value.len == 0) return;
  if (!*first) buf_add_char(out, ',');
  *first = false;
  buf_add_char(out, '"');
  buf_add(out, str_from(name));
  buf_add(out, STR("\":"));
  json_write_string_utf8(out, utf8_cut(value, CONTEXT_MAX));
}

static void add_websocket(struct buf *out, const struct log_context *context, bool *first) {
  if (!context) return;
  add_member(out, "connectionId", context->connection_id, first);
  add_member(out, "routeKey", context->route_key, first);
  add_member(out, "apiRequestId", context->api_request_id, first);
}

static void write_json(struct buf *out, const struct log_line *line) {
  bool first = false;
  buf_add(out, STR("{\"timestamp\":\""));
  date_write(out, line->unix_ms);
  buf_add(out, STR("\",\"level\":\""));
  buf_add(out, log_level_name(line->level));
  buf_add_char(out, '"');
  if (line->context) {
    add_member(out, "requestId", line->context->request_id, &first);
    add_member(out, "tenantId", line->context->tenant_id, &first);
  }
  add_websocket(out, line->context, &first);
  buf_add(out, STR(",\"message\":"));
  json_write_string_utf8(out, line->message);
  if (line->fields.len > 0) buf_add_char(out, ',');
  buf_add(out, line->fields);
  buf_add(out, STR("}\n"));
}

/* Text */

static void add_unit(struct buf *out, unsigned unit) {
  static const char hex[] = "0123456789abcdef";
  char escape[] = { '\\', 'u', '0', '0', hex[unit >> 4 & 15], hex[unit & 15] };
  buf_add(out, str_of(escape, sizeof escape));
}

static bool is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x7F;
}

/* What begins at s is not plain ASCII: a control character, a character of several bytes, or none. Returns its length. */
static size_t add_other(struct buf *out, struct str s, const char *kept) {
  unsigned char c = (unsigned char)s.ptr[0];
  bool valid;
  size_t len = utf8_length(s, &valid);
  if (!valid)
    buf_add(out, STR("\xEF\xBF\xBD"));
  else if (len == 2 && c == 0xC2 && (unsigned char)s.ptr[1] < 0xA0) /* U+0080 to U+009F: C1 controls */
    add_unit(out, (unsigned char)s.ptr[1]);
  else if (len > 1 || (c != '\0' && strchr(kept, c)))
    buf_add(out, str_of(s.ptr, len));
  else
    add_unit(out, c);
  return len;
}

/* Valid UTF-8 without control characters but those in `kept`. */
static void add_shown(struct buf *out, struct str s, const char *kept) {
  for (size_t at = 0, from = 0; from < s.len; from = at) {
    while (at < s.len && is_plain((unsigned char)s.ptr[at])) at++;
    buf_add(out, str_slice(s, from, at));
    if (at < s.len) at += add_other(out, str_slice(s, at, s.len), kept);
  }
}

/* A line feed would start a new record in CloudWatch Logs: it becomes a carriage return, as in AWS's own runtimes. */
static void add_message(struct buf *out, struct str message, bool one_line) {
  size_t start = out->len;
  add_shown(out, message, "\t\n\r");
  if (out->failed || !one_line) return;
  for (size_t i = start; i < out->len; i++)
    if (out->ptr[i] == '\n') out->ptr[i] = '\r';
}

static void add_members(struct buf *out, const struct log_line *line) {
  const struct log_context *context = line->context;
  bool any = context && context->connection_id.len + context->route_key.len + context->api_request_id.len > 0;
  bool first = true;
  if (!any && line->fields.len == 0) return;
  buf_add(out, STR(" {"));
  add_websocket(out, context, &first);
  if (any && line->fields.len > 0) buf_add_char(out, ',');
  add_shown(out, line->fields, "");
  buf_add_char(out, '}');
}

static void write_text(struct buf *out, const struct log_line *line) {
  struct str id = line->context ? line->context->request_id : STR("");
  date_write(out, line->unix_ms);
  buf_add_char(out, '\t');
  add_shown(out, id.len > 0 ? utf8_cut(id, CONTEXT_MAX) : STR("-"), "");
  buf_add_char(out, '\t');
  buf_add(out, log_level_name(line->level));
  buf_add_char(out, '\t');
  add_message(out, line->message, line->settings.one_line);
  add_members(out, line);
  buf_add_char(out, '\n');
}

void log_line_write(struct buf *out, const struct log_line *line) {
  void (*write_form)(struct buf *, const struct log_line *) = line->settings.json ? write_json : write_text;
  struct log_line cut = *line;
  write_form(out, line);
  cut.fields = STR("\"truncated\":true");
  for (size_t most = out->ceiling / 2; out->failed && most > 0; most /= 4) { /* a byte may become six */
    cut.message = utf8_cut(line->message, most);
    buf_clear(out);
    write_form(out, &cut);
  }
}
