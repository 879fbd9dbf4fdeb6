/* invocation: what is read from the headers and the body of `GET next`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invocation.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static struct invocation inv;
static struct http1_reader reader;

static int open_both(void **state) {
  (void)state;
  invocation_init(&inv);
  http1_reader_init(&reader);
  return 0;
}

static int close_both(void **state) {
  (void)state;
  invocation_free(&inv);
  http1_reader_free(&reader);
  return 0;
}

/* Reads an answer with these header lines and this body into inv. */
static void read_next(struct str headers, struct str body) {
  struct buf text;
  char err[ERR_LEN] = "";
  size_t used;
  buf_init(&text, SIZE_MAX / 2);
  buf_addf(&text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n", body.len);
  buf_add(&text, headers);
  buf_add(&text, STR("\r\n"));
  buf_add(&text, body);
  http1_reader_reset(&reader);
  if (http1_reader_feed(&reader, buf_str(&text), &used, err) != HTTP1_DONE) fail_msg("%s", err);
  assert_true(invocation_read(&inv, &reader));
  http1_reader_reset(&reader); /* the invocation keeps nothing of it */
  if (reader.head.ptr) memset(reader.head.ptr, '#', reader.head.capacity);
  buf_free(&text);
}

static void test_headers(void **state) {
  (void)state;
  static const struct {
    const char *name;
    struct str *field;
  } headers[] = {
    { "Content-Type", &inv.content_type },
    { "Lambda-Runtime-Aws-Request-Id", &inv.request_id },
    { "Lambda-Runtime-Invocation-Id", &inv.invocation_id },
    { "Lambda-Runtime-Invoked-Function-Arn", &inv.function_arn },
    { "Lambda-Runtime-Trace-Id", &inv.trace_id },
    { "Lambda-Runtime-Aws-Tenant-Id", &inv.tenant_id },
    { "Lambda-Runtime-Client-Context", &inv.client_context },
    { "Lambda-Runtime-Cognito-Identity", &inv.identity },
  };
  static const struct {
    const char *value, *want;
  } values[] = {
    { "one", "one" }, { " {\"a\": 1;b=c} ", "{\"a\": 1;b=c}" }, { "\xC3\xBC", "\xC3\xBC" }, { "", "" }, { " \t ", "" },
  };
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
      for (int spelling = 0; spelling < 3; spelling++) {
        char line[256];
        size_t size = (size_t)snprintf(line, sizeof line, "%s:%s\r\n", headers[i].name, values[v].value);
        for (char *c = line; spelling > 0 && *c != ':'; c++)
          if (*c != '-') *c = (char)(spelling == 1 ? *c | 0x20 : *c & ~0x20);
        read_next(str_of(line, size), STR("{}"));
        for (size_t k = 0; k < sizeof headers / sizeof *headers; k++)
          assert_true(str_equal(*headers[k].field, str_from(k == i ? values[v].want : "")));
        if (*values[v].want == '\0') assert_int_equal(headers[i].field->len, 0);
      }
    }
  }
}

/* Of a header that comes twice the first one with a value counts. */
static void test_twice(void **state) {
  (void)state;
  static const struct {
    const char *headers, *want;
  } cases[] = {
    { "Lambda-Runtime-Aws-Request-Id: a\r\nlambda-runtime-aws-request-id: b\r\n", "a" },
    { "Lambda-Runtime-Aws-Request-Id:\r\nLambda-Runtime-Aws-Request-Id: b\r\n", "b" },
    { "Lambda-Runtime-Aws-Request-Id: a\r\nLambda-Runtime-Aws-Request-Id:\r\n", "a" },
    { "Lambda-Runtime-Aws-Request-Id: a\r\nX-Lambda-Runtime-Aws-Request-Id: b\r\n", "a" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    read_next(str_from(cases[i].headers), STR("{}"));
    assert_true(str_equal(inv.request_id, str_from(cases[i].want)));
  }
}

/* It goes back in a header of ours: what could break that is not echoed. */
static void test_invocation_id(void **state) {
  (void)state;
  static const struct {
    struct str header;
    const char *want;
  } cases[] = {
    { STR("a-b_c.1~"), "a-b_c.1~" },
    { STR("a b"), "a b" },
    { STR("a\tb"), "" },
    { STR("a\x1F"), "" },
    { STR("a\x7F"), "" },
    { STR("a\x1B[0m"), "" },
    { STR("\x01"), "" },
    { STR("a\x80"), "a\x80" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf line;
    buf_init(&line, 256);
    buf_add(&line, STR("Lambda-Runtime-Aws-Request-Id: r\r\nLambda-Runtime-Invocation-Id: "));
    buf_add(&line, cases[i].header);
    buf_add(&line, STR("\r\n"));
    read_next(buf_str(&line), STR("{}"));
    assert_true(str_equal(inv.invocation_id, str_from(cases[i].want)));
    assert_true(str_equal(inv.request_id, STR("r")));
    buf_free(&line);
  }
}

static void test_deadline(void **state) {
  (void)state;
  static const struct {
    const char *header; /* NULL: none */
    int64_t deadline, now, left;
  } cases[] = {
    { "1542409706888", 1542409706888, 1542409706000, 888 },
    { "1542409706888", 1542409706888, 1542409706888, 0 },
    { "1542409706888", 1542409706888, 1542409706889, 0 },
    { "1542409706888", 1542409706888, INT64_MAX, 0 },
    { "1", 1, 0, 1 },
    { NULL, 0, 5, INT64_MAX },
    { "", 0, 5, INT64_MAX },
    { "0", 0, 5, INT64_MAX },
    { "-1", 0, 5, INT64_MAX },
    { "1.5", 0, 5, INT64_MAX },
    { "soon", 0, 5, INT64_MAX },
    { "15 16", 0, 5, INT64_MAX },
    { "9223372036854775807", INT64_MAX, 7, INT64_MAX - 7 },
    { "9223372036854775808", 0, 5, INT64_MAX },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char line[128] = "";
    if (cases[i].header) snprintf(line, sizeof line, "lambda-runtime-deadline-ms: %s\r\n", cases[i].header);
    read_next(str_from(line), STR("{}"));
    assert_int_equal(inv.deadline_ms, cases[i].deadline);
    assert_int_equal(invocation_remaining_ms(&inv, cases[i].now), cases[i].left);
  }
}

static void test_payload(void **state) {
  (void)state;
  static const struct str bodies[] = { STR("{\"a\":1}"), STR(""), STR("\0\xFF\0"), STR("not JSON") };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    read_next(STR("Lambda-Runtime-Aws-Request-Id: r\r\n"), bodies[i]);
    assert_true(str_equal(inv.payload, bodies[i]));
    assert_int_equal(reader.body.len, 0); /* moved, not copied */
    assert_true(bodies[i].len == 0 || inv.payload.ptr == inv.body.ptr);
  }
}

/* What one event had, the next one does not have. */
static void test_nothing_stays(void **state) {
  (void)state;
  static const struct invocation zero;
  read_next(STR("Content-Type: text/plain\r\nLambda-Runtime-Aws-Request-Id: r\r\nLambda-Runtime-Aws-Tenant-Id: t\r\n"
                "Lambda-Runtime-Deadline-Ms: 5\r\nLambda-Runtime-Trace-Id: x\r\n"),
            STR("body"));
  read_next(STR(""), STR(""));
  for (int reset = 0; reset < 2; reset++) {
    assert_int_equal(inv.request_id.len + inv.tenant_id.len + inv.trace_id.len + inv.content_type.len, 0);
    assert_int_equal(inv.payload.len, 0);
    assert_int_equal(inv.deadline_ms, 0);
    invocation_reset(&inv);
  }
  invocation_free(&inv);
  invocation_free(&inv);
  assert_null(inv.memory.chunks);
  assert_null(inv.body.ptr);
  assert_memory_equal(&inv.payload, &zero.payload, sizeof zero.payload);
}

/* A huge event must not be paid for by all that follow: neither the invocation nor the reader, who get each other's. */
static void test_keeps_little_memory(void **state) {
  (void)state;
  enum { HUGE_SIZE = 6 * 1024 * 1024, KEPT = 256 * 1024 };
  char *huge = calloc(1, HUGE_SIZE);
  assert_non_null(huge);
  for (int i = 0; i < 3; i++) {
    read_next(STR("Lambda-Runtime-Aws-Request-Id: r\r\n"), str_of(huge, HUGE_SIZE));
    assert_int_equal(inv.payload.len, HUGE_SIZE);
    invocation_reset(&inv);
    assert_true(inv.body.capacity <= KEPT);
    assert_true(reader.body.capacity <= KEPT);
  }
  free(huge);
  read_next(STR(""), STR("ordinary"));
  invocation_reset(&inv);
  assert_true(inv.body.capacity > 0); /* what is ordinary is kept */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_headers), TEST(test_twice),         TEST(test_invocation_id),       TEST(test_deadline),
    TEST(test_payload), TEST(test_nothing_stays), TEST(test_keeps_little_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
