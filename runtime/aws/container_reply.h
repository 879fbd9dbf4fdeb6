/* container_reply.h -- what the endpoint of a container said: keys, or why there are none.
 * Pure. A reply is {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"} as JSON ("Task IAM role", Amazon ECS Developer
 * Guide). A failure is told by its status and its code alone: a body that is not understood may hold keys.
 */
#ifndef MOONWIRE_CONTAINER_REPLY_H
#define MOONWIRE_CONTAINER_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "client.h"
#include "credentials.h"
#include "err.h"
#include "http.h"
#include "str.h"

struct container_reply {
  enum client_code
      code;   /* CLIENT_OK; CLIENT_BAD_REQUEST: the endpoint refuses (4xx); CLIENT_SERVER: it fails, or what it
                              says is nonsense; CLIENT_TIMEOUT, CLIENT_NETWORK */
  bool again; /* another attempt may end otherwise */
  struct credentials keys; /* with CLIENT_OK; strs in the arena */
  int64_t expires_ms;      /* Unix time; INT64_MAX when the reply names no end */
  char message[ERR_LEN];   /* "http://169.254.170.2 answered HTTP 404 NotFound"; "" with CLIENT_OK */
};

/* Reads a response, or the lack of one, of the endpoint at `origin`. Keys that have expired at now_ms (Unix time) are
 * nonsense. token: what the request was authorised by, which must not get into the message. */
void container_reply_read(const struct http_response *response, struct str origin, struct str token, int64_t now_ms,
                          struct arena *memory, struct container_reply *reply);

#endif
