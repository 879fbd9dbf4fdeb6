/* field: looking up headers, and the comma-separated lists in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "field.h"

#include <cmocka.h> /* last: its fail() is a macro */

static const struct field sent[] = {
  { STR("Host"), STR("127.0.0.1:3001") },
  { STR("connection"), STR("keep-alive, Upgrade") },
  { STR("X-Twice"), STR("first") },
  { STR("x-twice"), STR("last") },
  { STR("X-Empty"), STR("") },
  { STR("X-No-Bytes"), { NULL, 0 } },
  { STR("X-Nul"), STR("a\0b") },
  { STR("X-Names"), STR(" a ,,\tb\t, c d,e=1 ,") },
  { STR("X-Names"), STR("f") },
  { STR("X-Commas"), STR(",,") },
};
static const struct fields headers = { sent, sizeof sent / sizeof *sent };

static void the_last_header_of_a_name_is_found(void **state) {
  (void)state;
  static const struct {
    struct str name;
    struct str want;
  } cases[] = {
    { STR("Host"), STR("127.0.0.1:3001") },
    { STR("hOST"), STR("127.0.0.1:3001") },
    { STR("X-TWICE"), STR("last") },
    { STR("X-Empty"), STR("") },
    { STR("X-No-Bytes"), STR("") },
    { STR("X-Nul"), STR("a\0b") },
    { STR("Hos"), { NULL, 0 } },
    { STR("Host "), { NULL, 0 } },
    { STR(""), { NULL, 0 } },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct str got = field_header(headers, cases[i].name);
    if (!str_equal(got, cases[i].want) || (got.ptr == NULL) != (cases[i].want.ptr == NULL))
      fail_msg("\"%.*s\": \"%.*s\"", STR_ARG(cases[i].name), STR_ARG(got));
  }
}

static void tokens_are_found_in_every_line(void **state) {
  (void)state;
  static const struct {
    struct str name, token;
    bool want;
  } cases[] = {
    { STR("Connection"), STR("upgrade"), true }, { STR("CONNECTION"), STR("Keep-Alive"), true },
    { STR("Connection"), STR("keep"), false },   { STR("Connection"), STR("keep-alive, Upgrade"), false },
    { STR("X-Names"), STR("a"), true },          { STR("X-Names"), STR("b"), true },
    { STR("X-Names"), STR("c d"), true },        { STR("X-Names"), STR("c"), false },
    { STR("X-Names"), STR("e"), false },         { STR("X-Names"), STR("e=1"), true },
    { STR("X-Names"), STR("F"), true },          { STR("X-Names"), STR(""), false },
    { STR("X-Commas"), STR(""), false },         { STR("X-Commas"), STR(","), false },
    { STR("X-No-Bytes"), STR("a"), false },      { STR("X-Nul"), STR("a"), false },
    { STR("Upgrade"), STR("websocket"), false },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (field_has_token(headers, cases[i].name, cases[i].token) != cases[i].want)
      fail_msg("%.*s: \"%.*s\"", STR_ARG(cases[i].name), STR_ARG(cases[i].token));
}

static void no_headers_have_nothing(void **state) {
  (void)state;
  const struct fields none = { NULL, 0 };
  assert_null(field_header(none, STR("Host")).ptr);
  assert_false(field_has_token(none, STR("Connection"), STR("upgrade")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_last_header_of_a_name_is_found),
    cmocka_unit_test(tokens_are_found_in_every_line),
    cmocka_unit_test(no_headers_have_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
