#define _GNU_SOURCE /* memmem */
#include "str.h"

#include <string.h>
#include <strings.h>

struct str str_from(const char *text) {
  return str_of(text, text ? strlen(text) : 0);
}

static unsigned char lower(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

bool str_letters_equal(const char *a, const char *b, size_t len) {
  if (len == 0 || memcmp(a, b, len) == 0) return true; /* the ordinary case */
  for (size_t i = 0; i < len; i++)
    if (a[i] != b[i] && lower((unsigned char)a[i]) != lower((unsigned char)b[i])) return false;
  return true;
}

bool str_starts(struct str s, struct str prefix) {
  return s.len >= prefix.len && str_equal(str_of(s.ptr, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix) {
  return s.len >= suffix.len && str_equal(str_of(s.ptr + (s.len - suffix.len), suffix.len), suffix);
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

struct str str_trim(struct str s) {
  while (s.len > 0 && is_blank(s.ptr[0])) s = str_of(s.ptr + 1, s.len - 1);
  while (s.len > 0 && is_blank(s.ptr[s.len - 1])) s.len--;
  return s;
}

bool str_cut(struct str s, char separator, struct str *head, struct str *rest) {
  const char *at = s.len > 0 ? memchr(s.ptr, separator, s.len) : NULL;
  if (!at) {
    *head = s;
    *rest = STR("");
    return false;
  }
  size_t index = (size_t)(at - s.ptr);
  *head = str_slice(s, 0, index);
  *rest = str_slice(s, index + 1, s.len);
  return true;
}

size_t str_find(struct str s, struct str wanted, size_t from) {
  if (from > s.len || wanted.len == 0 || s.len == 0) return SIZE_MAX;
  const char *at = wanted.len == 1 ? memchr(s.ptr + from, wanted.ptr[0], s.len - from)
                                   : memmem(s.ptr + from, s.len - from, wanted.ptr, wanted.len);
  return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

size_t str_find_last(struct str s, struct str wanted) {
  size_t last = SIZE_MAX;
  for (size_t at = 0; (at = str_find(s, wanted, at)) != SIZE_MAX; at++) last = at;
  return last;
}

bool str_to_int64(struct str s, int64_t *number) {
  int64_t value = 0;
  if (s.len == 0) return false;
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    int digit = s.ptr[i] - '0';
    if (value > (INT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *number = value;
  return true;
}

bool str_copy(struct str s, char *to, size_t size) {
  size_t len = s.len < size ? s.len : size - 1;
  if (len > 0) memcpy(to, s.ptr, len);
  to[len] = '\0';
  return len == s.len && strlen(to) == len;
}
