/* descriptors.h -- how many files and sockets this process may have open. */
#ifndef MOONWIRE_DESCRIPTORS_H
#define MOONWIRE_DESCRIPTORS_H

#include <sys/resource.h>

/* Raises the limit as far as it goes. Returns how many clients there can be, each of them a descriptor; *before is the limit
 * that we were started with, which children get back. */
unsigned descriptors_raise(rlim_t *before);

#endif
