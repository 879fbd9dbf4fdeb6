/* http_api.h -- API Gateway's HTTP API: which function a request goes to, the event that it gets, and the response that its
 * result makes. Pure: no sockets, clock or randomness; nothing is remembered from one request to the next.
 * Only the payload format 2.0. Sources: API Gateway Developer Guide, "Create routes for HTTP APIs", "Create AWS Lambda proxy
 * integrations for HTTP APIs", "Configure CORS for HTTP APIs" and "Quotas for configuring and running an HTTP API"; events
 * recorded by others where these say nothing. What nobody has recorded is in docs/gateway.md.
 */
#ifndef MOONWIRE_HTTP_API_H
#define MOONWIRE_HTTP_API_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "err.h"
#include "field.h"
#include "model.h" /* struct model_moment, enum model_outcome */
#include "str.h"

/* "Quotas for configuring and running an HTTP API"; "Lambda quotas" for the event. */
enum {
  HTTP_API_BODY_MAX = 10 * 1024 * 1024, /* bytes of a request's body */
  HTTP_API_EVENT_MAX = 6 * 1024 * 1024, /* bytes of an event */
  HTTP_API_INTEGRATION_S = 30           /* a function may take, as far as the client is concerned */
};

/* A route and the function behind it. Borrowed. */
struct http_api_route {
  struct str key;     /* "GET /users/{id}", "ANY /files/{proxy+}", "$default" */
  size_t function;    /* whatever the caller counts functions by */
  struct str refusal; /* why its requests are refused with 500, or empty */
};

/* The CORS configuration. Lists have commas between their elements, and nothing that could end a header. */
struct http_api_cors {
  struct str origins; /* "https://app.example,http://localhost:5173"; "*" at the end of one stands for any text */
  struct str methods, headers, exposed; /* empty: nothing is said about them */
  bool credentials;
  int max_age_s; /* negative: nothing is said about it */
};

/* The deployed API, with the stage $default. Borrowed. */
struct http_api {
  struct str api_id;      /* "abcd123456" */
  struct str account_id;  /* "123456789012" */
  struct str domain_name; /* "abcd123456.execute-api.us-east-1.amazonaws.com" */
  const struct http_api_route *routes;
  size_t route_count;
  const struct http_api_cors *cors; /* NULL: there is none */
};

/* What a client asks for. Borrowed. */
struct http_api_request {
  struct str method;     /* "GET" */
  struct str path;       /* raw, without the query */
  struct str query;      /* raw, without "?" */
  struct fields headers; /* as sent */
  struct str body;       /* HTTP_API_BODY_MAX bytes at most */
  struct str source_ip;
};

/* Whether pages of this origin may read responses. */
bool http_api_allows_origin(const struct http_api *api, struct str origin);

/* What a client is answered. Everything lives in the caller's arena, or for ever. */
struct http_api_answer {
  int status; /* 200 to 599 */
  struct fields headers;
  struct str body;
};

/* What becomes of a request. */
struct http_api_step {
  const struct http_api_route *route; /* to be invoked with `event`; NULL: `answer` is all */
  struct buf event;                   /* owned; a zeroed one will do */
  struct http_api_answer answer;
  char note[ERR_LEN]; /* what the developer should know although the client does not see it: one sentence, or "" */
};

/* A request came. Free step->event. */
void http_api_request(const struct http_api *api, const struct http_api_request *request, const struct model_moment *at,
                      struct arena *memory, struct http_api_step *step);

/* What is known of a request whose function has answered. */
struct http_api_call {
  const struct http_api *api; /* as it was then */
  struct str origin;          /* the header Origin of the request */
  struct str request_id;
};

enum { HTTP_API_HEADERS_MAX = 10240 /* bytes of the headers of a result; chosen, see docs/gateway.md */ };

/* The function has answered, or has not in time: MODEL_RESULT with its bytes, MODEL_FAILED, MODEL_THROTTLED,
 * MODEL_TIMED_OUT. The note says what was wrong with a result, or "". */
void http_api_answered(const struct http_api_call *call, enum model_outcome outcome, struct str payload,
                       struct arena *memory, struct http_api_answer *answer, char note[ERR_LEN]);

/* An answer of the gateway's own: {"message":"..."}. The message needs no escapes. */
void http_api_message(const struct http_api_call *call, int status, const char *message, struct arena *memory,
                      struct http_api_answer *answer);

#endif
