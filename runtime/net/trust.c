#include "trust.h"

#include <unistd.h>

#include "config.h"

struct trust_bundle trust_bundle_find(void) {
  static const char *const places[] = { "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt" };
  struct trust_bundle bundle = { .file = config_get("AWS_CA_BUNDLE") };
  bundle.named = bundle.file.len > 0;
  if (bundle.file.len == 0) bundle.file = config_get("SSL_CERT_FILE");
  for (size_t i = 0; bundle.file.len == 0 && i < sizeof places / sizeof *places; i++)
    if (access(places[i], R_OK) == 0) bundle.file = str_from(places[i]);
  return bundle;
}

/* The host of a URL: without user name, port and a dot at its end. */
static struct str host_of(struct str url) {
  size_t from = str_find(url, STR("://"), 0);
  if (from == SIZE_MAX) return STR("");
  struct str host = str_slice(url, from + 3, url.len);
  size_t end = 0;
  while (end < host.len && !strchr("/?#", host.ptr[end])) end++;
  host.len = end;
  for (size_t i = end; i > 0; i--) {
    if (host.ptr[i - 1] != '@') continue;
    host = str_slice(host, i, end);
    break;
  }
  struct str port;
  str_cut(host, ':', &host, &port);
  if (str_ends(host, STR("."))) host.len--;
  return host;
}

bool trust_is_amazon(struct str url) {
  static const struct str domains[] = { STR(".amazonaws.com"), STR(".amazonaws.com.cn"), STR(".api.aws"),
                                        STR(".on.aws") };
  struct str host = host_of(url);
  for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
    size_t from = host.len > domains[i].len ? host.len - domains[i].len : host.len;
    if (str_equal_nocase(str_slice(host, from, host.len), domains[i])) return true;
  }
  return false;
}
