#include "ca_bundle.h"

#include <unistd.h>

#include "config.h"

struct str ca_bundle_find(void) {
  struct str places[] = {
    config_get("AWS_CA_BUNDLE"),
    config_get("SSL_CERT_FILE"),
    STR("/etc/pki/tls/certs/ca-bundle.crt"),
    STR("/etc/ssl/certs/ca-certificates.crt"),
  };
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (places[i].len > 0 && access(places[i].ptr, R_OK) == 0) return places[i];
  return STR("");
}
