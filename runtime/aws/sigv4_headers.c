#include "sigv4_headers.h"

#include <stdlib.h>
#include <string.h>

#include "encoding.h"

/* As ALWAYS_UNSIGNABLE_HEADERS of @smithy/signature-v4, and "date", which it drops. */
static const struct str UNSIGNED[] = { STR("authorization"),
                                       STR("cache-control"),
                                       STR("connection"),
                                       STR("date"),
                                       STR("expect"),
                                       STR("from"),
                                       STR("keep-alive"),
                                       STR("max-forwards"),
                                       STR("pragma"),
                                       STR("referer"),
                                       STR("te"),
                                       STR("trailer"),
                                       STR("upgrade"),
                                       STR("user-agent"),
                                       STR("transfer-encoding"),
                                       STR("x-amzn-trace-id") };

bool sigv4_headers_init(struct sigv4_headers *h, struct arena *memory, size_t room, struct str only) {
  *h = (struct sigv4_headers){ .memory = memory, .only = only };
  h->list = arena_alloc(memory, room * sizeof *h->list);
  return h->list != NULL;
}

static bool is_listed(struct str names, struct str name) {
  for (struct str one; names.len > 0;) {
    str_cut(names, ';', &one, &names);
    if (str_equal(one, name)) return true;
  }
  return false;
}

static bool is_signed(const struct sigv4_headers *h, struct str name) {
  if (h->only.len > 0) return is_listed(h->only, name);
  for (size_t i = 0; i < sizeof UNSIGNED / sizeof *UNSIGNED; i++)
    if (str_equal(name, UNSIGNED[i])) return false;
  return !str_starts(name, STR("proxy-")) && !str_starts(name, STR("sec-"));
}

bool sigv4_headers_add(struct sigv4_headers *h, struct str name, struct str value) {
  char *lower = arena_alloc(h->memory, name.len + 1);
  if (!lower) return false;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    lower[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  name = str_of(lower, name.len);
  if (is_signed(h, name)) {
    h->list[h->count] = (struct sigv4_signed_header){ name, value, h->count };
    h->count++;
  }
  return true;
}

static int compare_headers(const void *a, const void *b) {
  const struct sigv4_signed_header *left = a, *right = b;
  size_t common = left->name.len < right->name.len ? left->name.len : right->name.len;
  int order = memcmp(left->name.ptr, right->name.ptr, common);
  if (order != 0) return order;
  if (left->name.len != right->name.len) return left->name.len < right->name.len ? -1 : 1;
  return left->order < right->order ? -1 : 1;
}

void sigv4_headers_sort(struct sigv4_headers *h) {
  if (h->count > 1) qsort(h->list, h->count, sizeof *h->list, compare_headers);
}

static bool is_space(char c) {
  return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

/* Nearly all values have no blanks: they stay as they are, long tokens above all. */
static void add_value(struct buf *out, struct str value) {
  bool begun = false;
  if (ascii_is_visible(value)) {
    buf_add(out, value);
    return;
  }
  for (size_t i = 0; i < value.len;) {
    size_t from = i;
    while (i < value.len && !is_space(value.ptr[i])) i++;
    if (i > from && begun) buf_add_char(out, ' ');
    if (i > from) begun = true;
    buf_add(out, str_slice(value, from, i));
    while (i < value.len && is_space(value.ptr[i])) i++;
  }
}

static bool repeats(const struct sigv4_headers *h, size_t i) {
  return i > 0 && str_equal(h->list[i].name, h->list[i - 1].name);
}

void sigv4_headers_write(const struct sigv4_headers *h, struct buf *out) {
  for (size_t i = 0; i < h->count; i++) {
    if (repeats(h, i)) {
      buf_add_char(out, ',');
    } else {
      if (i > 0) buf_add_char(out, '\n');
      buf_add(out, h->list[i].name);
      buf_add_char(out, ':');
    }
    add_value(out, h->list[i].value);
  }
  if (h->count > 0) buf_add_char(out, '\n');
}

void sigv4_headers_write_names(const struct sigv4_headers *h, struct buf *out) {
  for (size_t i = 0; i < h->count; i++) {
    if (repeats(h, i)) continue;
    if (i > 0) buf_add_char(out, ';');
    buf_add(out, h->list[i].name);
  }
}
