#include "spelling.h"

enum { SHORTEST = 5, LONGEST = 64, FEW = 2, FEW_OF_SHORT = 1 };

static size_t least(size_t a, size_t b, size_t c) {
  size_t ab = a < b ? a : b;
  return ab < c ? ab : c;
}

/* Letters to be inserted, left out or replaced to get from one text to the other (Levenshtein). Both have at most LONGEST
 * letters. */
static size_t distance(struct str a, struct str b) {
  size_t row[LONGEST + 1];
  for (size_t j = 0; j <= b.len; j++) row[j] = j;
  for (size_t i = 1; i <= a.len; i++) {
    size_t before = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
      size_t above = row[j];
      row[j] = least(row[j] + 1, row[j - 1] + 1, before + (a.ptr[i - 1] != b.ptr[j - 1]));
      before = above;
    }
  }
  return row[b.len];
}

static const char *nearest_of(struct str word, const char *const *names, size_t count, size_t most) {
  const char *nearest = NULL;
  size_t smallest = most + 1;
  for (size_t i = 0; i < count; i++) {
    struct str name = str_from(names[i]);
    size_t apart = name.len <= LONGEST ? distance(word, name) : most + 1;
    if (apart == 0) return NULL;
    if (apart >= smallest) continue;
    smallest = apart;
    nearest = names[i];
  }
  return nearest;
}

const char *spelling_nearest(struct str word, const char *const *names, size_t count) {
  return word.len >= SHORTEST && word.len <= LONGEST ? nearest_of(word, names, count, FEW) : NULL;
}

const char *spelling_nearest_short(struct str word, const char *const *names, size_t count) {
  if (word.len >= SHORTEST) return spelling_nearest(word, names, count);
  return word.len > FEW_OF_SHORT ? nearest_of(word, names, count, FEW_OF_SHORT) : NULL;
}
