/* ca_bundle.h -- where the certificates are that servers are checked against.
 */
#ifndef MOONWIRE_CA_BUNDLE_H
#define MOONWIRE_CA_BUNDLE_H

#include "str.h"

/* AWS_CA_BUNDLE (AWS SDKs and Tools Reference Guide), else SSL_CERT_FILE (OpenSSL), whether it can be read or not: who names
 * a file does not want another one to be trusted. When neither is set, the first that can be read of Amazon Linux 2023's
 * bundle and Debian's; empty when there is none. Ends in NUL; borrowed from the environment. */
struct str ca_bundle_find(void);

#endif
