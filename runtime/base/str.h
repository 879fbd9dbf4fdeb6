/* str.h -- bytes with their length.
 * A str borrows: it never owns what it points at, and the bytes may hold NUL. The owner is named where a str is a field.
 */
#ifndef MOONWIRE_STR_H
#define MOONWIRE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
  const char *ptr; /* NULL only together with len 0 */
  size_t len;      /* bytes */
};

/* A str of a string literal. */
#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })

/* printf: "%.*s" takes STR_ARG(s). */
#define STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

/* A str of len bytes at ptr. */
static inline struct str str_of(const char *ptr, size_t len) {
  return (struct str){ ptr, len };
}

/* A str of a NUL-terminated string; empty for NULL. */
struct str str_from(const char *text);

/* Byte for byte the same. */
static inline bool str_equal(struct str a, struct str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The same but for the case of ASCII letters, given that both have this length. */
bool str_letters_equal(const char *a, const char *b, size_t len);

/* The same but for the case of ASCII letters: header names (RFC 9110, section 5.1). */
static inline bool str_equal_nocase(struct str a, struct str b) {
  return a.len == b.len && str_letters_equal(a.ptr, b.ptr, a.len);
}

bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* The part from `from` up to but not including `to`; both are clamped to the length. */
static inline struct str str_slice(struct str s, size_t from, size_t to) {
  if (to > s.len) to = s.len;
  if (from > to) from = to;
  return s.ptr ? str_of(s.ptr + from, to - from) : s;
}

/* Without spaces and tabs at both ends. */
struct str str_trim(struct str s);

/* Cuts s at the first `separator`: *head is what is before it, *rest what is after it.
 * Returns false when there is none: then *head is s and *rest is empty. */
bool str_cut(struct str s, char separator, struct str *head, struct str *rest);

/* Index of the first `wanted` at or after `from`, or SIZE_MAX. */
size_t str_find(struct str s, struct str wanted, size_t from);

/* Index of the last one, or SIZE_MAX. */
size_t str_find_last(struct str s, struct str wanted);

/* Reads the whole of s as a decimal number without a sign. False when it is empty, has another character, or is larger
 * than INT64_MAX; *number is then unchanged. */
bool str_to_int64(struct str s, int64_t *number);

/* Copies s, cut to size - 1 bytes, and ends it with NUL. Returns false when it was cut or holds a NUL. */
bool str_copy(struct str s, char *to, size_t size);

#endif
