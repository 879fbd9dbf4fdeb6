/* endpoint.h -- where AWS's services are: Regions, domains, and URLs that are configured instead.
 * "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
 */
#ifndef MOONWIRE_ENDPOINT_H
#define MOONWIRE_ENDPOINT_H

#include <stdbool.h>

#include "buf.h"
#include "err.h"
#include "str.h"

enum { ENDPOINT_URL_MAX = 8 * 1024 /* bytes */ };

/* All that may say where a service is. Borrowed strs; empty ones are unknown. */
struct endpoint_place {
  struct str endpoint;       /* given by the caller: "https://host:port" */
  struct str region;         /* given by the caller */
  const char *variable;      /* AWS_ENDPOINT_URL_<SERVICE>, the name ... */
  struct str service_url;    /* ... and the value */
  struct str endpoint_url;   /* AWS_ENDPOINT_URL */
  bool ignore_urls;          /* AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: the two above do not count */
  struct str default_region; /* AWS_REGION, else AWS_DEFAULT_REGION */
  struct str prefix;         /* of the service's hosts: "dynamodb" */
};

/* Fills the fields that come from the environment, service_url only when there is a variable. */
void endpoint_place_read(struct endpoint_place *place);

/* Appends the URL of a service, without a slash at its end: the given one, else that of the service's variable, else
 * AWS_ENDPOINT_URL, else https://{prefix}.{region}.{domain of the Region}. False, with a sentence that says what to do, when
 * the first of them is no http or https URL, or there is no Region. */
bool endpoint_url(const struct endpoint_place *place, struct buf *url, char err[ERR_LEN]);

/* AWS_REGION, else AWS_DEFAULT_REGION; may be empty. */
struct str endpoint_default_region(void);

/* AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. */
bool endpoint_ignores_urls(void);

/* The Region to sign for: the given one, else the default; false, with err, when there is neither. */
bool endpoint_region(struct str given, struct str standard, struct str *region, char err[ERR_LEN]);

/* The domain of the partition that a Region is in: "amazonaws.com", "amazonaws.com.cn" ... */
const char *endpoint_domain(struct str region);

/* One part of a host name (RFC 1123, section 2.1): whatever stands in an event or an option must not lead elsewhere. */
bool endpoint_is_label(struct str s);

/* What is between "://" and the path of a URL. */
struct str endpoint_authority(struct str url);

/* Appends a configured URL, without slashes at its end. False, with a sentence that begins with `source`, when it is no
 * http or https URL with a host, or has a query or a fragment. */
bool endpoint_add_url(struct buf *out, const char *source, struct str url, char err[ERR_LEN]);

#endif
