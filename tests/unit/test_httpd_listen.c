/* httpd: addresses to listen on, and those of clients. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "httpd_fixture.h"
#include "httpd_listen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

static void test_not_started(void **state) {
  struct httpd_fixture f;
  (void)state;
  httpd_fixture_open(&f, 60, 100);
  char err[ERR_LEN], want[100];
  struct httpd_options options = { .loop = f.loop, .host = "127.0.0.1", .port = httpd_port(f.httpd), .connections = 9 };
  assert_null(httpd_new(&options, err));
  snprintf(want, sizeof want, "127.0.0.1:%u is in use", (unsigned)httpd_port(f.httpd));
  assert_string_equal(err, want);
  options.host = "192.0.2.1";
  assert_null(httpd_new(&options, err));
  assert_non_null(strstr(err, "listen on 192.0.2.1:"));
  options.host = "no such host";
  assert_null(httpd_new(&options, err));
  assert_non_null(strstr(err, "listen on no such host: "));
  httpd_delete(NULL);
  httpd_fixture_close(&f);
}

static void test_addresses(void **state) {
  (void)state;
  static const struct {
    int family;
    const char *address, *want;
  } cases[] = {
    { AF_INET, "127.0.0.1", "127.0.0.1" },
    { AF_INET, "203.0.113.9", "203.0.113.9" },
    { AF_INET6, "::1", "::1" },
    { AF_INET6, "2001:db8::7", "2001:db8::7" },
    { AF_INET6, "::ffff:192.0.2.7", "192.0.2.7" },
  };
  char text[INET6_ADDRSTRLEN];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    bool is_v4 = cases[i].family == AF_INET;
    void *bytes = is_v4 ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr;
    assert_int_equal(inet_pton(cases[i].family, cases[i].address, bytes), 1);
    httpd_address_text(is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6, text);
    assert_string_equal(text, cases[i].want);
  }
  struct sockaddr other = { .sa_family = AF_UNIX };
  httpd_address_text(&other, text);
  assert_string_equal(text, "");
  httpd_address_text(NULL, text);
  assert_string_equal(text, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_not_started),
    cmocka_unit_test(test_addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
