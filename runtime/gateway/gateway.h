/* gateway.h -- the local API Gateway as a whole: reads the service, listens, runs until it is told to end. */
#ifndef MOONWIRE_GATEWAY_H
#define MOONWIRE_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "credentials.h"
#include "err.h"
#include "project_surroundings.h"
#include "str.h"
#include "visitor.h"

struct gateway_options {
  const char *config; /* path of serverless.yml */
  struct project_surroundings surroundings;
  const char *host;               /* of the public port */
  uint16_t port, control_port;    /* 0: any free one */
  struct visitor_origins origins; /* whose pages may connect, besides those of this machine */
  int most_environments;          /* of each function */
  int concurrency;                /* invocations at once in each environment (pool.h); 0: one, on demand */
  int idle_environment_s;         /* how long an environment may be without an event; 0: for ever */
  int idle_s, duration_s;         /* of a connection; 0: as on AWS */
  int integration_s;              /* how long a client waits for a function; 0: as on AWS */
  const char *program;            /* path of bootstrap ... */
  const char *tool;               /* ... and of moonwire itself */
  FILE *out;
  bool colour, json;
  struct credentials credentials; /* the developer's own, for functions; empty: they get local ones */
  bool no_reload;                 /* functions run in the service's own folder, which is not watched */
};

/* Returns true after SIGINT or SIGTERM, when every child has ended; false, with one sentence, when it cannot start. */
bool gateway_run(const struct gateway_options *options, char err[ERR_LEN]);

#endif
