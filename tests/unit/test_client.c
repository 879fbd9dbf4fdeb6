/* test_client.c -- the attempts of a call: how many, until when, and what is left when it is cancelled between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "http_fixture.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

#define S(literal)                                                                                                     \
  { literal, sizeof(literal) - 1 }
#define ANSWER(status, headers) S("HTTP/1.1 " status " X\r\n" headers "Content-Length: 0\r\n\r\n")
#define SLOW_DOWN ANSWER("429", "x-amz-retry-after: 600000\r\n")

static const struct credentials keys = { S("id"), S("secret"), { NULL, 0 } };

struct outcome {
  int calls;
  enum client_code code;
  int status;
  char message[ERR_LEN];
};

/* The port of the server is another one each time. */
static void leave_port_out(char out[ERR_LEN], const char *message) {
  const char *host = strstr(message, "http://127.0.0.1:");
  size_t digits = host ? strspn(host + strlen("http://127.0.0.1:"), "0123456789") : 0;
  if (host)
    snprintf(out, ERR_LEN, "%.*shttp://HERE%s", (int)(host - message), message,
             host + strlen("http://127.0.0.1:") + digits);
  else
    snprintf(out, ERR_LEN, "%s", message);
}

static void note_result(void *ctx, const struct client_result *result) {
  struct outcome *outcome = ctx;
  outcome->calls++;
  outcome->code = result->code;
  outcome->status = result->status;
  leave_port_out(outcome->message, result->message);
}

static struct client_call *call_with(struct fixture *f, const char *url, int64_t deadline_ms,
                                     const struct client_turns *turns, struct outcome *outcome) {
  char err[ERR_LEN] = "";
  struct client_request request = { .method = STR("POST"),
                                    .url = str_from(url),
                                    .body = STR("hi"),
                                    .service = STR("execute-api"),
                                    .region = STR("eu-central-1"),
                                    .credentials = &keys,
                                    .timeout_ms = 20000,
                                    .deadline_ms = deadline_ms,
                                    .turns = turns };
  struct client_call *call = client_send(f->http, &request, note_result, outcome, err);
  if (!call) fail_msg("%s", err);
  assert_int_equal(outcome->calls, 0);
  return call;
}

static struct client_call *call_start(struct fixture *f, const char *url, int64_t deadline_ms,
                                      struct outcome *outcome) {
  return call_with(f, url, deadline_ms, NULL, outcome);
}

static void test_attempts(void **state) {
  (void)state;
  static const struct {
    const char *name;
    struct str answer;
    int64_t until_ms; /* the deadline, from now; 0: none */
    int attempts;
    enum client_code code;
    const char *message;
  } cases[] = {
    { "fails for ever", ANSWER("503", ""), 0, 3, CLIENT_SERVER, "http://HERE answered HTTP 503, after 3 attempts" },
    { "a deadline far away", ANSWER("503", ""), INT64_C(1) << 60, 3, CLIENT_SERVER,
      "http://HERE answered HTTP 503, after 3 attempts" },
    { "cannot help", ANSWER("410", ""), 0, 1, CLIENT_GONE, "http://HERE answered HTTP 410" },
    { "not HTTP", S("SSH-2.0-OpenSSH\r\n"), 0, 1, CLIENT_NETWORK, NULL },
    { "cut off", S("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"), 0, 3, CLIENT_NETWORK, NULL },
    { "cut off within the headers", S("HTTP/1.1 200 OK\r\nContent-"), 0, 3, CLIENT_NETWORK, NULL },
    { "says nothing", S(""), 0, 3, CLIENT_NETWORK, NULL },
    { "succeeds", ANSWER("200", ""), 0, 1, CLIENT_OK, "" },
    { "no time for another", SLOW_DOWN, 4900, 1, CLIENT_THROTTLED,
      "http://HERE answered HTTP 429; not tried again: too little time before the deadline" },
    { "no time for one", ANSWER("200", ""), -1, 0, CLIENT_TIMEOUT, "the deadline has come" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture f = fixture_open();
    struct server s = { .answer = cases[i].answer, .answers_per_socket = 1 };
    struct outcome outcome = { 0 };
    server_start(&s);
    int64_t until_ms = cases[i].until_ms;
    call_start(&f, server_url(&s, "/"), until_ms ? clock_unix_ms() + until_ms : 0, &outcome);
    loop_run(f.loop);
    fixture_close(&f);
    server_stop(&s);
    if (outcome.calls != 1 || outcome.code != cases[i].code || s.connections != cases[i].attempts)
      fail_msg("%s: %d attempts, code %d, %s", cases[i].name, s.connections, (int)outcome.code, outcome.message);
    if (cases[i].message) assert_string_equal(outcome.message, cases[i].message);
  }
}

/* Ends while it waits for the next attempt; nothing stays in the loop. */
static void test_cancelled_in_a_pause(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = SLOW_DOWN, .answers_per_socket = 1 };
  struct outcome outcome = { 0 };
  server_start(&s);
  struct client_call *call = call_start(&f, server_url(&s, "/"), 0, &outcome);
  struct loop_timer stop = { .fire = (void (*)(void *))loop_stop, .ctx = f.loop };
  loop_timer_start(f.loop, &stop, 300);
  loop_run(f.loop);
  client_cancel(call);
  fixture_close(&f);
  server_stop(&s);
  assert_int_equal(outcome.calls, 0);
  assert_true(s.connections <= 1); /* none on a machine that is very slow */
}

/* Turns: the caller hears of each pause and says when the call may go on. */

static struct turn_taking {
  struct fixture f;
  struct client_call *call;
  int pauses, questions;
  bool keep_waiting;
  struct loop_job let_go;
} taking;

static void let_go(void *ctx) {
  (void)ctx;
  client_go_on(taking.call);
}

static void note_pause(void *ctx) {
  (void)ctx;
  taking.pauses++;
}

static bool not_yet(void *ctx) {
  (void)ctx;
  taking.questions++;
  if (!taking.keep_waiting) loop_job_add(taking.f.loop, &taking.let_go);
  return false;
}

static void test_turns(void **state) {
  (void)state;
  static const struct client_turns turns = { .paused = note_pause, .may_go_on = not_yet };
  static const struct {
    bool keep_waiting;
    int64_t until_ms;
    int attempts;
    const char *message;
  } cases[] = {
    { false, 60000, 3, "http://HERE answered HTTP 503, after 3 attempts" },
    { false, 0, 3, "http://HERE answered HTTP 503, after 3 attempts" },
    { true, 1000, 1, "http://HERE answered HTTP 503; not tried again: too little time before the deadline" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct server s = { .answer = ANSWER("503", ""), .answers_per_socket = 1 };
    struct outcome outcome = { 0 };
    taking = (struct turn_taking){ .f = fixture_open(), .keep_waiting = cases[i].keep_waiting };
    taking.let_go.run = let_go;
    server_start(&s);
    int64_t until_ms = cases[i].until_ms ? clock_unix_ms() + cases[i].until_ms : 0;
    taking.call = call_with(&taking.f, server_url(&s, "/"), until_ms, &turns, &outcome);
    loop_run(taking.f.loop);
    fixture_close(&taking.f);
    server_stop(&s);
    assert_int_equal(outcome.calls, 1);
    assert_string_equal(outcome.message, cases[i].message);
    assert_int_equal(s.connections, cases[i].attempts);
    assert_int_equal(taking.questions, cases[i].keep_waiting ? 1 : cases[i].attempts - 1);
    assert_int_equal(taking.pauses, taking.questions);
  }
}

static void test_cancelled_before_it_begins(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct outcome outcome = { 0 };
  client_cancel(call_start(&f, "http://127.0.0.1:1/", 1, &outcome));
  client_cancel(call_start(&f, "http://127.0.0.1:1/", 0, &outcome));
  client_cancel(NULL);
  loop_run(f.loop);
  fixture_close(&f);
  assert_int_equal(outcome.calls, 0);
}

/* The process was frozen while it waited: the pause ends behind the deadline, and no attempt begins. */
static void nap(void *ctx) {
  (void)ctx;
  struct timespec long_enough = { .tv_sec = 2 };
  nanosleep(&long_enough, NULL);
}

static void test_pause_outlasts_the_deadline(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 503 No\r\nx-amz-retry-after: 1500\r\nContent-Length: 0\r\n\r\n"),
                      .answers_per_socket = 1 };
  struct outcome outcome = { 0 };
  server_start(&s);
  call_start(&f, server_url(&s, "/"), clock_unix_ms() + 2200, &outcome);
  struct loop_timer freeze = { .fire = nap };
  loop_timer_start(f.loop, &freeze, 1000);
  loop_run(f.loop);
  fixture_close(&f);
  server_stop(&s);
  assert_int_equal(outcome.calls, 1);
  assert_int_equal(outcome.code, CLIENT_SERVER);
  assert_int_equal(outcome.status, 503);
  assert_string_equal(outcome.message,
                      "http://HERE answered HTTP 503; not tried again: too little time before the deadline");
  assert_int_equal(s.connections, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_attempts),
    cmocka_unit_test(test_cancelled_in_a_pause),
    cmocka_unit_test(test_cancelled_before_it_begins),
    cmocka_unit_test(test_pause_outlasts_the_deadline),
    cmocka_unit_test(test_turns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
