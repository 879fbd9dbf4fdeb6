/* http_api: which route a request takes, and the variables of its path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http_api_fixture.h"
#include "http_api_path.h"
#include "http_api_route.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

enum { ROUTES_MAX = 6 };

static const struct {
  const char *routes[ROUTES_MAX], *method, *path, *want;
} cases[] = {
#define GUIDE                                                                                                          \
  { "ANY /{proxy+}", "$default", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1" }
  /* The examples of "Create routes for HTTP APIs". */
  { GUIDE, "GET", "/pets/dog/1", "GET /pets/dog/1" },
  { GUIDE, "GET", "/pets/dog/2", "GET /pets/dog/{id} id=2" },
  { GUIDE, "GET", "/pets/cat/1", "GET /pets/{proxy+} proxy=cat/1" },
  { GUIDE, "POST", "/test/5", "ANY /{proxy+} proxy=test/5" },
  { GUIDE, "POST", "/pets/dog/1", "ANY /{proxy+} proxy=pets/dog/1" },
  { { "$default", "GET /a" }, "GET", "/b", "$default" },
  { { "$default", "GET /a" }, "POST", "/a", "$default" },
  { { "$default" }, "GET", "*", "$default" },
  { { "GET /a" }, "GET", "/b", "-" },
  { { NULL }, "GET", "/", "-" },
  /* Methods */
  { { "ANY /a", "GET /a" }, "GET", "/a", "GET /a" },
  { { "GET /a", "ANY /a" }, "GET", "/a", "GET /a" },
  { { "GET /a", "ANY /a" }, "DELETE", "/a", "ANY /a" },
  { { "GET /a" }, "get", "/a", "-" },
  { { "GET /a" }, "HEAD", "/a", "-" },
  { { "ANY /a" }, "BREW", "/a", "ANY /a" },
  { { "GET /{id}", "ANY /a" }, "GET", "/a", "ANY /a" },
  /* A full match goes before a greedy one, wherever they differ. */
  { { "GET /a/b/{proxy+}", "GET /a/{x}/c" }, "GET", "/a/b/c", "GET /a/{x}/c x=b" },
  { { "GET /{proxy+}", "GET /a/{proxy+}" }, "GET", "/a/b", "GET /a/{proxy+} proxy=b" },
  { { "GET /{x}/{proxy+}", "GET /a/{proxy+}" }, "GET", "/a/b", "GET /a/{proxy+} proxy=b" },
  { { "GET /{x}/b", "GET /a/{y}" }, "GET", "/a/b", "GET /a/{y} y=b" },
  { { "GET /{x}", "GET /{y}" }, "GET", "/a", "GET /{x} x=a" },
  /* Slashes */
  { { "GET /a" }, "GET", "/a/", "-" },
  { { "GET /a/" }, "GET", "/a", "-" },
  { { "GET /a/" }, "GET", "/a/", "GET /a/" },
  { { "GET /a/{id}" }, "GET", "/a/", "-" },
  { { "GET /a/{id}/b" }, "GET", "/a//b", "-" },
  { { "GET /a/{proxy+}" }, "GET", "/a", "-" },
  { { "GET /a/{proxy+}" }, "GET", "/a/", "GET /a/{proxy+} proxy=" },
  { { "ANY /{proxy+}" }, "GET", "/", "ANY /{proxy+} proxy=" },
  { { "ANY /{proxy+}" }, "GET", "/a/b/", "ANY /{proxy+} proxy=a/b/" },
  { { "GET /" }, "GET", "/", "GET /" },
  { { "GET /" }, "GET", "//", "-" },
  { { "GET /a" }, "GET", "a", "-" },
  { { "GET /a" }, "GET", "", "-" },
  { { "GET /{a}/x/{b}" }, "GET", "/1/x/2", "GET /{a}/x/{b} a=1 b=2" },
  { { "GET /{a}/{b+}" }, "GET", "/1/2/3", "GET /{a}/{b+} a=1 b=2/3" },
};

static void describe(struct buf *out, const struct http_api_route *route, struct str path) {
  struct field variable;
  buf_add(out, route ? route->key : STR("-"));
  if (!route) return;
  struct http_api_variables left = http_api_route_variables(route, path);
  while (http_api_route_variable(&left, &variable))
    buf_addf(out, " %.*s=%.*s", STR_ARG(variable.name), STR_ARG(variable.value));
}

static void the_most_specific_route_is_taken(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct http_api_route routes[ROUTES_MAX] = { 0 };
    struct http_api api = { .routes = routes };
    struct buf got;
    buf_init(&got, 1000);
    for (; api.route_count < ROUTES_MAX && cases[i].routes[api.route_count]; api.route_count++)
      routes[api.route_count].key = str_from(cases[i].routes[api.route_count]);
    struct str path = str_from(cases[i].path);
    describe(&got, http_api_route_select(&api, str_from(cases[i].method), path), path);
    expect_bytes(cases[i].path, buf_str(&got), str_from(cases[i].want));
    buf_free(&got);
  }
}

/* Those with "capture" were recorded. */
static void paths_are_decoded_twice(void **state) {
  (void)state;
  static const struct {
    struct str path;
    const char *want;
  } paths[] = {
    { STR("/capture/plain"), "/capture/plain" },
    { STR("/capture/space%20value"), "/capture/space value" },
    { STR("/capture/question%3Fvalue"), "/capture/question" },
    { STR("/capture/percent%25done"), NULL },
    { STR("/capture/hash%23value"), "/capture/hash#value" },
    { STR("/capture/slash%2Fvalue"), "/capture/slash/value" },
    { STR("/capture/unicode-%CE%BB"), "/capture/unicode-\xCE\xBB" },
    { STR("/capture/literal%252Fvalue"), "/capture/literal/value" },
    { STR("/capture/literal%253Fvalue"), "/capture/literal?value" },
    { STR("/capture/literal%2525value"), "/capture/literal%value" },
    { STR("/a+b"), "/a+b" },
    { STR("/%"), NULL },
    { STR("/%2"), NULL },
    { STR("/%zz"), NULL },
    { STR("/%253"), NULL },
    { STR(""), "" },
  };
  for (size_t i = 0; i < COUNT(paths); i++) {
    struct arena memory = { 0 };
    struct str got;
    bool ok = http_api_path_decode(&memory, paths[i].path, &got);
    assert_int_equal(ok, paths[i].want != NULL);
    if (ok) expect_bytes(paths[i].path.ptr, got, str_from(paths[i].want));
    arena_free(&memory);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_most_specific_route_is_taken),
    cmocka_unit_test(paths_are_decoded_twice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
