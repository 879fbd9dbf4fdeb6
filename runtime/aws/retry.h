/* retry.h -- whether a failed call to AWS is tried again, and when.
 * The standard mode of all AWS SDKs in its form of 2026: "Retry behavior", AWS SDKs and Tools Reference Guide, and
 * "Announcing updated retry behavior for AWS SDKs and Tools", AWS Developer Tools Blog; where these are silent, what
 * src/Retry/V3 of the AWS SDK for PHP does. Pure: no clock, no randomness, no environment.
 *
 * A call is tried again although its request may have been carried out, as every SDK does: a connection that breaks behind
 * the request tells nothing about it. So a message can arrive twice.
 */
#ifndef MOONWIRE_RETRY_H
#define MOONWIRE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum {
  RETRY_ATTEMPTS = 3, /* of one call, the first included */
  RETRY_ATTEMPTS_DYNAMODB = 4,
  RETRY_TRANSIENT_BASE_MS = 50,
  RETRY_TRANSIENT_BASE_DYNAMODB_MS = 25,
  RETRY_THROTTLING_BASE_MS = 1000,
  RETRY_DELAY_MAX_MS = 20000,
  RETRY_HINT_OVER_MS = 5000, /* how far x-amz-retry-after may exceed our own delay */
  RETRY_QUOTA = 500,         /* tokens of a full quota */
  RETRY_TRANSIENT_COST = 14,
  RETRY_THROTTLING_COST = 5,
  RETRY_OPENINGS = 5,         /* retries of a message to a connection that is being opened ... */
  RETRY_OPENING_BASE_MS = 20, /* ... after pauses that double: 620 ms in all */
  RETRY_ANSWER_MS = 50,       /* an attempt that cannot have as long as this before the deadline is not begun */
};

/* What a failure is. */
enum retry_class {
  RETRY_NEVER,      /* the same call would fail again */
  RETRY_TRANSIENT,  /* a server's failure, or no whole answer */
  RETRY_THROTTLING, /* the service asks for fewer calls */
  RETRY_CLOCK,      /* the service has another time: tried again once, for the price of a transient failure */
  RETRY_OPENING, /* the connection is not open yet: neither an attempt of the rules nor a token, it is nobody's failure */
};

/* An answer that is no success, or none. */
struct retry_failure {
  int status;     /* 0 when no answer arrived */
  bool lost;      /* no connection, a lost one, or no answer in time */
  bool opening;   /* the call is for a connection whose $connect was accepted a moment ago: API Gateway opens it when it
                        has read the reply, and says 410 until then (re:Post, "410 GoneException") */
  bool clock_off; /* the signature was made with a time that the answer's date contradicts (retry_clock.h) */
  struct str type;   /* the error code: "ThrottlingException" */
  struct str reason; /* the service's sentence */
};

/* Whether errors with this code may come from a clock that is off; most come from wrong keys. */
bool retry_blames_clock(struct str type);

enum retry_class retry_classify(const struct retry_failure *failure);

/* How often and how fast the calls to one service are tried again. */
struct retry_rules {
  int attempts;
  int64_t transient_base_ms;
};

/* service: the signing name. attempts: AWS_MAX_ATTEMPTS, or 0 for the service's own. */
struct retry_rules retry_rules_of(struct str service, int attempts);

/* Milliseconds to wait before retry number `retry`, counted from 0: random * min(base * 2^retry, 20 s), random from 0 up to
 * 1; a hint (x-amz-retry-after; negative: none) replaces it, but only within the five seconds above it. RETRY_OPENING has
 * no randomness and no hint: one client waits for one reply. */
int64_t retry_delay_ms(const struct retry_rules *rules, enum retry_class class, int retry, double random,
                       int64_t hint_ms);

/* What all calls to one service share, so that a service in trouble is not called three times as often. A zeroed quota is
 * a full one. */
struct retry_quota {
  int used; /* tokens, 0 to RETRY_QUOTA */
};

/* One call. Starts zeroed. */
struct retry_call {
  int attempts; /* made so far */
  int openings; /* of them those that found the connection not open yet */
  int cost;     /* tokens that the last retry took; 0: there was none */
  bool clock;   /* there was a retry with another time */
};

/* Which retry of its class the next one would be, from 0: for retry_delay_ms. */
int retry_number(const struct retry_call *call, enum retry_class class);

/* A success gives back what the last retry cost, or one token when there was none. */
void retry_succeeded(const struct retry_call *call, struct retry_quota *quota);

enum retry_verdict {
  RETRY_AGAIN,    /* wait, then try again */
  RETRY_FINAL,    /* it cannot be tried again */
  RETRY_SPENT,    /* all attempts were made */
  RETRY_NO_QUOTA, /* too many retries failed lately */
  RETRY_TOO_LATE, /* no time before the deadline */
};

/* An attempt of `call` failed. The questions are asked in the order of the verdicts above. left_ms: the time that the call
 * has left, INT64_MAX without a deadline. With RETRY_AGAIN the quota is charged and *delay_ms is set. */
enum retry_verdict retry_decide(struct retry_call *call, const struct retry_rules *rules, struct retry_quota *quota,
                                enum retry_class class, int64_t delay_ms, int64_t left_ms);

#endif
