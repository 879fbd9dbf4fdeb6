#define _GNU_SOURCE /* mkdtemp */
#include "run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

enum { YOUNG_S = 10 /* one that is being made has no lock yet */ };

/* Removing */

static int open_folder(int parent, const char *name) {
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void remove_all(int parent, const char *name);

/* Takes the descriptor. */
static void empty(int fd) {
  DIR *folder = fdopendir(fd);
  if (!folder) {
    close(fd);
    return;
  }
  for (const struct dirent *at; (at = readdir(folder));)
    if (strcmp(at->d_name, ".") != 0 && strcmp(at->d_name, "..") != 0) remove_all(dirfd(folder), at->d_name);
  closedir(folder);
}

static void remove_all(int parent, const char *name) {
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return;
  int fd = open_folder(parent, name);
  if (fd < 0) return;
  empty(fd);
  unlinkat(parent, name, AT_REMOVEDIR);
}

void run_folder_remove(const struct run_folder *home, const char *name) {
  remove_all(home->fd, name);
}

/* What crashes left behind */

static bool is_left_behind(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 && about.st_uid == geteuid() && (about.st_mode & 077) == 0 &&
         about.st_mtim.tv_sec + YOUNG_S < time(NULL) && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void remove_left_behind(const char *temporary) {
  DIR *folder = opendir(temporary);
  if (!folder) return;
  for (const struct dirent *at; (at = readdir(folder));) {
    int fd = strncmp(at->d_name, RUN_FOLDER_PREFIX, strlen(RUN_FOLDER_PREFIX)) == 0
                 ? open_folder(dirfd(folder), at->d_name)
                 : -1;
    if (fd < 0) continue;
    if (is_left_behind(fd)) remove_all(dirfd(folder), at->d_name);
    close(fd);
  }
  closedir(folder);
}

/* Ours */

bool run_folder_open(struct run_folder *home, char err[ERR_LEN]) {
  struct str temporary = config_get("TMPDIR");
  char directory[PATH_MAX - 64];
  home->path[0] = '\0';
  if (!str_copy(temporary.len > 0 ? temporary : STR("/tmp"), directory, sizeof directory))
    return fail(err, "TMPDIR is too long a path");
  char *absolute = realpath(directory, NULL);
  if (!absolute || strlen(absolute) >= sizeof directory) {
    free(absolute);
    return fail(err, "%s, where the folder of this run belongs, cannot be found: %s; TMPDIR names another place",
                directory, strerror(errno));
  }
  remove_left_behind(absolute);
  snprintf(home->path, sizeof home->path, "%s/" RUN_FOLDER_PREFIX "XXXXXX", absolute);
  free(absolute);
  if (mkdtemp(home->path) && (home->fd = open_folder(AT_FDCWD, home->path)) >= 0) {
    flock(home->fd, LOCK_EX);
    return true;
  }
  home->path[0] = '\0';
  return fail(err, "no folder for this run can be made in %s: %s; TMPDIR names another place", directory,
              strerror(errno));
}

void run_folder_close(struct run_folder *home) {
  if (!home->path[0]) return;
  remove_all(AT_FDCWD, home->path);
  close(home->fd);
  home->path[0] = '\0';
}
