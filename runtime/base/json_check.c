#include "json_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_cover.h"
#include "json_scan.h"

struct reader {
  const char *start, *at, *end;
  const char *expected; /* what should have been at `at`; set by the failure */
  bool cover;
};

static bool expected(struct reader *r, const char *what) {
  r->expected = what;
  return false;
}

/* The byte at hand, or -1 at the end. */
static inline int peek(const struct reader *r) {
  return r->at < r->end ? (unsigned char)*r->at : -1;
}

static inline void skip_space(struct reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r')) r->at++;
}

static inline bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

/* The number behind a \u at p, or -1. */
static int unit_at(const struct reader *r, const char *p) {
  if (r->end - p < 6 || p[0] != '\\' || p[1] != 'u') return -1;
  return json_hex4(p + 2);
}

/* An escape; `at` is on its backslash. */
static bool check_escape(struct reader *r) {
  if (r->end - r->at < 2) return r->at = r->end, expected(r, "an escape");
  if (r->at[1] != 'u') {
    if (!memchr("\"\\/bfnrt", r->at[1], 8))
      return r->at++, expected(r, "one of \" \\ / b f n r t u behind a backslash");
    r->at += 2;
    return true;
  }
  int unit = unit_at(r, r->at);
  if (unit < 0) return r->at += 2, expected(r, "four hexadecimal digits behind \\u");
  r->at += 6;
  if (json_is_high_surrogate(unit) && json_is_low_surrogate(unit_at(r, r->at)))
    r->at += 6;
  else if (unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF))
    r->cover = true;
  return true;
}

/* A string; `at` is on its opening quote. */
static bool check_string(struct reader *r) {
  r->at++;
  for (;;) {
    r->at = json_scan_string(r->at, r->end, false);
    int c = peek(r);
    if (c == '"') return r->at++, true;
    if (c == -1) return expected(r, "a closing quote");
    if (c != '\\') return expected(r, "a control character to be escaped");
    if (!check_escape(r)) return false;
  }
}

static bool check_digits(struct reader *r) {
  if (!is_digit(peek(r))) return expected(r, "a digit");
  while (is_digit(peek(r))) r->at++;
  return true;
}

/* strtod on a copy of the token, because the text need not end in NUL. Rare: see check_number. */
static bool is_finite(const char *token, size_t len) {
  char *copy = malloc(len + 1);
  if (!copy) return false;
  memcpy(copy, token, len);
  copy[len] = '\0';
  bool finite = isfinite(strtod(copy, NULL));
  free(copy);
  return finite;
}

static bool check_number(struct reader *r) {
  const char *token = r->at, *exponent = NULL;
  if (*r->at == '-') r->at++;
  if (peek(r) == '0')
    r->at++;
  else if (!check_digits(r))
    return false;
  if (peek(r) == '.' && (r->at++, !check_digits(r))) return false;
  if (peek(r) == 'e' || peek(r) == 'E') {
    r->at++;
    if (peek(r) == '+' || peek(r) == '-') r->at++;
    exponent = r->at;
    if (!check_digits(r)) return false;
  }
  size_t len = (size_t)(r->at - token);
  bool small = len < 200 && (!exponent || r->at - exponent < 3); /* below 1e299 */
  if (small || is_finite(token, len)) return true;
  r->at = token;
  return expected(r, "a number that a double can hold");
}

static bool check_word(struct reader *r, struct str word) {
  if ((size_t)(r->end - r->at) < word.len || memcmp(r->at, word.ptr, word.len) != 0) return expected(r, "a value");
  r->at += word.len;
  return true;
}

static bool check_value(struct reader *r, int depth);

/* An array; `at` is on its bracket. */
static bool check_array(struct reader *r, int depth) {
  if (depth == JSON_DEPTH) return expected(r, "at most 512 levels of nesting");
  r->at++;
  skip_space(r);
  if (peek(r) == ']') return r->at++, true;
  for (;;) {
    if (!check_value(r, depth + 1)) return false;
    int c = peek(r);
    if (c != ',' && c != ']') return expected(r, "',' or ']'");
    r->at++;
    if (c == ']') return true;
    skip_space(r);
  }
}

/* An object; `at` is on its brace. */
static bool check_object(struct reader *r, int depth) {
  if (depth == JSON_DEPTH) return expected(r, "at most 512 levels of nesting");
  r->at++;
  skip_space(r);
  if (peek(r) == '}') return r->at++, true;
  for (;;) {
    if (peek(r) != '"') return expected(r, "a name in quotes");
    if (!check_string(r)) return false;
    skip_space(r);
    if (peek(r) != ':') return expected(r, "':'");
    r->at++;
    skip_space(r);
    if (!check_value(r, depth + 1)) return false;
    int c = peek(r);
    if (c != ',' && c != '}') return expected(r, "',' or '}'");
    r->at++;
    if (c == '}') return true;
    skip_space(r);
  }
}

/* A value that starts at `at`, and the space behind it. */
static bool check_value(struct reader *r, int depth) {
  bool ok;
  switch (peek(r)) {
  case '"':
    ok = check_string(r);
    break;
  case '{':
    ok = check_object(r, depth);
    break;
  case '[':
    ok = check_array(r, depth);
    break;
  case 't':
    ok = check_word(r, STR("true"));
    break;
  case 'f':
    ok = check_word(r, STR("false"));
    break;
  case 'n':
    ok = check_word(r, STR("null"));
    break;
  default:
    if (!is_digit(peek(r)) && peek(r) != '-') return expected(r, "a value");
    ok = check_number(r);
  }
  if (ok) skip_space(r);
  return ok;
}

static bool fail_at(const struct reader *r, char err[ERR_LEN]) {
  size_t line = 1;
  const char *line_start = r->start;
  for (const char *p = r->start; p < r->at; p++) {
    if (*p != '\n') continue;
    line++;
    line_start = p + 1;
  }
  char found[32] = "the end of the text";
  int c = peek(r);
  if (c >= 0) snprintf(found, sizeof found, c > ' ' && c < 0x7F ? "'%c'" : "byte 0x%02X", (unsigned)c);
  return fail(err, "line %zu, column %zu (byte %zu): expected %s, found %s", line, (size_t)(r->at - line_start) + 1,
              (size_t)(r->at - r->start), r->expected, found);
}

bool json_check(struct str text, bool *cover, char err[ERR_LEN]) {
  struct reader r = { .start = text.ptr, .at = text.ptr, .end = text.ptr + text.len };
  skip_space(&r);
  bool ok = check_value(&r, 0);
  if (ok && r.at < r.end) ok = expected(&r, "the end of the text");
  if (!ok) return fail_at(&r, err);
  *cover = r.cover || memchr(text.ptr, 0xC0, text.len);
  return true;
}
