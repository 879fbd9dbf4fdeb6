#include "http_names.h"

#include "url.h"

/* 127.0.0.1:80, [::1]:80 */
static bool is_address(struct str host) {
  for (size_t i = 0; i < host.len; i++) {
    char c = host.ptr[i];
    if (c == '[') return true;
    if ((c < '0' || c > '9') && c != '.' && c != ':') return false;
  }
  return true;
}

static bool is_free(const struct http_name *name) {
  return !name->first && !name->waiting && !name->go_on.link;
}

struct http_name *http_names_find(struct http_names *names, struct str url, int64_t now_ns) {
  struct str host = url_authority(url); /* lower and upper case are kept apart */
  struct http_name *place = NULL;
  if (host.len == 0 || host.len > HTTP_NAME_MAX || is_address(host)) return NULL;
  for (size_t i = 0; i < HTTP_NAMES; i++) {
    struct http_name *name = &names->names[i];
    if (str_equal(str_of(name->host, name->host_len), host)) return http_name_is_known(name, now_ns) ? NULL : name;
    if (is_free(name) && (!place || name->known_until_ns < place->known_until_ns)) place = name;
  }
  if (!place) return NULL;
  *place = (struct http_name){ .host_len = host.len };
  memcpy(place->host, host.ptr, host.len);
  return place;
}

void http_name_known(struct http_name *name, int64_t now_ns) {
  const int64_t kept_ms = (int64_t)HTTP_NAMES_SECONDS * 1000 - HTTP_NAMES_MARGIN_MS;
  name->known_until_ns = now_ns + kept_ms * NS_PER_MS;
}
