/* connections.h -- API Gateway's @connections: POST, GET and DELETE of one WebSocket connection.
 * "Use @connections commands in your backend service", API Gateway Developer Guide; service model
 * apigatewaymanagementapi 2018-11-29. Signed as execute-api. On the wire the path is /{stage}/@connections/{id}, with the
 * "=" of an id as %3D; the canonical path, made by sigv4, encodes that once more: /{stage}/%40connections/{id}%253D.
 */
#ifndef MOONWIRE_CONNECTIONS_H
#define MOONWIRE_CONNECTIONS_H

#include <stdbool.h>

#include "buf.h"
#include "client.h"
#include "err.h"
#include "http.h"
#include "str.h"

enum {
  CONNECTIONS_MESSAGE_MAX = 128 * 1024, /* bytes; API Gateway quotas: WebSocket message payload size */
  CONNECTIONS_TIMEOUT_MS = 10000,       /* for one attempt */
  CONNECTIONS_MARGIN_MS = CLIENT_MARGIN_MS,
  CONNECTIONS_URL_MAX = 8 * 1024, /* bytes */
};

/* What is said about a longer one. */
#define CONNECTIONS_TOO_LARGE "the message is longer than 131072 bytes (128 KB)"

/* All that may say where connections are. Borrowed strs; empty ones are unknown. */
struct connections_place {
  struct str endpoint;       /* given by the caller: "https://host/stage" */
  struct str region;         /* given by the caller */
  struct str management_url; /* AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI */
  struct str endpoint_url;   /* AWS_ENDPOINT_URL */
  bool ignore_urls;          /* AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: the two above do not count */
  struct str default_region; /* AWS_REGION, else AWS_DEFAULT_REGION */
  struct str api_id;         /* of the current WebSocket event's requestContext, as are the next two */
  struct str stage;
  struct str domain_name;
  struct str known; /* what was noted of the connections when they were opened: like endpoint */
};

/* Fills the fields that come from the environment. */
void connections_place_read(struct connections_place *place);

/* Appends the URL under which the connections are, without a slash at its end. The first of:
 *   1. the given endpoint, unless it is the domain (and stage) of the current event: that is how AWS's documentation spells
 *      "the API of this event", and the rules below reach it in every case, locally and behind a custom domain too;
 *   2. management_url as it is, stage included;
 *   3. endpoint_url and the stage of the current event;
 *   4. https://{apiId}.execute-api.{region}.{suffix}/{stage} of the current event;
 *   5. the known endpoint;
 *   6. the given endpoint after all.
 * False, with a sentence that says what to do, when there is none of them, or the first is no http or https URL. */
bool connections_endpoint(const struct connections_place *place, struct buf *url, char err[ERR_LEN]);

/* The Region to sign for: the given one, else the default; false, with err, when there is neither. */
bool connections_region(const struct connections_place *place, struct str *region, char err[ERR_LEN]);

/* Appends "/@connections/{id}" with the id percent-encoded. */
void connections_path(struct buf *url, struct str id);

/* Where connections are and what calls are signed for: found once, for one call or for many. */
struct connections_target {
  struct buf url;    /* owned; behind the stage stands the path of the last call */
  size_t stage_end;  /* bytes of the URL up to there */
  struct str region; /* borrowed from the place */
};

/* False, with err, as connections_endpoint and connections_region have it; the target is then empty. */
bool connections_target_init(struct connections_target *target, const struct connections_place *place,
                             char err[ERR_LEN]);
void connections_target_free(struct connections_target *target);

struct connections_request {
  struct str method; /* "POST", "GET", "DELETE" */
  struct str id;
  struct str body;                       /* borrowed until the call is over; all else is copied */
  struct str payload_hash;               /* client.h has this field and those below */
  const struct credentials *credentials; /* NULL: the environment's */
  int64_t timeout_ms;                    /* for one attempt; 0: CONNECTIONS_TIMEOUT_MS */
  int64_t deadline_ms;
  bool opening;
  const struct client_turns *turns;
};

/* One call; the rest is client_send's contract. */
struct client_call *connections_send(struct http *http, struct connections_target *target,
                                     const struct connections_request *request, client_done done, void *ctx,
                                     char err[ERR_LEN]);

#endif
