/* The keys of the container: one fetch for all who wait, three attempts, and nothing left behind. The refresh and the keys
 * in requests: tests/e2e/credentials.test.js. */
#define _GNU_SOURCE /* setenv */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "http_fixture.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

#define S(literal)                                                                                                     \
  { literal, sizeof(literal) - 1 }
#define ANSWER(status, body) S("HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" body)
#define KEYS ANSWER("200 OK", "{\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"secret\",\"Token\":\"token\"}")

struct waiting {
  struct container_waiter waiter;
  int calls;
  enum client_code code;
  char message[ERR_LEN];
  struct waiting *forgets; /* who is forgotten by this one's completion; NULL: nobody */
};

static void note_keys(void *ctx, enum client_code code, const char *message) {
  struct waiting *waiting = ctx;
  waiting->calls++;
  waiting->code = code;
  snprintf(waiting->message, sizeof waiting->message, "%s", message);
  if (waiting->forgets) container_forget(&waiting->forgets->waiter);
}

static void wait_for_keys(struct fixture *f, struct waiting *waiting) {
  char err[ERR_LEN] = "";
  waiting->waiter = (struct container_waiter){ .done = note_keys, .ctx = waiting };
  if (!container_wait(f->http, &waiting->waiter, err)) fail_msg("%s", err);
  assert_int_equal(waiting->calls, 0);
}

static void configure(const char *url) {
  setenv(CONTAINER_FULL_URI, url, 1);
  unsetenv(CONTAINER_RELATIVE_URI);
  setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "the token", 1);
  unsetenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
}

static void close_all(struct fixture *f) {
  container_close();
  fixture_close(f);
}

static void many_wait_for_one_fetch(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = KEYS, .answers_per_socket = 1 };
  struct waiting all[64] = { 0 };
  server_start(&s);
  configure(server_url(&s, "/keys?x"));
  assert_null(container_keys_now(f.http));
  for (size_t i = 0; i < 64; i++) wait_for_keys(&f, &all[i]);
  all[10].forgets = &all[11];
  container_forget(&all[0].waiter);
  container_forget(&all[63].waiter);
  container_forget(&all[63].waiter);
  loop_run(f.loop);
  for (size_t i = 0; i < 64; i++) assert_int_equal(all[i].calls, i != 0 && i != 11 && i != 63);
  struct container_keys *keys = container_keys_now(f.http);
  assert_true(str_equal(keys->credentials.session_token, STR("token")));
  assert_true(keys->expires_ms == INT64_MAX);
  container_drop(keys);
  assert_null(container_keys_now(f.http));
  container_keys_release(keys);
  close_all(&f);
  server_stop(&s);
  assert_int_equal(s.connections, 1);
  static const char *const lines[] = { "GET /keys?x HTTP/1.1\r\n", "\r\nAuthorization: the token\r\n",
                                       "\r\nAccept: application/json\r\n" };
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) assert_non_null(strstr(s.received, lines[i]));
}

static void attempts_are_counted(void **state) {
  (void)state;
  static const struct {
    struct str answer;
    int attempts;
    enum client_code code;
    const char *ends;
  } cases[] = {
    { KEYS, 1, CLIENT_OK, "" },
    { ANSWER("404 Not Found", "{\"code\":\"NotFound\"}"), 1, CLIENT_BAD_REQUEST, " answered HTTP 404 NotFound" },
    { ANSWER("500 No", "{\"code\":\"Broken\"}"), 3, CLIENT_SERVER, " answered HTTP 500 Broken, after 3 attempts" },
    { ANSWER("200 OK", "<html>secret</html>"), 3, CLIENT_SERVER, " answered with what is no JSON, after 3 attempts" },
    { S(""), 3, CLIENT_NETWORK, ", after 3 attempts" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture f = fixture_open();
    struct server s = { .answer = cases[i].answer, .answers_per_socket = 1 };
    struct waiting one = { 0 };
    server_start(&s);
    configure(server_url(&s, "/"));
    wait_for_keys(&f, &one);
    loop_run(f.loop);
    close_all(&f);
    server_stop(&s);
    if (s.connections != cases[i].attempts || one.code != cases[i].code || one.calls != 1)
      fail_msg("case %zu: %d attempts, code %d, %s", i, s.connections, (int)one.code, one.message);
    assert_true(str_ends(str_from(one.message), str_from(cases[i].ends)));
    assert_null(strstr(one.message, "secret"));
    const char *start = "no AWS credentials: AWS_CONTAINER_CREDENTIALS_FULL_URI: http://127.0.0.1:";
    assert_true(one.code == CLIENT_OK || str_starts(str_from(one.message), str_from(start)));
  }
}

/* The path of a new file that holds this; NULL: far too much. */
static char *file_of(const char *text) {
  char path[] = "/tmp/moonwire-test-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  if (text)
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
  else
    assert_int_equal(ftruncate(fd, 1 << 20), 0);
  close(fd);
  return strdup(path);
}

static char *pipe_of(void) {
  char *path = file_of("");
  assert_int_equal(unlink(path), 0);
  assert_int_equal(mkfifo(path, 0600), 0);
  return path;
}

static void wrong_settings_are_told_at_once(void **state) {
  (void)state;
  const struct {
    const char *url, *token, *file, *start;
  } cases[] = {
    { "http://evil/", "t", "", "no AWS credentials: AWS_CONTAINER_CREDENTIALS_FULL_URI must be https" },
    { "", "t", "", "no AWS credentials: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor" },
    { "http://127.0.0.1:1/", "secret\r\nX: y", "",
      "no AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN holds a line break" },
    { "http://127.0.0.1:1/", "t", "/no/such/file",
      "no AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /no/such/file: No such" },
    { "http://127.0.0.1:1/", "t", "/dev/zero",
      "no AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /dev/zero is not a file" },
    { "http://127.0.0.1:1/", "t", "/", "no AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: / is not a file" },
    { "http://127.0.0.1:1/", "t", file_of(""),
      "no AWS credentials: the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names is empty" },
    { "http://127.0.0.1:1/", "t", file_of(NULL),
      "no AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /tmp/moonwire-test-" },
    { "http://127.0.0.1:1/", "t", pipe_of(), /* nobody writes to it */
      "no AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /tmp/moonwire-test-" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture f = fixture_open();
    struct waiting one = { .waiter = { .done = note_keys, .ctx = &one } };
    char err[ERR_LEN] = "";
    configure(cases[i].url);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", cases[i].token, 1);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", cases[i].file, 1);
    assert_int_equal(container_is_configured(), cases[i].url[0] != '\0');
    assert_false(container_wait(f.http, &one.waiter, err));
    if (!str_starts(str_from(err), str_from(cases[i].start))) fail_msg("%s", err);
    assert_null(strstr(err, "secret"));
    if (str_starts(str_from(cases[i].file), STR("/tmp/moonwire-test-"))) {
      unlink(cases[i].file);
      free((char *)cases[i].file);
    }
    container_forget(&one.waiter);
    close_all(&f);
    assert_int_equal(one.calls, 0);
  }
}

/* While the endpoint is silent, in a pause between attempts, and before anything begins. */
static void nothing_is_left(void **state) {
  (void)state;
  for (int64_t delay_ms = 0; delay_ms <= 60; delay_ms += 20) {
    struct fixture f = fixture_open();
    struct server s = { .answer = ANSWER("500 No", ""), .answers_per_socket = 1 };
    struct waiting one = { 0 };
    struct loop_timer stop = { .fire = (void (*)(void *))loop_stop, .ctx = f.loop };
    server_start(&s);
    configure(server_url(&s, "/"));
    wait_for_keys(&f, &one);
    loop_timer_start(f.loop, &stop, delay_ms);
    loop_run(f.loop);
    container_forget(&one.waiter);
    loop_timer_stop(f.loop, &stop);
    close_all(&f);
    server_stop(&s);
    assert_true(one.calls <= 1);
  }
  container_close();
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(many_wait_for_one_fetch),
    cmocka_unit_test(attempts_are_counted),
    cmocka_unit_test(wrong_settings_are_told_at_once),
    cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
