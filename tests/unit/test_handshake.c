/* handshake: which requests open a WebSocket, and what refuses the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "handshake.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define COUNT(list) (sizeof(list) / sizeof *(list))

static void test_accept(void **state) {
  (void)state;
  static const struct {
    const char *key, *want;
  } keys[] = {
    { KEY, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" }, /* RFC 6455, section 1.3 */
    { "x3JJHMbDL1EzLkh9GBhXDw==", "HSmrc0sMlYUkAGmm5OPpG2HaGWk=" },
    { "", NULL },
    { "dGhlIHNhbXBsZSBub25jZQ", NULL },
    { "dGhlIHNhbXBsZSBub25jZQ== ", NULL },
    { "dGhlIHNhbXBsZSBub25j", NULL },
    { "dGhlIHNhbXBsZSBub25jZQAA", NULL },
    { "not base64 at all!!!!!!!", NULL },
  };
  char accept[HANDSHAKE_ACCEPT_LEN], err[ERR_LEN];
  for (size_t i = 0; i < COUNT(keys); i++) {
    err[0] = '\0';
    bool ok = handshake_accept(str_from(keys[i].key), accept, err);
    if (ok != (keys[i].want != NULL)) fail_msg("%s: %s", keys[i].key, err);
    if (ok) assert_string_equal(accept, keys[i].want);
    if (!ok) assert_string_equal(err, "Sec-WebSocket-Key must be 16 bytes in base64");
  }
}

/* The usual request with one header in the place of another. NULL: as usual. */
static const struct {
  const char *name, *method, *http;
  struct field changed; /* an empty value takes the header away */
  int want;
} requests[] = {
  { "usual", "GET", "HTTP/1.1", { STR(""), STR("") }, 101 },
  { "a list of options", "GET", "HTTP/1.1", { STR("connection"), STR("keep-alive, UPGRADE") }, 101 },
  { "letter case", "GET", "HTTP/1.1", { STR("UPGRADE"), STR("WebSocket") }, 101 },
  { "POST", "POST", "HTTP/1.1", { STR(""), STR("") }, 400 },
  { "get", "get", "HTTP/1.1", { STR(""), STR("") }, 400 },
  { "HTTP/1.0", "GET", "HTTP/1.0", { STR(""), STR("") }, 400 },
  { "no Upgrade", "GET", "HTTP/1.1", { STR("Upgrade"), STR("") }, 400 },
  { "another protocol", "GET", "HTTP/1.1", { STR("Upgrade"), STR("h2c") }, 400 },
  { "no Connection", "GET", "HTTP/1.1", { STR("Connection"), STR("") }, 400 },
  { "Connection without upgrade", "GET", "HTTP/1.1", { STR("Connection"), STR("keep-alive") }, 400 },
  { "no key", "GET", "HTTP/1.1", { STR("Sec-WebSocket-Key"), STR("") }, 400 },
  { "a short key", "GET", "HTTP/1.1", { STR("Sec-WebSocket-Key"), STR("abcd") }, 400 },
  { "no version", "GET", "HTTP/1.1", { STR("Sec-WebSocket-Version"), STR("") }, 426 },
  { "an old version", "GET", "HTTP/1.1", { STR("Sec-WebSocket-Version"), STR("8") }, 426 },
  { "several versions", "GET", "HTTP/1.1", { STR("Sec-WebSocket-Version"), STR("13, 8") }, 426 },
};

static size_t change(struct field *list, size_t count, const struct field *changed) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (str_equal_nocase(list[i].name, changed->name)) list[i] = *changed;
    if (list[i].value.len > 0) list[kept++] = list[i];
  }
  return kept;
}

static int check(size_t i, struct str *reason) {
  struct field list[] = { { STR("Host"), STR("127.0.0.1:3001") },
                          { STR("Upgrade"), STR("websocket") },
                          { STR("Connection"), STR("Upgrade") },
                          { STR("Sec-WebSocket-Key"), STR(KEY) },
                          { STR("Sec-WebSocket-Version"), STR("13") } };
  struct handshake h = { str_from(requests[i].method),
                         str_from(requests[i].http),
                         { list, change(list, COUNT(list), &requests[i].changed) } };
  char accept[HANDSHAKE_ACCEPT_LEN] = "";
  int status = handshake_check(&h, accept, reason);
  if (status == 101) assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  return status;
}

static void test_requests(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(requests); i++) {
    struct str reason = STR("");
    int status = check(i, &reason);
    if (status != requests[i].want) fail_msg("%s: %d", requests[i].name, status);
    if ((status == 101) != (reason.len == 0)) fail_msg("%s: reason", requests[i].name);
  }
}

/* A proxy that sees the first one and a server that takes the last one would speak of different handshakes. */
static void a_second_key_refuses(void **state) {
  (void)state;
  const struct field list[] = { { STR("Upgrade"), STR("websocket") },
                                { STR("Connection"), STR("Upgrade") },
                                { STR("Sec-WebSocket-Key"), STR(KEY) },
                                { STR("Sec-WebSocket-Key"), STR(KEY) },
                                { STR("Sec-WebSocket-Version"), STR("13") } };
  char accept[HANDSHAKE_ACCEPT_LEN];
  struct str reason;
  assert_int_equal(
      handshake_check(&(struct handshake){ STR("GET"), STR("HTTP/1.1"), { list, COUNT(list) } }, accept, &reason), 400);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_accept),
    cmocka_unit_test(test_requests),
    cmocka_unit_test(a_second_key_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
