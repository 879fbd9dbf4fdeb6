#define _GNU_SOURCE
#include "view_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h> /* last: its fail() is a macro */

static int64_t fixed_time(void) {
  return VIEW_NOW;
}

static void make_service(struct view_fixture *f) {
  f->functions[0] = (struct project_function){ .name = STR("echo"), .handler = STR("handlers/echo.default") };
  f->functions[1] = (struct project_function){ .name = STR("chat"), .handler = STR("handlers/chat.main") };
  f->functions[0].timeout_s = f->functions[1].timeout_s = 6;
  f->routes[0] = (struct project_route){ .key = STR("$connect"), .function = &f->functions[1] };
  f->routes[1] = (struct project_route){ .key = STR("$default"), .function = &f->functions[0] };
  f->routes[2] = (struct project_route){ .key = STR("chat"), .function = &f->functions[1] };
  f->project = (struct project){ .service = STR("moonwire-example"),
                                 .stage = STR("dev"),
                                 .region = STR("us-east-1"),
                                 .functions = f->functions,
                                 .function_count = 2,
                                 .routes = f->routes,
                                 .route_count = 3 };
  f->pool.options = (struct pool_options){ .project = &f->project, .function = &f->functions[0] };
  f->one = (struct environment){ .pool = &f->pool, .number = 1, .state = ENVIRONMENT_SERVING };
}

void view_fixture_begin(struct view_fixture *f, struct view_options options) {
  char err[ERR_LEN];
  setenv("TZ", "UTC", 1);
  tzset();
  memset(f, 0, sizeof *f);
  make_service(f);
  f->loop = loop_new(err);
  f->out = open_memstream(&f->text, &f->len);
  options.loop = f->loop;
  if (!options.out) options.out = f->out;
  if (!options.now_ms) options.now_ms = fixed_time;
  f->view = view_new(&options);
  assert_true(f->loop && f->out && f->view);
  f->observer = view_observer(f->view);
}

void view_fixture_ready(struct view_fixture *f) {
  struct view_ready ready = { &f->project,
                              STR("ws://127.0.0.1:3001/dev"),
                              STR("http://127.0.0.1:3001/dev"),
                              STR("http://127.0.0.1:3001"),
                              STR("http://127.0.0.1:3002"),
                              STR("http://127.0.0.1:3002/#token=T") };
  view_ready(f->view, &ready);
}

void view_fixture_invoke(struct invoke *in, enum invoke_outcome outcome, const char *payload) {
  *in = (struct invoke){ .label = STR("$default"), .environment = 1, .outcome = outcome };
  memcpy(in->connection_id, "BFaT_fALIAMCKug=", MODEL_ID_LEN);
  memcpy(in->request_id, VIEW_ID, UUID_LEN);
  in->asked_ns = clock_monotonic_ns();
  in->begun_ns = in->asked_ns + 100 * 1000;
  in->done_ns = in->begun_ns + 1500 * 1000;
  buf_init(&in->payload, 4 * 1024 * 1024);
  buf_add(&in->payload, str_from(payload));
  in->payload_bytes = in->payload.len;
  in->generation = 1;
}

void view_fixture_finish(struct view_fixture *f, struct invoke *in) {
  f->observer.finished(f->observer.ctx, &f->pool, in);
  buf_free(&in->payload);
}

void view_fixture_out(struct view_fixture *f, const struct invoke *in, const char *line) {
  f->observer.line(f->observer.ctx, &f->one, in, false, str_from(line));
}

void view_fixture_err(struct view_fixture *f, const struct invoke *in, const char *line) {
  f->observer.line(f->observer.ctx, &f->one, in, true, str_from(line));
}

void view_fixture_close(struct view_fixture *f) {
  view_delete(f->view);
  assert_int_equal(loop_pending(f->loop), 0);
  loop_delete(f->loop);
  fclose(f->out);
}

void view_fixture_compare(struct view_fixture *f, const char *want) {
  if (strcmp(f->text, want) != 0) fail_msg("\n%s\ninstead of:\n%s", f->text, want);
  free(f->text);
}

void view_fixture_end(struct view_fixture *f, const char *want) {
  view_fixture_close(f);
  view_fixture_compare(f, want);
}

static void stop(void *ctx) {
  loop_stop(ctx);
}

void view_fixture_run(struct view_fixture *f, int ms) {
  struct loop_timer timer = { .fire = stop, .ctx = f->loop };
  loop_timer_start(f->loop, &timer, ms);
  loop_run(f->loop);
}
