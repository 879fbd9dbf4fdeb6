/* Which address a container's keys are asked for at, which are refused, and what may be a token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "container_place.h"

#include <cmocka.h> /* last: its fail() is a macro */

static const char *const refused_host = "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or have";
static const char *const no_host = "AWS_CONTAINER_CREDENTIALS_FULL_URI must have a host";

static void places(void **state) {
  (void)state;
  static const struct {
    const char *relative, *full, *runtime_api;
    const char *url, *origin; /* "": none is configured */
  } cases[] = {
    { "", "", "127.0.0.1:9001", "", "" },
    { "/v2/credentials/x?y=1", "", "", "http://169.254.170.2/v2/credentials/x?y=1", "http://169.254.170.2" },
    { "/v2", "http://127.0.0.1/full", "", "http://169.254.170.2/v2", "http://169.254.170.2" },
    { "", "http://127.0.0.1/full", "", "http://127.0.0.1/full", "http://127.0.0.1" },
    { "", "http://127.0.0.1:8080/a?b", "", "http://127.0.0.1:8080/a?b", "http://127.0.0.1:8080" },
    { "", "http://127.0.0.1?b", "", "http://127.0.0.1?b", "http://127.0.0.1" },
    { "", "HTTP://127.255.0.9:1", "", "HTTP://127.255.0.9:1", "HTTP://127.255.0.9:1" },
    { "", "http://localhost:80/", "", "http://localhost:80/", "http://localhost:80" },
    { "", "http://LocalHost/", "", "http://LocalHost/", "http://LocalHost" },
    { "", "http://[::1]/", "", "http://[::1]/", "http://[::1]" },
    { "", "http://[::1]:81/x", "", "http://[::1]:81/x", "http://[::1]:81" },
    { "", "http://169.254.170.2/x", "", "http://169.254.170.2/x", "http://169.254.170.2" },
    { "", "http://169.254.170.23/v1/credentials", "", "http://169.254.170.23/v1/credentials", "http://169.254.170.23" },
    { "", "http://[fd00:ec2::23]/v1", "", "http://[fd00:ec2::23]/v1", "http://[fd00:ec2::23]" },
    { "", "http://169.254.100.1/x", "169.254.100.1:9001/runtime", "http://169.254.100.1/x", "http://169.254.100.1" },
    { "", "http://169.254.100.1:1/x", "169.254.100.1", "http://169.254.100.1:1/x", "http://169.254.100.1:1" },
    { "", "http://[fd00::1]:7/x", "[fd00::1]:9001", "http://[fd00::1]:7/x", "http://[fd00::1]:7" },
    { "", "https://keys.example/x", "", "https://keys.example/x", "https://keys.example" },
    { "", "HTTPS://10.0.0.1/", "", "HTTPS://10.0.0.1/", "HTTPS://10.0.0.1" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct container_variables variables = { str_from(cases[i].relative), str_from(cases[i].full),
                                             str_from(cases[i].runtime_api) };
    struct container_place place;
    struct arena memory = { 0 };
    char err[ERR_LEN] = "";
    if (!container_place_find(&variables, &memory, &place, err)) fail_msg("case %zu: %s", i, err);
    assert_true(str_equal(place.url, str_from(cases[i].url)));
    assert_true(str_equal(place.origin, str_from(cases[i].origin)));
    assert_true(!place.variable == (cases[i].url[0] == '\0'));
    if (place.variable) assert_true(!strcmp(place.variable, CONTAINER_RELATIVE_URI) == (cases[i].relative[0] != '\0'));
    arena_free(&memory);
  }
}

static void check_refused(const char *relative, const char *full, const char *runtime_api, const char *start) {
  struct container_variables variables = { str_from(relative), str_from(full), str_from(runtime_api) };
  struct container_place place;
  struct arena memory = { 0 };
  char err[ERR_LEN] = "";
  bool ok = container_place_find(&variables, &memory, &place, err);
  if (ok || !str_starts(str_from(err), str_from(start))) fail_msg("%s%s: %s", relative, full, ok ? "taken" : err);
  arena_free(&memory);
}

/* Most of them look like a host of the list to those who do not look closely. */
static void hosts_are_refused(void **state) {
  (void)state;
  static const char *const urls[] = {
    "http://10.0.0.1/",
    "http://169.254.169.254/",
    "http://169.254.170.22/",
    "http://169.254.170.2.evil/",
    "http://169.254.170.230/",
    "http://evil.example/127.0.0.1",
    "http://127.0.0.1.evil/",
    "http://127.0.0.1.evil:80/",
    "http://127.0.0.1./",
    "http://127.0.0/",
    "http://127.1/",
    "http://127.0.0.1.1/",
    "http://127.0.0.256/",
    "http://127.0.0.01/",
    "http://127.0.0.0x1/",
    "http://127.0..1/",
    "http://1127.0.0.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://localhost.evil/",
    "http://evil.localhost/",
    "http://localhost./",
    "http://evillocalhost/",
    "http://0.0.0.0/",
    "http://[::2]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[fd00:ec2::234]/",
    "http://[::1%25lo]/",
    "http://169.254.100.11/",
    "http://evil?127.0.0.1/",
    "http://evil#127.0.0.1/",
  };
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
    check_refused("", urls[i], "169.254.100.1:9001/path", refused_host);
  check_refused("", "http://169.254.100.1/", "", refused_host);
  check_refused("", "http://169.254.100.1/", "evil/169.254.100.1", refused_host);
  check_refused("", "http://169.254.100.1/", "169.254.100.1:x", refused_host);
}

static void addresses_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *relative, *full, *start;
  } cases[] = {
    { "", "http://127.0.0.1@evil/", no_host },
    { "", "https://user@keys.example/", no_host },
    { "", "http://127.0.0.1:80@evil/", no_host },
    { "", "http://127.0.0.1:80:81/", no_host },
    { "", "https://user:password@keys.example/", no_host },
    { "", "http://127.0.0.1\\@evil/", no_host },
    { "", "http://evil\\.127.0.0.1/", no_host },
    { "", "http://[::1]evil/", no_host },
    { "", "http://[::1]evil:80/", no_host },
    { "", "http://[::1/", no_host },
    { "", "http://127.0.0.1:/", no_host },
    { "", "http:///x", no_host },
    { "", "http://:80/x", no_host },
    { "", "https://", no_host },
    { "", "127.0.0.1/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI: url must start with http" },
    { "", "ftp://127.0.0.1/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI: url must start with http" },
    { "", "http://127.0.0.1/ x", "AWS_CONTAINER_CREDENTIALS_FULL_URI: url has a byte" },
    { "", "http://127.0.0.1/\r\nx", "AWS_CONTAINER_CREDENTIALS_FULL_URI: url has a byte" },
    { "v2", "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with" },
    { "@evil/", "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with" },
    { ".evil/", "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with" },
    { "/ x", "http://127.0.0.1/", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: url has a byte" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_refused(cases[i].relative, cases[i].full, "", cases[i].start);
  char long_path[9000];
  memset(long_path, 'a', sizeof long_path);
  long_path[0] = '/';
  long_path[sizeof long_path - 1] = '\0';
  check_refused(long_path, "", "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be shorter");
}

static void tokens(void **state) {
  (void)state;
  static const struct {
    struct str token;
    bool ok;
  } cases[] = {
    { STR("Basic abc=="), true }, { STR("x"), true },     { STR(""), false },
    { STR("x\n"), false },        { STR("x\r"), false },  { STR("x\r\nHost: evil"), false },
    { STR("\tx"), false },        { STR("x\0y"), false }, { STR("x\x7f"), false },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char err[ERR_LEN] = "";
    if (container_token_check(cases[i].token, "THE_VARIABLE", err) != cases[i].ok) fail_msg("case %zu", i);
    assert_true(cases[i].ok || str_starts(str_from(err), STR("THE_VARIABLE ")));
    assert_null(strchr(err, 'x'));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(places),
    cmocka_unit_test(hosts_are_refused),
    cmocka_unit_test(addresses_are_refused),
    cmocka_unit_test(tokens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
