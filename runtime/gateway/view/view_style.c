#define _GNU_SOURCE /* localtime_r */
#include "view_style.h"

#include <time.h>

#include "view_plain.h"

void view_style_begin(const struct view_text *t, struct buf *out, int colour) {
  if (t->colour) buf_addf(out, "\x1b[%dm", colour);
}

void view_style_end(const struct view_text *t, struct buf *out) {
  if (t->colour) buf_add(out, STR("\x1b[0m"));
}

void view_style_text(const struct view_text *t, struct buf *out, int colour, struct str text) {
  view_style_begin(t, out, colour);
  view_plain_add(out, text);
  view_style_end(t, out);
}

void view_style_blanks(struct buf *out, size_t count) {
  while (count-- > 0) buf_add_char(out, ' ');
}

void view_style_time(struct view_text *t, struct buf *out, int64_t now_ms) {
  time_t seconds = (time_t)(now_ms / 1000);
  struct tm local;
  if (t->second != seconds || !*t->time) {
    localtime_r(&seconds, &local);
    strftime(t->time, sizeof t->time, "%H:%M:%S", &local);
    t->second = seconds;
  }
  view_style_text(t, out, VIEW_DIM, str_from(t->time));
  view_style_blanks(out, 2);
}

bool view_style_cut(struct str *rest, struct str *line) {
  if (!rest->ptr) return false;
  size_t at = 0;
  while (at < rest->len && rest->ptr[at] != '\n' && rest->ptr[at] != '\r') at++;
  *line = str_slice(*rest, 0, at);
  size_t skip = str_starts(str_slice(*rest, at, rest->len), STR("\r\n")) ? 2 : 1;
  *rest = at + skip < rest->len ? str_slice(*rest, at + skip, rest->len) : str_of(NULL, 0);
  return true;
}
