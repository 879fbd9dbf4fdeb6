#include "json_cover.h"

#include <string.h>

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int json_unit_at(const char *p, const char *end) {
  int unit = 0;
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return -1;
  for (int i = 2; i < 6; i++) {
    int digit = hex_digit(p[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

static char *put_pair(char *to, int second) {
  *to++ = (char)0xC0;
  *to++ = (char)second;
  return to;
}

static char *put_surrogate(char *to, int unit) {
  *to++ = (char)0xED;
  *to++ = (char)(0x80 | (unit >> 6 & 0x3F));
  *to++ = (char)(0x80 | (unit & 0x3F));
  return to;
}

/* Copies the escape at `from` to `*to`, covered where it must be. Returns how many bytes of the text it took. */
static size_t cover_escape(const char *from, const char *end, char **to) {
  int unit = json_unit_at(from, end);
  if (unit == 0) {
    *to = put_pair(*to, 0x80);
    return 6;
  }
  bool high = json_is_high_surrogate(unit), paired = high && json_is_low_surrogate(json_unit_at(from + 6, end));
  if (!paired && (high || json_is_low_surrogate(unit))) {
    *to = put_surrogate(*to, unit);
    return 6;
  }
  size_t len = paired ? 12 : 2; /* of \uXXXX the four digits are ordinary bytes */
  memcpy(*to, from, len);
  *to += len;
  return len;
}

static size_t count_c0(struct str text) {
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++) count += (unsigned char)text.ptr[i] == 0xC0;
  return count;
}

struct str json_cover(struct arena *arena, struct str text) {
  char *covered = arena_alloc(arena, text.len + count_c0(text) + 1), *to = covered;
  if (!covered) return str_of(NULL, 0);
  for (const char *from = text.ptr, *end = text.ptr + text.len; from < end;) {
    if (*from == '\\')
      from += cover_escape(from, end, &to);
    else if ((unsigned char)*from == 0xC0)
      to = put_pair(to, 0x81), from++;
    else
      *to++ = *from++;
  }
  return str_of(covered, (size_t)(to - covered));
}

size_t json_uncover(char *bytes, size_t len) {
  char *to = len > 0 ? memchr(bytes, 0xC0, len) : NULL;
  if (!to) return len;
  for (const char *from = to, *end = bytes + len; from < end;) {
    if ((unsigned char)*from == 0xC0) { /* always followed by 80 or 81 */
      *to++ = (unsigned char)from[1] == 0x80 ? '\0' : (char)0xC0;
      from += 2;
    } else {
      *to++ = *from++;
    }
  }
  return (size_t)(to - bytes);
}
