#include "endpoint.h"

#include "config.h"
#include "http.h"

struct str endpoint_default_region(void) {
  struct str region = config_get("AWS_REGION");
  return region.len > 0 ? region : config_get("AWS_DEFAULT_REGION");
}

bool endpoint_ignores_urls(void) {
  return str_equal_nocase(config_get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), STR("true"));
}

void endpoint_place_read(struct endpoint_place *place) {
  if (place->variable) place->service_url = config_get(place->variable);
  place->endpoint_url = config_get("AWS_ENDPOINT_URL");
  place->ignore_urls = endpoint_ignores_urls();
  place->default_region = endpoint_default_region();
}

bool endpoint_region(struct str given, struct str standard, struct str *region, char err[ERR_LEN]) {
  *region = given.len > 0 ? given : standard;
  return region->len > 0 || fail(err, "no Region: set AWS_REGION, or give the client or the call a region");
}

/* The partitions of AWS whose domain is not the usual one (botocore, partitions.json). */
const char *endpoint_domain(struct str region) {
  static const struct {
    struct str begins;
    const char *domain;
  } partitions[] = {
    { { "cn-", 3 }, "amazonaws.com.cn" },    { { "eusc-", 5 }, "amazonaws.eu" },
    { { "us-iso-", 7 }, "c2s.ic.gov" },      { { "us-isob-", 8 }, "sc2s.sgov.gov" },
    { { "eu-isoe-", 8 }, "cloud.adc-e.uk" }, { { "us-isof-", 8 }, "csp.hci.ic.gov" },
  };
  for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
    if (str_starts(region, partitions[i].begins)) return partitions[i].domain;
  return "amazonaws.com";
}

bool endpoint_is_label(struct str s) {
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return s.len > 0;
}

struct str endpoint_authority(struct str url) {
  size_t from = str_find(url, STR("://"), 0);
  struct str authority, path;
  str_cut(from == SIZE_MAX ? url : str_slice(url, from + 3, url.len), '/', &authority, &path);
  return authority;
}

bool endpoint_add_url(struct buf *out, const char *source, struct str url, char err[ERR_LEN]) {
  char why[ERR_LEN];
  while (str_ends(url, STR("/"))) url.len--;
  if (!http_url_check(url, why)) return fail(err, "%s: %s", source, why);
  if (endpoint_authority(url).len == 0) return fail(err, "%s: url has no host", source);
  if (str_find(url, STR("?"), 0) != SIZE_MAX || str_find(url, STR("#"), 0) != SIZE_MAX)
    return fail(err, "%s: url must have no query and no fragment", source);
  buf_add(out, url);
  return true;
}

bool endpoint_url(const struct endpoint_place *place, struct buf *url, char err[ERR_LEN]) {
  struct str region;
  bool configured = !place->ignore_urls;
  if (place->endpoint.len > 0) return endpoint_add_url(url, "endpoint", place->endpoint, err);
  if (configured && place->service_url.len > 0) return endpoint_add_url(url, place->variable, place->service_url, err);
  if (configured && place->endpoint_url.len > 0)
    return endpoint_add_url(url, "AWS_ENDPOINT_URL", place->endpoint_url, err);
  if (!endpoint_region(place->region, place->default_region, &region, err)) return false;
  if (!endpoint_is_label(region)) return fail(err, "region is not the name of an AWS Region");
  buf_addf(url, "https://%.*s.%.*s.%s", STR_ARG(place->prefix), STR_ARG(region), endpoint_domain(region));
  return true;
}
