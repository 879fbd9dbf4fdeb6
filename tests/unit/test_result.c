/* result: what a handler returned, by kind of event (the rules for handlers in the project's documentation). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "result.h"
#include "vm_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define ACCEPT "{\"statusCode\":200}"
#define NOTHING "the $connect handler returned nothing"
#define NO_STATUS "the handler returned a value without statusCode"

enum { REPLY_MAX = 1000 };

/* kinds: C, M and D for the three WebSocket events, A for an authorizer's, H for HTTP, O for any other. `want` is the reply; with a
 * second one when the order of members may differ. */
static const struct {
  const char *kinds, *code, *want, * or, *advice;
} replies[] = {
  /* nothing */
  { "C", "return", "null", NULL, NOTHING },
  { "C", "return nil", "null", NULL, NOTHING },
  { "C", "return nil, nil, 'code'", "null", NULL, NOTHING },
  { "MD", "return", ACCEPT, NULL, NULL },
  { "MD", "return nil", ACCEPT, NULL, NULL },
  { "MD", "return nil, nil, 'code'", ACCEPT, NULL, NULL },
  { "AOH", "return", "null", NULL, NULL },
  { "AOH", "return nil", "null", NULL, NULL },
  /* yes and no */
  { "CMD", "return true", ACCEPT, NULL, NULL },
  { "AOH", "return true", "true", NULL, NULL },
  { "C", "return false", "{\"statusCode\":403}", NULL, NULL },
  { "C", "return false, 'message', 'code'", "{\"statusCode\":403}", NULL, NULL },
  { "MD", "return false", "false", NULL, NO_STATUS },
  { "AOH", "return false", "false", NULL, NULL },
  /* a status */
  { "CMDAOH", "return { statusCode = 200 }", ACCEPT, NULL, NULL },
  { "CMDAOH", "return { statusCode = 401 }, 'ignored', 'too'", "{\"statusCode\":401}", NULL, NULL },
  { "CMDAOH", "return { statusCode = '200' }", "{\"statusCode\":\"200\"}", NULL, NULL },
  { "CMD", "return { statusCode = 200, body = 'x' }", "{\"statusCode\":200,\"body\":\"x\"}",
    "{\"body\":\"x\",\"statusCode\":200}", NULL },
  { "CMD", "return { statusCode = 200, body = { a = 1 } }", "{\"statusCode\":200,\"body\":\"{\\\"a\\\":1}\"}",
    "{\"body\":\"{\\\"a\\\":1}\",\"statusCode\":200}", NULL },
  { "CMD", "return { statusCode = 200, body = {} }", "{\"statusCode\":200,\"body\":\"{}\"}",
    "{\"body\":\"{}\",\"statusCode\":200}", NULL },
  { "CMD", "return { statusCode = 200, body = json.array{} }", "{\"statusCode\":200,\"body\":\"[]\"}",
    "{\"body\":\"[]\",\"statusCode\":200}", NULL },
  { "CMD", "return { statusCode = 200, body = 'a\\0b\\255' }", "{\"statusCode\":200,\"body\":\"a\\u0000b\xFF\"}",
    "{\"body\":\"a\\u0000b\xFF\",\"statusCode\":200}", NULL },
  { "CMD", "return { statusCode = 200, body = json.null }", "{\"statusCode\":200,\"body\":null}",
    "{\"body\":null,\"statusCode\":200}", NULL },
  { "AO", "return { statusCode = 200, body = { a = 1 } }", "{\"statusCode\":200,\"body\":{\"a\":1}}",
    "{\"body\":{\"a\":1},\"statusCode\":200}", NULL },
  /* anything else */
  { "CMD", "return {}", "{}", NULL, NO_STATUS },
  { "CMD", "return setmetatable({}, { __index = { statusCode = 200 } })", "{}", NULL, NO_STATUS },
  { "CMD", "return 'hello'", "\"hello\"", NULL, NO_STATUS },
  { "CMD", "return 200", "200", NULL, NO_STATUS },
  { "CMD", "return json.null", "null", NULL, NO_STATUS },
  { "AOH", "return {}", "{}", NULL, NULL },
  { "AOH", "return json.array{}", "[]", NULL, NULL },
  { "AOH", "return { 1, 'a', json.null }", "[1,\"a\",null]", NULL, NULL },
  { "AOH", "return 'hello', 'more'", "\"hello\"", NULL, NULL },
  { "AOH", "return 2^53", "9007199254740992", NULL, NULL },
  { "AOH", "return { isAuthorized = false }", "{\"isAuthorized\":false}", NULL, NULL },
};

static enum event_kind kind_of(char letter) {
  return letter == 'C'   ? EVENT_CONNECT
         : letter == 'M' ? EVENT_MESSAGE
         : letter == 'D' ? EVENT_DISCONNECT
         : letter == 'A' ? EVENT_AUTHORIZER
         : letter == 'H' ? EVENT_HTTP
                         : EVENT_OTHER;
}

struct reading {
  enum event_kind kind;
  enum result result;
  struct buf reply;
  const char *advice;
  char err[ERR_LEN];
  bool returned_pair; /* for RESULT_RETURNED: "message" and "code" are where they should be */
};

static void read_result(void *ctx, lua_State *co, bool ok) {
  struct reading *r = ctx;
  if (!ok) fail_msg("%s", lua_tostring(co, -1));
  r->result = result_read(co, r->kind, &r->reply, &r->advice, r->err);
  r->returned_pair = r->result == RESULT_RETURNED && lua_gettop(co) == 3;
}

static struct reading run(const char *code, char kind, size_t ceiling) {
  struct reading r = { .kind = kind_of(kind), .advice = "not set" };
  buf_init(&r.reply, ceiling);
  vm_fixture_run(code, read_result, &r);
  return r;
}

static void test_replies(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
    for (const char *kind = replies[i].kinds; *kind; kind++) {
      struct reading r = run(replies[i].code, *kind, REPLY_MAX);
      const char *got = buf_text(&r.reply), *advice = replies[i].advice;
      bool same = strcmp(got, replies[i].want) == 0 || (replies[i].or &&strcmp(got, replies[i].or) == 0);
      if (r.result != RESULT_REPLY || !same) fail_msg("%c: %s: %s %s", *kind, replies[i].code, got, r.err);
      if (advice ? !r.advice || !strstr(r.advice, advice) : r.advice != NULL)
        fail_msg("%c: %s: %s", *kind, replies[i].code, r.advice ? r.advice : "no advice");
      buf_free(&r.reply);
    }
  }
}

static void test_failures(void **state) {
  (void)state;
  static const char *const codes[] = { "return nil, 'message', 'code'", "return nil, 'message'", "return nil, false",
                                       "return nil, {}, 1, 2, 3" };
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    for (const char *kind = "CMDAOH"; *kind; kind++) {
      struct reading r = run(codes[i], *kind, REPLY_MAX);
      assert_int_equal(r.result, RESULT_RETURNED);
      assert_true(r.returned_pair);
      assert_int_equal(r.reply.len, 0);
      buf_free(&r.reply);
    }
  }
}

static void test_not_encodable(void **state) {
  (void)state;
  static const struct {
    const char *kinds, *code, *message;
  } cases[] = {
    { "CMDAOH", "return print", "$: cannot encode a function" },
    { "CMDAOH", "return { statusCode = 200, x = { 1, 0/0 } }", "$.x[2]: " },
    { "CMDAO", "local t = {} t.t = t return t", "$.t: " },
    { "CMDH", "return { statusCode = 200, body = { f = print } }", "body: $.f: cannot encode a function" },
    { "AO", "return { statusCode = 200, body = { f = print } }", "$.body.f: cannot encode a function" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (const char *kind = cases[i].kinds; *kind; kind++) {
      struct reading r = run(cases[i].code, *kind, REPLY_MAX);
      assert_int_equal(r.result, RESULT_BAD);
      if (strstr(r.err, cases[i].message) != r.err) fail_msg("%s: %s", cases[i].code, r.err);
      buf_free(&r.reply);
    }
  }
}

static void test_too_long(void **state) {
  (void)state;
  static const char *const codes[] = { "return { statusCode = 200, body = ('x'):rep(1000) }", "return ('x'):rep(999)",
                                       "return { statusCode = 200, body = { ('x'):rep(990) } }" };
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    struct reading r = run(codes[i], 'M', REPLY_MAX);
    assert_int_equal(r.result, RESULT_BAD);
    buf_free(&r.reply);
  }
}

/* Members come in any order: what holds of the reply, as the table `reply`, with the handler's own as `kept`. */
static void test_http_bodies(void **state) {
  (void)state;
  static const struct {
    const char *result, *holds;
  } cases[] = {
    { "statusCode = 201, body = { a = 1 }", "reply.statusCode == 201 and reply.body == '{\"a\":1}' and "
                                            "reply.headers['content-type'] == 'application/json' and "
                                            "kept.headers == nil and kept.body.a == 1" },
    { "statusCode = 200, body = json.array {}, headers = json.null, cookies = { 'a=1' }",
      "reply.body == '[]' and reply.headers['content-type'] == 'application/json' and reply.cookies[1] == 'a=1'" },
    { "statusCode = 200, body = {}, headers = { ['X-A'] = 'b' }",
      "reply.body == '{}' and reply.headers['X-A'] == 'b' and reply.headers['content-type'] == 'application/json' and "
      "kept.headers['content-type'] == nil" },
    { "statusCode = 200, body = {}, headers = { ['Content-TYPE'] = 'application/problem+json' }",
      "reply.headers['Content-TYPE'] == 'application/problem+json' and reply.headers['content-type'] == nil" },
    { "statusCode = 200, body = {}, headers = 'x'", "reply.body == '{}' and reply.headers == 'x'" },
    { "statusCode = 200, body = 'x'", "reply.body == 'x' and reply.headers == nil" },
    { "statusCode = 200, body = json.null", "reply.body == json.null and reply.headers == nil" },
    { "statusCode = 204", "reply.body == nil and reply.headers == nil" },
    { "body = { a = 1 }", "reply.body.a == 1 and reply.headers == nil" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf code;
    buf_init(&code, REPLY_MAX);
    buf_addf(&code, "kept = { %s } return kept", cases[i].result);
    struct reading r = run(buf_text(&code), 'H', REPLY_MAX);
    if (r.result != RESULT_REPLY || r.advice) fail_msg("%s: %s", cases[i].result, r.err);
    buf_clear(&code);
    buf_addf(&code, "local reply = json.decode [==[%s]==] assert(%s)", buf_text(&r.reply), cases[i].holds);
    lua_fixture_run(buf_text(&code));
    buf_free(&r.reply);
    buf_free(&code);
  }
}

/* Encoding a body must not show in the handler's own table. */
static void test_result_stays_as_it_is(void **state) {
  (void)state;
  struct reading r = run("kept = { statusCode = 200, body = { a = 1 } } return kept", 'M', REPLY_MAX);
  assert_int_equal(r.result, RESULT_REPLY);
  lua_fixture_run("assert(type(kept.body) == 'table' and kept.body.a == 1 and kept.statusCode == 200)");
  buf_free(&r.reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, vm_fixture_open, vm_fixture_close)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_replies),  TEST(test_failures),    TEST(test_not_encodable),
    TEST(test_too_long), TEST(test_http_bodies), TEST(test_result_stays_as_it_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
