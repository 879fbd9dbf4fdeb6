/* invocation.h -- one event exactly as Lambda handed it over.
 * Filled by runtime_api.c from the answer to `GET next`; read by the handler; reset by the slot when it is over.
 * Header names: AWS, "Using the Lambda runtime API for custom runtimes" (runtimes-api).
 */
#ifndef MOONWIRE_INVOCATION_H
#define MOONWIRE_INVOCATION_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "http1_reader.h"
#include "str.h"

struct invocation {
  struct arena memory;       /* owns every byte that the fields below point at, the payload aside */
  struct buf body;           /* owns the payload */
  struct str payload;        /* the event: any bytes, NUL included */
  struct str content_type;   /* Content-Type; empty means JSON */
  struct str request_id;     /* Lambda-Runtime-Aws-Request-Id: names the invocation in the reply's path */
  struct str invocation_id;  /* Lambda-Runtime-Invocation-Id: to be echoed; empty when the platform sent none */
  struct str function_arn;   /* Lambda-Runtime-Invoked-Function-Arn */
  struct str trace_id;       /* Lambda-Runtime-Trace-Id: an X-Ray header */
  struct str tenant_id;      /* Lambda-Runtime-Aws-Tenant-Id */
  struct str client_context; /* Lambda-Runtime-Client-Context: JSON text */
  struct str identity;       /* Lambda-Runtime-Cognito-Identity: JSON text */
  int64_t deadline_ms;       /* Lambda-Runtime-Deadline-Ms: Unix time; 0 when the platform sent none */
};

/* A zeroed invocation is an empty one. */
void invocation_init(struct invocation *inv);
void invocation_free(struct invocation *inv);

/* Forgets the event; keeps a little memory for the next one. */
void invocation_reset(struct invocation *inv);

/* Fills *inv from a 200 answer: copies the headers, takes the body out of r. An empty header is an absent one, and
 * of one that comes twice the first counts. Leaves request_id empty when the answer carries no event. False when memory is short. */
bool invocation_read(struct invocation *inv, struct http1_reader *r);

/* Milliseconds left before the deadline, never negative; INT64_MAX when there is none. */
int64_t invocation_remaining_ms(const struct invocation *inv, int64_t now_unix_ms);

#endif
