#define _GNU_SOURCE /* environ */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct str config_get(const char *name) {
  return str_from(getenv(name));
}

void config_each(struct str prefix, void (*visit)(void *ctx, struct str name), void *ctx) {
  for (char **variable = environ; variable && *variable; variable++) {
    struct str name, value;
    if (str_cut(str_from(*variable), '=', &name, &value) && str_starts(name, prefix)) visit(ctx, name);
  }
}

bool config_int(const char *name, int64_t min, int64_t max, int64_t *number, char err[ERR_LEN]) {
  struct str text = config_get(name);
  if (text.len == 0) return true;
  int64_t value;
  if (str_to_int64(text, &value) && value >= min && value <= max) {
    *number = value;
    return true;
  }
  return fail(err, "%s must be a whole number from %" PRId64 " to %" PRId64, name, min, max);
}

/* What config_set put into the environment. setenv would keep every value that it was ever given; putenv keeps none, so the
 * text "NAME=value" is ours to free once another has taken its place. */
struct variable {
  struct variable *next;
  const char *name;
  char *text; /* NULL while it is not set */
};

static struct variable *variables;

static struct variable *variable_of(const char *name) {
  struct variable *v = variables;
  while (v && strcmp(v->name, name) != 0) v = v->next;
  if (v || !(v = calloc(1, sizeof *v))) return v;
  *v = (struct variable){ .next = variables, .name = name };
  return variables = v;
}

static char *text_of(const char *name, struct str value) {
  size_t name_len = strlen(name);
  char *text = value.len > 0 ? malloc(name_len + 1 + value.len + 1) : NULL;
  if (!text) return NULL;
  memcpy(text, name, name_len);
  text[name_len] = '=';
  if (str_copy(value, text + name_len + 1, value.len + 1)) return text;
  free(text);
  return NULL;
}

void config_set(const char *name, struct str value) {
  struct variable *v = variable_of(name);
  if (!v) return;
  char *text = text_of(name, value), *before = v->text;
  v->text = text;
  if (!text || putenv(text) != 0) unsetenv(name);
  free(before);
}
