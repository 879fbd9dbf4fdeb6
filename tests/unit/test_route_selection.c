/* route_selection: which route key a message selects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model_fixture.h"
#include "route_selection.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define ACTION "$request.body.action"

static const struct {
  struct str expression, body, want;
} selections[] = {
  /* the usual one */
  { STR(ACTION), STR("{\"action\":\"chat\"}"), STR("chat") },
  { STR("${request.body.action}"), STR("{\"action\":\"chat\"}"), STR("chat") },
  { STR(ACTION), STR("{\"action\":\"a/b-c\"}"), STR("a/b-c") },
  { STR(ACTION), STR("{\"action\":\"\"}"), STR("") },
  { STR(ACTION), STR("{\"Action\":\"chat\"}"), STR("") },
  { STR(ACTION), STR("{}"), STR("") },
  { STR(ACTION), STR("{\"action\":\"a\",\"action\":\"b\"}"), STR("b") },
  { STR(ACTION), STR("{\"action\":\"a\\u0000b\"}"), STR("a\0b") },
  { STR(ACTION), STR("\xEF\xBB\xBF{\"action\":\"chat\"}"), STR("chat") },
  { STR(ACTION), STR("{\"action\":\"$request.body.x\",\"x\":\"y\"}"), STR("$request.body.x") }, /* a single pass */
  /* bodies that are no object or array */
  { STR(ACTION), STR(""), STR("") },
  { STR(ACTION), STR("hello"), STR("") },
  { STR(ACTION), STR("{\"action\":\"chat\""), STR("") },
  { STR(ACTION), STR("\"action\""), STR("") },
  { STR(ACTION), STR("1"), STR("") },
  { STR(ACTION), STR("null"), STR("") },
  { STR(ACTION), STR("[]"), STR("") },
  { STR("x" ACTION), STR("hello"), STR("") },
  { STR("constant"), STR("hello"), STR("") },
  /* values that are no strings */
  { STR(ACTION), STR("{\"action\":1}"), STR("1") },
  { STR(ACTION), STR("{\"action\":-1.5}"), STR("-1.5") },
  { STR(ACTION), STR("{\"action\":true}"), STR("true") },
  { STR(ACTION), STR("{\"action\":false}"), STR("false") },
  { STR(ACTION), STR("{\"action\":null}"), STR("") },
  { STR(ACTION), STR("{\"action\":[\"item1\",\"item2\"]}"), STR("[item1, item2]") },
  { STR(ACTION), STR("{\"action\":[]}"), STR("[]") },
  { STR(ACTION), STR("{\"action\":[1,[true,null],{\"a\":\"b\"}]}"), STR("[1, [true, null], {a=b}]") },
  { STR(ACTION), STR("{\"action\":{\"a\":1,\"b\":[2]}}"), STR("{a=1, b=[2]}") },
  { STR(ACTION), STR("{\"action\":{}}"), STR("{}") },
  /* paths */
  { STR("$request.body.a.b.c"), STR("{\"a\":{\"b\":{\"c\":\"x\"}}}"), STR("x") },
  { STR("$request.body.a.b"), STR("{\"a\":\"x\"}"), STR("") },
  { STR("$request.body.a.b"), STR("{\"a\":null}"), STR("") },
  { STR("$request.body.a[1].b"), STR("{\"a\":[0,{\"b\":\"x\"}]}"), STR("x") },
  { STR("$request.body.a[2]"), STR("{\"a\":[0,1]}"), STR("") },
  { STR("$request.body.a[0]"), STR("{\"a\":[]}"), STR("") },
  { STR("$request.body.a[0]"), STR("{\"a\":{\"0\":1}}"), STR("") },
  { STR("$request.body.a[9223372036854775807]"), STR("{\"a\":[0,1]}"), STR("") },
  { STR("$request.body[0].action"), STR("[{\"action\":\"x\"}]"), STR("x") },
  { STR("$request.body['my action']"), STR("{\"my action\":\"x\"}"), STR("x") },
  { STR("$request.body[\"a.b\"]"), STR("{\"a.b\":\"x\"}"), STR("x") },
  { STR("${request.body['}']}"), STR("{\"}\":\"x\"}"), STR("x") },
  { STR("$request.body.\xC3\xA9t\xC3\xA9"), STR("{\"\xC3\xA9t\xC3\xA9\":\"x\"}"), STR("x") },
  { STR("${request.body.my-action}"), STR("{\"my-action\":\"x\"}"), STR("x") },
  { STR("$request.body.my-action"), STR("{\"my-action\":\"x\",\"my\":\"y\"}"), STR("y-action") },
  /* several variables, text, escapes */
  { STR("${request.body.action}-${request.body.nope}"), STR("{\"action\":\"join\"}"), STR("join-") },
  { STR("${request.body.a}/${request.body.b.c}"), STR("{\"a\":\"chat\",\"b\":{\"c\":\"join\"}}"), STR("chat/join") },
  { STR("$request.body.a$request.body.b"), STR("{\"a\":\"x\",\"b\":\"y\"}"), STR("xy") },
  { STR("v1.$request.body.a!"), STR("{\"a\":\"x\"}"), STR("v1.x!") },
  { STR("constant"), STR("{}"), STR("constant") },
  { STR("\\$default"), STR("{}"), STR("$default") },
  { STR("a\\b\\$\\$" ACTION), STR("{\"action\":\"x\"}"), STR("a\\b$$x") },
};

static void selected_keys(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(selections); i++) {
    struct arena memory = { 0 }, scratch = { 0 };
    struct buf key;
    char err[ERR_LEN] = "";
    buf_init(&key, 4096);
    const struct route_selection *selection = route_selection_parse(&memory, selections[i].expression, err);
    if (!selection) fail_msg("%s: %s", selections[i].expression.ptr, err);
    route_selection_evaluate(selection, selections[i].body, &scratch, &key);
    if (!str_equal(buf_str(&key), selections[i].want))
      fail_msg("%s of %s is %s", selections[i].expression.ptr, selections[i].body.ptr, buf_text(&key));
    if (key.len > 0 && !route_selection_can_select(selection, buf_str(&key)))
      fail_msg("%s cannot select %s", selections[i].expression.ptr, buf_text(&key));
    buf_free(&key);
    arena_free(&scratch);
    arena_free(&memory);
  }
}

static void keys_that_no_message_selects(void **state) {
  static const struct {
    struct str expression, key;
    bool can;
  } cases[] = {
    { STR(ACTION), STR("say"), true },
    { STR("v1.$request.body.a"), STR("v1.say"), true },
    { STR("v1.$request.body.a"), STR("v1."), true },
    { STR("v1.$request.body.a"), STR("v2.say"), false },
    { STR("v1.$request.body.a"), STR("v1"), false },
    { STR("${request.body.a}-${request.body.b}"), STR("a-b-c"), true },
    { STR("${request.body.a}-${request.body.b}"), STR("ab"), false },
    { STR("${request.body.a}!"), STR("a!b"), false },
    { STR("${request.body.a}!"), STR("a!b!"), true },
    { STR("x${request.body.a}-y"), STR("x-y"), true },
    { STR("x-${request.body.a}-x"), STR("x-x"), false },
    { STR("constant"), STR("constant"), true },
    { STR("constant"), STR("constants"), false },
    { STR("$request.body.a$request.body.a$request.body.a$request.body.a-$request.body.a$request.body.a-"),
      STR("--------------------------------------------------------------------------------!"), false },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct arena memory = { 0 };
    char err[ERR_LEN] = "";
    const struct route_selection *selection = route_selection_parse(&memory, cases[i].expression, err);
    if (!selection) fail_msg("%s: %s", cases[i].expression.ptr, err);
    if (route_selection_can_select(selection, cases[i].key) != cases[i].can)
      fail_msg("%s and %s", cases[i].expression.ptr, cases[i].key.ptr);
    arena_free(&memory);
  }
}

static void members_that_select_a_key(void **state) {
  static const struct {
    struct str expression, key, want, name; /* want: empty when there is none */
  } cases[] = {
    { STR(ACTION), STR("say"), STR("\"action\":\"say\""), STR("action") },
    { STR(ACTION), STR("\"<b>"), STR("\"action\":\"\\\"<b>\""), STR("action") },
    { STR("$request.body.a.b.c"), STR("x"), STR("\"a\":{\"b\":{\"c\":\"x\"}}"), STR("a") },
    { STR("v1.${request.body.a}!"), STR("v1.x!"), STR("\"a\":\"x\""), STR("a") },
    { STR("v1.${request.body.a}!"), STR("v1.!"), STR("\"a\":\"\""), STR("a") },
    { STR("v1.${request.body.a}.2"), STR("v1.2"), STR(""), STR("") }, /* the literals would have to overlap */
    { STR("v1.${request.body.a}"), STR("v2.x"), STR(""), STR("") },
    { STR("${request.body.a}-${request.body.b}"), STR("x-y"), STR(""), STR("") },
    { STR("$request.body.a[0]"), STR("x"), STR(""), STR("") },
    { STR("constant"), STR("constant"), STR(""), STR("") },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct arena memory = { 0 };
    struct str name = STR("");
    struct buf out;
    char err[ERR_LEN] = "";
    buf_init(&out, 4096);
    const struct route_selection *selection = route_selection_parse(&memory, cases[i].expression, err);
    if (!selection) fail_msg("%s: %s", cases[i].expression.ptr, err);
    if (route_selection_member(selection, cases[i].key, &name, &out) != (cases[i].want.len > 0) ||
        !str_equal(buf_str(&out), cases[i].want) || !str_equal(name, cases[i].name))
      fail_msg("%s and %s: %s", cases[i].expression.ptr, cases[i].key.ptr, buf_text(&out));
    buf_free(&out);
    arena_free(&memory);
  }
}

static void refused_expressions(void **state) {
  static const struct {
    struct str expression;
    const char *want; /* somewhere in the sentence */
  } cases[] = {
    { STR(""), "something like $request.body.action at character 1" },
    { STR("$"), "request.body, the only variable" },
    { STR("$default"), "request.body, the only variable that selects routes, at character 2 of \"$default\"" },
    { STR("x$request.header.a"), "at character 3" },
    { STR("$context.routeKey"), "request.body" },
    { STR("$request.body"), "a path such as request.body.action at character 14" },
    { STR("$request.bodyaction"), "a path" },
    { STR("$request.body."), "a name at character 15" },
    { STR("$request.body..a"), "a name" },
    { STR("$request.body.a."), "a name" },
    { STR("$request.body.*"), "a name" },
    { STR("${request.body.a"), "} at character 17" },
    { STR("${request.body.a b*}"), "} at character 19" },
    { STR("${request.body.}"), "a name" },
    { STR("$request.body.a["), "an index or a name in quotes" },
    { STR("$request.body.a[]"), "an index or a name in quotes" },
    { STR("$request.body.a[*]"), "an index or a name in quotes" },
    { STR("$request.body.a[-1]"), "an index or a name in quotes" },
    { STR("$request.body.a[1"), "]" },
    { STR("$request.body.a[1:2]"), "]" },
    { STR("$request.body.a[99999999999999999999]"), "an index" },
    { STR("$request.body['a]"), "a name in quotes" },
    { STR("$request.body['a'"), "]" },
    { STR("$request.body['"), "a name in quotes" },
    { STR("a$"), "request.body" },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct arena memory = { 0 };
    char err[ERR_LEN] = "";
    if (route_selection_parse(&memory, cases[i].expression, err)) fail_msg("%s is taken", cases[i].expression.ptr);
    if (!strstr(err, cases[i].want)) fail_msg("%s: %s", cases[i].expression.ptr, err);
    arena_free(&memory);
  }
}

/* As deep as JSON may be, and more text than the buffer takes. */
static void a_key_beyond_its_buffer_fails_it(void **state) {
  struct arena memory = { 0 }, scratch = { 0 };
  struct buf body, key;
  (void)state;
  buf_init(&body, 8192);
  buf_init(&key, 100);
  buf_add(&body, STR("{\"action\":"));
  for (int i = 0; i < 500; i++) buf_add_char(&body, '[');
  for (int i = 0; i < 500; i++) buf_add_char(&body, ']');
  buf_add_char(&body, '}');
  const struct route_selection *selection = route_selection_parse(&memory, STR(ACTION), NULL);
  route_selection_evaluate(selection, buf_str(&body), &scratch, &key);
  assert_true(key.failed);
  buf_free(&key);
  buf_free(&body);
  arena_free(&scratch);
  arena_free(&memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(selected_keys),
    cmocka_unit_test(keys_that_no_message_selects),
    cmocka_unit_test(members_that_select_a_key),
    cmocka_unit_test(refused_expressions),
    cmocka_unit_test(a_key_beyond_its_buffer_fails_it),
  };
  return cmocka_run_group_tests_name("route_selection", tests, NULL, NULL);
}
