#include "httpd_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

static char err[ERR_LEN];
static int descriptors_before;

/* The server */

void answer_exchange(struct exchange *x, struct str text) {
  struct field headers[] = { { STR("Content-Type"), STR("text/plain") }, { STR("Connection"), STR("ours") } };
  exchange_answer(x, 200, (struct fields){ headers, 2 }, text);
}

static void note_upgraded(void *ctx, struct httpd_socket socket, struct str early) {
  struct httpd_fixture *f = ctx;
  f->upgraded++;
  f->socket = socket;
  buf_clear(&f->early);
  buf_add(&f->early, early);
}

static void note_failed(void *ctx) {
  ((struct httpd_fixture *)ctx)->failed++;
}

void upgrade_exchange(struct httpd_fixture *f, struct exchange *x) {
  struct field header = { STR("Upgrade"), STR("echo") };
  struct exchange_upgrade upgrade = { note_upgraded, note_failed, f };
  exchange_upgrade(x, (struct fields){ &header, 1 }, &upgrade);
}

static void note_left(struct exchange *x) {
  struct httpd_fixture *f = x->owner;
  f->left++;
  if (f->last == x) f->last = NULL;
}

static void hold(struct httpd_fixture *f, struct exchange *x) {
  f->held++;
  f->last = x;
  x->owner = f;
  x->left = note_left;
}

static void answer_with_header(struct httpd_fixture *f, struct exchange *x) {
  static char bytes[65536];
  int64_t length = 0;
  assert_true(str_to_int64(x->query, &length) && length <= (int64_t)sizeof bytes);
  memset(bytes, 'v', sizeof bytes);
  struct field header = { STR("X-Long"), str_of(bytes, (size_t)length) };
  struct exchange_upgrade upgrade = { note_upgraded, note_failed, f };
  if (str_ends(x->path, STR("/upgrade")))
    exchange_upgrade(x, (struct fields){ &header, 1 }, &upgrade);
  else
    exchange_answer(x, 200, (struct fields){ &header, 1 }, STR("fits"));
}

static void answer_request(void *ctx, struct exchange *x) {
  struct httpd_fixture *f = ctx;
  struct buf text;
  f->requests++;
  buf_clear(&f->peer);
  buf_add(&f->peer, x->peer);
  if (str_starts(x->path, STR("/wait"))) {
    hold(f, x);
    return;
  }
  if (str_starts(x->path, STR("/headers"))) {
    answer_with_header(f, x);
    return;
  }
  if (str_starts(x->path, STR("/upgrade"))) {
    upgrade_exchange(f, x);
    return;
  }
  buf_init(&text, 8192);
  buf_addf(&text, "%.*s %.*s?%.*s %.*s %.*s", STR_ARG(x->method), STR_ARG(x->path), STR_ARG(x->query),
           STR_ARG(x->version), STR_ARG(x->body));
  for (size_t i = 0; i < x->headers.count; i++)
    if (str_starts(x->headers.list[i].name, STR("X-")))
      buf_addf(&text, " %.*s=%.*s", STR_ARG(x->headers.list[i].name), STR_ARG(x->headers.list[i].value));
  answer_exchange(x, buf_str(&text));
  buf_free(&text);
}

int descriptors_open(void) {
  int count = 0;
  DIR *list = opendir("/proc/self/fd");
  assert_non_null(list);
  while (readdir(list)) count++;
  closedir(list);
  return count;
}

static void stop_loop(void *ctx) {
  loop_stop(ctx);
}

/* The loop then has the descriptor of its timers, which would be taken for one that was left behind. */
static void run_for_a_moment(struct loop *loop) {
  struct loop_timer timer = { .fire = stop_loop, .ctx = loop };
  assert_true(loop_timer_start(loop, &timer, 2));
  loop_run(loop);
}

void httpd_fixture_open(struct httpd_fixture *f, unsigned idle_s, unsigned connections) {
  *f = (struct httpd_fixture){ 0 };
  descriptors_before = descriptors_open();
  buf_init(&f->early, 65536);
  buf_init(&f->peer, 100);
  f->loop = loop_new(err);
  assert_non_null(f->loop);
  struct httpd_options options = { .loop = f->loop,
                                   .host = "127.0.0.1",
                                   .body_max = HTTPD_BODY_MAX,
                                   .idle_s = idle_s,
                                   .connections = connections,
                                   .request = answer_request,
                                   .ctx = f };
  f->httpd = httpd_new(&options, err);
  if (!f->httpd) fail_msg("%s", err);
  run_for_a_moment(f->loop);
}

void httpd_fixture_close(struct httpd_fixture *f) {
  httpd_delete(f->httpd);
  assert_int_equal(loop_pending(f->loop), 0);
  loop_delete(f->loop);
  buf_free(&f->early);
  buf_free(&f->peer);
  assert_int_equal(descriptors_open(), descriptors_before);
}

/* Waiting */

static void give_up(void *ctx) {
  fail_msg("nothing happened: %s", (const char *)ctx);
}

void run_turns(struct loop *loop, int turns) {
  struct loop_job stop = { .run = stop_loop, .ctx = loop };
  for (int i = 0; i < turns; i++) {
    loop_job_add(loop, &stop);
    loop_run(loop);
  }
}

/* Runs the loop, and looks every few milliseconds. */
static void run_while(struct loop *loop, bool (*wanted)(const void *ctx), const void *ctx) {
  struct loop_timer guard = { .fire = give_up, .ctx = "waited for too long" };
  struct loop_timer tick = { .fire = stop_loop, .ctx = loop };
  assert_true(loop_timer_start(loop, &guard, PATIENCE_MS));
  while (wanted(ctx)) {
    assert_true(loop_timer_start(loop, &tick, 5));
    loop_run(loop);
  }
  loop_timer_stop(loop, &tick);
  loop_timer_stop(loop, &guard);
}

struct counting {
  const int *counter;
  int wanted;
};

static bool counts(const void *ctx) {
  const struct counting *c = ctx;
  return *c->counter < c->wanted;
}

void run_until(struct loop *loop, const int *counter, int wanted) {
  struct counting c = { counter, wanted };
  run_while(loop, counts, &c);
}

/* The client */

static void client_ready(void *ctx, int events) {
  (void)events;
  struct peer *c = ctx;
  char bytes[65536];
  ssize_t size = recv(c->watch.fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (size > 0) {
    buf_add(&c->in, str_of(bytes, (size_t)size));
    return;
  }
  c->ended = 1;
  loop_watch_stop(c->loop, &c->watch);
}

void peer_open(struct peer *c, struct loop *loop, uint16_t port, struct str bytes) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  *c = (struct peer){ .loop = loop };
  buf_init(&c->in, 64 * 1024 * 1024);
  buf_init(&c->summary, 1024 * 1024);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  c->watch = (struct loop_watch){ .fd = fd, .ready = client_ready, .ctx = c };
  assert_true(loop_watch_set(loop, &c->watch, LOOP_READ, err));
  peer_send(c, bytes);
}

void peer_send(struct peer *c, struct str bytes) {
  while (bytes.len > 0) {
    ssize_t size = send(c->watch.fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
    if (size < 0) return; /* the server has closed; peer_await tells */
    bytes = str_slice(bytes, (size_t)size, bytes.len);
  }
}

static bool client_waits(const void *ctx) {
  const struct peer *c = ctx;
  if (c->ended) return false;
  return c->wanted_end || str_find(buf_str(&c->in), c->wanted, 0) == SIZE_MAX;
}

void peer_await(struct peer *c, struct str text) {
  c->wanted = text;
  c->wanted_end = 0;
  run_while(c->loop, client_waits, c);
}

void peer_await_end(struct peer *c) {
  c->wanted_end = 1;
  run_while(c->loop, client_waits, c);
}

const char *peer_summary(struct peer *c, bool head) {
  struct str rest = buf_str(&c->in);
  buf_clear(&c->summary);
  while (str_starts(rest, STR("HTTP/1.1 "))) {
    size_t end = str_find(rest, STR("\r\n\r\n"), 0), at = str_find(rest, STR("\r\nContent-Length: "), 0);
    assert_true(end != SIZE_MAX);
    size_t length = at < end ? (size_t)strtoul(rest.ptr + at + 18, NULL, 10) : 0;
    if (head) length = 0;
    buf_addf(&c->summary, "%.3s %.*s;", rest.ptr + 9, STR_ARG(str_slice(rest, end + 4, end + 4 + length)));
    rest = str_slice(rest, end + 4 + length, rest.len);
  }
  buf_add(&c->summary, rest);
  return buf_text(&c->summary);
}

void peer_close(struct peer *c) {
  loop_watch_stop(c->loop, &c->watch);
  close(c->watch.fd);
  buf_free(&c->in);
  buf_free(&c->summary);
}

void peer_reset(struct peer *c) {
  struct linger now = { .l_onoff = 1 };
  setsockopt(c->watch.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  peer_close(c);
}
