/* amazon_roots.h -- the certificates of Amazon Trust Services, five roots, linked in.
 * Taken from the distribution's bundle when the program is built (tools/embed-roots.lua); the list is AWS's: "Amazon Trust
 * Services", certificate repository, and "How to prepare for AWS's move to its own certificate authority", AWS Security Blog.
 */
#ifndef MOONWIRE_AMAZON_ROOTS_H
#define MOONWIRE_AMAZON_ROOTS_H

#include <stddef.h>

enum { AMAZON_ROOTS = 5 };

struct amazon_root {
  const unsigned char *der; /* a certificate (RFC 5280, section 4.1) */
  size_t size;              /* bytes */
};

extern const struct amazon_root amazon_roots[AMAZON_ROOTS];

#endif
