/* sigv4.h -- AWS Signature Version 4: a request and keys in, headers or a presigned URL out.
 * Pure: no clock, environment, socket or Lua. Follows "Create a signed AWS API request" of the IAM User Guide; where that
 * page is silent it does what the AWS SDK for JavaScript v3 does (@smithy/signature-v4), so that both sign alike.
 *
 * Every header that is given is signed, except those that a proxy may change or that AWS's SDKs leave out: authorization,
 * cache-control, connection, date (x-amz-date replaces it), expect, from, keep-alive, max-forwards, pragma, referer, te,
 * trailer, transfer-encoding, upgrade, user-agent, x-amzn-trace-id, proxy-*, sec-*.
 */
#ifndef MOONWIRE_SIGV4_H
#define MOONWIRE_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "credentials.h"
#include "digest.h"
#include "err.h"
#include "str.h"

#define SIGV4_UNSIGNED_PAYLOAD STR("UNSIGNED-PAYLOAD")

enum {
  SIGV4_EXPIRES_MAX = 7 * 24 * 3600, /* seconds that a presigned URL may live */
  SIGV4_KEYS = 4,                    /* signing keys that a cache holds */
  SIGV4_KEY_ID = 256                 /* bytes of what tells them apart; longer ones are not kept */
};

struct sigv4_header {
  struct str name; /* in any case */
  struct str value;
};

/* Signing keys by day, Region, service and secret; saves four HMACs a request. A zeroed cache is an empty one. Holds
 * secrets: clear it when it goes away. */
struct sigv4_key_cache {
  struct sigv4_key {
    char id[SIGV4_KEY_ID];
    size_t id_len; /* 0: a free place */
    struct sha256_value key;
  } keys[SIGV4_KEYS];
  size_t next; /* the place that is overwritten next */
};

/* What is signed. Everything is borrowed for the call. Leave out what is not needed: zero is the default. */
struct sigv4_input {
  struct str method; /* "POST" */

  /* Where to, exactly as it goes on the wire: already percent-encoded, "=" of a connection id as "%3D". Either url ... */
  struct str url; /* absolute, http or https; a fragment is dropped, a user name is refused */
  /* ... or, when url is empty: */
  struct str host;  /* with its port unless that is the default one */
  struct str path;  /* begins with "/"; empty means "/" */
  struct str query; /* without "?" */

  /* In the order they are sent; duplicates are joined. A host header wins over the host above. x-amz-date,
   * authorization and, when the keys have a token, x-amz-security-token are replaced by what is made here. */
  const struct sigv4_header *headers;
  size_t header_count;

  struct str body;         /* any bytes */
  struct str payload_hash; /* replaces the hash of the body when not empty: 64 hex digits, or SIGV4_UNSIGNED_PAYLOAD;
                              when empty, the value of a given x-amz-content-sha256 header does the same */

  struct str service; /* "execute-api" */
  struct str region;  /* "eu-central-1" */
  const struct credentials *credentials;
  int64_t time_s; /* Unix time, seconds; years 1970 to 9999 */

  bool no_normalize;       /* keep "//", "." and ".." in the canonical path; S3 wants it */
  bool no_double_encode;   /* take the path as it is on the wire instead of encoding it once more; S3 wants it */
  bool sign_body_header;   /* add x-amz-content-sha256; S3 wants it; not in a presigned URL */
  bool omit_session_token; /* leave the token out of the signature and add it afterwards (AWS IoT) */
  bool presign;            /* put everything into the query instead of headers */
  int64_t expires_s;       /* presigned: seconds from time_s, 1 to SIGV4_EXPIRES_MAX */
  struct str only_headers; /* when not empty: sign exactly these, "host;x-amz-date", lower case, sorted: what a verifier
                              finds in SignedHeaders */
};

/* What comes out. All strs live in the arena that was given, except the values borrowed from the input. */
struct sigv4_result {
  struct sigv4_header headers[4]; /* to be sent with those of the input: X-Amz-Date, x-amz-content-sha256,
                                     X-Amz-Security-Token, Authorization; none when presigned */
  size_t header_count;
  struct str url;               /* presigned: the URL to use; else empty. Built from host, path and query it is https */
  struct str canonical_request; /* the stages, for tests and for error messages of a verifier */
  struct str string_to_sign;
  struct str signed_headers; /* "host;x-amz-date" */
  struct str signature;      /* 64 lower-case hex digits */
  struct str authorization;  /* value of the header; empty when presigned */
};

/* Signs. cache may be NULL. False when an input is unfit or memory is short; err then begins with the name of the field
 * ("region must ...") and never holds a secret, and *out is zeroed. */
bool sigv4_sign(const struct sigv4_input *in, struct sigv4_key_cache *cache, struct arena *memory,
                struct sigv4_result *out, char err[ERR_LEN]);

#endif
