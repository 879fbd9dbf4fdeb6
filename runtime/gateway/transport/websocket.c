#include "websocket.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "utf8.h"
#include "websocket_outbox.h"
#include "websocket_pace.h"
#include "websocket_reader.h"

enum {
  READ_MAX = 64 * 1024, /* bytes a turn, so that one client cannot keep the others waiting */
  REASON_MAX = WEBSOCKET_CONTROL_MAX - 2,
  PONGS_MAX = 64 * 1024 /* bytes that wait, beyond which pings are not answered: the client does not read */
};

enum state {
  OPEN,     /* also before the handshake is through */
  CLOSING,  /* our close frame is queued; the client's has not come */
  ANSWERED, /* both have been queued or come: over as soon as ours is written */
  OVER      /* the job gives the descriptor back and calls `closed`; after that nothing happens any more */
};

struct websocket {
  struct loop *loop;
  struct websocket_events events;
  void *ctx;
  enum state state;
  bool open; /* there is a descriptor */
  bool shut; /* its sending half is closed */
  struct httpd_socket socket;
  struct loop_watch watch;
  struct loop_timer timer; /* the client's half of the close */
  struct loop_timer turn;  /* when more may be sent to one that is slow on purpose */
  struct websocket_pace pace;
  struct loop_job job; /* early bytes, or the end */
  struct buf early;
  struct websocket_reader reader;
  struct websocket_outbox outbox;
  int code; /* what `closed` will say */
  size_t reason_len;
  char reason[REASON_MAX];
};

/* The end */

static void keep_reason(struct websocket *ws, int code, struct str reason) {
  struct str cut = str_slice(reason, 0, REASON_MAX);
  ws->code = code;
  ws->reason_len = utf8_prefix(cut);
  if (ws->reason_len) memcpy(ws->reason, cut.ptr, ws->reason_len);
}

static void end(struct websocket *ws) {
  ws->state = OVER;
  loop_watch_stop(ws->loop, &ws->watch);
  loop_timer_stop(ws->loop, &ws->timer);
  loop_timer_stop(ws->loop, &ws->turn);
  loop_job_add(ws->loop, &ws->job);
}

/* The connection ended without a close frame, or before both were through. */
static void drop(struct websocket *ws) {
  if (ws->state == OPEN) keep_reason(ws, WEBSOCKET_DROPPED, STR(""));
  if (ws->state != OVER) end(ws);
}

static void close_took_too_long(void *ctx) {
  drop(ctx);
}

static void finish(struct websocket *ws) {
  if (!ws->open) return;
  char reason[REASON_MAX];
  struct str said = str_of(reason, ws->reason_len);
  memcpy(reason, ws->reason, ws->reason_len);
  ws->open = false;
  ws->socket.close(&ws->socket);
  ws->events.closed(ws->ctx, ws->code, said); /* may delete *ws */
}

/* Sends a close frame with the code that was kept. */
static void say_close(struct websocket *ws, enum state next) {
  char data[WEBSOCKET_CONTROL_MAX] = { (char)(ws->code >> 8), (char)(ws->code & 0xff) };
  memcpy(data + 2, ws->reason, ws->reason_len);
  struct str payload = str_of(data, ws->code == WEBSOCKET_NO_STATUS ? 0 : 2 + ws->reason_len);
  websocket_reader_skip(&ws->reader);
  ws->state = next;
  bool said = websocket_outbox_control(&ws->outbox, WEBSOCKET_SAY_CLOSE, payload);
  bool timed = !ws->open || loop_timer_start(ws->loop, &ws->timer, WEBSOCKET_CLOSE_MS);
  if (ws->open && (!said || !timed)) drop(ws);
}

static void start_close(struct websocket *ws, int code, struct str reason) {
  if (ws->state != OPEN) return;
  keep_reason(ws, code, reason);
  say_close(ws, CLOSING);
}

/* The client's close frame: its code is echoed (RFC 6455, section 5.5.1), or it answers ours. */
static void close_came(struct websocket *ws, struct websocket_item item) {
  if (ws->state == CLOSING) ws->state = ANSWERED;
  if (ws->state != OPEN) return;
  keep_reason(ws, item.code, item.data);
  say_close(ws, ANSWERED);
}

/* Writing */

/* As much as the client may get now. False when nothing can be sent to it any more. *blocked: the socket takes no more. */
static bool write_out(struct websocket *ws, bool *blocked) {
  size_t waiting = websocket_outbox_waiting(&ws->outbox);
  size_t room = websocket_pace_room(&ws->pace, ws->pace.limited ? clock_monotonic_ns() : 0);
  if (!websocket_outbox_flush(&ws->outbox, ws->socket.fd, room)) return false;
  size_t left = websocket_outbox_waiting(&ws->outbox), sent = waiting - left;
  websocket_pace_used(&ws->pace, sent);
  *blocked = left > 0 && sent < room;
  if (left == 0 || *blocked) return true;
  int64_t wait_ms = websocket_pace_wait_ms(&ws->pace);
  return wait_ms < 0 || loop_timer_start(ws->loop, &ws->turn, wait_ms);
}

/* Writes what can be written, and sees what follows from that. Does nothing before the handshake is through. */
static void proceed(struct websocket *ws) {
  if (!ws->open || ws->state == OVER) return;
  bool blocked;
  if (!write_out(ws, &blocked)) {
    drop(ws);
    return;
  }
  bool waits = websocket_outbox_waiting(&ws->outbox) > 0;
  if (ws->state == ANSWERED && !waits) {
    end(ws);
    return;
  }
  if (ws->state == CLOSING && ws->reader.deaf && !waits && !ws->shut) {
    ws->shut = true; /* its close frame would not be understood: tell it that nothing more comes */
    shutdown(ws->socket.fd, SHUT_WR);
  }
  if (!loop_watch_set(ws->loop, &ws->watch, LOOP_READ | (blocked ? LOOP_WRITE : 0), NULL)) drop(ws);
}

enum websocket_sent websocket_send(struct websocket *ws, struct str text) {
  if (ws->state != OPEN) return WEBSOCKET_CLOSING;
  if (!websocket_outbox_text(&ws->outbox, text)) return WEBSOCKET_FULL;
  proceed(ws);
  return ws->state == OPEN ? WEBSOCKET_SENT : WEBSOCKET_CLOSING;
}

void websocket_close(struct websocket *ws, int code, struct str reason) {
  start_close(ws, code, reason);
  proceed(ws);
}

/* What goes wrong on purpose */

void websocket_drop(struct websocket *ws) {
  drop(ws);
}

static void may_send_more(void *ctx) {
  proceed(ctx);
}

void websocket_set_pace(struct websocket *ws, int64_t bytes_per_s) {
  websocket_pace_set(&ws->pace, bytes_per_s, clock_monotonic_ns());
  loop_timer_stop(ws->loop, &ws->turn);
  proceed(ws);
}

struct websocket_look websocket_look(const struct websocket *ws) {
  return (struct websocket_look){ ws->state != OPEN, websocket_outbox_waiting(&ws->outbox),
                                  ws->pace.limited ? ws->pace.bytes_per_s : -1 };
}

/* Reading */

static void read_bytes(struct websocket *ws, struct str bytes) {
  struct websocket_item item;
  enum websocket_event event;
  websocket_reader_feed(&ws->reader, bytes);
  while ((event = websocket_reader_next(&ws->reader, &item)) != WEBSOCKET_MORE) {
    if (event == WEBSOCKET_TEXT && ws->state == OPEN) ws->events.message(ws->ctx, item.data);
    if (event == WEBSOCKET_PING && websocket_outbox_waiting(&ws->outbox) < PONGS_MAX)
      websocket_outbox_control(&ws->outbox, WEBSOCKET_SAY_PONG, item.data);
    if (event == WEBSOCKET_BROKEN) start_close(ws, item.code, item.data);
    if (event == WEBSOCKET_CLOSE) close_came(ws, item);
  }
}

static void read_early(struct websocket *ws) {
  struct buf early = ws->early;
  buf_init(&ws->early, early.ceiling);
  if (early.len > 0) read_bytes(ws, buf_str(&early));
  buf_free(&early);
}

static void read_socket(struct websocket *ws) {
  char bytes[READ_MAX];
  ssize_t size = recv(ws->socket.fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (size > 0)
    read_bytes(ws, str_of(bytes, (size_t)size));
  else if (size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
    drop(ws);
}

static void socket_ready(void *ctx, int events) {
  struct websocket *ws = ctx;
  read_early(ws);
  if ((events & LOOP_READ) && ws->state != OVER) read_socket(ws);
  proceed(ws);
}

static void run_job(void *ctx) {
  struct websocket *ws = ctx;
  if (ws->state == OVER) {
    finish(ws);
    return;
  }
  read_early(ws);
  proceed(ws);
}

/* Life */

struct websocket *websocket_new(struct loop *loop, const struct websocket_events *events, void *ctx) {
  struct websocket *ws = calloc(1, sizeof *ws);
  if (!ws) return NULL;
  ws->loop = loop;
  ws->events = *events;
  ws->ctx = ctx;
  ws->watch.ready = socket_ready;
  ws->timer.fire = close_took_too_long;
  ws->turn.fire = may_send_more;
  ws->job.run = run_job;
  ws->watch.ctx = ws->timer.ctx = ws->turn.ctx = ws->job.ctx = ws;
  buf_init(&ws->early, WEBSOCKET_OUTBOX_MAX);
  websocket_outbox_init(&ws->outbox);
  if (websocket_reader_init(&ws->reader)) return ws;
  websocket_delete(ws);
  return NULL;
}

void websocket_open(struct websocket *ws, struct httpd_socket socket, struct str early) {
  ws->socket = socket;
  ws->open = true;
  ws->watch.fd = socket.fd;
  if (ws->state == OVER) loop_job_add(ws->loop, &ws->job); /* it was dropped before */
  buf_add(&ws->early, early);
  bool ok = !ws->early.failed;
  if (ws->state == CLOSING) ok = ok && loop_timer_start(ws->loop, &ws->timer, WEBSOCKET_CLOSE_MS);
  if (!ok) drop(ws);
  if (early.len > 0) loop_job_add(ws->loop, &ws->job);
  proceed(ws);
}

void websocket_delete(struct websocket *ws) {
  if (!ws) return;
  loop_watch_stop(ws->loop, &ws->watch);
  loop_timer_stop(ws->loop, &ws->timer);
  loop_timer_stop(ws->loop, &ws->turn);
  loop_job_stop(ws->loop, &ws->job);
  if (ws->open) ws->socket.close(&ws->socket);
  websocket_reader_free(&ws->reader);
  websocket_outbox_free(&ws->outbox);
  buf_free(&ws->early);
  free(ws);
}
