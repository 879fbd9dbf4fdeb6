/* http_names.h -- whose addresses are known, so that many requests to one host make one look-up.
 * libcurl looks names up in threads, one for each transfer that needs an address, and keeps an address for a while. So of many
 * transfers to a host that begin at once the first one looks it up, and the others wait until it has; that there is no such
 * host is news for all of them. When the first one is given up, the next one takes its place. Pure: time is an input.
 */
#ifndef MOONWIRE_HTTP_NAMES_H
#define MOONWIRE_HTTP_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"
#include "str.h"

enum {
  HTTP_NAMES = 16,            /* hosts that are kept apart; transfers to others do not wait for each other */
  HTTP_NAME_MAX = 255,        /* bytes (RFC 1035, section 2.3.4) */
  HTTP_NAMES_SECONDS = 60,    /* for how long libcurl keeps an address */
  HTTP_NAMES_MARGIN_MS = 5000 /* before that, a look-up may be due */
};

struct http_transfer;

/* A host. */
struct http_name {
  char host[HTTP_NAME_MAX];
  size_t host_len;
  int64_t known_until_ns;        /* monotonic; 0: not known */
  struct http_transfer *first;   /* the one that looks it up, or NULL */
  struct http_transfer *waiting; /* for that one; a list */
  struct loop_job go_on;         /* they need not wait any more ... */
  int failure;                   /* ... because there is no such host: libcurl's result; 0: for another reason */
};

struct http_names {
  struct http_name names[HTTP_NAMES]; /* zeroed: free */
};

/* The host of a URL that has to be looked up before a transfer can begin; NULL when its address is known, when it is an
 * address itself, or when there are too many. The caller makes the transfer the first one, or lets it wait for that. */
struct http_name *http_names_find(struct http_names *names, struct str url, int64_t now_ns);

/* The address is known from now on. */
void http_name_known(struct http_name *name, int64_t now_ns);

static inline bool http_name_is_known(const struct http_name *name, int64_t now_ns) {
  return name->known_until_ns > now_ns;
}

#endif
