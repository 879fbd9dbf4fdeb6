#define _GNU_SOURCE /* getline */
#include "excerpt.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "json_write.h"
#include "utf8.h"

enum { LINES_MAX = 100000, SHOWN = 400 /* bytes of a line around */ };

/* Cuts "chat.lua:3: ..." into "chat.lua" and 3. */
static bool is_place(struct str word, struct str *path, int64_t *number) {
  struct str rest, digits;
  if (!str_cut(word, ':', path, &rest) || path->len == 0) return false;
  str_cut(rest, ':', &digits, &rest);
  return str_to_int64(digits, number) && *number > 0 && *number <= LINES_MAX;
}

static bool read_line(FILE *file, int64_t number, char line[EXCERPT_LINE]) {
  char *text = NULL;
  size_t capacity = 0;
  ssize_t len = 0;
  while (number-- > 0 && (len = getline(&text, &capacity, file)) >= 0) continue;
  struct str found = len > 0 ? str_of(text, (size_t)len) : STR("");
  while (found.len > 0 && (found.ptr[found.len - 1] == '\n' || found.ptr[found.len - 1] == '\r')) found.len--;
  str_copy(str_trim(found), line, EXCERPT_LINE);
  free(text);
  return len > 0;
}

static bool find_line(struct excerpt *excerpt, const char *root, struct str path, int64_t number) {
  char absolute[PATH_MAX];
  struct stat about;
  if (str_find(path, STR(".."), 0) != SIZE_MAX || memchr(path.ptr, '\0', path.len)) return false;
  int len = snprintf(absolute, sizeof absolute, "%s/%.*s", root, STR_ARG(path));
  if (len < 0 || (size_t)len >= sizeof absolute || stat(absolute, &about) < 0 || !S_ISREG(about.st_mode)) return false;
  FILE *file = fopen(absolute, "re");
  bool found = file && read_line(file, number, excerpt->line);
  if (file) fclose(file);
  if (found) snprintf(excerpt->place, sizeof excerpt->place, "%.*s:%lld", STR_ARG(path), (long long)number);
  return found;
}

/* Of a word as it stands in a sentence: without a quote or bracket in front, or the service's own folder. */
static struct str strip(struct str word, struct str directory) {
  while (word.len > 0 && strchr("'\"(<[`", *word.ptr)) word = str_slice(word, 1, word.len);
  if (str_starts(word, directory)) word = str_slice(word, directory.len, word.len);
  while (word.len > 0 && *word.ptr == '/') word = str_slice(word, 1, word.len);
  return word;
}

bool excerpt_find(struct excerpt *excerpt, const char *root, struct str directory, struct str text) {
  *excerpt = (struct excerpt){ "", "" };
  for (size_t at = 0, end; at < text.len; at = end + 1) {
    struct str path;
    int64_t number;
    for (end = at; end < text.len && !strchr(" \t\r\n", text.ptr[end]);) end++;
    if (is_place(strip(str_slice(text, at, end), directory), &path, &number) && find_line(excerpt, root, path, number))
      return true;
  }
  return false;
}

static void add_line(struct buf *out, int64_t number, int64_t wrong, struct str text) {
  while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r')) text.len--;
  if (out->len > 0 && out->ptr[out->len - 1] == '}') buf_add_char(out, ',');
  buf_addf(out, "{\"number\":%lld,\"text\":", (long long)number);
  json_write_string_utf8(out, utf8_cut(text, SHOWN));
  if (number == wrong) buf_add(out, STR(",\"wrong\":true"));
  buf_add_char(out, '}');
}

static void add_lines(FILE *file, int64_t wrong, struct buf *out) {
  char *text = NULL;
  size_t capacity = 0;
  ssize_t len;
  for (int64_t number = 1; number <= wrong + EXCERPT_AROUND && (len = getline(&text, &capacity, file)) >= 0; number++)
    if (number >= wrong - EXCERPT_AROUND) add_line(out, number, wrong, str_of(text, (size_t)len));
  free(text);
}

void excerpt_write_around(const struct excerpt *excerpt, const char *root, struct buf *out) {
  struct str place = str_from(excerpt->place);
  char path[PATH_MAX];
  size_t colon = str_find_last(place, STR(":"));
  int64_t number = 0;
  buf_add_char(out, '[');
  if (colon != SIZE_MAX && str_to_int64(str_slice(place, colon + 1, place.len), &number)) {
    int len = snprintf(path, sizeof path, "%s/%.*s", root, (int)colon, place.ptr);
    FILE *file = len > 0 && (size_t)len < sizeof path ? fopen(path, "re") : NULL;
    if (file) add_lines(file, number, out);
    if (file) fclose(file);
  }
  buf_add_char(out, ']');
}
