#include "ca_bundle.h"

#include <unistd.h>

#include "config.h"

struct str ca_bundle_find(void) {
  static const char *const places[] = { "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt" };
  struct str ours = config_get("AWS_CA_BUNDLE");
  if (ours.len == 0) ours = config_get("SSL_CERT_FILE");
  if (ours.len > 0) return ours; /* readable or not: who names one does not want to trust another */
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (access(places[i], R_OK) == 0) return str_from(places[i]);
  return STR("");
}
