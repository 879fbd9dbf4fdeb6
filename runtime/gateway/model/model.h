/* model.h -- API Gateway's WebSocket API as a machine without sockets, clock or randomness.
 * It knows the connections and the routes. Told what happened (a client asks to connect, a message came, a function
 * answered, a connection ended, somebody called @connections) it says what to do next; moving bytes is the caller's
 * business. Time and ids are inputs. Source: AWS, API Gateway Developer Guide, "WebSocket APIs"; where AWS's behaviour is
 * not documented, docs/gateway.md says what was chosen.
 */
#ifndef MOONWIRE_MODEL_H
#define MOONWIRE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "faults.h"
#include "field.h"
#include "model_id.h"
#include "route_selection.h"
#include "str.h"

/* API Gateway quotas for WebSocket APIs. */
enum {
  MODEL_MESSAGE_MAX = 128 * 1024, /* bytes of a message in either direction */
  MODEL_IDLE_S = 10 * 60,         /* a connection may be without a message in either direction */
  MODEL_DURATION_S = 2 * 60 * 60, /* ... and may last */
  MODEL_INTEGRATION_S = 29,       /* a function may take, as far as the client is concerned */
  MODEL_ACTION_LEN = 65           /* bytes of an `action` that is shown, a final NUL included; a longer one is not */
};

/* A route and the function behind it. Borrowed. */
struct model_route {
  struct str key;  /* "$connect", "$disconnect", "$default", or a custom one */
  size_t function; /* whatever the caller counts functions by */
  bool two_way;    /* the function's `body` goes back to the client */
};

/* The Lambda authorizer of $connect: it is asked once for each connection, before $connect. Borrowed. */
struct model_authorizer {
  struct model_route route;  /* its function; the key is what the caller shows of it ("authorizer") */
  bool is_missing;           /* the function is none of ours: everybody is refused with 500 */
  const struct str *sources; /* what a request must have: "route.request.header.Auth" */
  size_t source_count;
};

/* The deployed API. Borrowed for the life of the model. */
struct model_api {
  struct str api_id;                     /* "abcd123456" */
  struct str region;                     /* "us-east-1" */
  struct str account_id;                 /* "123456789012" */
  struct str stage;                      /* "dev" */
  struct str domain_name;                /* "abcd123456.execute-api.us-east-1.amazonaws.com" */
  struct str route_selection_expression; /* "$request.body.action" */
  const struct model_route *routes;
  size_t route_count;
  const struct model_authorizer *authorizer; /* NULL: nobody is asked who may connect */
  int idle_s, duration_s;                    /* shorter than MODEL_IDLE_S and MODEL_DURATION_S for tests; 0: these */
};

enum model_state { MODEL_CONNECTING, MODEL_OPEN, MODEL_CLOSING };

/* A connection, from the request to connect until it is forgotten. Owned by the model. */
struct model_connection {
  char id[MODEL_ID_LEN];
  enum model_state state;           /* CONNECTING: $connect has not answered; CLOSING: DELETE was called for it */
  int64_t connected_at_ms;          /* Unix time */
  int64_t last_active_at_ms;        /* likewise; the caller moves it when it sends */
  struct str source_ip, user_agent; /* owned; user_agent is empty when the client sent none */
  struct str authorizer; /* owned; JSON: requestContext.authorizer of all its events; empty without an authorizer */
  struct model_admission *admission;    /* owned; while its authorizer has not answered */
  const struct model_route *last_route; /* the last one that was invoked for it, or NULL */
  char last_action[MODEL_ACTION_LEN];   /* ... with this action, as in model_call */
  struct fault_posts faults;            /* the caller's: what goes wrong on purpose */
  void *transport;                      /* the caller's; NULL at first */
};

/* What the client sent to connect. Borrowed for the call. */
struct model_request {
  struct str path;       /* raw, without the query */
  struct str query;      /* raw, without "?" */
  struct fields headers; /* as sent */
  struct str source_ip;
};

/* When, and which ids whatever begins now will have. Fresh ones for every call. */
struct model_moment {
  int64_t now_ms;                   /* Unix time */
  char connection_id[MODEL_ID_LEN]; /* for model_connect only */
  char message_id[MODEL_ID_LEN];    /* for model_message only */
  char request_id[MODEL_ID_LEN];
  char trace_id[MODEL_TRACE_LEN]; /* "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700" */
};

/* An invocation that the model asked for: kept by the caller and given back with the function's answer. */
struct model_call {
  enum model_kind { MODEL_AUTHORIZE, MODEL_CONNECT, MODEL_MESSAGE, MODEL_DISCONNECT } kind;
  const struct model_route *route;
  char connection_id[MODEL_ID_LEN];
  char request_id[MODEL_ID_LEN];
  /* For people: of a message on $default that is a JSON object its member `action`, a string, by which an app chooses the
   * route of its own. Else "". API Gateway knows nothing of it. */
  char action[MODEL_ACTION_LEN];
  int told; /* by who answers: messages that the function is known to have sent to the client itself meanwhile */
};

/* What to do next. One step at a time; zero it, or model_step_init, before the first use, and free it at the end. */
enum model_action {
  MODEL_NOTHING,
  MODEL_INVOKE, /* call.route->function with `bytes` as event; model_answered with its answer */
  MODEL_ACCEPT, /* answer the handshake with 101, and with Sec-WebSocket-Protocol when `protocol` is not empty */
  MODEL_REFUSE, /* answer the handshake with `status`, application/json and `bytes`; the connection is forgotten */
  MODEL_SEND,   /* send `bytes` to the client of call.connection_id, if it is still there */
};

struct model_step {
  enum model_action action;
  struct model_call call;
  int status;
  const char *error_type; /* REFUSE: x-amzn-ErrorType, or NULL when the status is the function's */
  bool is_error;          /* SEND: a frame of API Gateway's own, not what the function gave */
  struct buf bytes;       /* owned by the step */
  struct buf protocol;    /* owned by the step */
  /* What the developer should know although the client does not see it ("handlers/echo.default returned nothing ..."):
   * one sentence, or "". */
  char note[ERR_LEN];
};

void model_step_init(struct model_step *step);
void model_step_free(struct model_step *step);

struct model;

/* NULL, with err, when the route selection expression is not one (or memory is short). */
struct model *model_new(const struct model_api *api, char err[ERR_LEN]);
void model_delete(struct model *model);

/* From now on this is the API: its routes and route selection expression. Connections stay, and so do calls under way, with
 * the routes that they were made for. Borrowed for the life of the model, as the one before still is. False, with err, when
 * the expression is none: nothing has changed then. */
bool model_change(struct model *model, const struct model_api *api, char err[ERR_LEN]);

/* NULL when there is none with that id. */
struct model_connection *model_connection(struct model *model, struct str id);
size_t model_connection_count(const struct model *model);

/* Calls `each` for every connection; it may not add or remove any. */
void model_connections(struct model *model, void (*each)(void *ctx, struct model_connection *c), void *ctx);

/* A client asks for a WebSocket. The path is looked at first: "/" and "/{stage}" are the API, else 403.
 * Step: INVOKE (the authorizer or $connect; the handshake waits), ACCEPT (there is no $connect route) or REFUSE. Unless it
 * was refused, call.connection_id names the connection. */
void model_connect(struct model *model, const struct model_request *request, const struct model_moment *at,
                   struct model_step *step);

/* A text message came on an open connection. Step: INVOKE, SEND (no route and no $default) or NOTHING (not open). */
void model_message(struct model *model, struct str connection_id, struct str text, const struct model_moment *at,
                   struct model_step *step);

/* What a function gave. */
enum model_outcome {
  MODEL_RESULT,    /* payload: the bytes that it returned, which should be JSON */
  MODEL_FAILED,    /* payload: its report, {"errorMessage": ...}; it raised, crashed, or took longer than its timeout */
  MODEL_THROTTLED, /* no environment could take it */
  MODEL_TIMED_OUT  /* it has not answered within the integration timeout; what it answers later is nobody's business */
};

/* The function that step->call asked for has answered; `call` may be that of the same step. Payload borrowed for the call.
 * Step for AUTHORIZE: INVOKE ($connect, with the trace id of before), REFUSE, or NOTHING (the client has left).
 *      for CONNECT: ACCEPT, REFUSE, or NOTHING (the client has left: model_closed was called).
 *      for MESSAGE: SEND (an error frame, or the body of a two-way route) or NOTHING. For DISCONNECT: NOTHING. */
void model_answered(struct model *model, const struct model_call *call, enum model_outcome outcome, struct str payload,
                    struct model_step *step);

/* How long an open connection may still last, in milliseconds, unless a message moves last_active_at_ms meanwhile. Not
 * positive: close it, with 1001. */
int64_t model_time_left(const struct model *model, const struct model_connection *c, int64_t now_ms);

/* The connection ended, or the client left before its handshake was answered. code and reason as in model_close_reason.
 * The connection is forgotten. Step: INVOKE ($disconnect) when it was open and has that route; else NOTHING. */
void model_closed(struct model *model, struct str connection_id, int code, struct str reason,
                  const struct model_moment *at, struct model_step *step);

/* The reason that $disconnect gets for a close by us or without one: 1000 "Connection Closed Normally", 1001 "Going away",
 * 1005 "Client-side close frame status not set" ...; `given` when it is not empty. */
struct str model_close_reason(int code, struct str given);

/* A request for @connections. */
struct model_manage {
  struct str method; /* "POST" */
  struct str path;   /* raw: "/dev/@connections/X%3D" */
  struct str body;
};

/* What becomes of it. */
struct model_manage_answer {
  enum { MODEL_MANAGE_ANSWER, MODEL_MANAGE_SEND, MODEL_MANAGE_CLOSE } action;
  struct model_connection *connection; /* SEND, CLOSE: whom; close with 1000 and "Connection Closed Normally" */
  int status;                          /* of the answer, for SEND and CLOSE when that worked */
  const char *error_type;              /* x-amzn-ErrorType, or NULL */
  struct buf body;                     /* owned; JSON or empty */
};

/* Whether a path is one of @connections of any stage: the server asks before it verifies the signature. */
bool model_is_management(struct str path);

/* The signature has been verified. SEND: pass the body on, then answer with status; when the client's outbox is full answer
 * with model_manage_throttled instead, and with model_manage_gone when the client turns out to be leaving. Free the
 * body afterwards. */
void model_manage(struct model *model, const struct model_manage *request, struct model_manage_answer *answer);
void model_manage_throttled(struct model_manage_answer *answer);
void model_manage_gone(struct model_manage_answer *answer);
void model_manage_answer_free(struct model_manage_answer *answer);

#endif
