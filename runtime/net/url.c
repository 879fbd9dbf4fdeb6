#include "url.h"

struct str url_authority(struct str url) {
  size_t from = str_find(url, STR("://"), 0);
  if (from == SIZE_MAX) return STR("");
  struct str authority = str_slice(url, from + 3, url.len), user, rest;
  size_t end = 0;
  while (end < authority.len && !strchr("/?#", authority.ptr[end])) end++;
  authority.len = end;
  while (str_cut(authority, '@', &user, &rest)) authority = rest;
  return authority;
}

struct str url_host(struct str url) {
  struct str host = url_authority(url), port;
  size_t address = str_starts(host, STR("[")) ? str_find(host, STR("]"), 0) : SIZE_MAX;
  if (address != SIZE_MAX) return str_slice(host, 0, address + 1);
  str_cut(host, ':', &host, &port);
  if (str_ends(host, STR("."))) host.len--;
  return host;
}
