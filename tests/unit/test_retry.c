/* test_retry.c -- the rules of retries: what a failure is, how long to wait, who may try again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client_peer.h"
#include "retry.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

#define S(literal)                                                                                                     \
  { literal, sizeof(literal) - 1 }

/* What a failure is */

#define CODE(code, what)                                                                                               \
  { code, { .status = 400, .type = S(code) }, what }
#define STATUS(number, what)                                                                                           \
  { "HTTP " #number, { .status = number }, what }

static const struct {
  const char *name;
  struct retry_failure failure;
  enum retry_class want;
} failures[] = {
  CODE("Throttling", RETRY_THROTTLING),
  CODE("ThrottlingException", RETRY_THROTTLING),
  CODE("ThrottledException", RETRY_THROTTLING),
  CODE("RequestThrottledException", RETRY_THROTTLING),
  CODE("TooManyRequestsException", RETRY_THROTTLING),
  CODE("ProvisionedThroughputExceededException", RETRY_THROTTLING),
  CODE("TransactionInProgressException", RETRY_THROTTLING),
  CODE("RequestLimitExceeded", RETRY_THROTTLING),
  CODE("BandwidthLimitExceeded", RETRY_THROTTLING),
  CODE("LimitExceededException", RETRY_THROTTLING),
  CODE("RequestThrottled", RETRY_THROTTLING),
  CODE("SlowDown", RETRY_THROTTLING),
  CODE("PriorRequestNotComplete", RETRY_THROTTLING),
  CODE("EC2ThrottledException", RETRY_THROTTLING),
  CODE("RequestTimeout", RETRY_TRANSIENT),
  CODE("RequestTimeoutException", RETRY_TRANSIENT),
  CODE("InternalError", RETRY_TRANSIENT),
  CODE("throttling", RETRY_NEVER), /* codes have a case */
  CODE("ValidationException", RETRY_NEVER),
  CODE("BadRequestException", RETRY_NEVER),
  STATUS(500, RETRY_TRANSIENT),
  STATUS(502, RETRY_TRANSIENT),
  STATUS(503, RETRY_TRANSIENT),
  STATUS(504, RETRY_TRANSIENT),
  STATUS(429, RETRY_THROTTLING),
  STATUS(501, RETRY_NEVER),
  STATUS(505, RETRY_NEVER),
  STATUS(307, RETRY_NEVER),
  STATUS(400, RETRY_NEVER),
  STATUS(403, RETRY_NEVER),
  STATUS(404, RETRY_NEVER),
  STATUS(410, RETRY_NEVER),
  STATUS(413, RETRY_NEVER),
  { "a throttling code wins over the status", { .status = 503, .type = S("SlowDown") }, RETRY_THROTTLING },
  { "gone", { .status = 410, .type = S("GoneException") }, RETRY_NEVER },
  { "gone, while it is being opened", { .status = 410, .opening = true, .type = S("GoneException") }, RETRY_OPENING },
  { "another answer while it is being opened", { .status = 403, .opening = true }, RETRY_NEVER },
  { "no answer while it is being opened", { .lost = true, .opening = true }, RETRY_TRANSIENT },
  { "forbidden", { .status = 403, .type = S("ForbiddenException") }, RETRY_NEVER },
  { "no connection", { .lost = true }, RETRY_TRANSIENT },
  { "no answer, and none to be had", { .lost = false }, RETRY_NEVER },
  { "too skewed", { .status = 403, .clock_off = true, .type = S("RequestTimeTooSkewed") }, RETRY_CLOCK },
  { "expired", { .status = 403, .clock_off = true, .type = S("RequestExpired") }, RETRY_CLOCK },
  { "in the future", { .status = 403, .clock_off = true, .type = S("RequestInTheFuture") }, RETRY_CLOCK },
  { "invalid", { .status = 403, .clock_off = true, .type = S("InvalidSignatureException") }, RETRY_CLOCK },
  { "no match", { .status = 403, .clock_off = true, .type = S("SignatureDoesNotMatch") }, RETRY_CLOCK },
  { "EC2's", { .status = 401, .clock_off = true, .type = S("AuthFailure") }, RETRY_CLOCK },
  { "a wrong key", { .status = 403, .type = S("InvalidSignatureException") }, RETRY_NEVER },
  { "a wrong key, later the clock",
    { .status = 403, .clock_off = true, .type = S("ForbiddenException") },
    RETRY_NEVER },
  { "too old, the clocks agree",
    { .status = 403, .type = S("InvalidSignatureException"), .reason = S("Signature expired: 20261121T203312Z") },
    RETRY_CLOCK },
  { "another error that says so",
    { .status = 403, .type = S("ForbiddenException"), .reason = S("Signature expired") },
    RETRY_NEVER },
};

static void test_classes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
    enum retry_class got = retry_classify(&failures[i].failure);
    if (got != failures[i].want) fail_msg("%s: %d", failures[i].name, (int)got);
  }
}

/* How often and how long */

static void test_rules(void **state) {
  (void)state;
  static const struct {
    struct str service;
    int given, attempts;
    int64_t base_ms;
  } cases[] = {
    { S("execute-api"), 0, 3, 50 }, { S("execute-api"), 7, 7, 50 }, { S("dynamodb"), 0, 4, 25 },
    { S("dynamodb"), 3, 3, 25 },    { S("execute-api"), 1, 1, 50 }, { S(""), 0, 3, 50 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct retry_rules rules = retry_rules_of(cases[i].service, cases[i].given);
    assert_int_equal(rules.attempts, cases[i].attempts);
    assert_int_equal(rules.transient_base_ms, cases[i].base_ms);
  }
}

static void test_delays(void **state) {
  (void)state;
  static const struct {
    int64_t base_ms;
    enum retry_class class;
    int retry;
    double random;
    int64_t hint_ms, want_ms;
  } cases[] = {
    { 50, RETRY_TRANSIENT, 0, 0, -1, 0 },
    { 50, RETRY_TRANSIENT, 0, 0.5, -1, 25 },
    { 50, RETRY_TRANSIENT, 0, 0.999, -1, 49 },
    { 50, RETRY_TRANSIENT, 1, 0.5, -1, 50 },
    { 50, RETRY_TRANSIENT, 2, 0.5, -1, 100 },
    { 50, RETRY_CLOCK, 1, 0.5, -1, 50 },
    { 25, RETRY_TRANSIENT, 0, 0.5, -1, 12 },
    { 25, RETRY_TRANSIENT, 3, 0.5, -1, 100 },
    { 50, RETRY_THROTTLING, 0, 0.5, -1, 500 },
    { 25, RETRY_THROTTLING, 1, 0.5, -1, 1000 },
    { 50, RETRY_THROTTLING, 4, 1, -1, 16000 },
    { 50, RETRY_THROTTLING, 5, 1, -1, 20000 }, /* the longest */
    { 50, RETRY_TRANSIENT, 8, 1, -1, 12800 },
    { 50, RETRY_TRANSIENT, 9, 0.5, -1, 10000 },
    { 50, RETRY_TRANSIENT, 99, 1, -1, 20000 },
    /* x-amz-retry-after: no shorter, and five seconds longer at most */
    { 50, RETRY_TRANSIENT, 0, 0.5, 0, 25 },
    { 50, RETRY_TRANSIENT, 0, 0.5, 24, 25 },
    { 50, RETRY_TRANSIENT, 0, 0.5, 1500, 1500 },
    { 50, RETRY_TRANSIENT, 0, 0.5, 5025, 5025 },
    { 50, RETRY_TRANSIENT, 0, 0.5, 5026, 5025 },
    { 50, RETRY_TRANSIENT, 0, 0.5, INT64_MAX, 5025 },
    { 50, RETRY_THROTTLING, 5, 1, 60000, 25000 },
    { 50, RETRY_OPENING, 0, 0, -1, 20 },
    { 50, RETRY_OPENING, 1, 0.9, 60000, 40 },
    { 50, RETRY_OPENING, 4, 0, -1, 320 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct retry_rules rules = { .attempts = 3, .transient_base_ms = cases[i].base_ms };
    int64_t got = retry_delay_ms(&rules, cases[i].class, cases[i].retry, cases[i].random, cases[i].hint_ms);
    if (got != cases[i].want_ms) fail_msg("case %zu: %lld", i, (long long)got);
  }
}

/* The decision, in its order: each row fails at the next question */

static void test_decisions(void **state) {
  (void)state;
  static const struct {
    const char *name;
    enum retry_class class;
    int attempts, used;
    bool clock;
    int64_t delay_ms, left_ms;
    enum retry_verdict want;
    int used_after;
  } cases[] = {
    { "cannot be tried again", RETRY_NEVER, 3, 500, false, 0, 0, RETRY_FINAL, 500 },
    { "the clock was corrected before", RETRY_CLOCK, 3, 500, true, 0, 0, RETRY_FINAL, 500 },
    { "the last attempt", RETRY_TRANSIENT, 3, 500, false, 0, 0, RETRY_SPENT, 500 },
    { "no quota", RETRY_TRANSIENT, 2, 487, false, 0, 0, RETRY_NO_QUOTA, 487 },
    { "no quota, throttling", RETRY_THROTTLING, 2, 496, false, 0, 0, RETRY_NO_QUOTA, 496 },
    { "too late", RETRY_TRANSIENT, 2, 486, false, 100, 149, RETRY_TOO_LATE, 486 },
    { "just in time", RETRY_TRANSIENT, 2, 486, false, 100, 150, RETRY_AGAIN, 500 },
    { "throttling is cheaper", RETRY_THROTTLING, 1, 495, false, 0, INT64_MAX, RETRY_AGAIN, 500 },
    { "the first retry of many", RETRY_TRANSIENT, 1, 0, false, 20000, INT64_MAX, RETRY_AGAIN, 14 },
    { "the clock", RETRY_CLOCK, 1, 0, false, 0, INT64_MAX, RETRY_AGAIN, 14 },
    { "another failure behind a corrected clock", RETRY_TRANSIENT, 2, 14, true, 0, INT64_MAX, RETRY_AGAIN, 28 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct retry_rules rules = { .attempts = 3, .transient_base_ms = 50 };
    struct retry_call call = { .attempts = cases[i].attempts, .clock = cases[i].clock };
    struct retry_quota quota = { .used = cases[i].used };
    enum retry_verdict got = retry_decide(&call, &rules, &quota, cases[i].class, cases[i].delay_ms, cases[i].left_ms);
    if (got != cases[i].want || quota.used != cases[i].used_after)
      fail_msg("%s: %d, %d tokens used", cases[i].name, (int)got, quota.used);
    assert_int_equal(call.clock, cases[i].clock || (got == RETRY_AGAIN && cases[i].class == RETRY_CLOCK));
  }
}

/* A connection that is being opened is tried five times more, whatever the rules and the quota say, and keeps the attempts
 * of the rules. */
static void test_openings(void **state) {
  (void)state;
  struct retry_rules rules = retry_rules_of(STR("execute-api"), 2);
  struct retry_quota quota = { .used = RETRY_QUOTA };
  struct retry_call call = { .attempts = 1 };
  for (int i = 0; i < RETRY_OPENINGS; i++, call.attempts++) {
    assert_int_equal(retry_number(&call, RETRY_OPENING), i);
    assert_int_equal(retry_decide(&call, &rules, &quota, RETRY_OPENING, 100, 149), RETRY_TOO_LATE);
    assert_int_equal(retry_decide(&call, &rules, &quota, RETRY_OPENING, 100, 150), RETRY_AGAIN);
  }
  assert_int_equal(retry_decide(&call, &rules, &quota, RETRY_OPENING, 0, INT64_MAX), RETRY_FINAL);
  quota.used = 0;
  assert_int_equal(retry_number(&call, RETRY_TRANSIENT), 0);
  assert_int_equal(retry_decide(&call, &rules, &quota, RETRY_TRANSIENT, 0, INT64_MAX), RETRY_AGAIN);
}

/* Calls that fail for ever use the quota up: 500 / 14 retries, two for each call, then one for one, then none. */
static void test_quota_runs_dry(void **state) {
  (void)state;
  struct retry_rules rules = retry_rules_of(STR("execute-api"), 0);
  struct retry_quota quota = { 0 };
  int retries = 0;
  for (int i = 0; i < 30; i++) {
    struct retry_call call = { .attempts = 1 };
    for (; retry_decide(&call, &rules, &quota, RETRY_TRANSIENT, 0, INT64_MAX) == RETRY_AGAIN; retries++)
      call.attempts++;
    assert_int_equal(call.attempts, i < 17 ? 3 : i == 17 ? 2 : 1);
  }
  assert_int_equal(retries, 35);
  assert_int_equal(quota.used, 490);
}

static void test_quota_comes_back(void **state) {
  (void)state;
  static const struct {
    int used, cost, want;
  } cases[] = { { 100, 14, 86 }, { 100, 5, 95 }, { 100, 0, 99 }, { 3, 14, 0 }, { 0, 0, 0 } };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct retry_quota quota = { .used = cases[i].used };
    retry_succeeded(&(struct retry_call){ .attempts = 1, .cost = cases[i].cost }, &quota);
    assert_int_equal(quota.used, cases[i].want);
  }
}

/* Only what the last retry cost comes back. */
static void test_last_cost(void **state) {
  (void)state;
  struct retry_rules rules = retry_rules_of(STR("execute-api"), 0);
  struct retry_quota quota = { 0 };
  struct retry_call call = { .attempts = 1 };
  assert_int_equal(retry_decide(&call, &rules, &quota, RETRY_TRANSIENT, 0, INT64_MAX), RETRY_AGAIN);
  call.attempts++;
  assert_int_equal(retry_decide(&call, &rules, &quota, RETRY_THROTTLING, 0, INT64_MAX), RETRY_AGAIN);
  retry_succeeded(&call, &quota);
  assert_int_equal(quota.used, 14);
}

/* Peers: one for a service at a host */

static void test_peers(void **state) {
  (void)state;
  struct str api = STR("execute-api");
  struct client_peer *first = client_peer_of(api, STR("https://a.example/prod/x?y"));
  first->quota.used = 14;
  assert_ptr_equal(client_peer_of(api, STR("https://a.example/dev")), first);
  assert_ptr_equal(client_peer_of(api, STR("https://a.example")), first);
  assert_ptr_not_equal(client_peer_of(api, STR("https://a.example:8443/prod")), first);
  assert_ptr_not_equal(client_peer_of(api, STR("https://b.example/prod")), first);
  assert_ptr_not_equal(client_peer_of(STR("dynamodb"), STR("https://a.example/prod")), first);
  for (char host[] = "https://@.test/"; host[8] < '@' + CLIENT_PEERS; host[8]++) {
    struct client_peer *peer = client_peer_of(api, str_from(host));
    assert_int_equal(peer->quota.used, 0);
    assert_int_equal(peer->clock_offset_ms, 0);
  }
  assert_int_equal(client_peer_of(api, STR("https://a.example/prod"))->quota.used, 0); /* forgotten meanwhile */
  char far[1000] = "https://";
  memset(far + 8, 'a', sizeof far - 9);
  struct client_peer *cut = client_peer_of(api, str_from(far));
  assert_ptr_equal(client_peer_of(api, str_from(far)), cut);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_classes),   cmocka_unit_test(test_rules),          cmocka_unit_test(test_delays),
    cmocka_unit_test(test_decisions), cmocka_unit_test(test_quota_runs_dry), cmocka_unit_test(test_quota_comes_back),
    cmocka_unit_test(test_last_cost), cmocka_unit_test(test_peers),          cmocka_unit_test(test_openings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
