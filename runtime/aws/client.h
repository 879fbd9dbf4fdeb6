/* client.h -- one call to an AWS service: signed, sent, its answer classified, tried again when that may help.
 * Retries follow the standard mode of AWS's SDKs (retry.h; AWS_MAX_ATTEMPTS); the quota of retries and what is known about
 * the service's clock belong to service and host (client_peer.h). Each attempt reads the keys (unless they were given) and
 * the clock, and signs anew. Keys of a container may have to be fetched first: the call waits for them until its deadline
 * (container.h). A service that says that they have expired is called once more with fresh ones. No attempt begins behind
 * the deadline. What was sent may have been carried out even when no answer came: a message that is tried again can arrive
 * twice, a deletion can then find nothing.
 *
 * AWS's SDKs send (and sign) amz-sdk-invocation-id and amz-sdk-request with each attempt: statistics for AWS. No service
 * needs them; left out, each call has two headers less to sort, hash and send, and no UUID to draw.
 *
 * Signing keys are cached for the process: a day's key costs four HMACs once.
 */
#ifndef MOONWIRE_CLIENT_H
#define MOONWIRE_CLIENT_H

#include "arena.h"
#include "credentials.h"
#include "err.h"
#include "http.h"
#include "str.h"

struct client_call; /* a call on its way */

enum {
  CLIENT_CONNECT_TIMEOUT_MS = 2000, /* name, connection and TLS: the service is in the same Region as a rule */
  CLIENT_MARGIN_MS =
      100, /* a call ends as long as this before its caller has to be done, who can then do something about it */
};

/* For callers that count their calls on the wire. Called from the loop, with the ctx of `done`; neither may cancel a call. */
struct client_turns {
  void (*paused)(void *ctx);    /* an attempt has failed: the call is off the wire until its pause is over */
  bool (*may_go_on)(void *ctx); /* the pause is over. False: the call waits for client_go_on, or for its deadline */
};

struct client_request {
  struct str method;
  struct str url;                    /* absolute, percent-encoded: goes on the wire and is signed as it is */
  const struct http_header *headers; /* all are sent; sigv4.h says which are signed */
  size_t header_count;
  struct str body;                       /* borrowed until the call is over; all else is copied by client_send */
  struct str payload_hash;               /* SHA-256 of the body, 64 hex digits; empty: computed for each attempt */
  struct str service;                    /* signing name: "execute-api" */
  struct str region;                     /* "eu-central-1" */
  const struct credentials *credentials; /* copied; NULL: client_keys.h's, found at each attempt */
  int64_t timeout_ms;                    /* for one attempt; 0: HTTP_TIMEOUT_MS */
  int64_t deadline_ms;                   /* Unix time when the whole call must be over; 0: no such time */
  size_t body_max;                       /* bytes of the answer's body; 0: HTTP_BODY_MAX */
  bool no_normalize;                     /* sigv4.h, as are the next two */
  bool no_double_encode;
  bool sign_body_header;
  bool opening;                     /* 410 may mean that the connection is not open yet (retry.h) */
  const struct client_turns *turns; /* borrowed until the call is over; NULL: pauses are the call's own business */
};

enum client_code {
  CLIENT_OK,          /* 2xx */
  CLIENT_GONE,        /* 410 */
  CLIENT_FORBIDDEN,   /* 401, 403 */
  CLIENT_THROTTLED,   /* 429 */
  CLIENT_TOO_LARGE,   /* 413, or a response beyond http.h's limits */
  CLIENT_BAD_REQUEST, /* any other status that is not a server's failure, or a URL that cannot be used */
  CLIENT_TIMEOUT,     /* no complete response in time */
  CLIENT_NETWORK,     /* no connection, or a response cut short */
  CLIENT_SERVER,      /* 5xx */
};

/* "gone", "too_large" ...: the codes that Lua sees; "" for CLIENT_OK. */
const char *client_code_name(enum client_code code);

/* What a status means. */
enum client_code client_code_of(int status);

struct client_result {
  enum client_code code;
  const char *
      message; /* "GoneException (HTTP 410)", "http://h answered HTTP 503, after 3 attempts"; "" for CLIENT_OK; one line, never a
                          key or token */
  int status;      /* 0 when no response arrived; headers and body are then empty */
  struct str type; /* of the error: "GoneException"; may be empty; one line */
  const struct http_header *headers;
  size_t header_count;
  struct str body;
};

/* The end of a call: called once, from the loop, never from inside client_send. All that result points at is gone when
 * this returns, and so is the call. */
typedef void (*client_done)(void *ctx, const struct client_result *result);

/* Signs and sends. NULL, with err, when keys are missing or the request cannot be signed or sent: `done` is then never
 * called. */
struct client_call *client_send(struct http *http, const struct client_request *request, client_done done, void *ctx,
                                char err[ERR_LEN]);

/* Lets a call go on that was not allowed to when its pause was over: from the loop, never from inside this. */
void client_go_on(struct client_call *call);

/* Ends a call without its completion, whatever it waits for; the handle is gone afterwards. Safe on NULL. */
void client_cancel(struct client_call *call);

/* Reads a response as the answer of a service. The type of an error is that of the header x-amzn-errortype, else of the
 * members __type or code of a JSON body (Smithy, "AWS JSON 1.0 protocol", operation error serialization), else of the element
 * Code of an XML body (S3, SNS and other older services). message receives the sentence that result->message points at. A service's
 * own sentence is used up to its first line break (behind it AWS repeats the request that it expected, session token
 * included) and not at all when it holds the secret or the token of `keys`. *memory holds what was decoded. */
void client_classify(const struct http_response *response, const struct credentials *keys, struct arena *memory,
                     char message[ERR_LEN], struct client_result *result);

#endif
