#define _GNU_SOURCE
#include "own_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const places[] = { "", "../lib/moonwire/", "../dist/" };

/* The folder of this program, ending in "/". */
static bool find_folder(char folder[PATH_MAX], char err[ERR_LEN]) {
  ssize_t len = readlink("/proc/self/exe", folder, PATH_MAX - 1);
  char *slash = len > 0 ? memrchr(folder, '/', (size_t)len) : NULL;
  if (!slash) return fail(err, "cannot find out where this program lies; is /proc mounted?");
  slash[1] = '\0';
  return true;
}

bool own_file_find(const char *name, char path[PATH_MAX], char err[ERR_LEN]) {
  char folder[PATH_MAX];
  if (!find_folder(folder, err)) return false;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    int len = snprintf(path, PATH_MAX, "%s%s%s", folder, places[i], name);
    if (len > 0 && len < PATH_MAX && access(path, R_OK) == 0) return true;
  }
  return fail(err, "%s is missing; it belongs into %s or %s%s", name, folder, folder, places[1]);
}
