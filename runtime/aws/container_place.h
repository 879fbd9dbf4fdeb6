/* container_place.h -- where a container's keys are asked for: which address, and what may be sent to it.
 * Pure. The rules are those of AWS's SDKs: "Container credential provider", AWS SDKs and Tools Reference Guide; which hosts
 * may be asked without TLS, and how long a reply may be, as source/credentials_provider_ecs.c of awslabs/aws-c-auth has it.
 * One host is added: that of AWS_LAMBDA_RUNTIME_API, because with SnapStart Lambda hands out keys by such an endpoint
 * ("Activating and managing Lambda SnapStart", Lambda Developer Guide) and has moved its own services off the loopback
 * address elsewhere. SDKs resolve a name and look at its addresses; here the host is compared as it
 * stands, so that nothing is asked before the answer is known.
 */
#ifndef MOONWIRE_CONTAINER_PLACE_H
#define MOONWIRE_CONTAINER_PLACE_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "str.h"

#define CONTAINER_RELATIVE_URI "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define CONTAINER_FULL_URI "AWS_CONTAINER_CREDENTIALS_FULL_URI"

/* The values of the variables; empty when they are not set. */
struct container_variables {
  struct str relative_uri; /* "/v2/credentials/..." at 169.254.170.2; comes first */
  struct str full_uri;     /* https, or http to a host of the list */
  struct str runtime_api;  /* "169.254.100.1:9001/path" */
};

struct container_place {
  const char *variable; /* the name of the one that counts; NULL when neither is set */
  struct str url;       /* its path may be a secret: whoever knows it gets keys */
  struct str origin;    /* "http://169.254.170.2": fit for a message */
};

/* The strs of *place are borrowed from the variables and the arena. True when neither variable is set, too. False, with a
 * sentence that names the variable, when the address may not be asked. */
bool container_place_find(const struct container_variables *variables, struct arena *memory,
                          struct container_place *place, char err[ERR_LEN]);

/* Whether a token, which goes out as Authorization, can be a header's value: not empty, no line break or other control
 * character. `source` names where it came from, for err. */
bool container_token_check(struct str token, const char *source, char err[ERR_LEN]);

#endif
