/* addresses.h -- where the local gateway is reached, as its users and the environments are told. Pure. */
#ifndef MOONWIRE_ADDRESSES_H
#define MOONWIRE_ADDRESSES_H

#include <stdint.h>

#include "str.h"

struct addresses {
  char websocket_url[512];  /* "ws://127.0.0.1:3001/dev" */
  char management_url[512]; /* "http://127.0.0.1:3001/dev" */
  char http_url[512];       /* "http://127.0.0.1:3001": the HTTP API */
  char control_url[64];     /* "http://127.0.0.1:3002" */
  char console_url[128];    /* "http://127.0.0.1:3002/#token=...": a secret; a browser sends no fragment */
  char runtime_api[64];     /* "127.0.0.1:3002" */
  char issuer[80];          /* "http://127.0.0.1:3002/_identity" */
};

/* `host` is what the public port listens at. Who listens everywhere is reached under the name of this machine, too. */
void addresses_name(struct addresses *out, const char *host, uint16_t port, uint16_t control_port, struct str stage,
                    const char *token);

#endif
