/* test_http.c -- transfers: their ends, early and late, and the connections that they share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_fixture.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

static void test_no_answer(void **state) {
  (void)state;
  static const struct {
    const char *name, *url;
    enum http_code code;
  } cases[] = {
    { "nobody listens", "http://127.0.0.1:1/", HTTP_NETWORK },
    { "no such host", "http://nowhere.invalid/", HTTP_NETWORK },
    { "a port that is none", "http://127.0.0.1:99999/", HTTP_BAD_REQUEST },
    { "no host", "http://", HTTP_BAD_REQUEST },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture f = fixture_open();
    struct seen seen = { 0 };
    char err[ERR_LEN] = "";
    struct http_request request = { .url = str_from(cases[i].url) };
    assert_non_null(http_send(f.http, &request, note, &seen, err));
    loop_run(f.loop);
    if (seen.calls != 1 || seen.code != cases[i].code || seen.message[0] == '\0')
      fail_msg("%s: code %d %s", cases[i].name, (int)seen.code, seen.message);
    seen_free(&seen);
    fixture_close(&f);
  }
}

static void test_password_stays_out_of_messages(void **state) {
  (void)state;
  static const struct {
    const char *url, *origin;
  } cases[] = {
    { "http://me:p@ss@127.0.0.1:1/?token=abc", "127.0.0.1:1: " }, { "http://me@127.0.0.1:1/ss", "127.0.0.1:1: " },
    { "http://me:abc/ss@127.0.0.1:1/", "http://me: " }, /* the slash ends the host, whatever was meant */
    { "http://me:1abc?ss@127.0.0.1:1/", "http://me: " },          { "http://[::1]:1/abc", "http://[::1]:1: " },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture f = fixture_open();
    struct seen seen = { 0 };
    char err[ERR_LEN] = "";
    struct http_request request = { .url = str_from(cases[i].url) };
    assert_non_null(http_send(f.http, &request, note, &seen, err));
    loop_run(f.loop);
    if (strncmp(seen.message, cases[i].origin, strlen(cases[i].origin)) != 0 || strstr(seen.message, "abc") ||
        strstr(seen.message, "ss@"))
      fail_msg("%s: %s", cases[i].url, seen.message);
    seen_free(&seen);
    fixture_close(&f);
  }
}

static void test_timeout(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"),
                      .answers_per_socket = 1,
                      .hold = true };
  server_start(&s);
  struct seen seen = { 0 };
  char err[ERR_LEN] = "";
  struct http_request request = { .url = str_from(server_url(&s, "/")), .timeout_ms = 50 };
  assert_non_null(http_send(f.http, &request, note, &seen, err));
  loop_run(f.loop);
  assert_int_equal(seen.code, HTTP_TIMEOUT);
  seen_free(&seen);
  fixture_close(&f);
  server_stop(&s);
}

static void test_connections_are_kept(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .answers_per_socket = 100 };
  server_start(&s);
  for (int i = 0; i < 5; i++) {
    struct seen seen = request_once(&f, &s, "POST");
    assert_int_equal(seen.code, HTTP_OK);
    seen_free(&seen);
  }
  fixture_close(&f);
  server_stop(&s);
  assert_int_equal(s.connections, 1);
}

static void test_dead_connections_are_replaced(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .answers_per_socket = 1 };
  server_start(&s);
  for (int i = 0; i < 5; i++) {
    struct seen seen = request_once(&f, &s, "POST");
    assert_int_equal(seen.code, HTTP_OK);
    seen_free(&seen);
  }
  fixture_close(&f);
  server_stop(&s);
  assert_int_equal(s.connections, 5);
}

/* Ends without a completion: by cancelling each transfer, or by deleting the client, at once or while they run. */
static void end_early(bool cancel, bool run_first) {
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"),
                      .answers_per_socket = 1,
                      .hold = true };
  server_start(&s);
  enum { COUNT = 4 };
  struct http_transfer *transfers[COUNT];
  struct seen seen = { 0 };
  char err[ERR_LEN] = "";
  for (size_t i = 0; i < COUNT; i++) {
    struct http_request request = { .url = str_from(i == 3 ? "http://nowhere.invalid/" : server_url(&s, "/")) };
    transfers[i] = http_send(f.http, &request, note, &seen, err);
    assert_non_null(transfers[i]);
  }
  struct loop_timer stop = { .fire = (void (*)(void *))loop_stop, .ctx = f.loop };
  if (run_first) {
    http_cancel(transfers[3]); /* would complete */
    assert_true(loop_timer_start(f.loop, &stop, 30));
    loop_run(f.loop);
  }
  if (cancel)
    for (size_t i = 0; i < (run_first ? 3 : COUNT); i++) http_cancel(transfers[i]);
  else
    http_delete(f.http), f.http = NULL;
  assert_int_equal(seen.calls, 0);
  fixture_close(&f);
  server_stop(&s);
}

static void test_ending_early_leaves_nothing(void **state) {
  (void)state;
  for (int i = 0; i < 4; i++) end_early(i & 1, i & 2);
}

/* A completion may send and cancel. */
struct chain {
  struct http *http;
  struct http_request request;
  struct http_transfer *victim;
  int calls, left;
};

static void never(void *ctx, const struct http_response *response) {
  (void)ctx, (void)response;
  fail_msg("a cancelled transfer was completed");
}

static void next_of_chain(void *ctx, const struct http_response *response) {
  struct chain *chain = ctx;
  char err[ERR_LEN] = "";
  assert_int_equal(response->code, HTTP_OK);
  chain->calls++;
  http_cancel(chain->victim);
  chain->victim = NULL;
  if (chain->left-- == 0) return;
  assert_non_null(http_send(chain->http, &chain->request, next_of_chain, chain, err));
  chain->victim = http_send(chain->http, &chain->request, never, chain, err);
  assert_non_null(chain->victim);
}

static void test_completions_may_send_and_cancel(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .answers_per_socket = 100 };
  server_start(&s);
  char url[256], err[ERR_LEN] = "";
  snprintf(url, sizeof url, "%s", server_url(&s, "/"));
  struct chain chain = { .http = f.http, .request = { .url = str_from(url) }, .left = 5 };
  assert_non_null(http_send(f.http, &chain.request, next_of_chain, &chain, err));
  loop_run(f.loop);
  assert_int_equal(chain.calls, 6);
  fixture_close(&f);
  server_stop(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_no_answer),
    cmocka_unit_test(test_password_stays_out_of_messages),
    cmocka_unit_test(test_timeout),
    cmocka_unit_test(test_connections_are_kept),
    cmocka_unit_test(test_dead_connections_are_replaced),
    cmocka_unit_test(test_ending_early_leaves_nothing),
    cmocka_unit_test(test_completions_may_send_and_cancel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
