#include "json_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_cover.h"
#include "json_scan.h"

_Static_assert(JSON_DEPTH == 512, "a message below names it");

struct reader {
  const char *start, *end;
  const char *failed_at; /* where the text is wrong, ... */
  const char *expected;  /* ... and what should have been there */
  bool cover;
};

/* The functions below read what begins at p and return the place behind it, or NULL when it is wrong. Places are passed
 * and returned, not kept in the reader, so that they stay in registers: this runs over every byte that comes in. */

static const char *expected(struct reader *r, const char *p, const char *what) {
  r->failed_at = p;
  r->expected = what;
  return NULL;
}

/* The byte at p, or -1 at the end. */
static inline int byte_at(const struct reader *r, const char *p) {
  return p < r->end ? (unsigned char)*p : -1;
}

static inline const char *skip_space(const struct reader *r, const char *p) {
  while (p < r->end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
  return p;
}

static inline bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

/* \uXXXX, and its second half where there is one. */
static const char *check_unicode(struct reader *r, const char *p) {
  int unit = json_unit_at(p, r->end);
  if (unit < 0) return expected(r, p + 2, "four hexadecimal digits behind \\u");
  p += 6;
  if (json_is_high_surrogate(unit) && json_is_low_surrogate(json_unit_at(p, r->end))) return p + 6;
  if (unit == 0 || json_is_high_surrogate(unit) || json_is_low_surrogate(unit)) r->cover = true;
  return p;
}

/* An escape; p is on its backslash. */
static const char *check_escape(struct reader *r, const char *p) {
  switch (byte_at(r, p + 1)) {
  case '"':
  case '\\':
  case '/':
  case 'b':
  case 'f':
  case 'n':
  case 'r':
  case 't':
    return p + 2;
  case 'u':
    return check_unicode(r, p);
  default:
    return expected(r, p + 1, "one of \" \\ / b f n r t u behind a backslash");
  }
}

/* The rest of a string; p is on a byte that ends it or needs a closer look. Apart from check_string, which is faster
 * without the registers that this needs. */
__attribute__((noinline)) static const char *check_string_rest(struct reader *r, const char *p) {
  for (;; p = json_scan_string(p, r->end, false)) {
    int c = byte_at(r, p);
    if (c == '"') return p + 1;
    if (c == -1) return expected(r, p, "a closing quote");
    if (c != '\\') return expected(r, p, "an escape instead of a control character");
    p = check_escape(r, p);
    if (!p) return NULL;
  }
}

/* A string; p is on its opening quote. */
static const char *check_string(struct reader *r, const char *p) {
  p = json_scan_string(p + 1, r->end, false);
  return byte_at(r, p) == '"' ? p + 1 : check_string_rest(r, p);
}

static const char *check_digits(struct reader *r, const char *p) {
  if (!is_digit(byte_at(r, p))) return expected(r, p, "a digit");
  while (is_digit(byte_at(r, p))) p++;
  return p;
}

/* strtod on a copy, because the text need not end in NUL. Rare: see check_number. */
static bool is_finite(struct str number) {
  char *copy = malloc(number.len + 1);
  bool finite = copy && str_copy(number, copy, number.len + 1) && isfinite(strtod(copy, NULL));
  free(copy);
  return finite;
}

/* A number; p is on its sign or first digit. */
static const char *check_number(struct reader *r, const char *p) {
  const char *start = p, *exponent = NULL;
  if (*p == '-') p++;
  p = byte_at(r, p) == '0' ? p + 1 : check_digits(r, p);
  if (p && byte_at(r, p) == '.') p = check_digits(r, p + 1);
  if (p && (byte_at(r, p) == 'e' || byte_at(r, p) == 'E')) {
    p++;
    exponent = byte_at(r, p) == '+' || byte_at(r, p) == '-' ? p + 1 : p;
    p = check_digits(r, exponent);
  }
  if (!p) return NULL;
  size_t len = (size_t)(p - start);
  bool small = len < 200 && (!exponent || p - exponent < 3); /* below 1e299 */
  return small || is_finite(str_of(start, len)) ? p : expected(r, start, "a number that a double can hold");
}

static const char *check_word(struct reader *r, const char *p, struct str word) {
  if (!str_starts(str_of(p, (size_t)(r->end - p)), word)) return expected(r, p, "a value");
  return p + word.len;
}

static const char *check_value(struct reader *r, const char *p, int depth);

/* What comes behind a value and the space around it: a comma (*more), or `close`. */
static const char *check_comma(struct reader *r, const char *p, char close, bool *more) {
  p = skip_space(r, p);
  int c = byte_at(r, p);
  *more = c == ',';
  if (c != ',' && c != close) return expected(r, p, close == ']' ? "',' or ']'" : "',' or '}'");
  return *more ? skip_space(r, p + 1) : p + 1;
}

/* An array; p is behind its bracket. */
static const char *check_array(struct reader *r, const char *p, int depth) {
  p = skip_space(r, p);
  if (byte_at(r, p) == ']') return p + 1;
  for (bool more = true; more;) {
    p = check_value(r, p, depth);
    if (p) p = check_comma(r, p, ']', &more);
    if (!p) return NULL;
  }
  return p;
}

/* An object; p is behind its brace. */
static const char *check_object(struct reader *r, const char *p, int depth) {
  p = skip_space(r, p);
  if (byte_at(r, p) == '}') return p + 1;
  for (bool more = true; more;) {
    if (byte_at(r, p) != '"') return expected(r, p, "a name in quotes");
    p = check_string(r, p);
    if (!p) return NULL;
    p = skip_space(r, p);
    if (byte_at(r, p) != ':') return expected(r, p, "':'");
    p = check_value(r, skip_space(r, p + 1), depth);
    if (p) p = check_comma(r, p, '}', &more);
    if (!p) return NULL;
  }
  return p;
}

/* A value inside `depth` others. */
static const char *check_value(struct reader *r, const char *p, int depth) {
  int c = byte_at(r, p);
  if (c == '"') return check_string(r, p);
  if (c == '{' || c == '[') {
    if (depth == JSON_DEPTH) return expected(r, p, "at most 512 levels of nesting");
    return c == '{' ? check_object(r, p + 1, depth + 1) : check_array(r, p + 1, depth + 1);
  }
  if (c == '-' || is_digit(c)) return check_number(r, p);
  if (c == 't') return check_word(r, p, STR("true"));
  if (c == 'f') return check_word(r, p, STR("false"));
  if (c == 'n') return check_word(r, p, STR("null"));
  return expected(r, p, "a value");
}

static bool fail_here(const struct reader *r, char err[ERR_LEN]) {
  size_t line = 1;
  const char *line_start = r->start;
  for (const char *p = r->start; p < r->failed_at; p++) {
    if (*p != '\n') continue;
    line++;
    line_start = p + 1;
  }
  char found[32] = "the end of the text";
  int c = byte_at(r, r->failed_at);
  if (c >= 0) snprintf(found, sizeof found, c > ' ' && c < 0x7F ? "'%c'" : "byte 0x%02X", (unsigned)c);
  return fail(err, "line %zu, column %zu (byte %zu): expected %s, found %s", line,
              (size_t)(r->failed_at - line_start) + 1, (size_t)(r->failed_at - r->start), r->expected, found);
}

bool json_check(struct str text, bool *cover, char err[ERR_LEN]) {
  struct reader r = { .start = text.ptr, .end = text.ptr + text.len };
  const char *p = check_value(&r, skip_space(&r, text.ptr), 0);
  if (p) p = skip_space(&r, p);
  if (p && p < r.end) p = expected(&r, p, "the end of the text");
  if (!p) return fail_here(&r, err);
  *cover = r.cover || memchr(text.ptr, 0xC0, text.len);
  return true;
}
