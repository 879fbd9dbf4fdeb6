#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

struct str config_get(const char *name) {
  return str_from(getenv(name));
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

void config_set(const char *name, struct str value) {
  char text[4096];
  if (value.len > 0 && str_copy(value, text, sizeof text))
    setenv(name, text, 1);
  else
    unsetenv(name);
}
