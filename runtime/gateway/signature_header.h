/* signature_header.h -- the value of an Authorization header that signs a request.
 * "AWS4-HMAC-SHA256 Credential=KEY/20150830/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=..."
 * Part of the verifier (signature.c). Source: IAM User Guide, "Create a signed AWS API request", step 5.
 */
#ifndef MOONWIRE_SIGNATURE_HEADER_H
#define MOONWIRE_SIGNATURE_HEADER_H

#include <stdbool.h>

#include "buf.h"
#include "str.h"

enum { SIGNATURE_HEADER_MAX = 8 * 1024 }; /* bytes; a longer value is refused unread */

/* Borrowed from the value. */
struct signature_header {
  struct str access_key_id;
  struct str day, region, service, terminator; /* the credential scope */
  struct str signed_headers;                   /* "host;x-amz-date", as sent */
  struct str signature;                        /* as sent: any text */
};

/* False, with what is missing appended to `why` in AWS's style, when the value has another form. The value itself is never
 * repeated: it may be a password or a token meant for somebody else. */
bool signature_header_read(struct signature_header *out, struct str value, struct buf *why);

#endif
