#include "spelling.h"

enum { SHORTEST = 5, LONGEST = 64, FEW = 2 };

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

const char *spelling_nearest(struct str word, const char *const *names, size_t count) {
  const char *nearest = NULL;
  size_t smallest = FEW + 1;
  if (word.len < SHORTEST || word.len > LONGEST) return NULL;
  for (size_t i = 0; i < count; i++) {
    struct str name = str_from(names[i]);
    size_t apart = name.len <= LONGEST ? distance(word, name) : FEW + 1;
    if (apart == 0) return NULL;
    if (apart >= smallest) continue;
    smallest = apart;
    nearest = names[i];
  }
  return nearest;
}
