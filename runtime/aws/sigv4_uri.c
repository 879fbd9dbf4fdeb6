#include "sigv4_uri.h"

#include <stdlib.h>
#include <string.h>

#include "encoding.h"

static bool has_control(struct str s) {
  unsigned char found = 0; /* no early end: as ascii_is_visible */
  for (size_t i = 0; i < s.len; i++) found |= ((unsigned char)s.ptr[i] < ' ') | (s.ptr[i] == 0x7f);
  return found;
}

static bool has_any(struct str s, const char *characters) {
  for (; *characters; characters++)
    if (str_find(s, str_of(characters, 1), 0) != SIZE_MAX) return true;
  return false;
}

bool sigv4_target_check(struct sigv4_target *t, char err[ERR_LEN]) {
  if (t->path.len == 0) t->path = STR("/");
  if (t->host.len == 0 || !ascii_is_visible(t->host) || has_any(t->host, "/?#@"))
    return fail(err, "host must be a name in ASCII, with a port if need be");
  if (!str_starts(t->path, STR("/")) || has_control(t->path) || has_any(t->path, "?#"))
    return fail(err, "path must begin with \"/\" and hold no \"?\", \"#\" or control character");
  if (has_control(t->query) || has_any(t->query, "#"))
    return fail(err, "query must hold no \"#\" or control character");
  return true;
}

/* Index of the first "/" or "?", or the length. */
static size_t authority_length(struct str s) {
  size_t i = 0;
  while (i < s.len && s.ptr[i] != '/' && s.ptr[i] != '?') i++;
  return i;
}

bool sigv4_target_from(struct sigv4_target *out, struct str url, char err[ERR_LEN]) {
  struct str fragment, default_port = STR(":443");
  size_t scheme = sizeof "https://" - 1;
  if (has_control(url)) return fail(err, "url must not hold control characters");
  str_cut(url, '#', &url, &fragment);
  if (!str_equal_nocase(str_slice(url, 0, scheme), STR("https://"))) {
    scheme = sizeof "http://" - 1;
    default_port = STR(":80");
    if (!str_equal_nocase(str_slice(url, 0, scheme), STR("http://")))
      return fail(err, "url must begin with http:// or https://");
  }
  struct str rest = str_slice(url, scheme, url.len);
  size_t length = authority_length(rest);
  out->host = str_slice(rest, 0, length);
  out->origin = str_slice(url, 0, scheme + length);
  str_cut(str_slice(rest, length, rest.len), '?', &out->path, &out->query);
  if (out->path.len == 0) out->path = STR("/");
  if (has_any(out->host, "@")) return fail(err, "url must not hold a user name");
  if (str_ends(out->host, default_port)) out->host.len -= default_port.len;
  if (out->host.len == 0 || !ascii_is_visible(out->host)) return fail(err, "url must have a host name in ASCII");
  return true;
}

/* Writes the path without empty, "." and ".." segments to `to`, which has room for path.len + 1 bytes. */
static struct str normalize_path(char *to, struct str path) {
  struct str segment, rest = path;
  size_t length = 0;
  for (bool more = true; more;) {
    more = str_cut(rest, '/', &segment, &rest);
    if (segment.len == 0 || str_equal(segment, STR("."))) continue;
    if (str_equal(segment, STR(".."))) {
      while (length > 0 && to[--length] != '/') continue;
      continue;
    }
    to[length++] = '/';
    memcpy(to + length, segment.ptr, segment.len);
    length += segment.len;
  }
  if (length == 0 || str_ends(path, STR("/"))) to[length++] = '/';
  return str_of(to, length);
}

void sigv4_path_add(struct buf *out, struct arena *memory, struct str path, bool normalize, bool encode) {
  char *room = normalize ? arena_alloc(memory, path.len + 1) : NULL;
  if (normalize && !room) {
    out->failed = true;
    return;
  }
  if (normalize) path = normalize_path(room, path);
  if (encode)
    uri_encode_path(out, path);
  else
    buf_add(out, path);
}

struct parameter {
  struct str key, value; /* encoded */
};

static int compare_str(struct str a, struct str b) {
  size_t common = a.len < b.len ? a.len : b.len;
  int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_parameters(const void *a, const void *b) {
  const struct parameter *left = a, *right = b;
  int order = compare_str(left->key, right->key);
  return order != 0 ? order : compare_str(left->value, right->value);
}

/* Decodes s and encodes it again: "%7e", "%7E" and "~" all become "~". ptr is NULL when memory is short. */
static struct str encode_again(struct arena *memory, struct str s) {
  struct buf plain, encoded;
  buf_init(&plain, s.len);
  buf_init(&encoded, s.len * 3);
  uri_decode(&plain, s);
  uri_encode(&encoded, buf_str(&plain));
  bool failed = plain.failed || encoded.failed;
  struct str result = failed ? str_of(NULL, 0) : arena_copy(memory, buf_str(&encoded));
  buf_free(&plain);
  buf_free(&encoded);
  return result;
}

static size_t count_parameters(struct str query) {
  size_t count = 1;
  for (size_t i = 0; i < query.len; i++) count += query.ptr[i] == '&';
  return count;
}

/* Cuts the query into parameters. False when memory is short. */
static bool read_parameters(struct parameter *list, size_t *count, struct arena *memory, struct str query) {
  for (struct str part; query.len > 0;) {
    str_cut(query, '&', &part, &query);
    if (part.len == 0) continue;
    struct parameter *p = &list[*count];
    str_cut(part, '=', &p->key, &p->value);
    p->key = encode_again(memory, p->key);
    p->value = encode_again(memory, p->value);
    if (!p->key.ptr || !p->value.ptr) return false;
    if (!str_equal_nocase(p->key, STR("X-Amz-Signature"))) ++*count;
  }
  return true;
}

void sigv4_query_add(struct buf *out, struct arena *memory, struct str query) {
  struct parameter *list = arena_alloc(memory, count_parameters(query) * sizeof *list);
  size_t count = 0;
  if (!list || !read_parameters(list, &count, memory, query)) {
    out->failed = true;
    return;
  }
  if (count > 1) qsort(list, count, sizeof *list, compare_parameters);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) buf_add_char(out, '&');
    buf_add(out, list[i].key);
    buf_add_char(out, '=');
    buf_add(out, list[i].value);
  }
}
