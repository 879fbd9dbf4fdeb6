#define _GNU_SOURCE /* realpath */
#include "project_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 16 * 1024 };

static bool fail_to_open(const char *file, char err[ERR_LEN]) {
  if (errno == ENOENT || errno == ENOTDIR)
    return fail(err, "%s: no such file; go to the folder of a service, or say --config FILE", file);
  return fail(err, "%s: cannot be read: %s", file, strerror(errno));
}

static bool read_all(int fd, const char *file, struct buf *text, char err[ERR_LEN]) {
  for (;;) {
    size_t left = text->ceiling - text->len, size = left < PIECE ? left : PIECE;
    if (left == 0) return fail(err, "%s: must be smaller than %zu bytes", file, text->ceiling);
    char *to = buf_reserve(text, size);
    if (!to) return fail(err, "%s: not enough memory to read it", file);
    ssize_t got = read(fd, to, size);
    if (got == 0) return true;
    if (got > 0)
      buf_grew(text, (size_t)got);
    else if (errno != EINTR)
      return fail(err, "%s: cannot be read: %s", file, strerror(errno));
  }
}

static int open_file(const char *file) {
  return open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO without a writer must not stop us */
}

static bool read_file(int fd, const char *file, const char *advice, struct buf *text, char err[ERR_LEN]) {
  struct stat about;
  bool ok = (fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) || fail(err, "%s: is no file%s", file, advice);
  ok = ok && read_all(fd, file, text, err);
  close(fd);
  return ok;
}

bool project_file_read(const char *file, struct buf *text, char err[ERR_LEN]) {
  int fd = open_file(file);
  if (fd < 0) return fail_to_open(file, err);
  return read_file(fd, file, "; say --config FILE with the path of a serverless.yml", text, err);
}

/* How many bytes of a path are its directory, with the slash. */
static size_t directory_len(struct str path) {
  size_t len = path.len;
  while (len > 0 && path.ptr[len - 1] != '/') len--;
  return len;
}

bool project_file_beside(void *ctx, struct str path, struct buf *text, bool *found, char err[ERR_LEN]) {
  const char *service = ctx;
  char file[PATH_MAX];
  struct str directory = str_slice(str_from(service), 0, directory_len(str_from(service)));
  if (str_starts(path, STR("/"))) directory = STR("");
  *found = false;
  if (directory.len + path.len >= sizeof file) return true;
  snprintf(file, sizeof file, "%.*s%.*s", STR_ARG(directory), STR_ARG(path));
  int fd = open_file(file);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return true;
  if (fd < 0) return fail(err, "%s: cannot be read: %s", file, strerror(errno));
  *found = true;
  return read_file(fd, file, "; a variable of the service names it", text, err);
}

bool project_file_directory(const char *file, struct arena *memory, struct str *out, char err[ERR_LEN]) {
  struct str path = str_from(file);
  char directory[PATH_MAX];
  size_t len = directory_len(path);
  if (!str_copy(len > 0 ? str_slice(path, 0, len) : STR("."), directory, sizeof directory))
    return fail(err, "%s: the path is too long", file);
  char *absolute = realpath(directory, NULL);
  if (!absolute) return fail(err, "%s: its directory cannot be found: %s", file, strerror(errno));
  *out = arena_copy(memory, str_from(absolute));
  free(absolute);
  return out->ptr || fail(err, "%s: not enough memory to read it", file);
}
