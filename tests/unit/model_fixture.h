/* model_fixture.h -- a model with four routes, and the moments at which things happen to it. */
#ifndef MODEL_FIXTURE_H
#define MODEL_FIXTURE_H

#include "model.h"

#define COUNT(cases) (sizeof(cases) / sizeof *(cases))

/* Ids of the moment that model_at gives. */
#define CONNECTION_ID "BFaT_fALIAMCKug="
#define MESSAGE_ID "BFaVtfGSIAMCKug="
#define REQUEST_ID "BFaVtH2HoAMFZEQ="
#define OTHER_ID "AAAAAAAAAAAAAAA="
#define CONNECTED_MS INT64_C(1731332735513) /* 11 November 2024, 13:45:35 */
#define MESSAGE_MS INT64_C(1731332746514)
#define DOMAIN "abcd123456.execute-api.us-east-1.amazonaws.com"

#define INTERNAL_FRAME                                                                                                 \
  "{\"message\": \"Internal server error\", \"connectionId\":\"" CONNECTION_ID "\", \"requestId\":\"" REQUEST_ID "\"}"
#define FORBIDDEN_FRAME                                                                                                \
  "{\"message\": \"Forbidden\", \"connectionId\":\"" CONNECTION_ID "\", \"requestId\":\"" REQUEST_ID "\"}"
#define THROTTLED_FRAME                                                                                                \
  "{\"message\": \"Too Many Requests\", \"connectionId\":\"" CONNECTION_ID "\", \"requestId\":\"" REQUEST_ID "\"}"

#define TIMED_OUT_FRAME                                                                                                \
  "{\"message\": \"Endpoint request timed out\", \"connectionId\":\"" CONNECTION_ID "\", \"requestId\":\"" REQUEST_ID  \
  "\"}"

/* Routes $connect, $disconnect, chat, ask (two-way), $default: all of them, or those whose bit is set. */
enum { ROUTE_CONNECT = 1, ROUTE_DISCONNECT = 2, ROUTE_CHAT = 4, ROUTE_ASK = 8, ROUTE_DEFAULT = 16, ROUTES_ALL = 31 };
struct model *model_with(unsigned routes);

/* All routes, and an authorizer with these identity sources; its function is AUTHORIZER. */
enum { AUTHORIZER = 9 };
struct model *model_guarded(const struct str *sources, size_t count);
#define METHOD_ARN "arn:aws:execute-api:us-east-1:123456789012:abcd123456/dev/$connect"

struct model_moment model_at(int64_t now_ms);

/* A client at 192.0.2.1 with no headers asks for /dev; the step is for the caller to free. */
void model_ask(struct model *model, struct model_step *step);

/* The connection CONNECTION_ID, open. */
void model_open(struct model *model);

/* Sends a text on it. */
void model_say(struct model *model, struct str text, struct model_step *step);

/* `what` names the case in what cmocka shows. */
void expect_bytes(const char *what, struct str got, struct str want);
void expect_json(const char *what, struct str text);

#endif
