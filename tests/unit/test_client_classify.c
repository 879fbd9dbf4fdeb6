/* test_client_classify.c -- errors that come as XML (S3, SNS), and types that must not be quoted. What @connections answers is
 * in test_connections.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"
#include "client.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

#define S3(code, rest) "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" code "</Code>" rest "</Error>"

static const struct credentials keys = { { "AKID", 4 }, { "hushhush", 8 }, { "tokentoken", 10 } };

static const struct {
  const char *name, *body, *type, *message;
} answers[] = {
  { "S3", S3("NoSuchKey", "<Message>The key does not exist.</Message><Key>a</Key>"), "NoSuchKey",
    "NoSuchKey: The key does not exist. (HTTP 400)" },
  { "S3 without a message", S3("NoSuchKey", ""), "NoSuchKey", "NoSuchKey (HTTP 400)" },
  { "the query protocol",
    "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>No topic</Message></Error></ErrorResponse>",
    "NotFound", "NotFound: No topic (HTTP 400)" },
  { "cut off", "<Error><Code>NoSuchKey</Code><Message>The ke", "NoSuchKey", "NoSuchKey (HTTP 400)" },
  { "cut off in the code", "<Error><Code>NoSuch", "", "http://h:8000 answered HTTP 400" },
  { "closed before it opens", "<Error></Code><Code>A", "", "http://h:8000 answered HTTP 400" },
  { "no XML", "Error: <Code>A</Code>", "", "http://h:8000 answered HTTP 400" },
  { "a page", "<html><body>Bad Gateway</body></html>", "", "http://h:8000 answered HTTP 400" },
  { "more than one line", S3("A\nB", "<Message>one\r\ntwo</Message>"), "A", "A: one (HTTP 400)" },
  { "the secret as a type", S3("hushhush", "<Message>m</Message>"), "", "m (HTTP 400)" },
  { "the token in the message", S3("A", "<Message>expected tokentoken</Message>"), "A", "A (HTTP 400)" },
};

static void test_answers(void **state) {
  (void)state;
  static const struct http_header header = { { "x-a", 3 }, { "1", 1 } };
  struct arena memory;
  arena_init(&memory);
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    struct http_response response = { .status = 400,
                                      .message = "",
                                      .origin = STR("http://h:8000"),
                                      .headers = &header,
                                      .header_count = 1,
                                      .body = str_from(answers[i].body) };
    struct client_result result;
    char message[ERR_LEN];
    client_classify(&response, &keys, &memory, message, &result);
    if (!str_equal(result.type, str_from(answers[i].type)) || strcmp(result.message, answers[i].message) != 0)
      fail_msg("%s: \"%.*s\" \"%s\"", answers[i].name, STR_ARG(result.type), result.message);
    assert_int_equal(result.header_count, 1);
    assert_ptr_equal(result.headers, &header);
  }
  arena_free(&memory);
}

static void test_types_are_cut(void **state) {
  (void)state;
  char text[1000];
  memset(text, 'A', sizeof text);
  struct http_header header = { STR("x-amzn-errortype"), { text, sizeof text } };
  struct http_response response = { .status = 400, .message = "", .headers = &header, .header_count = 1 };
  struct client_result result;
  struct arena memory;
  char message[ERR_LEN];
  arena_init(&memory);
  client_classify(&response, &keys, &memory, message, &result);
  assert_int_equal(result.type.len, 300);
  arena_free(&memory);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_answers), cmocka_unit_test(test_types_are_cut) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
