#include "http_api_path.h"

#include "encoding.h"

static bool is_hex(struct str text, size_t i) {
  return i < text.len && strchr("0123456789abcdefABCDEF", text.ptr[i]) && text.ptr[i] != '\0';
}

static bool is_escaped(struct str text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] == '%' && !(is_hex(text, i + 1) && is_hex(text, i + 2))) return false;
  return true;
}

static bool decode(struct buf *out, struct str text) {
  if (!is_escaped(text)) return false;
  uri_decode(out, text);
  return !out->failed;
}

bool http_api_path_decode(struct arena *memory, struct str path, struct str *out) {
  struct buf once, twice;
  struct str kept, rest;
  buf_init(&once, path.len);
  buf_init(&twice, path.len);
  bool ok = decode(&once, path);
  str_cut(buf_str(&once), '?', &kept, &rest);
  ok = ok && decode(&twice, kept);
  *out = ok ? arena_copy(memory, buf_str(&twice)) : str_of(NULL, 0);
  buf_free(&once);
  buf_free(&twice);
  return out->ptr != NULL;
}
