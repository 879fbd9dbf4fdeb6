/* http_names and url: which names have to be looked up; http: transfers that wait for the one that looks theirs up. */
#include "http_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_fixture.h"
#include "url.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

static void test_parts_of_a_url(void **state) {
  (void)state;
  static const struct {
    const char *url, *authority, *host;
  } cases[] = {
    { "https://example.com/x:y@z", "example.com", "example.com" },
    { "http://example.com:8080?a@b", "example.com:8080", "example.com" },
    { "http://ann:secret@example.com:80/", "example.com:80", "example.com" },
    { "http://a@b@example.com#c", "example.com", "example.com" },
    { "http://[::1]:80/", "[::1]:80", "[::1]" },
    { "http://[::1]", "[::1]", "[::1]" },
    { "http://[::1", "[::1", "[" },
    { "http://example.com.:443/", "example.com.:443", "example.com" },
    { "http://", "", "" },
    { "example.com/x", "", "" },
    { "", "", "" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct str url = str_from(cases[i].url);
    assert_true(str_equal(url_authority(url), str_from(cases[i].authority)));
    assert_true(str_equal(url_host(url), str_from(cases[i].host)));
  }
}

static void test_addresses_need_no_look_up(void **state) {
  (void)state;
  static const char *const urls[] = { "http://127.0.0.1/", "http://10.0.0.1:8080", "http://[fd00::1]:80/x", "http:///x",
                                      "nonsense" };
  struct http_names *names = calloc(1, sizeof *names);
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) assert_null(http_names_find(names, str_from(urls[i]), 1));
  assert_non_null(http_names_find(names, STR("http://1.example/"), 1));
  assert_non_null(http_names_find(names, STR("http://127.0.0.1.example/"), 1));
  free(names);
}

static void test_known_for_a_while(void **state) {
  (void)state;
  const int64_t second = 1000 * NS_PER_MS;
  struct http_names *names = calloc(1, sizeof *names);
  struct http_name *name = http_names_find(names, STR("https://example.com/a"), second);
  assert_ptr_equal(name, http_names_find(names, STR("https://x@example.com/b"), second));
  http_name_known(name, second);
  assert_ptr_not_equal(name, http_names_find(names, STR("https://example.com:8443/"), second));
  assert_null(http_names_find(names, STR("https://example.com/"), 2 * second));
  assert_null(http_names_find(names, STR("https://example.com/"), 55 * second));
  assert_ptr_equal(name, http_names_find(names, STR("https://example.com/"), 57 * second));
  free(names);
}

static void test_too_many_names(void **state) {
  (void)state;
  struct http_names *names = calloc(1, sizeof *names);
  char url[64];
  for (int i = 0; i < HTTP_NAMES; i++) {
    snprintf(url, sizeof url, "http://host-%d.example/", i);
    struct http_name *name = http_names_find(names, str_from(url), 1);
    assert_non_null(name);
    if (i != 3) name->first = (struct http_transfer *)names; /* somebody looks it up */
    if (i == 3) http_name_known(name, 1);
  }
  struct http_name *other = http_names_find(names, STR("http://other.example/"), 2);
  assert_ptr_equal(other, &names->names[3]); /* in the place of the one that nobody needs */
  other->first = (struct http_transfer *)names;
  assert_null(http_names_find(names, STR("http://one.more.example/"), 2));
  char longest[HTTP_NAME_MAX + 9] = "http://";
  memset(longest + 7, 'a', HTTP_NAME_MAX + 1);
  other->first = NULL;
  assert_null(http_names_find(names, str_from(longest), 2));
  longest[7 + HTTP_NAME_MAX] = '\0';
  assert_non_null(http_names_find(names, str_from(longest), 2));
  free(names);
}

/* "localhost" is a name. */
static struct str url_by_name(const struct server *s) {
  static char url[64];
  snprintf(url, sizeof url, "http://localhost:%u/", (unsigned)s->port);
  return str_from(url);
}

enum { COUNT = 6 };

struct many {
  struct fixture f;
  struct server s;
  struct http_transfer *transfers[COUNT];
  struct seen seen[COUNT];
};

static void begin(struct many *m, struct str url) {
  char err[ERR_LEN] = "";
  m->f = fixture_open();
  m->s.answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  m->s.answers_per_socket = 1;
  server_start(&m->s);
  if (url.len == 0) url = url_by_name(&m->s);
  for (int i = 0; i < COUNT; i++) {
    struct http_request request = { .url = url, .timeout_ms = 20000 };
    m->transfers[i] = http_send(m->f.http, &request, note, &m->seen[i], err);
    assert_non_null(m->transfers[i]);
  }
}

static void end(struct many *m) {
  fixture_close(&m->f);
  server_stop(&m->s);
  for (int i = 0; i < COUNT; i++) seen_free(&m->seen[i]);
}

static void test_all_that_wait_go_on(void **state) {
  (void)state;
  struct many m = { 0 };
  begin(&m, STR(""));
  loop_run(m.f.loop);
  for (int i = 0; i < COUNT; i++) assert_int_equal(m.seen[i].status, 200);
  end(&m);
}

static void test_all_fail_when_the_name_is_none(void **state) {
  (void)state;
  struct many m = { 0 };
  begin(&m, STR("http://nowhere.invalid/"));
  loop_run(m.f.loop);
  for (int i = 0; i < COUNT; i++) assert_int_equal(m.seen[i].code, HTTP_NETWORK);
  end(&m);
}

static void test_the_first_is_cancelled(void **state) {
  (void)state;
  struct many m = { 0 };
  begin(&m, STR(""));
  http_cancel(m.transfers[0]);
  loop_run(m.f.loop);
  assert_int_equal(m.seen[0].calls, 0);
  for (int i = 1; i < COUNT; i++) assert_int_equal(m.seen[i].status, 200);
  end(&m);
}

static void test_those_that_wait_are_cancelled(void **state) {
  (void)state;
  struct many m = { 0 };
  begin(&m, STR(""));
  for (int i = 2; i < COUNT; i++) http_cancel(m.transfers[i]);
  loop_run(m.f.loop);
  for (int i = 0; i < COUNT; i++) assert_int_equal(m.seen[i].calls, i < 2);
  end(&m);
}

static void test_deleted_while_they_wait(void **state) {
  (void)state;
  struct many m = { 0 };
  begin(&m, STR(""));
  http_cancel(m.transfers[0]); /* the others are about to go on */
  http_delete(m.f.http);
  m.f.http = NULL;
  for (int i = 0; i < COUNT; i++) assert_int_equal(m.seen[i].calls, 0);
  end(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_parts_of_a_url),          cmocka_unit_test(test_addresses_need_no_look_up),
    cmocka_unit_test(test_known_for_a_while),       cmocka_unit_test(test_too_many_names),
    cmocka_unit_test(test_all_that_wait_go_on),     cmocka_unit_test(test_all_fail_when_the_name_is_none),
    cmocka_unit_test(test_the_first_is_cancelled),  cmocka_unit_test(test_those_that_wait_are_cancelled),
    cmocka_unit_test(test_deleted_while_they_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
