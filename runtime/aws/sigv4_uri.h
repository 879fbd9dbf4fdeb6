/* sigv4_uri.h -- where a request goes, and the canonical form of its path and query.
 * Part of the signer (sigv4.c). The rules: "Create a canonical request" on the IAM User Guide's page about signing.
 */
#ifndef MOONWIRE_SIGV4_URI_H
#define MOONWIRE_SIGV4_URI_H

#include <stdbool.h>

#include "arena.h"
#include "buf.h"
#include "err.h"
#include "str.h"

/* The parts of a URL, borrowed from its text, as they go on the wire. */
struct sigv4_target {
  struct str origin; /* "https://host:8443"; empty when the target was given in parts */
  struct str host;   /* what an HTTP client puts into the host header: without the default port */
  struct str path;   /* begins with "/" */
  struct str query;  /* without "?" */
};

/* Whether a target that was given in parts could stand in a URL; an empty path becomes "/". False, with err beginning with
 * the name of the part. */
bool sigv4_target_check(struct sigv4_target *t, char err[ERR_LEN]);

/* Takes an absolute http or https URL apart. False, with err beginning "url must", when it is none, holds a user name or a
 * control character. */
bool sigv4_target_from(struct sigv4_target *out, struct str url, char err[ERR_LEN]);

/* Appends the canonical path. normalize: drop empty and "." segments, resolve "..", as every service but S3 does.
 * encode: percent-encode the path of the wire once more, as every service but S3 does. */
void sigv4_path_add(struct buf *out, struct arena *memory, struct str path, bool normalize, bool encode);

/* Appends the canonical query: decoded, encoded, sorted by key and then by value, X-Amz-Signature left out. */
void sigv4_query_add(struct buf *out, struct arena *memory, struct str query);

#endif
