/* version.h -- the one place that knows the version (semantic versioning). */
#ifndef MOONWIRE_VERSION_H
#define MOONWIRE_VERSION_H

#define MOONWIRE_VERSION "0.1.0"

#endif
