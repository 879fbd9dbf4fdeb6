/* http1_address_from: where AWS_LAMBDA_RUNTIME_API points. No case needs a name server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "http1_connection.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define LONG "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
  struct str text;
  int family; /* 0: refused */
  const char *host;
  int port;
} cases[] = {
  { STR("127.0.0.1:9001"), AF_INET, "127.0.0.1", 9001 },
  { STR("169.254.100.1:9001"), AF_INET, "169.254.100.1", 9001 },
  { STR("10.0.0.255:1"), AF_INET, "10.0.0.255", 1 },
  { STR("10.0.0.255:65535"), AF_INET, "10.0.0.255", 65535 },
  { STR("10.0.0.1:080"), AF_INET, "10.0.0.1", 80 },
  { STR("[::1]:9001"), AF_INET6, "::1", 9001 },
  { STR("[fe80::1:2]:80"), AF_INET6, "fe80::1:2", 80 },
  { STR("[::ffff:127.0.0.1]:80"), AF_INET6, "::ffff:127.0.0.1", 80 },
  { STR(""), 0, "", 0 },
  { STR(":"), 0, "", 0 },
  { STR("127.0.0.1"), 0, "", 0 },
  { STR("127.0.0.1:"), 0, "", 0 },
  { STR(":9001"), 0, "", 0 },
  { STR("[]:9001"), 0, "", 0 },
  { STR("9001"), 0, "", 0 },
  { STR("127.0.0.1:0"), 0, "", 0 },
  { STR("127.0.0.1:65536"), 0, "", 0 },
  { STR("127.0.0.1:-1"), 0, "", 0 },
  { STR("127.0.0.1:+1"), 0, "", 0 },
  { STR("127.0.0.1:9001/"), 0, "", 0 },
  { STR("127.0.0.1:9001 "), 0, "", 0 },
  { STR("127.0.0.1: 9001"), 0, "", 0 },
  { STR("127.0.0.1:http"), 0, "", 0 },
  { STR("127.0.0.1:99999999999999999999"), 0, "", 0 },
  { STR("127.0.0.1\0:9001"), 0, "", 0 },
  { STR("127.0.0.1:90\0"), 0, "", 0 },
  { STR(LONG LONG LONG LONG ":9001"), 0, "", 0 },
};

static void test_addresses(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct http1_address address;
    char err[ERR_LEN] = "", host[INET6_ADDRSTRLEN];
    bool ok = http1_address_from(&address, cases[i].text, err);
    if (ok != (cases[i].family != 0)) fail_msg("%s: %s", cases[i].text.ptr, ok ? "was accepted" : err);
    if (!ok) {
      assert_non_null(strstr(err, "is not an address of the form host:port"));
      continue;
    }
    const struct sockaddr_in *ipv4 = (const void *)&address.socket;
    const struct sockaddr_in6 *ipv6 = (const void *)&address.socket;
    bool is_ipv4 = cases[i].family == AF_INET;
    assert_int_equal(address.socket.ss_family, cases[i].family);
    assert_int_equal(address.length, is_ipv4 ? sizeof *ipv4 : sizeof *ipv6);
    assert_int_equal(ntohs(is_ipv4 ? ipv4->sin_port : ipv6->sin6_port), cases[i].port);
    const void *bytes = is_ipv4 ? (const void *)&ipv4->sin_addr : (const void *)&ipv6->sin6_addr;
    assert_non_null(inet_ntop(cases[i].family, bytes, host, sizeof host));
    assert_string_equal(host, cases[i].host);
  }
}

static void test_names(void **state) {
  (void)state;
  struct http1_address address;
  char err[ERR_LEN] = "";
  assert_true(http1_address_from(&address, STR("localhost:9001"), err)); /* in the file of hosts */
  assert_true(address.length > 0);
  assert_false(http1_address_from(&address, STR("a..b:80"), err)); /* no name: nobody is asked for it */
  assert_non_null(strstr(err, "cannot resolve \"a..b\": "));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_addresses),
    cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
