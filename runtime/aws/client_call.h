/* client_call.h -- a call on its way, with its own copy of the request, so that it can be sent again. Used by client.c. */
#ifndef MOONWIRE_CLIENT_CALL_H
#define MOONWIRE_CLIENT_CALL_H

#include <stdint.h>

#include "arena.h"
#include "client.h"
#include "client_keys.h"
#include "credentials.h"
#include "err.h"
#include "http.h"
#include "loop.h"
#include "retry.h"

struct client_call {
  struct http *http; /* borrowed */
  client_done done;
  void *ctx;
  struct arena attempt;          /* signature, and what was decoded of the answer */
  struct client_request request; /* strs behind the call; the body is borrowed */
  struct credentials given;      /* what request.credentials points at, when it does */

  struct http_transfer *transfer; /* of the attempt under way, or NULL */
  struct loop_timer pause;        /* before the next one, or until keys must have come */
  struct client_keys keys;
  bool has_turn; /* client_go_on was called */
  struct retry_rules rules;
  struct retry_call retry;
  int64_t signed_ms; /* the time that the last attempt was signed with */
  int64_t end_ns;    /* monotonic: when the call must be over; INT64_MAX: no such time */

  enum client_code last; /* how the last attempt ended, for a pause that outlasts the deadline; its message is below */
  int last_status;
  char message[ERR_LEN];
  struct http_header kept[]; /* the request's headers; then the bytes of its strings */
};

/* A call that has not begun. NULL, with err, when memory is short. */
struct client_call *client_call_new(struct http *http, const struct client_request *request, client_done done,
                                    void *ctx, char err[ERR_LEN]);

/* Nothing of it may be under way. */
void client_call_delete(struct client_call *call);

/* Time before its end: 0 when that has come, INT64_MAX when there is none. */
int64_t client_call_left_ms(const struct client_call *call);

#endif
