#include "excerpt.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json_write.h"
#include "utf8.h"

enum {
  LINES_MAX = 100000,
  SHOWN = 400,            /* bytes of a line around */
  FILE_MAX = 1024 * 1024, /* bytes; a longer one is not read: this is the thread of the loop */
  PIECE = 64 * 1024,
  TRIES = 4 /* places of one text */
};

/* Cuts "chat.lua:3: ..." into "chat.lua" and 3. */
static bool is_place(struct str word, struct str *path, int64_t *number) {
  struct str rest, digits;
  if (!str_cut(word, ':', path, &rest) || path->len == 0) return false;
  str_cut(rest, ':', &digits, &rest);
  return str_to_int64(digits, number) && *number > 0 && *number <= LINES_MAX;
}

/* Files */

static bool has_source(const struct excerpt_place *in, struct str path) {
  if (str_ends(path, STR(".lua"))) return true;
  return in->has_settings &&
         (str_ends(path, STR(".yml")) || str_ends(path, STR(".yaml")) || str_ends(path, STR(".json")));
}

static bool is_below(const char *real, const char *folder) {
  char top[PATH_MAX];
  struct str path = str_from(real);
  if (!realpath(folder, top) || !str_starts(path, str_from(top))) return false;
  return path.ptr[str_from(top).len] == '/';
}

/* Whether a file of the service is meant, wherever links lead: a snapshot has links into the service's folder, and to its parts, which
 * stand beside it. */
static bool is_of_service(const struct excerpt_place *in, const char *real) {
  char beside[PATH_MAX];
  if (is_below(real, in->root) || is_below(real, in->directory.ptr)) return true;
  int len = snprintf(beside, sizeof beside, "%s/..", in->root);
  return in->is_snapshot && len > 0 && (size_t)len < sizeof beside && is_below(real, beside);
}

static void read_all(int fd, struct buf *text) {
  char piece[PIECE];
  ssize_t count;
  while (!text->failed && (count = read(fd, piece, sizeof piece)) > 0) buf_add(text, str_of(piece, (size_t)count));
}

/* False when it is none that is shown, or too long. */
static bool read_file(const struct excerpt_place *in, struct str path, struct buf *text) {
  char absolute[PATH_MAX], real[PATH_MAX];
  struct stat about;
  if (!has_source(in, path) || str_find(path, STR(".."), 0) != SIZE_MAX || memchr(path.ptr, '\0', path.len))
    return false;
  int len = snprintf(absolute, sizeof absolute, "%s/%.*s", in->root, STR_ARG(path));
  if (len < 0 || (size_t)len >= sizeof absolute || !realpath(absolute, real)) return false;
  if (!has_source(in, str_from(real)) || !is_of_service(in, real)) return false;
  int fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= FILE_MAX) read_all(fd, text);
  close(fd);
  return text->len > 0 && !text->failed;
}

/* Lines */

static bool next_line(struct str *text, struct str *line) {
  if (text->len == 0) return false;
  str_cut(*text, '\n', line, text);
  while (line->len > 0 && line->ptr[line->len - 1] == '\r') *line = str_slice(*line, 0, line->len - 1);
  return true;
}

static void add_line(struct buf *out, int64_t number, int64_t wrong, struct str line) {
  if (out->len > 0 && out->ptr[out->len - 1] == '}') buf_add_char(out, ',');
  buf_addf(out, "{\"number\":%lld,\"text\":", (long long)number);
  json_write_string_utf8(out, utf8_cut(line, SHOWN));
  if (number == wrong) buf_add(out, STR(",\"wrong\":true"));
  buf_add_char(out, '}');
}

/* The line itself, and those around it. False when there is none. */
static bool take_lines(struct str text, int64_t wrong, char found[EXCERPT_LINE], struct buf *around) {
  struct str line;
  bool is_there = false;
  buf_add_char(around, '[');
  for (int64_t number = 1; number <= wrong + EXCERPT_AROUND && next_line(&text, &line); number++) {
    if (number < wrong - EXCERPT_AROUND) continue;
    add_line(around, number, wrong, line);
    if (number != wrong) continue;
    str_copy(str_trim(line), found, EXCERPT_LINE);
    is_there = true;
  }
  buf_add_char(around, ']');
  return is_there;
}

static bool find_line(struct excerpt *excerpt, const struct excerpt_place *in, struct str path, int64_t number,
                      struct buf *around) {
  struct buf text;
  buf_init(&text, FILE_MAX);
  size_t start = around->len;
  bool found = read_file(in, path, &text) && take_lines(buf_str(&text), number, excerpt->line, around);
  if (found)
    snprintf(excerpt->place, sizeof excerpt->place, "%.*s:%lld", STR_ARG(path), (long long)number);
  else
    around->len = start;
  buf_free(&text);
  return found;
}

/* Of a word as it stands in a sentence: without a quote or bracket in front, or the service's own folder. */
static struct str strip(struct str word, struct str directory) {
  while (word.len > 0 && strchr("'\"(<[`", *word.ptr)) word = str_slice(word, 1, word.len);
  if (str_starts(word, directory)) word = str_slice(word, directory.len, word.len);
  while (word.len > 0 && *word.ptr == '/') word = str_slice(word, 1, word.len);
  return word;
}

bool excerpt_find(struct excerpt *excerpt, const struct excerpt_place *in, struct str text, struct buf *around) {
  *excerpt = (struct excerpt){ "", "" };
  int tries = 0;
  for (size_t at = 0, end; at < text.len && tries < TRIES; at = end + 1) {
    struct str path;
    int64_t number;
    for (end = at; end < text.len && !strchr(" \t\r\n", text.ptr[end]);) end++;
    if (!is_place(strip(str_slice(text, at, end), in->directory), &path, &number)) continue;
    if (find_line(excerpt, in, path, number, around)) return true;
    tries++;
  }
  return false;
}
