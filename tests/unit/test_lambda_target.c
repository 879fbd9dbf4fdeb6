/* Which function a call of Lambda's API names. */
#include "lambda_target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct project_function functions[] = { { .name = STR("echo") },
                                                     { .name = STR("chat-dev-odd") },
                                                     { .name = STR("odd") } };
static const struct project project = { .service = STR("chat"),
                                        .stage = STR("dev"),
                                        .region = STR("eu-central-1"),
                                        .functions = functions,
                                        .function_count = 3 };

#define HERE "arn:aws:lambda:eu-central-1:123456789012:function:"

static const struct {
  const char *text;
  const char *found; /* NULL: none */
  const char *arn;
} cases[] = {
  { "echo", "echo", HERE "echo" },
  { "chat-dev-echo", "echo", HERE "chat-dev-echo" },
  { "echo:$LATEST", "echo", HERE "echo:$LATEST" },
  { HERE "echo", "echo", HERE "echo" },
  { HERE "chat-dev-echo:$LATEST", "echo", HERE "chat-dev-echo:$LATEST" },
  { "123456789012:function:echo", "echo", HERE "echo" },
  { "chat-dev-odd", "chat-dev-odd", HERE "chat-dev-odd" },
  { "odd", "odd", HERE "odd" },
  { "chat-dev-chat-dev-odd", "chat-dev-odd", HERE "chat-dev-chat-dev-odd" },
  { "", NULL, HERE },
  { "Echo", NULL, HERE "Echo" },
  { "chat-prod-echo", NULL, HERE "chat-prod-echo" },
  { "chat-dev-", NULL, HERE "chat-dev-" },
  { "echo:1", NULL, HERE "echo:1" },
  { "echo:$latest", NULL, HERE "echo:$latest" },
  { "echo:a:b", NULL, HERE "echo:a:b" },
  { ":function:echo", NULL, HERE "echo" },
  { "210987654321:function:echo", NULL, HERE "echo" },
  { "arn:aws:lambda:us-east-1:123456789012:function:echo", NULL, HERE "echo" },
  { "arn:aws:lambda:eu-central-1:210987654321:function:echo", NULL, HERE "echo" },
  { "arn:aws:sqs:eu-central-1:123456789012:function:echo", NULL, HERE "echo" },
};

static void targets(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct lambda_target target = lambda_target_read(&project, str_from(cases[i].text));
    const struct project_function *found = lambda_target_find(&project, &target);
    struct buf arn;
    buf_init(&arn, 1024);
    lambda_target_write_arn(&arn, &project, &target);
    if (!str_equal(found ? found->name : STR(""), str_from(cases[i].found)) ||
        (found == NULL) != (cases[i].found == NULL))
      fail_msg("%s: found %.*s", cases[i].text, found ? (int)found->name.len : 4, found ? found->name.ptr : "none");
    assert_string_equal(buf_text(&arn), cases[i].arn);
    buf_free(&arn);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(targets) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
