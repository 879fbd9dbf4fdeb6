/* gateway.h -- the local API Gateway as a whole: reads the service, listens, runs until it is told to end. */
#ifndef MOONWIRE_GATEWAY_H
#define MOONWIRE_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "str.h"

struct gateway_options {
  const char *config;          /* path of serverless.yml */
  struct str stage;            /* empty: what the file says */
  const char *host;            /* of the public port */
  uint16_t port, control_port; /* 0: any free one */
  int most_environments;       /* of each function */
  const char *program;         /* path of bootstrap */
  FILE *out;
  bool colour, json;
  bool no_reload; /* functions run in the service's own folder, which is not watched */
};

/* Returns true after SIGINT or SIGTERM, when every child has ended; false, with one sentence, when it cannot start. */
bool gateway_run(const struct gateway_options *options, char err[ERR_LEN]);

#endif
