/* components.h -- the libraries that are linked in. The table is made by the build, of tools/components.txt. */
#ifndef MOONWIRE_COMPONENTS_H
#define MOONWIRE_COMPONENTS_H

#include <stddef.h>

struct component {
  const char *name;    /* "openssl" */
  const char *version; /* that of the Debian package: "3.0.19-1~deb12u2" */
};

/* Ends with one whose name is NULL. */
extern const struct component components[];

#endif
