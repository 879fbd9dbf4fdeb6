#include "view_out.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum {
  PIECE = 4096,     /* bytes that a pipe takes at once when it takes any (PIPE_BUF) */
  KEEP = 256 * 1024 /* bytes of memory that stay for the next turn */
};

enum written { WRITTEN, NOT_NOW, NEVER };

void view_out_init(struct view_out *out, struct loop *loop, FILE *file, bool json) {
  *out = (struct view_out){ .loop = loop, .file = file, .json = json };
  buf_init(&out->text, VIEW_OUT_MAX);
  fflush(file); /* what was printed before comes first */
}

/* Entries */

static void add_left_out(struct view_out *out) {
  if (out->left_out == 0) return;
  buf_addf(&out->text,
           out->json ? "{\"type\":\"warning\",\"text\":\"%zu entries left out: output was not read\"}\n"
                     : "... (%zu entries left out: output was not read)\n",
           out->left_out);
}

struct buf *view_out_begin(struct view_out *out) {
  if (out->broken) return NULL;
  out->entry = out->text.len;
  add_left_out(out);
  return &out->text;
}

/* The word about earlier entries comes and goes with this one. */
void view_out_end(struct view_out *out) {
  out->left_out = out->text.failed ? out->left_out + 1 : 0;
  if (out->text.failed) out->text.len = out->entry;
  out->text.failed = false;
}

/* Writing */

/* A FILE without a descriptor is memory. */
static enum written write_memory(struct view_out *out, struct str text) {
  bool ok = fwrite(text.ptr, 1, text.len, out->file) == text.len && fflush(out->file) == 0;
  out->sent += text.len;
  return ok ? WRITTEN : NEVER;
}

static enum written write_piece(struct view_out *out, int fd, int wait_ms) {
  struct pollfd writable = { .fd = fd, .events = POLLOUT };
  if (poll(&writable, 1, wait_ms) <= 0) return NOT_NOW;
  struct str piece = str_slice(buf_str(&out->text), out->sent, out->sent + PIECE);
  ssize_t wrote = write(fd, piece.ptr, piece.len);
  if (wrote < 0) return errno == EINTR || errno == EAGAIN ? NOT_NOW : NEVER;
  out->sent += (size_t)wrote;
  return WRITTEN;
}

/* Milliseconds until then; 0 when it has passed. */
static int left_ms(int64_t until_ns) {
  int64_t left = (until_ns - clock_monotonic_ns()) / (1000 * 1000);
  return left > 0 ? (int)left : 0;
}

/* until_ns: how long to wait for the reader; 0: not at all. */
static enum written write_all(struct view_out *out, int64_t until_ns) {
  int fd = fileno(out->file);
  enum written result = WRITTEN;
  if (fd < 0 && out->sent < out->text.len)
    return write_memory(out, str_slice(buf_str(&out->text), out->sent, SIZE_MAX));
  while (result == WRITTEN && out->sent < out->text.len)
    result = write_piece(out, fd, until_ns ? left_ms(until_ns) : 0);
  return result;
}

/* Gives back the room of what is written. */
static void forget_sent(struct view_out *out) {
  size_t left = out->text.len - out->sent;
  if (left > 0 && out->sent < left) return;
  if (left > 0) memmove(out->text.ptr, out->text.ptr + out->sent, left);
  out->text.len = left;
  out->sent = 0;
  if (left == 0) buf_trim(&out->text, KEEP);
}

static void retry(void *ctx) {
  view_out_flush(ctx);
}

void view_out_flush(struct view_out *out) {
  if (out->broken || out->sent == out->text.len) return;
  enum written result = write_all(out, 0);
  if (result == NEVER) {
    out->broken = true;
    buf_free(&out->text);
    out->sent = 0;
    return;
  }
  forget_sent(out);
  if (result == WRITTEN) return;
  out->retry.fire = retry;
  out->retry.ctx = out;
  loop_timer_start(out->loop, &out->retry, VIEW_OUT_RETRY_MS);
}

void view_out_free(struct view_out *out) {
  if (!out->broken) {
    view_out_begin(out);
    view_out_end(out);
    write_all(out, clock_monotonic_ns() + (int64_t)VIEW_OUT_END_MS * 1000 * 1000);
  }
  loop_timer_stop(out->loop, &out->retry);
  buf_free(&out->text);
}
