/* Whose servers Amazon's roots are for; which bundle counts. */
#define _GNU_SOURCE /* setenv */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trust.h"

#include <cmocka.h> /* last: its fail() is a macro */

static const struct {
  const char *url;
  bool amazon;
} urls[] = {
  { "https://abc.execute-api.eu-central-1.amazonaws.com/prod/@connections/X1a%3D", true },
  { "https://dynamodb.eu-central-1.amazonaws.com", true },
  { "https://dynamodb.cn-north-1.amazonaws.com.cn/", true },
  { "https://lambda.eu-central-1.api.aws/", true },
  { "https://abc123.lambda-url.eu-central-1.on.aws/", true },
  { "https://a.amazonaws.com:8443/", true },
  { "https://a.amazonaws.com?x=1", true },
  { "https://a.amazonaws.com#x", true },
  { "https://A.AmazonAWS.COM/", true },
  { "HTTPS://a.amazonaws.com/", true },
  { "https://a.amazonaws.com./", true },
  { "https://a.amazonaws.com.:443/", true },
  { "https://me:secret@a.amazonaws.com/", true },
  { "https://a.amazonaws.com/@evil.example", true },
  { "https://a.amazonaws.com?@evil.example", true },
  /* the name at the end decides, whole labels of it */
  { "https://amazonaws.com.evil.example/", false },
  { "https://a.amazonaws.com.evil.example/", false },
  { "https://evilamazonaws.com/", false },
  { "https://evil-api.aws/", false },
  { "https://a.amazonaws.co/", false },
  { "https://a.amazonaws.com.cn.evil.example/", false },
  { "https://a.amazonaws.comx/", false },
  { "https://a.amazonaws.com../", false },
  { "https://a.aws/", false },
  { "https://aws.amazon.com/", false },
  /* below these domains, not they themselves */
  { "https://amazonaws.com/", false },
  { "https://.amazonaws.com/", false },
  { "https://api.aws/", false },
  /* what looks like a host and is none */
  { "https://x.amazonaws.com@evil.example/", false },
  { "https://x.amazonaws.com:443@evil.example/", false },
  { "https://a@x.amazonaws.com@evil.example/", false },
  { "https://evil.example/x.amazonaws.com", false },
  { "https://evil.example?x.amazonaws.com", false },
  { "https://evil.example#@x.amazonaws.com", false },
  { "https://evil.example:443/https://x.amazonaws.com", false },
  { "https://evil.example:.amazonaws.com", false },
  { "https://a%2eamazonaws%2ecom/", false },
  { "https://127.0.0.1/", false },
  { "https://[::1]/", false },
  { "https://[::1]:443/a.amazonaws.com", false },
  { "https://[::ffff:127.0.0.1].amazonaws.com/", false },
  { "https://", false },
  { "https:///a.amazonaws.com", false },
  { "a.amazonaws.com", false },
  { "://", false },
  { "", false },
};

static void amazon_is_known_by_the_host(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
    if (trust_is_amazon(str_from(urls[i].url)) != urls[i].amazon) fail_msg("%s", urls[i].url);
}

/* Bytes behind the URL's end are none of its. */
static void length_ends_the_url(void **state) {
  (void)state;
  assert_false(trust_is_amazon(str_of("https://a.amazonaws.com", 20)));
  assert_true(trust_is_amazon(str_of("https://a.amazonaws.community", 23)));
}

/* NULL unsets. */
static void set(const char *name, const char *value) {
  if (value)
    setenv(name, value, 1);
  else
    unsetenv(name);
}

static const char unreadable[] = "/nowhere/none.pem";

/* "system": the first of the two places that can be read; "" when there is none. */
static const struct {
  const char *aws, *ssl, *file;
  bool named;
} variables[] = {
  { NULL, NULL, "system", false },         { "", "", "system", false },
  { "/a.pem", NULL, "/a.pem", true },      { NULL, "/b.pem", "/b.pem", false },
  { "/a.pem", "/b.pem", "/a.pem", true },  { "", "/b.pem", "/b.pem", false },
  { "/a.pem", "", "/a.pem", true },        { unreadable, "/b.pem", unreadable, true },
  { NULL, unreadable, unreadable, false },
};

static const char *system_bundle(void) {
  const char *amazon_linux = "/etc/pki/tls/certs/ca-bundle.crt", *debian = "/etc/ssl/certs/ca-certificates.crt";
  return access(amazon_linux, R_OK) == 0 ? amazon_linux : access(debian, R_OK) == 0 ? debian : "";
}

static void variables_name_the_bundle(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    set("AWS_CA_BUNDLE", variables[i].aws);
    set("SSL_CERT_FILE", variables[i].ssl);
    struct trust_bundle bundle = trust_bundle_find();
    const char *want = strcmp(variables[i].file, "system") == 0 ? system_bundle() : variables[i].file;
    if (!str_equal(bundle.file, str_from(want)) || bundle.named != variables[i].named)
      fail_msg("case %zu: %.*s", i, STR_ARG(bundle.file));
    if (bundle.file.len > 0) assert_int_equal(bundle.file.ptr[bundle.file.len], '\0');
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(amazon_is_known_by_the_host),
    cmocka_unit_test(length_ends_the_url),
    cmocka_unit_test(variables_name_the_bundle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
