#include "console_token.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "digest.h"
#include "encoding.h"

enum { RANDOM_BYTES = 32 };

static const struct str scheme = { "Bearer", 6 };

static bool make(struct console_token *token, char err[ERR_LEN]) {
  char bytes[RANDOM_BYTES];
  if (!digest_random(bytes, sizeof bytes, err)) return false;
  *base64url_write(token->text, str_of(bytes, sizeof bytes)) = '\0';
  digest_wipe(bytes, sizeof bytes);
  return true;
}

static bool is_token(const struct console_token *token) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return strlen(token->text) == CONSOLE_TOKEN_LEN - 1 && strspn(token->text, letters) == CONSOLE_TOKEN_LEN - 1;
}

/* The file, if it is ours alone. */
static bool read_file(struct console_token *token, const char *path) {
  struct stat about;
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  bool ours = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == geteuid() && !(about.st_mode & 077);
  ssize_t len = ours ? read(fd, token->text, CONSOLE_TOKEN_LEN - 1) : 0;
  token->text[len > 0 ? len : 0] = '\0';
  close(fd);
  return is_token(token);
}

static bool write_all(const char *path, const struct console_token *token) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool ok = write(fd, token->text, CONSOLE_TOKEN_LEN - 1) == CONSOLE_TOKEN_LEN - 1;
  return close(fd) == 0 && ok;
}

/* Whole or not at all: two of us may start at once. The one that comes second takes what the first one has written, unless that
 * file is of no use. */
static void write_file(struct console_token *token, const char *path) {
  char temporary[PATH_MAX + 16];
  struct console_token other;
  snprintf(temporary, sizeof temporary, "%s.%d", path, getpid());
  unlink(temporary);
  if (!write_all(temporary, token)) {
    unlink(temporary);
    return;
  }
  if (link(temporary, path) == 0 || errno != EEXIST) {
    unlink(temporary);
  } else if (read_file(&other, path)) {
    unlink(temporary);
    *token = other;
  } else if (rename(temporary, path) < 0) {
    unlink(temporary);
  }
}

/* Makes the folders of a path: what is missing is for its owner alone. */
static void make_folders(const char *path) {
  char part[PATH_MAX];
  if (!str_copy(str_from(path), part, sizeof part)) return;
  for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(part, 0700);
    *slash = '/';
  }
}

bool console_token_open_in(struct console_token *token, struct str state_home, char err[ERR_LEN]) {
  char path[PATH_MAX];
  int len = snprintf(path, sizeof path, "%.*s/moonwire/console-token", STR_ARG(state_home));
  bool kept = str_starts(state_home, STR("/")) && len > 0 && (size_t)len < sizeof path;
  if (kept && read_file(token, path)) return true;
  if (!make(token, err)) return false;
  if (!kept) return true;
  make_folders(path);
  write_file(token, path);
  return true;
}

/* A path that is not absolute counts as not set (XDG Base Directory Specification). */
bool console_token_open(struct console_token *token, char err[ERR_LEN]) {
  struct str state = config_get("XDG_STATE_HOME"), home = config_get("HOME");
  char path[PATH_MAX];
  if (str_starts(state, STR("/"))) return console_token_open_in(token, state, err);
  int len = snprintf(path, sizeof path, "%.*s/.local/state", STR_ARG(home));
  bool fits = home.len > 0 && len > 0 && (size_t)len < sizeof path;
  return console_token_open_in(token, fits ? str_from(path) : STR(""), err);
}

bool console_token_is_said(struct fields headers) {
  struct str given = field_header(headers, STR("Authorization"));
  bool starts = given.len >= scheme.len && str_equal_nocase(str_slice(given, 0, scheme.len), scheme);
  return starts && (given.len == scheme.len || given.ptr[scheme.len] == ' ');
}

bool console_token_fits(const struct console_token *token, struct fields headers) {
  struct str given = field_header(headers, STR("Authorization"));
  if (!console_token_is_said(headers)) return false;
  return digest_equal(str_from(token->text), str_trim(str_slice(given, scheme.len, given.len)));
}
