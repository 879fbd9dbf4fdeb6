#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool fail(char *err, const char *format, ...) {
  if (!err) return false;
  char message[ERR_LEN];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  memcpy(err, message, strlen(message) + 1);
  return false;
}

bool fail_in(char *err, const char *context) {
  return fail(err, "%s: %s", context, err ? err : "");
}
