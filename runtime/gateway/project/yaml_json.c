#include "yaml_json.h"

#include <stdio.h>

enum { ESCAPE = 6 /* bytes of \uD83D */, LONG_ESCAPE = 10 /* of \U0001F600 */ };

/* The number of a \uXXXX at `at`, or -1. */
static long escape_at(struct str text, size_t at) {
  long number = 0;
  if (at + ESCAPE > text.len || text.ptr[at] != '\\' || text.ptr[at + 1] != 'u') return -1;
  for (size_t i = at + 2; i < at + ESCAPE; i++) {
    char c = text.ptr[i], letter = (char)(c | 0x20);
    bool digit = c >= '0' && c <= '9', hex = letter >= 'a' && letter <= 'f';
    if (!digit && !hex) return -1;
    number = 16 * number + (digit ? c - '0' : letter - 'a' + 10);
  }
  return number;
}

static bool is_surrogate(long number) {
  return number >= 0xD800 && number <= 0xDFFF;
}

/* Writes what stands for the surrogate at `at` and returns how many bytes of the text that was. */
static size_t write_surrogate(struct str text, size_t at, char **to) {
  long high = escape_at(text, at), low = escape_at(text, at + ESCAPE);
  if (high < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF) {
    char escape[16];
    snprintf(escape, sizeof escape, "\\U%08lX", 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
    memcpy(*to, escape, LONG_ESCAPE);
    *to += LONG_ESCAPE;
    return 2 * ESCAPE;
  }
  memcpy(*to, "\\uFFFD", ESCAPE);
  *to += ESCAPE;
  return ESCAPE;
}

struct str yaml_from_json(struct arena *memory, struct str json) {
  char *copy = arena_alloc(memory, json.len + 1), *to = copy;
  if (!copy) return str_of(NULL, 0);
  for (size_t at = 0; at < json.len;) {
    if (is_surrogate(escape_at(json, at))) {
      at += write_surrogate(json, at, &to);
      continue;
    }
    size_t taken = json.ptr[at] == '\\' && at + 1 < json.len ? 2 : 1;
    memcpy(to, json.ptr + at, taken);
    to += taken;
    at += taken;
  }
  return str_of(copy, (size_t)(to - copy));
}
