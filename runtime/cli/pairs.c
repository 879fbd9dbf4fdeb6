#include "pairs.h"

bool pairs_add(struct pairs *pairs, const char *option, const char *text, struct fields *out, char err[ERR_LEN]) {
  struct field pair;
  if (!str_cut(str_from(text), '=', &pair.name, &pair.value) || pair.name.len == 0)
    return fail(err, "%s takes NAME=VALUE, not \"%s\"", option, text);
  if (out->count == PAIRS_MAX) return fail(err, "%s can be said %d times", option, PAIRS_MAX);
  pairs->list[out->count] = pair;
  *out = (struct fields){ pairs->list, out->count + 1 };
  return true;
}
