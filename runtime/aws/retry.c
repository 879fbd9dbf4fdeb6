#include "retry.h"

#include <stddef.h>

static const struct str throttling_types[] = {
  STR("Throttling"),
  STR("ThrottlingException"),
  STR("ThrottledException"),
  STR("RequestThrottledException"),
  STR("TooManyRequestsException"),
  STR("ProvisionedThroughputExceededException"),
  STR("TransactionInProgressException"),
  STR("RequestLimitExceeded"),
  STR("BandwidthLimitExceeded"),
  STR("LimitExceededException"),
  STR("RequestThrottled"),
  STR("SlowDown"),
  STR("PriorRequestNotComplete"),
  STR("EC2ThrottledException"),
};

static const struct str transient_types[] = {
  STR("RequestTimeout"),
  STR("RequestTimeoutException"),
  STR("InternalError"),
};

static const struct str clock_types[] = {
  STR("RequestTimeTooSkewed"),      STR("RequestExpired"),        STR("RequestInTheFuture"),
  STR("InvalidSignatureException"), STR("SignatureDoesNotMatch"), STR("AuthFailure"),
};

#define IS_ONE_OF(list, type) is_one_of(list, sizeof(list) / sizeof *(list), type)

static bool is_one_of(const struct str *list, size_t count, struct str type) {
  for (size_t i = 0; i < count; i++)
    if (str_equal(list[i], type)) return true;
  return false;
}

static bool is_transient_status(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

bool retry_blames_clock(struct str type) {
  return IS_ONE_OF(clock_types, type);
}

/* A signature that was too old when it arrived is made anew even when the clocks agree: the process may have been frozen
 * between signing and sending (smithy-lang/smithy-typescript, issue 1965). */
static bool is_clock(const struct retry_failure *failure) {
  if (!retry_blames_clock(failure->type)) return false;
  return failure->clock_off || str_find(failure->reason, STR("Signature expired"), 0) != SIZE_MAX;
}

enum retry_class retry_classify(const struct retry_failure *failure) {
  if (failure->lost) return RETRY_TRANSIENT;
  if (failure->status == 0) return RETRY_NEVER;
  if (failure->status == 410 && failure->opening) return RETRY_OPENING;
  if (failure->status == 429 || IS_ONE_OF(throttling_types, failure->type)) return RETRY_THROTTLING;
  if (is_transient_status(failure->status) || IS_ONE_OF(transient_types, failure->type)) return RETRY_TRANSIENT;
  return is_clock(failure) ? RETRY_CLOCK : RETRY_NEVER;
}

struct retry_rules retry_rules_of(struct str service, int attempts) {
  bool dynamodb = str_equal(service, STR("dynamodb"));
  if (attempts == 0) attempts = dynamodb ? RETRY_ATTEMPTS_DYNAMODB : RETRY_ATTEMPTS;
  return (struct retry_rules){
    .attempts = attempts,
    .transient_base_ms = dynamodb ? RETRY_TRANSIENT_BASE_DYNAMODB_MS : RETRY_TRANSIENT_BASE_MS,
  };
}

int64_t retry_delay_ms(const struct retry_rules *rules, enum retry_class class, int retry, double random,
                       int64_t hint_ms) {
  if (class == RETRY_OPENING) return (int64_t)RETRY_OPENING_BASE_MS << retry;
  int64_t longest = class == RETRY_THROTTLING ? RETRY_THROTTLING_BASE_MS : rules->transient_base_ms;
  for (int i = 0; i < retry && longest < RETRY_DELAY_MAX_MS; i++) longest *= 2;
  if (longest > RETRY_DELAY_MAX_MS) longest = RETRY_DELAY_MAX_MS;
  int64_t delay = (int64_t)(random * (double)longest);
  if (hint_ms <= delay) return delay;
  return hint_ms < delay + RETRY_HINT_OVER_MS ? hint_ms : delay + RETRY_HINT_OVER_MS;
}

int retry_number(const struct retry_call *call, enum retry_class class) {
  return class == RETRY_OPENING ? call->openings : call->attempts - call->openings - 1;
}

void retry_succeeded(const struct retry_call *call, struct retry_quota *quota) {
  quota->used -= call->cost > 0 ? call->cost : 1;
  if (quota->used < 0) quota->used = 0;
}

static enum retry_verdict decide_opening(struct retry_call *call, int64_t delay_ms, int64_t left_ms) {
  if (call->openings == RETRY_OPENINGS) return RETRY_FINAL;
  if (left_ms < delay_ms + RETRY_ANSWER_MS) return RETRY_TOO_LATE;
  call->openings++;
  return RETRY_AGAIN;
}

enum retry_verdict retry_decide(struct retry_call *call, const struct retry_rules *rules, struct retry_quota *quota,
                                enum retry_class class, int64_t delay_ms, int64_t left_ms) {
  int cost = class == RETRY_THROTTLING ? RETRY_THROTTLING_COST : RETRY_TRANSIENT_COST;
  if (class == RETRY_OPENING) return decide_opening(call, delay_ms, left_ms);
  if (class == RETRY_NEVER || (class == RETRY_CLOCK && call->clock)) return RETRY_FINAL;
  if (call->attempts - call->openings >= rules->attempts) return RETRY_SPENT;
  if (RETRY_QUOTA - quota->used < cost) return RETRY_NO_QUOTA;
  if (left_ms < delay_ms + RETRY_ANSWER_MS) return RETRY_TOO_LATE;
  quota->used += cost;
  call->cost = cost;
  call->clock = call->clock || class == RETRY_CLOCK;
  return RETRY_AGAIN;
}
