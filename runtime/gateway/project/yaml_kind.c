#include "yaml_kind.h"

#include <stdbool.h>

static bool is_one_of(struct str text, const char *const *words) {
  for (; *words; words++)
    if (str_equal(text, str_from(*words))) return true;
  return false;
}

/* Takes the leading characters that are in the set; returns how many. */
static size_t take(struct str *s, const char *set) {
  size_t n = 0;
  while (n < s->len && s->ptr[n] != '\0' && strchr(set, s->ptr[n])) n++;
  *s = str_slice(*s, n, s->len);
  return n;
}

static bool take_one(struct str *s, const char *set) {
  if (s->len == 0 || s->ptr[0] == '\0' || !strchr(set, s->ptr[0])) return false;
  *s = str_slice(*s, 1, s->len);
  return true;
}

/* 0b11, 0o17, 0xff */
static bool is_based(struct str s) {
  static const struct {
    struct str prefix;
    const char *digits;
  } bases[] = { { STR("0b"), "01_" }, { STR("0o"), "01234567_" }, { STR("0x"), "0123456789abcdefABCDEF_" } };
  for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
    if (!str_starts(s, bases[i].prefix)) continue;
    struct str digits = str_slice(s, 2, s.len);
    return take(&digits, bases[i].digits) > 0 && digits.len == 0;
  }
  return false;
}

/* 12, 1_000, 1.5, 1e3, .5 */
static bool is_decimal(struct str s) {
  static const char digits[] = "0123456789";
  struct str rest = s;
  bool whole = take_one(&rest, digits);
  if (whole) take(&rest, "0123456789_");
  if (take_one(&rest, ".") && take(&rest, "0123456789_") == 0 && !whole) return false;
  if (rest.len == s.len) return false;
  if (take_one(&rest, "eE")) {
    take_one(&rest, "+-");
    if (take(&rest, digits) == 0) return false;
  }
  return rest.len == 0;
}

enum yaml_kind yaml_kind_of_plain(struct str text) {
  static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
  static const char *const booleans[] = { "true", "True", "TRUE", "false", "False", "FALSE", NULL };
  static const char *const not_numbers[] = { ".nan", ".NaN", ".NAN", NULL };
  static const char *const infinities[] = { ".inf", ".Inf", ".INF", NULL };
  if (is_one_of(text, nulls)) return YAML_NULL;
  if (is_one_of(text, booleans)) return YAML_BOOLEAN;
  if (is_one_of(text, not_numbers)) return YAML_NUMBER;
  take_one(&text, "+-");
  return is_based(text) || is_decimal(text) || is_one_of(text, infinities) ? YAML_NUMBER : YAML_STRING;
}
