#define _GNU_SOURCE /* mkdtemp, nftw */
#include "folder_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

char folder[PATH_MAX];

const char *folder_path(const char *name) {
  static char paths[4][3 * PATH_MAX];
  static int last;
  char *path = paths[last = (last + 1) % 4];
  snprintf(path, 3 * PATH_MAX, "%s/%s", name[0] == '/' ? "" : folder, name);
  return path;
}

void folder_make(const char *name) {
  char path[3 * PATH_MAX];
  snprintf(path, sizeof path, "%s", folder_path(name));
  for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')); *at++ = '/') {
    *at = '\0';
    mkdir(path, 0755);
  }
  mkdir(path, 0755);
}

static void make_above(const char *name) {
  char above[PATH_MAX];
  snprintf(above, sizeof above, "%s", name);
  char *slash = strrchr(above, '/');
  if (!slash) return;
  *slash = '\0';
  folder_make(above);
}

void folder_write(const char *name, const char *text) {
  make_above(name);
  FILE *file = fopen(folder_path(name), "we");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

void folder_rename(const char *from, const char *to) {
  assert_int_equal(rename(folder_path(from), folder_path(to)), 0);
}

void folder_link(const char *target, const char *name) {
  assert_int_equal(symlink(target, folder_path(name)), 0);
}

static void remove_all(const char *path) {
  DIR *open = unlink(path) == 0 ? NULL : opendir(path);
  if (!open) return;
  for (const struct dirent *at; (at = readdir(open));) {
    char below[3 * PATH_MAX];
    if (strcmp(at->d_name, ".") == 0 || strcmp(at->d_name, "..") == 0) continue;
    snprintf(below, sizeof below, "%s/%s", path, at->d_name);
    remove_all(below);
  }
  closedir(open);
  rmdir(path);
}

void folder_remove(const char *name) {
  remove_all(folder_path(name));
}

const char *folder_read(const char *name) {
  static char text[1000];
  FILE *file = fopen(folder_path(name), "re");
  if (!file) return "(none)";
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

int folder_open(void **state) {
  struct str temporary = config_get("TMPDIR");
  char path[PATH_MAX];
  (void)state;
  snprintf(path, sizeof path, "%.*s/moonwire-unit-XXXXXX", STR_ARG(temporary.len > 0 ? temporary : STR(P_tmpdir)));
  if (!mkdtemp(path) || !realpath(path, folder)) return -1;
  return 0;
}

int folder_close(void **state) {
  (void)state;
  remove_all(folder);
  return 0;
}
