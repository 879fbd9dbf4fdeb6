#include "own_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const places[] = { "", "../lib/moonwire/", "../dist/" };

bool own_file_program(char path[PATH_MAX], char err[ERR_LEN]) {
  return realpath("/proc/self/exe", path) || fail(err, "cannot find out where this program lies; is /proc mounted?");
}

/* The folder of this program, ending in "/". */
static bool find_folder(char folder[PATH_MAX], char err[ERR_LEN]) {
  if (!own_file_program(folder, err)) return false;
  strrchr(folder, '/')[1] = '\0';
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
