/* environment_api: the internal extension of an environment, one request after the other. */
#include <string.h>

#include "config.h"

/* The files under test are compiled here, with the fixture in place of the server. */
#define exchange_answer rig_answer
#include "environment.c"
#include "environment_api.c"
#include "environment_turns.c"

#include "environment_fixture.h"

#define REGISTER "/2020-01-01/extension/register"
#define EVENT_NEXT "/2020-01-01/extension/event/next"

static struct fake *request(const char *method, const char *path, const char *header, const char *value) {
  struct field field = { str_from(header), str_from(value) };
  return rig_request_with(method, str_from(path), (struct fields){ &field, header ? 1 : 0 }, STR("{\"events\":[]}"));
}

static struct fake *registered(void) {
  return request("POST", REGISTER, "lambda-extension-name", "moonwire");
}

static struct fake *event_next(const char *id) {
  return request("GET", EVENT_NEXT, "lambda-extension-identifier", id);
}

static void assert_refused(struct fake *fake, int status, const char *type) {
  assert_int_equal(fake->status, status);
  assert_non_null(strstr(buf_text(&fake->body), type));
}

static void test_life(void **state) {
  (void)state;
  char id[UUID_LEN];
  rig_start_with("{}");
  struct fake *fake = registered();
  assert_int_equal(fake->status, 200);
  assert_string_equal(buf_text(&fake->body),
                      "{\"functionName\":\"echo\",\"functionVersion\":\"$LATEST\",\"handler\":\"sleep\"}\n");
  assert_string_equal(rig_header(fake, "Content-Type"), "application/json");
  assert_true(str_copy(str_from(rig_header(fake, "Lambda-Extension-Identifier")), id, sizeof id));
  assert_int_equal(strlen(id), UUID_LEN - 1);
  struct fake *waiting = event_next(id);
  assert_int_equal(waiting->status, 0);
  assert_int_equal(rig.pool.environments->state, ENVIRONMENT_STARTING); /* it is no poll */
  assert_int_equal(rig_poll_next()->status, 200);
  assert_int_equal(rig_respond(STR("1"))->status, 202);
  assert_int_equal(rig_poll_next()->status, 0);
  assert_int_equal(waiting->status, 0); /* whatever happens */
  assert_refused(event_next(id), 403, "\"Extension.InvalidExtensionState\"");
  rig_leave(waiting); /* a lost connection: it may ask again, and goes on otherwise */
  assert_int_equal(rig.pool.environments->state, ENVIRONMENT_SERVING);
  assert_int_equal(event_next(id)->status, 0); /* answered at the end: rig_close looks */
}

static const struct {
  const char *method, *path, *header, *value;
  int status;
  const char *type;
} refusals[] = {
  { "POST", REGISTER, NULL, NULL, 403, "\"Extension.InvalidExtensionName\"" },
  { "POST", REGISTER, "Lambda-Extension-Name", "", 403, "\"Extension.InvalidExtensionName\"" },
  { "GET", EVENT_NEXT, NULL, NULL, 403, "\"Extension.UnknownExtensionIdentifier\"" },
  { "GET", EVENT_NEXT, "Lambda-Extension-Identifier", "", 403, "\"Extension.UnknownExtensionIdentifier\"" },
  { "GET", EVENT_NEXT, "Lambda-Extension-Identifier", "x", 403, "\"Extension.UnknownExtensionIdentifier\"" },
  { "GET", REGISTER, "Lambda-Extension-Name", "moonwire", 404, "\"NotFound\"" },
  { "POST", EVENT_NEXT, NULL, NULL, 404, "\"NotFound\"" },
  { "POST", "/2020-01-01/extension/exit/error", NULL, NULL, 404, "\"NotFound\"" },
  { "POST", "/2020-01-02/extension/register", "Lambda-Extension-Name", "moonwire", 404, "\"NotFound\"" },
};

static void test_refusals(void **state) {
  (void)state;
  rig_start_with("{}");
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
    assert_refused(request(refusals[i].method, refusals[i].path, refusals[i].header, refusals[i].value),
                   refusals[i].status, refusals[i].type);
  assert_int_equal(registered()->status, 200);
  assert_refused(registered(), 403, "\"Extension.InvalidExtensionState\"");
}

static void test_too_late(void **state) {
  (void)state;
  rig_start_with("{}");
  rig_poll_next();
  assert_refused(registered(), 403, "\"Extension.RegistrationClosed\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_open, rig_close)

int main(void) {
  struct str handler = config_get("_HANDLER");
  if (handler.len > 0) return rig_serve(handler);
  const struct CMUnitTest tests[] = { TEST(test_life), TEST(test_refusals), TEST(test_too_late) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
