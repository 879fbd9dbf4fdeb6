/* log: records as they reach standard error, which is a socket here that keeps each write apart. */
#define _GNU_SOURCE /* setenv */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "log.h"
#include "utf8.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

/* Standard error, captured: one record is one packet */

static int saved_stderr, packets[2];
static char received[LOG_LINE + 1024];

static void capture(void) {
  int size = LOG_LINE + 1024; /* the kernel doubles it; a record has to fit in whole */
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets), 0);
  assert_int_equal(setsockopt(packets[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
  saved_stderr = dup(STDERR_FILENO);
  assert_true(saved_stderr >= 0 && dup2(packets[1], STDERR_FILENO) == STDERR_FILENO);
}

static void release(void) {
  dup2(saved_stderr, STDERR_FILENO);
  close(saved_stderr);
  close(packets[0]);
  close(packets[1]);
}

/* The next record; empty when there is none. */
static struct str next_record(void) {
  ssize_t size = recv(packets[0], received, sizeof received - 1, MSG_DONTWAIT);
  received[size > 0 ? size : 0] = '\0';
  return str_of(received, size > 0 ? (size_t)size : 0);
}

/* log_write, or log_write_from_signal. */
static void (*write_record)(enum log_level, const struct log_context *, struct str, struct str) = log_write;

static struct str written(enum log_level level, const struct log_context *context, struct str message,
                          struct str fields) {
  capture();
  write_record(level, context, message, fields);
  struct str record = next_record();
  size_t more = recv(packets[0], received + record.len, 1, MSG_DONTWAIT) > 0;
  release();
  assert_int_equal(more, 0);
  return record;
}

/* "2026-11-21T20:33:12.345Z": 24 bytes. */
static void check_time(struct str time) {
  static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
  assert_int_equal(time.len, sizeof form - 1);
  for (size_t i = 0; i < time.len; i++)
    assert_true(form[i] == 'd' ? time.ptr[i] >= '0' && time.ptr[i] <= '9' : time.ptr[i] == form[i]);
}

static const struct log_context both = { .request_id = STR("id-1"), .tenant_id = STR("tenant \"1\"") };
static const struct log_context only_id = { .request_id = STR("id-1") };
static const struct log_context none;
static const struct log_context websocket = { .request_id = STR("id-1"),
                                              .connection_id = STR("c=\x1F"),
                                              .route_key = STR("$default"),
                                              .api_request_id = STR("api-1") };
static const struct log_context connection = { .connection_id = STR("c=") };

static const struct {
  enum log_level level;
  const struct log_context *context;
  struct str message, fields;
  struct str text; /* behind the time */
  struct str json; /* behind the time and its quote */
} records[] = {
  { LOG_INFO, NULL, STR("hello"), STR(""), STR("\t-\tINFO\thello\n"),
    STR(",\"level\":\"INFO\",\"message\":\"hello\"}\n") },
  { LOG_ERROR, &none, STR(""), STR(""), STR("\t-\tERROR\t\n"), STR(",\"level\":\"ERROR\",\"message\":\"\"}\n") },
  { LOG_TRACE, &only_id, STR("x"), STR(""), STR("\tid-1\tTRACE\tx\n"),
    STR(",\"level\":\"TRACE\",\"requestId\":\"id-1\",\"message\":\"x\"}\n") },
  { LOG_WARN, &both, STR("x"), STR("\"code\":\"gone\",\"n\":1"), STR("\tid-1\tWARN\tx {\"code\":\"gone\",\"n\":1}\n"),
    STR(",\"level\":\"WARN\",\"requestId\":\"id-1\",\"tenantId\":\"tenant "
        "\\\"1\\\"\",\"message\":\"x\",\"code\":\"gone\","
        "\"n\":1}\n") },
  { LOG_INFO, &websocket, STR("x"), STR(""),
    STR("\tid-1\tINFO\tx {\"connectionId\":\"c=\\u001f\",\"routeKey\":\"$default\",\"apiRequestId\":\"api-1\"}\n"),
    STR(",\"level\":\"INFO\",\"requestId\":\"id-1\",\"connectionId\":\"c=\\u001f\",\"routeKey\":\"$default\","
        "\"apiRequestId\":\"api-1\",\"message\":\"x\"}\n") },
  { LOG_INFO, &connection, STR("x"), STR("\"n\":1"), STR("\t-\tINFO\tx {\"connectionId\":\"c=\",\"n\":1}\n"),
    STR(",\"level\":\"INFO\",\"connectionId\":\"c=\",\"message\":\"x\",\"n\":1}\n") },
  { LOG_DEBUG, NULL, STR("a\nb\r\n\tc"), STR(""), STR("\t-\tDEBUG\ta\rb\r\r\tc\n"),
    STR(",\"level\":\"DEBUG\",\"message\":\"a\\nb\\r\\n\\tc\"}\n") },
  { LOG_FATAL, NULL, STR("NUL \0 bell \a"), STR(""), STR("\t-\tFATAL\tNUL \\u0000 bell \\u0007\n"),
    STR(",\"level\":\"FATAL\",\"message\":\"NUL \\u0000 bell \\u0007\"}\n") },
  { LOG_INFO, NULL, STR("\xC3\xBC \xFF \xC3"), STR(""), STR("\t-\tINFO\t\xC3\xBC \xEF\xBF\xBD \xEF\xBF\xBD\n"),
    STR(",\"level\":\"INFO\",\"message\":\"\xC3\xBC \xEF\xBF\xBD \xEF\xBF\xBD\"}\n") },
};

static void test_records(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
    for (int json = 0; json < 2; json++) {
      log_setup((struct log_settings){ .json = json, .one_line = true, .level = LOG_TRACE });
      struct str got = written(records[i].level, records[i].context, records[i].message, records[i].fields);
      size_t start = json ? strlen("{\"timestamp\":\"") : 0;
      if (json) assert_true(str_starts(got, STR("{\"timestamp\":\"")));
      check_time(str_slice(got, start, start + 24));
      if (json) assert_int_equal(got.ptr[start + 24], '"');
      struct str rest = str_slice(got, start + 24 + (size_t)json, got.len);
      if (!str_equal(rest, json ? records[i].json : records[i].text)) fail_msg("case %zu: %.*s", i, STR_ARG(got));
    }
  }
}

static void test_levels(void **state) {
  (void)state;
  for (int level = LOG_TRACE; level <= LOG_FATAL; level++) {
    log_setup((struct log_settings){ .level = (enum log_level)level });
    assert_false(log_is_json());
    for (int of = LOG_TRACE; of <= LOG_FATAL; of++) {
      assert_int_equal(log_enabled((enum log_level)of), of >= level);
      assert_int_equal(written((enum log_level)of, NULL, STR("x"), STR("")).len > 0, of >= level);
    }
  }
}

/* The same bytes from a signal handler, which keeps errno; a longer record is shorter there. */
static void test_from_signal(void **state) {
  static char message[LOG_LINE];
  memset(message, 'a', sizeof message);
  write_record = log_write_from_signal;
  test_records(state);
  test_levels(state);
  log_setup((struct log_settings){ .one_line = true, .level = LOG_INFO });
  struct str got = written(LOG_FATAL, &websocket, str_of(message, sizeof message), STR("\"n\":1"));
  assert_true(got.len > LOG_SIGNAL_LINE / 4 && got.len <= LOG_SIGNAL_LINE);
  assert_true(str_ends(got, STR(",\"truncated\":true}\n")));
  got = written(LOG_FATAL, &websocket, str_of(message, LOG_SIGNAL_LINE - 200), STR(""));
  assert_true(got.len > LOG_SIGNAL_LINE - 200);
  capture();
  close(STDERR_FILENO); /* write fails, with EBADF */
  errno = EDOM;
  log_write_from_signal(LOG_FATAL, NULL, STR("lost"), STR(""));
  assert_int_equal(errno, EDOM);
  release();
  write_record = log_write;
}

static void test_level_names(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int want; /* -1: none */
  } cases[] = {
    { "TRACE", LOG_TRACE },
    { "debug", LOG_DEBUG },
    { "Info", LOG_INFO },
    { "WARN", LOG_WARN },
    { "error", LOG_ERROR },
    { "fATAL", LOG_FATAL },
    { "", -1 },
    { "WARNING", -1 },
    { " INFO", -1 },
    { "3", -1 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum log_level level = LOG_WARN;
    assert_int_equal(log_level_from(str_from(cases[i].name), &level), cases[i].want >= 0);
    assert_int_equal(level, cases[i].want >= 0 ? cases[i].want : LOG_WARN);
  }
}

/* Longer than a record may be: cut, in one write, and still text or JSON of its form. */
static void check_cut(struct str record, int json) {
  struct arena memory = { 0 };
  const struct json *root;
  struct json_item item;
  char err[ERR_LEN];
  assert_true(record.len > 10000 && record.len <= LOG_LINE && str_ends(record, STR("\n")));
  if (!json) {
    assert_true(str_ends(record, STR(" {\"truncated\":true}\n")));
    return;
  }
  assert_int_equal(utf8_prefix(record), record.len);
  assert_true(json_parse(&memory, record, &root, err));
  json_read(json_member(root, STR("truncated")), &item);
  assert_int_equal(item.type, JSON_TRUE);
  assert_int_equal(json_member_text(root, STR("requestId")).len, 4);
  arena_free(&memory);
}

static void test_over_long(void **state) {
  (void)state;
  static char message[LOG_LINE + 1], fields[LOG_LINE];
  static const char fills[] = { 'a', '\1', '\xFF', '\n' };
  memset(fields, 'f', sizeof fields);
  memcpy(fields, "\"a\":\"", 5);
  fields[sizeof fields - 1] = '"';
  for (int json = 0; json < 2; json++) {
    log_setup((struct log_settings){ .json = json, .one_line = true, .level = LOG_TRACE });
    for (size_t i = 0; i < sizeof fills; i++) {
      memset(message, fills[i], sizeof message);
      check_cut(written(LOG_INFO, &only_id, str_of(message, sizeof message), STR("")), json);
    }
    memset(message, 'a', sizeof message);
    check_cut(written(LOG_INFO, &only_id, str_of(message, 20000), str_of(fields, sizeof fields)), json);
    struct str whole = written(LOG_INFO, NULL, str_of(message, LOG_LINE - 1000), STR(""));
    assert_true(whole.len > LOG_LINE - 1000 && whole.len <= LOG_LINE);
    assert_int_equal(str_find(whole, STR("truncated"), 0), SIZE_MAX);
  }
}

static void test_formatted(void **state) {
  (void)state;
  static char word[2 * LOG_LINE + 1];
  memset(word, 'a', sizeof word - 1);
  log_setup((struct log_settings){ .json = false, .level = LOG_INFO });
  capture();
  log_printf(LOG_INFO, NULL, "%s %d", "a", 1);
  assert_true(str_ends(next_record(), STR("\t-\tINFO\ta 1\n")));
  log_printf(LOG_DEBUG, NULL, "%s", "below the level");
  log_printf(LOG_INFO, NULL, "%s", "");
  assert_true(str_ends(next_record(), STR("\t-\tINFO\t\n")));
  log_printf(LOG_INFO, &only_id, "%s", word);
  struct str record = next_record();
  release();
  check_cut(record, 0);
}

static void test_from_environment(void **state) {
  (void)state;
  static const struct {
    const char *format, *level, *own_level, *concurrency;
    bool json;
    enum log_level want;
    const char *warning; /* NULL: none */
  } cases[] = {
    { "", "", "", "", false, LOG_INFO, NULL },
    { "JSON", "DEBUG", "", "", true, LOG_DEBUG, NULL },
    { "json", "", "error", "", true, LOG_ERROR, NULL },
    { "Text", "WARN", "TRACE", "", false, LOG_WARN, NULL },
    { "XML", "", "", "", false, LOG_INFO, "AWS_LAMBDA_LOG_FORMAT is \"XML\"" },
    { "", "LOUD", "DEBUG", "", false, LOG_DEBUG, "AWS_LAMBDA_LOG_LEVEL is \"LOUD\"" },
    { "JSON", "", "LOUD", "", true, LOG_INFO, "MOONWIRE_LOG_LEVEL is \\\"LOUD\\\"" },
    { "", "", "", "8", true, LOG_INFO, NULL },
    { "Text", "", "", "1", true, LOG_INFO, NULL },
    { "XML", "", "", "many", true, LOG_INFO, NULL },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    setenv("AWS_LAMBDA_LOG_FORMAT", cases[i].format, 1);
    setenv("AWS_LAMBDA_LOG_LEVEL", cases[i].level, 1);
    setenv("MOONWIRE_LOG_LEVEL", cases[i].own_level, 1);
    setenv("AWS_LAMBDA_MAX_CONCURRENCY", cases[i].concurrency, 1);
    capture();
    log_setup_from_environment(true);
    struct str warning = next_record();
    release();
    assert_int_equal(log_is_json(), cases[i].json);
    assert_true(log_enabled(cases[i].want) && (cases[i].want == LOG_TRACE || !log_enabled(cases[i].want - 1)));
    if (cases[i].warning ? !strstr(received, cases[i].warning) : warning.len > 0) fail_msg("case %zu: %s", i, received);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_records),     cmocka_unit_test(test_levels),    cmocka_unit_test(test_level_names),
    cmocka_unit_test(test_over_long),   cmocka_unit_test(test_formatted), cmocka_unit_test(test_from_environment),
    cmocka_unit_test(test_from_signal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
