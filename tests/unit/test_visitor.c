/* visitor: which pages of a browser reach our ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "visitor.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Headers; NULL: not there. */
static struct fields headers(struct field list[3], const char *host, const char *origin, const char *site) {
  size_t count = 0;
  if (host) list[count++] = (struct field){ STR("Host"), str_from(host) };
  if (origin) list[count++] = (struct field){ STR("origin"), str_from(origin) };
  if (site) list[count++] = (struct field){ STR("Sec-Fetch-Site"), str_from(site) };
  return (struct fields){ list, count };
}

static const struct {
  const char *host, *origin, *allowed;
  bool may;
} visitors[] = {
  /* programs */
  { "127.0.0.1:3001", NULL, NULL, true },
  { "localhost:3001", NULL, NULL, true },
  { "chat.localhost:3001", NULL, NULL, true },
  { "[::1]:3001", NULL, NULL, true },
  { "192.168.1.5:3001", NULL, NULL, true },
  { NULL, NULL, NULL, true },
  /* pages of this machine */
  { "127.0.0.1:3001", "http://localhost:5173", NULL, true },
  { "127.0.0.1:3001", "https://127.0.0.1", NULL, true },
  { "127.0.0.1:3001", "http://[::1]:8080", NULL, true },
  { "127.0.0.1:3001", "file://", NULL, true },
  { "192.168.1.5:3001", "http://192.168.1.5:5173", NULL, true },
  /* pages of others */
  { "127.0.0.1:3001", "https://evil.example", NULL, false },
  { "127.0.0.1:3001", "null", NULL, false },
  { "127.0.0.1:3001", "", NULL, false },
  { "127.0.0.1:3001", "http://localhost.evil.example", NULL, false },
  { "127.0.0.1:3001", "http://127.0.0.1.evil.example", NULL, false },
  { "127.0.0.1:3001", "http://127.evil.example", NULL, false },
  { "127.0.0.1:3001", "http://evil.example/://localhost", NULL, false },
  { "127.0.0.1:3001", "http://notlocalhost", NULL, false },
  { "127.0.0.1:3001", "http://192.168.1.5:5173", NULL, false },
  /* a name of theirs that leads here */
  { "evil.example:3001", "http://evil.example:3001", NULL, false },
  { "evil.example:3001", NULL, NULL, false },
  { "127.0.0.1.evil.example", NULL, NULL, false },
  { "1.2.3.4.5", NULL, NULL, false },
  { "[evil", NULL, NULL, false },
  /* let in */
  { "127.0.0.1:3001", "https://app.example", "https://app.example", true },
  { "127.0.0.1:3001", "https://APP.example", "https://app.example", true },
  { "127.0.0.1:3001", "https://app.example:8443", "https://app.example", false },
  { "127.0.0.1:3001", "http://app.example", "https://app.example", false },
  { "app.example:3001", NULL, "https://app.example", true },
  { "app.example", "https://app.example", "https://app.example", true },
  { "127.0.0.1:3001", "null", "null", true },
  { "evil.example", "https://evil.example", "*", true },
};

static void test_may_enter(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(visitors); i++) {
    struct field list[3];
    char err[ERR_LEN] = "";
    struct str allowed = str_from(visitors[i].allowed ? visitors[i].allowed : "");
    bool may = visitor_may_enter(headers(list, visitors[i].host, visitors[i].origin, NULL),
                                 (struct visitor_origins){ &allowed, visitors[i].allowed ? 1 : 0 }, err);
    if (may != visitors[i].may) fail_msg("case %zu: host %s, origin %s", i, visitors[i].host, visitors[i].origin);
    if (!may && !strstr(err, "--allow-origin ")) fail_msg("case %zu: %s", i, err);
  }
}

static const struct {
  const char *host, *origin, *site;
  bool local;
} locals[] = {
  { "127.0.0.1:3002", NULL, NULL, true },
  { "localhost:3002", "http://localhost:3002", "same-origin", true },
  { "[::1]:3002", "http://[::1]:3002", "none", true },
  { NULL, NULL, NULL, false },
  { "192.168.1.5:3002", NULL, NULL, false },
  { "evil.example:3002", NULL, NULL, false },
  { "localhost.evil.example:3002", NULL, NULL, false },
  { "127.0.0.1:3002", "https://evil.example", NULL, false },
  { "127.0.0.1:3002", "null", NULL, false },
  { "127.0.0.1:3002", "file://", NULL, false },
  { "127.0.0.1:3002", NULL, "cross-site", false },
  { "127.0.0.1:3002", NULL, "same-site", false },
};

static void test_local(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(locals); i++) {
    struct field list[3];
    bool local = visitor_is_local(headers(list, locals[i].host, locals[i].origin, locals[i].site));
    if (local != locals[i].local) fail_msg("case %zu", i);
  }
}

static const struct {
  const char *site, *mode, *dest, *allowed;
  bool may;
} fetches[] = {
  { "cross-site", "no-cors", "image", NULL, false },
  { "cross-site", "no-cors", "script", NULL, false },
  { "cross-site", "navigate", "iframe", NULL, false },
  { "cross-site", "navigate", "document", NULL, true },
  { "cross-site", NULL, NULL, NULL, false },
  { "cross-site", "no-cors", "image", "*", true },
  { "cross-site", "no-cors", "image", "https://app.example", false },
  { "same-site", "no-cors", "image", NULL, true },
  { "same-origin", "cors", "empty", NULL, true },
  { "none", "navigate", "document", NULL, true },
};

static void test_without_origin(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(fetches); i++) {
    struct field list[] = { { STR("Host"), STR("127.0.0.1:3001") },
                            { STR("Sec-Fetch-Site"), str_from(fetches[i].site) },
                            { STR("Sec-Fetch-Mode"), str_from(fetches[i].mode ? fetches[i].mode : "") },
                            { STR("Sec-Fetch-Dest"), str_from(fetches[i].dest ? fetches[i].dest : "") } };
    struct str allowed = str_from(fetches[i].allowed ? fetches[i].allowed : "");
    char err[ERR_LEN] = "";
    bool may = visitor_may_enter((struct fields){ list, COUNT(list) },
                                 (struct visitor_origins){ &allowed, fetches[i].allowed ? 1 : 0 }, err);
    if (may != fetches[i].may) fail_msg("case %zu", i);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_may_enter), cmocka_unit_test(test_without_origin),
                                      cmocka_unit_test(test_local) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
