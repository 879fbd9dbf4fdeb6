#include "environment_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"

enum { GIVE_UP_S = 120 };

struct rig rig;

/* The server: exchanges of the test's own */

void rig_answer(struct exchange *x, int status, struct fields headers, struct str body) {
  struct fake *fake = (struct fake *)x;
  assert_int_equal(fake->status, 0);
  assert_null(x->left);
  fake->status = status;
  buf_add(&fake->body, body);
  for (size_t i = 0; i < headers.count; i++)
    buf_addf(&fake->headers, "%.*s: %.*s\n", STR_ARG(headers.list[i].name), STR_ARG(headers.list[i].value));
}

struct fake *rig_request_with(const char *method, struct str path, struct fields headers, struct str body) {
  assert_true(rig.fake_count < RIG_EXCHANGES);
  struct fake *fake = &rig.fakes[rig.fake_count++];
  *fake = (struct fake){ .exchange = { .method = str_from(method), .body = body, .headers = headers } };
  buf_init(&fake->body, INVOKE_EVENT_MAX);
  buf_init(&fake->headers, 10000);
  environment_request(rig.pool.environments, &fake->exchange, path);
  fake->exchange.headers.count = 0;
  return fake;
}

struct fake *rig_request(const char *method, struct str path, const char *nonce, struct str body) {
  struct field field = { STR("lambda-runtime-invocation-id"), str_from(nonce) };
  return rig_request_with(method, path, (struct fields){ &field, nonce ? 1 : 0 }, body);
}

struct fake *rig_poll_next(void) {
  return rig_request("GET", STR(NEXT), NULL, STR(""));
}

void rig_leave(struct fake *fake) {
  assert_int_equal(fake->status, 0);
  fake->exchange.left(&fake->exchange);
  fake->status = -1;
}

const char *rig_header(struct fake *fake, const char *name) {
  static char value[200];
  const char *at = strstr(buf_text(&fake->headers), name);
  assert_non_null(at);
  at += strlen(name) + 2;
  assert_true(str_copy(str_of(at, strcspn(at, "\n")), value, sizeof value));
  return value;
}

/* Whoever asks and whoever looks on */

static const char *const outcomes[] = { "result",  "error",     "init error", "timed out",
                                        "crashed", "throttled", "cancelled" };

void rig_tell_done(struct invoke *in) {
  buf_addf(&rig.story, "done %s %.*s\n", outcomes[in->outcome], STR_ARG(buf_str(&in->payload)));
}

static void tell_line(void *ctx, const struct environment *e, const struct invoke *in, bool is_error, struct str line) {
  (void)ctx;
  (void)is_error;
  buf_addf(&rig.story, "line of %d%s: %.*s\n", e->number, in ? " in its invocation" : "", STR_ARG(line));
}

static void tell_started(void *ctx, const struct environment *e) {
  (void)ctx;
  buf_addf(&rig.story, "started %d\n", e->number);
}

static void tell_finished(void *ctx, const struct pool *its_pool, struct invoke *in) {
  (void)ctx;
  assert_ptr_equal(its_pool, &rig.pool);
  buf_addf(&rig.story, "finished %d%s\n", in->environment, in->cold ? " cold" : "");
}

static void tell_ended(void *ctx, const struct environment *e, int status) {
  (void)ctx;
  if (WIFSIGNALED(status))
    buf_addf(&rig.story, "ended %d by signal %d\n", e->number, WTERMSIG(status));
  else
    buf_addf(&rig.story, "ended %d with %d\n", e->number, WEXITSTATUS(status));
}

void rig_invoke(const char *event) {
  struct invoke *in = invoke_new();
  assert_non_null(in);
  buf_add(&in->event, str_from(event));
  in->done = rig_tell_done;
  pool_invoke(&rig.pool, in);
}

/* Running */

static struct loop_timer tick;
static const char *awaited;

static void look(void *ctx) {
  (void)ctx;
  if (strstr(buf_text(&rig.story), awaited))
    loop_stop(rig.loop);
  else
    loop_timer_start(rig.loop, &tick, 1);
}

void rig_run_until(const char *text) {
  awaited = text;
  tick = (struct loop_timer){ .fire = look };
  loop_timer_start(rig.loop, &tick, 0);
  loop_run(rig.loop);
}

void rig_run_jobs(void) {
  awaited = "";
  tick = (struct loop_timer){ .fire = look };
  loop_timer_start(rig.loop, &tick, 0);
  loop_run(rig.loop);
}

void rig_assert_story(const char *want) {
  assert_string_equal(buf_text(&rig.story), want);
}

bool rig_in_story(const char *text) {
  return strstr(buf_text(&rig.story), text) != NULL;
}

int rig_open(void **state) {
  (void)state;
  char err[ERR_LEN];
  alarm(GIVE_UP_S);
  rig.loop = loop_new(err);
  rig.function =
      (struct project_function){ .name = STR("echo"), .handler = STR("sleep"), .timeout_s = 60, .memory_mb = 128 };
  rig.project = (struct project){
    .directory = STR("/"), .service = STR("chat"), .stage = STR("dev"), .region = STR("eu-west-3")
  };
  struct pool_options options = {
    .loop = rig.loop,
    .project = &rig.project,
    .function = &rig.function,
    .program = "/proc/self/exe",
    .runtime_api = STR("127.0.0.1:1"),
    .credentials = { STR("local"), STR("local"), STR("") },
    .most = 1,
    .observer = { .started = tell_started, .line = tell_line, .finished = tell_finished, .ended = tell_ended },
  };
  pool_init(&rig.pool, &options);
  buf_init(&rig.story, 10 * 1024 * 1024);
  rig.fake_count = 0;
  return rig.loop ? 0 : -1;
}

/* Nothing is left. */
int rig_close(void **state) {
  (void)state;
  pool_free(&rig.pool);
  for (size_t i = 0; i < rig.fake_count; i++) {
    if (rig.fakes[i].status == 0) return -1; /* an exchange that nobody answered */
    buf_free(&rig.fakes[i].body);
    buf_free(&rig.fakes[i].headers);
  }
  buf_free(&rig.story);
  if (loop_pending(rig.loop) > 0) return -1;
  loop_delete(rig.loop);
  return waitpid(-1, NULL, WNOHANG) == -1 ? 0 : -1;
}

void rig_start_with(const char *event) {
  rig_invoke(event);
  rig_assert_story(""); /* nothing from inside pool_invoke */
  rig_run_until("started 1\n");
  assert_int_equal(rig.pool.environments->state, ENVIRONMENT_STARTING);
}

/* The path with the id in place of ID: "%ID" is the id with its first character percent-encoded. */
void rig_add_path(struct buf *path, const char *pattern, const char *id) {
  const char *at = strstr(pattern, "ID");
  if (!at) {
    buf_add(path, str_from(pattern));
    return;
  }
  bool encoded = at > pattern && at[-1] == '%';
  buf_add(path, str_of(pattern, (size_t)(at - pattern)));
  if (encoded) buf_addf(path, "%02x", (unsigned char)*id);
  buf_add(path, str_from(id + encoded));
  buf_add(path, str_from(at + 2));
}

struct fake *rig_respond(struct str body) {
  struct buf path;
  buf_init(&path, 1000);
  rig_add_path(&path, RESPONSE, rig.pool.environments->turns[0].request_id);
  struct fake *fake = rig_request("POST", buf_str(&path), NULL, body);
  buf_free(&path);
  return fake;
}

/* Several places */

/* The pool's environments have so many places; as many invocations wait, "1", "2" ..., and the first one starts. */
void rig_start_places(int places, int invocations) {
  rig.pool.options.concurrency = places;
  for (char event[] = "1"; invocations > 0; invocations--, (*event)++) rig_invoke(event);
  rig_run_until("started 1\n");
}

struct fake *rig_poll_for(const char *event) {
  struct fake *fake = rig_poll_next();
  assert_int_equal(fake->status, 200);
  assert_string_equal(buf_text(&fake->body), event);
  return fake;
}

struct fake *rig_poll_in_vain(void) {
  struct fake *fake = rig_poll_next();
  assert_int_equal(fake->status, 0);
  return fake;
}

/* Answers the invocation that this poll got; the status is that of the answer. */
int rig_answer_as(struct fake *poll, const char *pattern, const char *nonce, const char *body) {
  struct buf path;
  buf_init(&path, 1000);
  rig_add_path(&path, pattern, rig_header(poll, REQUEST_ID));
  int status = rig_request("POST", buf_str(&path), nonce, str_from(body))->status;
  buf_free(&path);
  return status;
}

int rig_answer_to(struct fake *poll, const char *body) {
  return rig_answer_as(poll, RESPONSE, NULL, body);
}

void rig_expect(const char *want) {
  rig_run_jobs();
  rig_assert_story(want);
  buf_clear(&rig.story);
}

struct turn *rig_turn_of(struct fake *poll) {
  return turn_find(rig.pool.environments->turns, rig.pool.environments->places, str_from(rig_header(poll, REQUEST_ID)),
                   STR(""));
}

/* As if a timer's time was over. */
void rig_ring(struct loop_timer *timer) {
  assert_true(timer->place > 0);
  loop_timer_start(rig.loop, timer, 0);
}

/* The child */

static void say_late(int number) {
  (void)number;
  ssize_t ignored = write(1, "late\n", 5);
  (void)ignored;
}

int rig_serve(struct str handler) {
  if (str_equal(handler, STR("exit 7"))) return 7;
  if (str_equal(handler, STR("stubborn"))) {
    signal(SIGTERM, SIG_IGN);
    printf("stubborn"); /* without a line feed: nobody is told */
    fflush(stdout);
  }
  if (str_equal(handler, STR("talker"))) {
    signal(SIGUSR1, say_late);
    printf("talker"); /* without a line feed, too */
    fflush(stdout);
  }
  for (;;) pause();
}
