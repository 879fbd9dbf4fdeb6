/* environment_api: the rules of the Runtime API, one request after the other. */
#include <string.h>

#include "config.h"

/* The files under test are compiled here, with the fixture in place of the server. */
#define exchange_answer rig_answer
#include "environment.c"
#include "environment_api.c"
#include "environment_turns.c"

#include "environment_fixture.h"

/* Requests in order */

struct step {
  const char *method, *path, *nonce; /* ID in a path is the request id; "NONCE" is the one of the delivery */
  const char *body;
  int status;       /* 0: it waits */
  const char *want; /* in the body of the answer */
};

static const struct {
  const char *name;
  struct step steps[8];
  const char *story; /* contains this at the end; "" when nothing was finished */
} cases[] = {
  { "a response",
    { { "GET", NEXT, NULL, "", 200, "{\"n\":1}" },
      { "POST", RESPONSE, "NONCE", "{\"a\":1}", 202, "{\"status\":\"OK\"}" },
      { "GET", NEXT, NULL, "", 0, "" } },
    "done result {\"a\":1}\nfinished 1 cold\n" },
  { "an error",
    { { "GET", NEXT, NULL, "", 200, "" }, { "POST", ERROR, "NONCE", "{\"e\":1}", 202, "\"OK\"" } },
    "done error {\"e\":1}\nfinished 1 cold\n" },
  { "an empty response",
    { { "GET", NEXT, NULL, "", 200, "" }, { "POST", RESPONSE, "NONCE", "", 202, "" } },
    "done result \nfinished" },
  { "a client that knows nothing of invocation ids",
    { { "GET", NEXT, NULL, "", 200, "" }, { "POST", RESPONSE, NULL, "1", 202, "" } },
    "done result 1\n" },
  { "an event that was not answered comes again",
    { { "GET", NEXT, NULL, "", 200, "{\"n\":1}" },
      { "GET", NEXT, NULL, "", 200, "{\"n\":1}" },
      { "POST", RESPONSE, "NONCE", "1", 202, "" } },
    "done result 1\n" },
  { "one response, not two",
    { { "GET", NEXT, NULL, "", 200, "" },
      { "POST", RESPONSE, "NONCE", "1", 202, "" },
      { "POST", RESPONSE, "NONCE", "2", 403, "\"InvalidStateTransition\"" },
      { "POST", ERROR, "NONCE", "3", 403, "InvalidStateTransition" } },
    "done result 1\nfinished 1 cold\n" },
  { "another request's id",
    { { "GET", NEXT, NULL, "", 200, "" },
      { "POST", API "invocation/00000000-0000-4000-8000-000000000000/response", NULL, "1", 400,
        "\"InvalidRequestID\"" },
      { "POST", API "invocation//response", NULL, "1", 400, "InvalidRequestID" },
      { "POST", API "invocation/IDa/error", NULL, "1", 400, "InvalidRequestID" },
      { "POST", RESPONSE, "NONCE", "2", 202, "" } },
    "done result 2\n" },
  { "another delivery's id",
    { { "GET", NEXT, NULL, "", 200, "" },
      { "POST", RESPONSE, "00000000-0000-4000-8000-000000000000", "1", 410, "\"InvokeTimeout\"" },
      { "POST", ERROR, "x", "1", 410, "InvokeTimeout" },
      { "POST", RESPONSE, "NONCE", "2", 202, "" } },
    "done result 2\n" },
  { "nothing to respond to: starting",
    { { "POST", RESPONSE, NULL, "1", 403, "InvalidStateTransition" }, { "POST", ERROR, NULL, "1", 403, "" } },
    "" },
  { "nothing to respond to: idle",
    { { "GET", NEXT, NULL, "", 200, "" },
      { "POST", RESPONSE, NULL, "1", 202, "" },
      { "GET", NEXT, NULL, "", 0, "" },
      { "POST", RESPONSE, NULL, "2", 403, "InvalidStateTransition" } },
    "done result 1\nfinished 1 cold\n" },
  { "one poll at a time",
    { { "GET", NEXT, NULL, "", 200, "" },
      { "POST", RESPONSE, NULL, "1", 202, "" },
      { "GET", NEXT, NULL, "", 0, "" },
      { "GET", NEXT, NULL, "", 403, "InvalidStateTransition" } },
    "done result 1\n" },
  { "a failed start",
    { { "POST", INIT_ERROR, NULL, "{\"errorType\":\"X\"}", 202, "\"OK\"" },
      { "POST", INIT_ERROR, NULL, "{}", 403, "" },
      { "GET", NEXT, NULL, "", 500, "exit" } },
    "done init error {\"errorType\":\"X\"}\nfinished 1 cold\n" },
  { "no failed start behind the first poll",
    { { "GET", NEXT, NULL, "", 200, "" },
      { "POST", INIT_ERROR, NULL, "{}", 403, "InvalidStateTransition" },
      { "POST", RESPONSE, NULL, "1", 202, "" },
      { "POST", INIT_ERROR, NULL, "{}", 403, "" } },
    "done result 1\n" },
  { "an id that is percent-encoded",
    { { "GET", NEXT, NULL, "", 200, "" }, { "POST", API "invocation/%ID/response", "NONCE", "1", 202, "" } },
    "done result 1\n" },
  { "no such resource",
    { { "GET", "", NULL, "", 404, "errorType" },
      { "GET", "/", NULL, "", 404, "" },
      { "POST", NEXT, NULL, "", 404, "" },
      { "GET", API "invocation/next/", NULL, "", 404, "" },
      { "GET", INIT_ERROR, NULL, "", 404, "" },
      { "POST", API "ID/error", NULL, "", 404, "" },
      { "GET", "/2020-01-01/extension", NULL, "", 404, "" } },
    "" },
  { "no such resource, with an invocation at hand",
    { { "GET", NEXT, NULL, "", 200, "" },
      { "POST", API "ID/error", NULL, "", 404, "" },
      { "POST", API "invocation/ID", NULL, "", 404, "" },
      { "POST", API "invocation/ID/responses", NULL, "", 404, "" },
      { "GET", RESPONSE, NULL, "", 404, "" },
      { "POST", "/2018-06-02/runtime/invocation/ID/response", NULL, "", 404, "" } },
    "" },
};

static void run_step(const char *name, const struct step *step, char id[UUID_LEN], char nonce[UUID_LEN]) {
  struct buf path;
  buf_init(&path, 1000);
  rig_add_path(&path, step->path, id);
  const char *its_nonce = step->nonce && strcmp(step->nonce, "NONCE") == 0 ? nonce : step->nonce;
  struct fake *fake = rig_request(step->method, buf_str(&path), its_nonce, str_from(step->body));
  if (fake->status != step->status || !strstr(buf_text(&fake->body), step->want))
    fail_msg("%s: %s %s: %d %s", name, step->method, step->path, fake->status, buf_text(&fake->body));
  if (fake->status == 200) {
    assert_true(str_copy(str_from(rig_header(fake, "Lambda-Runtime-Aws-Request-Id")), id, UUID_LEN));
    assert_true(str_copy(str_from(rig_header(fake, "Lambda-Runtime-Invocation-Id")), nonce, UUID_LEN));
  }
  if (fake->status != 0)
    assert_true(fake->status == 200 || str_equal(str_from(rig_header(fake, "Content-Type")), STR("application/json")));
  buf_free(&path);
}

static void test_requests(void **state) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char id[UUID_LEN] = "none", nonce[UUID_LEN] = "none";
    if (i > 0) assert_int_equal(rig_open(state), 0);
    rig_start_with("{\"n\":1}");
    buf_clear(&rig.story);
    for (const struct step *step = cases[i].steps; step->method; step++) run_step(cases[i].name, step, id, nonce);
    rig_run_jobs();
    if (!rig_in_story(cases[i].story) || (!*cases[i].story && rig.story.len > 0))
      fail_msg("%s: %s", cases[i].name, buf_text(&rig.story));
    const char *done = strstr(buf_text(&rig.story), "done");
    if (done && strstr(done + 1, "done")) fail_msg("%s: %s", cases[i].name, buf_text(&rig.story));
    if (i + 1 < sizeof cases / sizeof *cases) assert_int_equal(rig_close(state), 0);
  }
}

static void test_headers(void **state) {
  (void)state;
  struct invoke *in = invoke_new();
  buf_add(&in->event, STR("a\0b"));
  assert_true(str_copy(STR("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700"), in->trace_id, sizeof in->trace_id));
  in->done = rig_tell_done;
  pool_invoke(&rig.pool, in);
  rig_run_until("started 1\n");
  int64_t before = clock_unix_ms(), deadline = 0;
  struct fake *fake = rig_poll_next();
  assert_true(str_equal(buf_str(&fake->body), STR("a\0b")));
  assert_string_equal(rig_header(fake, "Content-Type"), "application/json");
  assert_string_equal(rig_header(fake, "Lambda-Runtime-Aws-Request-Id"), in->request_id);
  assert_string_equal(rig_header(fake, "Lambda-Runtime-Trace-Id"), "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700");
  assert_string_equal(rig_header(fake, "Lambda-Runtime-Invoked-Function-Arn"),
                      "arn:aws:lambda:eu-west-3:123456789012:function:chat-dev-echo");
  assert_int_equal(strlen(rig_header(fake, "Lambda-Runtime-Invocation-Id")), 36);
  assert_true(str_to_int64(str_from(rig_header(fake, "Lambda-Runtime-Deadline-Ms")), &deadline));
  assert_in_range(deadline - before, 60000, 120000);
  assert_true(in->cold);
  assert_true(in->init_ns > 0 && in->begun_ns > in->asked_ns);
}

static void test_without_trace(void **state) {
  (void)state;
  rig_start_with("{}");
  assert_null(strstr(buf_text(&rig_poll_next()->headers), "Trace"));
}

static void test_response_sizes(void **state) {
  static char large[INVOKE_RESPONSE_MAX + 1];
  (void)state;
  memset(large, 'x', sizeof large);
  rig_start_with("{}");
  rig_poll_next();
  assert_int_equal(rig_respond(str_of(large, INVOKE_RESPONSE_MAX))->status, 202);
  rig_run_until("finished");
  assert_int_equal(strlen(strstr(buf_text(&rig.story), "xxx")), INVOKE_RESPONSE_MAX + strlen("\nfinished 1 cold\n"));
  buf_clear(&rig.story);
  rig_poll_next();
  rig_invoke("{}");
  rig_run_jobs();
  struct fake *fake = rig_respond(str_of(large, sizeof large));
  assert_int_equal(fake->status, 413);
  assert_non_null(strstr(buf_text(&fake->body), "\"RequestEntityTooLarge\""));
  rig_run_until("finished");
  rig_assert_story(
      "done error {\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"Response payload size exceeded "
      "maximum allowed payload size (6291556 bytes).\"}\nfinished 1\n");
  assert_int_equal(rig_poll_next()->status, 0); /* it goes on */
}

/* Keys */

static void test_keys(void **state) {
  (void)state;
  rig.pool.options.most = 2;
  rig_invoke("1");
  rig_invoke("2");
  rig_run_until("started 2\n");
  struct environment *second = rig.pool.environments, *first = second->next;
  assert_int_equal(strlen(first->key), 32);
  assert_string_not_equal(first->key, second->key);
  assert_ptr_equal(pool_environment(&rig.pool, str_from(first->key)), first);
  assert_ptr_equal(pool_environment(&rig.pool, str_from(second->key)), second);
  assert_null(pool_environment(&rig.pool, STR("")));
  assert_null(pool_environment(&rig.pool, str_slice(str_from(first->key), 0, 31)));
  assert_null(pool_environment(&rig.pool, STR("00000000000000000000000000000000")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_open, rig_close)

int main(void) {
  struct str handler = config_get("_HANDLER");
  if (handler.len > 0) return rig_serve(handler);
  const struct CMUnitTest tests[] = {
    TEST(test_requests), TEST(test_headers), TEST(test_without_trace), TEST(test_response_sizes), TEST(test_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
