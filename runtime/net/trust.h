/* trust.h -- which certificate authorities a server is checked against.
 * Amazon's servers have certificates of Amazon Trust Services, whose roots are linked in: five instead of the 140 of a system's
 * bundle, which take 30 ms to read, half a second on the smallest function. Should they not do (another partition, a proxy that
 * looks into TLS), the bundle decides.
 */
#ifndef MOONWIRE_TRUST_H
#define MOONWIRE_TRUST_H

#include <stdbool.h>

#include "str.h"

/* A file of certificate authorities in PEM. */
struct trust_bundle {
  struct str file; /* ends in NUL, borrowed from the environment; empty when there is none */
  bool named; /* by AWS_CA_BUNDLE: who names one does not want another one to be trusted, not even Amazon's roots */
};

/* AWS_CA_BUNDLE (AWS SDKs and Tools Reference Guide), whether it can be read or not; else the system's: the file that
 * SSL_CERT_FILE names (OpenSSL), whether it can be read or not, else the first that can be read of Amazon Linux 2023's
 * bundle and Debian's. */
struct trust_bundle trust_bundle_find(void);

/* Whether the host of an http or https URL is Amazon's: below amazonaws.com, amazonaws.com.cn, api.aws or on.aws ("AWS service
 * endpoints", AWS General Reference; function URLs, AWS Lambda Developer Guide). */
bool trust_is_amazon(struct str url);

#endif
