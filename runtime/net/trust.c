#include "trust.h"

#include <unistd.h>

#include "config.h"
#include "url.h"

struct trust_bundle trust_bundle_find(void) {
  static const char *const places[] = { "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt" };
  struct trust_bundle bundle = { .file = config_get("AWS_CA_BUNDLE") };
  bundle.named = bundle.file.len > 0;
  if (bundle.file.len == 0) bundle.file = config_get("SSL_CERT_FILE");
  for (size_t i = 0; bundle.file.len == 0 && i < sizeof places / sizeof *places; i++)
    if (access(places[i], R_OK) == 0) bundle.file = str_from(places[i]);
  return bundle;
}

bool trust_is_amazon(struct str url) {
  static const struct str domains[] = { STR(".amazonaws.com"), STR(".amazonaws.com.cn"), STR(".api.aws"),
                                        STR(".on.aws") };
  struct str host = url_host(url);
  for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
    size_t from = host.len > domains[i].len ? host.len - domains[i].len : host.len;
    if (str_equal_nocase(str_slice(host, from, host.len), domains[i])) return true;
  }
  return false;
}
