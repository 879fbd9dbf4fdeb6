#include "xray_cause.h"

#include <stdbool.h>
#include <unistd.h>

#include "json_write.h"

enum {
  NAME_MAX_LEN = 1024,            /* bytes of the type, as JSON */
  DIRECTORY_MAX_LEN = 2 * 1024,   /* of the working directory */
  MESSAGE_MAX_LEN = 8 * 1024,     /* of the message */
  PATH_MAX_LEN = LUA_IDSIZE * 12, /* of a path, and of a label: what fits into a frame, every byte escaped */
  LABEL_MAX_LEN = 160 * 12,
  TAIL_LEN = sizeof "]}],\"paths\":[]}" /* bytes behind the last frame, the paths aside */
};

/* What is known of the frames so far. Both are parts of the whole, which is put together at the end. */
struct parts {
  struct buf stack, paths;
};

static bool is_known(const struct frame *frames, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (str_equal(str_from(frames[i].path), str_from(frames[index].path))) return true;
  return false;
}

static void write_frame(struct parts *p, const struct frame *frames, size_t index) {
  const struct frame *frame = &frames[index];
  struct str path = str_from(frame->path);
  if (index > 0) buf_add_char(&p->stack, ',');
  buf_add(&p->stack, STR("{\"path\":"));
  json_write_string_ascii(&p->stack, path, PATH_MAX_LEN);
  buf_addf(&p->stack, ",\"line\":%d,\"label\":", frame->line > 0 ? frame->line : 0);
  json_write_string_ascii(&p->stack, str_from(frame->label), LABEL_MAX_LEN);
  buf_add_char(&p->stack, '}');
  if (is_known(frames, index)) return;
  if (index > 0) buf_add_char(&p->paths, ',');
  json_write_string_ascii(&p->paths, path, PATH_MAX_LEN);
}

/* As many frames as fit into `room` bytes: the innermost ones say most. */
static void write_frames(struct parts *p, const struct frame *frames, size_t count, size_t room) {
  for (size_t i = 0; i < count; i++) {
    size_t stack = p->stack.len, paths = p->paths.len;
    write_frame(p, frames, i);
    if (p->stack.len + p->paths.len <= room && !p->stack.failed && !p->paths.failed) continue;
    p->stack.len = stack;
    p->paths.len = paths;
    p->stack.failed = p->paths.failed = false;
    return;
  }
}

static void write_head(struct buf *b, struct str type, struct str message) {
  char directory[4096];
  buf_add(b, STR("{\"working_directory\":"));
  json_write_string_ascii(b, str_from(getcwd(directory, sizeof directory)), DIRECTORY_MAX_LEN);
  buf_add(b, STR(",\"exceptions\":[{\"type\":"));
  json_write_string_ascii(b, type, NAME_MAX_LEN);
  buf_add(b, STR(",\"message\":"));
  json_write_string_ascii(b, message, MESSAGE_MAX_LEN);
  buf_add(b, STR(",\"stack\":["));
}

void xray_cause_write(struct buf *b, struct str type, struct str message, const struct frame *frames, size_t count) {
  struct parts p;
  size_t start = b->len;
  buf_init(&p.stack, XRAY_CAUSE_MAX * 2);
  buf_init(&p.paths, XRAY_CAUSE_MAX * 2);
  write_head(b, type, message);
  write_frames(&p, frames, count, XRAY_CAUSE_MAX - TAIL_LEN - (b->len - start));
  buf_add(b, buf_str(&p.stack));
  buf_add(b, STR("]}],\"paths\":["));
  buf_add(b, buf_str(&p.paths));
  buf_add(b, STR("]}"));
  buf_free(&p.stack);
  buf_free(&p.paths);
}
