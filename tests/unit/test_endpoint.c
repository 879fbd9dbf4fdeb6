/* test_endpoint.c -- where a service is: given, configured, or in the domain of its Region. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "endpoint.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

#define S(literal)                                                                                                     \
  { literal, sizeof(literal) - 1 }
#define DYNAMODB .prefix = S("dynamodb"), .variable = "AWS_ENDPOINT_URL_DYNAMODB"
#define VARIABLES .service_url = S("http://127.0.0.1:8000/"), .endpoint_url = S("http://localhost:4566")
#define REGION .default_region = S("eu-central-1")

static const struct {
  const char *name;
  struct endpoint_place place;
  const char *want;  /* the URL, or NULL */
  const char *error; /* part of the message when want is NULL */
} endpoints[] = {
  { "given", { DYNAMODB, VARIABLES, REGION, .endpoint = S("https://x.example/a//") }, "https://x.example/a", NULL },
  { "given, no Region", { DYNAMODB, .endpoint = S("http://127.0.0.1:8000") }, "http://127.0.0.1:8000", NULL },
  { "variable of the service", { DYNAMODB, VARIABLES, REGION }, "http://127.0.0.1:8000", NULL },
  { "general variable", { DYNAMODB, .endpoint_url = S("http://h:1"), REGION }, "http://h:1", NULL },
  { "variables ignored",
    { DYNAMODB, VARIABLES, REGION, .ignore_urls = true },
    "https://dynamodb.eu-central-1.amazonaws.com",
    NULL },
  { "given, variables ignored",
    { DYNAMODB, VARIABLES, REGION, .ignore_urls = true, .endpoint = S("http://h") },
    "http://h",
    NULL },
  { "given Region", { DYNAMODB, REGION, .region = S("us-west-2") }, "https://dynamodb.us-west-2.amazonaws.com", NULL },
  { "China", { DYNAMODB, .region = S("cn-north-1") }, "https://dynamodb.cn-north-1.amazonaws.com.cn", NULL },
  { "GovCloud", { DYNAMODB, .region = S("us-gov-west-1") }, "https://dynamodb.us-gov-west-1.amazonaws.com", NULL },
  { "European sovereign cloud",
    { DYNAMODB, .region = S("eusc-de-east-1") },
    "https://dynamodb.eusc-de-east-1.amazonaws.eu",
    NULL },
  { "iso", { DYNAMODB, .region = S("us-iso-east-1") }, "https://dynamodb.us-iso-east-1.c2s.ic.gov", NULL },
  { "isob", { DYNAMODB, .region = S("us-isob-east-1") }, "https://dynamodb.us-isob-east-1.sc2s.sgov.gov", NULL },
  { "a prefix of two labels",
    { .prefix = S("streams.dynamodb"), REGION },
    "https://streams.dynamodb.eu-central-1.amazonaws.com",
    NULL },
  { "no Region", { DYNAMODB }, NULL, "AWS_REGION" },
  { "a forged Region", { DYNAMODB, .region = S("x.evil.example/") }, NULL, "region is not" },
  { "given is no URL",
    { DYNAMODB, REGION, .endpoint = S("localhost:8000") },
    NULL,
    "endpoint: url must start with http" },
  { "given has a query", { DYNAMODB, REGION, .endpoint = S("http://h/?a") }, NULL, "endpoint: url must have no query" },
  { "given has no host", { DYNAMODB, REGION, .endpoint = S("http:///a") }, NULL, "endpoint: url has no host" },
  { "the variable of the service is no URL",
    { DYNAMODB, REGION, .service_url = S("h") },
    NULL,
    "AWS_ENDPOINT_URL_DYNAMODB: url" },
  { "the general variable is no URL",
    { DYNAMODB, REGION, .endpoint_url = S("ftp://h") },
    NULL,
    "AWS_ENDPOINT_URL: url" },
};

static void test_endpoints(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
    struct buf url;
    char err[ERR_LEN] = "";
    buf_init(&url, ENDPOINT_URL_MAX);
    bool ok = endpoint_url(&endpoints[i].place, &url, err);
    if (ok != !!endpoints[i].want || (ok && strcmp(buf_text(&url), endpoints[i].want) != 0))
      fail_msg("%s: \"%s\" (%s)", endpoints[i].name, buf_text(&url), err);
    if (!ok && !strstr(err, endpoints[i].error)) fail_msg("%s: message \"%s\"", endpoints[i].name, err);
    buf_free(&url);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_endpoints) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
