#include "view_record_json.h"

#include "json.h"

/* Takes `begin` and the string behind it off *rest; *raw has it as it is written, quotes included. */
static bool cut_string(struct str *rest, const char *begin, struct str *raw) {
  struct str prefix = str_from(begin);
  size_t at = prefix.len + 1;
  if (!str_starts(*rest, prefix) || rest->len < at || rest->ptr[prefix.len] != '"') return false;
  while (at < rest->len && rest->ptr[at] != '"') at += rest->ptr[at] == '\\' ? 2 : 1;
  if (at >= rest->len) return false;
  *raw = str_slice(*rest, prefix.len, at + 1);
  *rest = str_slice(*rest, at + 1, rest->len);
  return true;
}

static struct str unquoted(struct str raw) {
  return str_slice(raw, 1, raw.len - 1);
}

static bool add_message(struct buf *out, struct str raw) {
  struct arena memory = { 0 };
  struct json_item item;
  const struct json *node;
  char err[ERR_LEN];
  bool ok = json_parse(&memory, raw, &node, err);
  if (ok) {
    json_read(node, &item);
    buf_add(out, item.text);
  }
  arena_free(&memory);
  return ok;
}

bool view_record_json_write(struct buf *out, struct str line) {
  struct str rest = line, stamp, level, id = STR("\"-\""), message, ignored;
  size_t start = out->len;
  if (!cut_string(&rest, "{\"timestamp\":", &stamp) || !cut_string(&rest, ",\"level\":", &level)) return false;
  cut_string(&rest, ",\"requestId\":", &id);
  cut_string(&rest, ",\"tenantId\":", &ignored);
  struct str ids = rest;
  cut_string(&rest, ",\"connectionId\":", &ignored);
  cut_string(&rest, ",\"routeKey\":", &ignored);
  cut_string(&rest, ",\"apiRequestId\":", &ignored);
  ids = str_slice(ids, 0, ids.len - rest.len);
  if (!cut_string(&rest, ",\"message\":", &message) || !str_ends(rest, STR("}"))) return false;
  buf_add(out, unquoted(stamp));
  buf_add_char(out, '\t');
  buf_add(out, unquoted(id));
  buf_add_char(out, '\t');
  buf_add(out, unquoted(level));
  buf_add_char(out, '\t');
  if (!add_message(out, message)) {
    out->len = start;
    return false;
  }
  if (ids.len == 0 && rest.len == 1) return true;
  buf_add(out, STR(" {"));
  buf_add(out, str_slice(ids, 1, ids.len));
  buf_add(out, ids.len > 0 ? rest : str_slice(rest, 1, rest.len));
  return true;
}
