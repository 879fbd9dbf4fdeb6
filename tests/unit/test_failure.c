/* failure: what is reported of an error, whatever the error value is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "failure.h"
#include "json.h"
#include "utf8.h"
#include "vm_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define TOP "handlers/chat.lua:1: in main chunk"
#define OBJECT "error(setmetatable({}, { __tostring = function() "

enum { FRAMES = 50 };

static const struct {
  const char *code;
  const char *message;
  const char *error_type; /* in the body */
  const char *type;       /* for the platform */
  const char *stack;      /* the first frame; NULL: not looked at */
} errors[] = {
  /* strings, and the position that error() puts in front */
  { "error('boom')", "boom", "Error", "Function.Error", TOP },
  { "error('boom', 0)", "boom", "Error", "Function.Error", TOP },
  { "error('a:1: b')", "a:1: b", "Error", "Function.Error", TOP },
  { "error('')", "", "Error", "Function.Error", TOP },
  { "error('', 0)", "", "Error", "Function.Error", TOP },
  { "local x; x.y = 1", "attempt to index local 'x' (a nil value)", "Error", "Function.Error", "handlers/chat.lua:1" },
  { "error('other.lua:12: rest', 0)", "rest", "Error", "Function.Error", "other.lua:12" },
  { "error('other.lua:12: ', 0)", "", "Error", "Function.Error", "other.lua:12" },
  { "error('/a b/other.lua:12: x.lua:3: rest', 0)", "x.lua:3: rest", "Error", "Function.Error", "/a b/other.lua:12" },
  { "loadstring('error(\"boom\")', 'a:b')()", "boom", "Error", "Function.Error", NULL },
  { "error('[string \"a:b\"]:3: rest', 0)", "rest", "Error", "Function.Error", "[string \"a:b\"]:3" },
  { "error('other.lua: 12 rest', 0)", "other.lua: 12 rest", "Error", "Function.Error", TOP },
  { "error('other.lua:12:rest', 0)", "other.lua:12:rest", "Error", "Function.Error", TOP },
  { "error('other.lua:x: rest', 0)", "other.lua:x: rest", "Error", "Function.Error", TOP },
  { "error('a\\nother.lua:12: rest', 0)", "a\nother.lua:12: rest", "Error", "Function.Error", TOP },
  { "error('other.lua:', 0)", "other.lua:", "Error", "Function.Error", TOP },
  { "error('[string \"', 0)", "[string \"", "Error", "Function.Error", TOP },
  { "error('[string \"x\"]:', 0)", "[string \"x\"]:", "Error", "Function.Error", TOP },
  { "error('tab\\t\"quote\"\\1', 0)", "tab\t\"quote\"\1", "Error", "Function.Error", TOP },
  /* other values */
  { "error()", "nil", "Error", "Function.Error", TOP },
  { "error(42)", "42", "Error", "Function.Error", TOP },
  { "error(-0.5)", "-0.5", "Error", "Function.Error", TOP },
  { "error(true)", "true", "Error", "Function.Error", TOP },
  { "error(false)", "false", "Error", "Function.Error", TOP },
  { "error(print)", "(error value is a function)", "Error", "Function.Error", TOP },
  { "error(io.stdout)", "(error value is a userdata)", "Error", "Function.Error", TOP },
  { "error(json.null)", "(error value is a userdata)", "Error", "Function.Error", TOP },
  { "error(coroutine.create(print))", "(error value is a thread)", "Error", "Function.Error", TOP },
  { "error(1LL)", "(error value is a cdata)", "Error", "Function.Error", TOP },
  /* tables */
  { "error { type = 'NotFound', message = 'm' }", "m", "NotFound", "Function.NotFound", TOP },
  { "error { message = 'm' }", "m", "Error", "Function.Error", TOP },
  { "error { message = 'other.lua:1: m' }", "other.lua:1: m", "Error", "Function.Error", TOP },
  { "error { message = 42 }", "42", "Error", "Function.Error", TOP },
  { "error { message = false }", "false", "Error", "Function.Error", TOP },
  { "error { message = {} }", "{}", "Error", "Function.Error", TOP },
  { "error { type = 'NotFound' }", "{\"type\":\"NotFound\"}", "NotFound", "Function.NotFound", TOP },
  { "error { codes = { 3 } }", "{\"codes\":[3]}", "Error", "Function.Error", TOP },
  { "error { f = print }", "(error value is a table)", "Error", "Function.Error", TOP },
  { "error {}", "{}", "Error", "Function.Error", TOP },
  { "error(setmetatable({}, { __index = { type = 'T', message = 'm' } }))", "{}", "Error", "Function.Error", TOP },
  { "error(setmetatable({}, { __index = error }))", "{}", "Error", "Function.Error", TOP },
  { OBJECT "return 'custom' end }))", "custom", "Error", "Function.Error", TOP },
  { OBJECT "return 42 end }))", "(error value is a table)", "Error", "Function.Error", TOP },
  { OBJECT "error('again') end }))", "(error value is a table)", "Error", "Function.Error", TOP },
  { OBJECT "require('moonwire.async').sleep(1) end }))", "(error value is a table)", "Error", "Function.Error", TOP },
  { "error(setmetatable({ message = 'm' }, { __tostring = error }))", "m", "Error", "Function.Error", TOP },
  /* types: letters only for the platform, at least two of them */
  { "error { type = 'too_large', message = 'm' }", "m", "too_large", "Function.TooLarge", TOP },
  { "error { type = 'bad request', message = 'm' }", "m", "bad request", "Function.BadRequest", TOP },
  { "error { type = 'http404Error', message = 'm' }", "m", "http404Error", "Function.HttpError", TOP },
  { "error { type = 'Function.Custom', message = 'm' }", "m", "Function.Custom", "Function.Custom", TOP },
  { "error { type = 'Runtime.Custom', message = 'm' }", "m", "Runtime.Custom", "Runtime.Custom", TOP },
  { "error { type = 'Runtime.', message = 'm' }", "m", "Runtime.", "Runtime.Error", TOP },
  { "error { type = 'Function.', message = 'm' }", "m", "Function.", "Function.Error", TOP },
  { "error { type = 'a.b.c', message = 'm' }", "m", "a.b.c", "Function.ABC", TOP },
  { "error { type = 'x', message = 'm' }", "m", "x", "Function.Error", TOP },
  { "error { type = '42', message = 'm' }", "m", "42", "Function.Error", TOP },
  { "error { type = '', message = 'm' }", "m", "Error", "Function.Error", TOP },
  { "error { type = 42, message = 'm' }", "m", "Error", "Function.Error", TOP },
  { "error { type = 'a\\r\\nX-Header: b', message = 'm' }", "m", "a\r\nX-Header: b", "Function.AXHeaderB", TOP },
  { "error { type = '\\195\\188', message = 'm' }", "m", "\xC3\xBC", "Function.Error", TOP },
};

struct report {
  struct failure failure;
  struct arena memory;
  struct str message, error_type, stack[FRAMES + 1];
  size_t frames;
};

/* Reads the body, which must be JSON, valid UTF-8, and no longer than AWS takes. */
static void read_report(struct report *r) {
  const struct json *root;
  struct json_item item;
  char err[ERR_LEN];
  struct str body = buf_str(&r->failure.body);
  assert_true(body.len > 0 && body.len < 1024 * 1024 && utf8_prefix(body) == body.len);
  if (!json_parse(&r->memory, body, &root, err)) fail_msg("%s: %.*s", err, STR_ARG(body));
  assert_int_equal(json_count(root), 3);
  r->message = json_member_text(root, STR("errorMessage"));
  r->error_type = json_member_text(root, STR("errorType"));
  json_read(json_member(root, STR("stackTrace")), &item);
  assert_int_equal(item.type, JSON_ARRAY);
  for (const struct json *node = item.first; node; node = item.next) {
    json_read(node, &item);
    assert_true(item.type == JSON_STRING && r->frames <= FRAMES);
    r->stack[r->frames++] = item.text;
  }
}

static void read_error(void *ctx, lua_State *co, bool ok) {
  struct report *r = ctx;
  int top = lua_gettop(co), main_top = lua_gettop(L);
  assert_false(ok);
  lua_xmove(co, L, 1);
  failure_from_error(&r->failure, L, co);
  lua_xmove(L, co, 1);
  assert_int_equal(lua_gettop(co), top);
  assert_int_equal(lua_gettop(L), main_top);
  read_report(r);
}

static struct report run(const char *code) {
  struct report r = { .frames = 0 };
  failure_init(&r.failure);
  vm_fixture_run(code, read_error, &r);
  return r;
}

static void report_free(struct report *r) {
  failure_free(&r->failure);
  arena_free(&r->memory);
}

static void test_errors(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    struct report r = run(errors[i].code);
    if (!str_equal(r.message, str_from(errors[i].message)) || !str_equal(buf_str(&r.failure.message), r.message) ||
        !str_equal(r.error_type, str_from(errors[i].error_type)) || strcmp(r.failure.type, errors[i].type) != 0)
      fail_msg("%s: %s, \"%.*s\"", errors[i].code, r.failure.type, STR_ARG(buf_str(&r.failure.body)));
    if (errors[i].stack && (r.frames == 0 || !str_equal(r.stack[0], str_from(errors[i].stack))))
      fail_msg("%s: %.*s", errors[i].code, STR_ARG(buf_str(&r.failure.body)));
    report_free(&r);
  }
}

/* Without functions of C and of the runtime itself. */
static void test_stack(void **state) {
  (void)state;
  struct report r = run("local function inner()\n  error('boom')\nend\n"
                        "local outer = { function()\n\n  local _ = inner() end }\n\n"
                        "for _, fn in ipairs(outer) do\n  pcall(error)\n  coroutine.wrap(type)('')\n  fn() end\n");
  assert_int_equal(r.frames, 3);
  assert_true(str_equal(r.stack[0], STR("handlers/chat.lua:2: in function 'inner'")));
  assert_true(str_equal(r.stack[1], STR("handlers/chat.lua:6: in function 'fn'")));
  assert_true(str_equal(r.stack[2], STR("handlers/chat.lua:11: in main chunk")));
  report_free(&r);
}

/* Over every limit at once, and with no stack left to work on. */
static void test_extremes(void **state) {
  (void)state;
  static const struct {
    const char *code;
    size_t message, frames; /* at least; 0: any */
  } cases[] = {
    { "error(('x'):rep(100000), 0)", 64 * 1024, 1 },
    { "error(('\\1'):rep(100000), 0)", 64 * 1024, 1 },
    { "error(('\\255'):rep(100000), 0)", 64 * 1024, 1 },
    { "error { message = ('x'):rep(100000), type = ('long'):rep(1000) }", 64 * 1024, 1 },
    { "error(setmetatable({}, { __tostring = function() return ('x'):rep(100000) end }))", 64 * 1024, 1 },
    { "local function f(n) if n == 0 then error('deep') end return (f(n - 1)) end f(150)", 4, FRAMES },
    { "local function f() return 1 + f() end f()", 10, FRAMES },
    { "local function f() local t = setmetatable({}, { __index = f }) return t.x .. 'a' end f()", 10, 1 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct report r = run(cases[i].code);
    assert_true(r.failure.message.len >= cases[i].message && r.failure.message.len <= 64 * 1024);
    assert_true(r.frames >= cases[i].frames);
    assert_true(strlen(r.failure.type) < FAILURE_TYPE_LEN);
    assert_int_equal(
        strspn(r.failure.type + strlen("Function."), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        strlen(r.failure.type) - strlen("Function."));
    report_free(&r);
  }
}

static void test_not_utf8(void **state) {
  (void)state;
  struct report r = run("error { type = 'a\\255', message = 'b\\0\\255c' }");
  assert_true(str_equal(buf_str(&r.failure.message), STR("b\0\xFF"
                                                         "c")));
  assert_true(str_equal(r.message, STR("b\0\xEF\xBF\xBD"
                                       "c")));
  assert_true(str_equal(r.error_type, STR("a\xEF\xBF\xBD")));
  report_free(&r);
}

/* nil, message, code */
static void test_values(void **state) {
  (void)state;
  static const struct {
    const char *code, *message, *error_type, *type;
  } cases[] = {
    { "return nil, 'm', 'gone'", "m", "gone", "Function.Gone" },
    { "return nil, 'other.lua:1: m', 'too_large'", "other.lua:1: m", "too_large", "Function.TooLarge" },
    { "return nil, 'm'", "m", "Error", "Function.Error" },
    { "return nil, 'm', 42", "m", "Error", "Function.Error" },
    { "return nil, 42, {}", "42", "Error", "Function.Error" },
    { "return nil, false", "false", "Error", "Function.Error" },
    { "return nil, {}, 'gone'", "(error value is a table)", "gone", "Function.Gone" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct report r = { .frames = 0 };
    failure_init(&r.failure);
    lua_fixture_run(cases[i].code);
    lua_settop(L, 3);
    failure_from_values(&r.failure, L, 2, 3);
    assert_int_equal(lua_gettop(L), 3);
    lua_settop(L, 0);
    read_report(&r);
    if (!str_equal(r.message, str_from(cases[i].message)) || !str_equal(r.error_type, str_from(cases[i].error_type)) ||
        strcmp(r.failure.type, cases[i].type) != 0 || r.frames != 0)
      fail_msg("%s: %s, %.*s", cases[i].code, r.failure.type, STR_ARG(buf_str(&r.failure.body)));
    report_free(&r);
  }
}

static void test_runtime(void **state) {
  (void)state;
  struct report r = { .frames = 0 };
  failure_init(&r.failure);
  failure_from_runtime(&r.failure, "Runtime.MarshalError", STR("$.a: no"), NULL);
  read_report(&r);
  assert_string_equal(r.failure.type, "Runtime.MarshalError");
  assert_true(str_equal(r.error_type, STR("Runtime.MarshalError")) && str_equal(r.message, STR("$.a: no")));
  assert_int_equal(r.frames, 0);
  report_free(&r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, vm_fixture_open, vm_fixture_close)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_errors),   TEST(test_stack),  TEST(test_extremes),
    TEST(test_not_utf8), TEST(test_values), TEST(test_runtime),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
