/* ca_bundle.h -- where the certificates are that servers are checked against.
 */
#ifndef MOONWIRE_CA_BUNDLE_H
#define MOONWIRE_CA_BUNDLE_H

#include "str.h"

/* The first file that can be read of: AWS_CA_BUNDLE (AWS SDKs and Tools Reference Guide), SSL_CERT_FILE (OpenSSL),
 * Amazon Linux 2023's bundle, Debian's. Empty when there is none. Ends in NUL; borrowed from the environment. */
struct str ca_bundle_find(void);

#endif
