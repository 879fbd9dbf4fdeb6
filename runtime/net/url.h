/* url.h -- the parts of a URL that say where it leads (RFC 3986, section 3.2). Checks nothing: http_url_check does. */
#ifndef MOONWIRE_URL_H
#define MOONWIRE_URL_H

#include "str.h"

/* Host and port, "example.com:8443" or "[::1]:80", without a user name (all up to the last "@"; libcurl refuses a second
 * one); empty when there is no "://". Borrowed. */
struct str url_authority(struct str url);

/* The host alone, without port and without a dot at its end: "example.com", "[::1]". Borrowed. */
struct str url_host(struct str url);

#endif
