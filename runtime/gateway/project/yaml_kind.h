/* yaml_kind.h -- what a YAML scalar without quotes is: nothing, a boolean, a number, or a string. Pure.
 * Source: YAML 1.2, section 10.3 (core schema), with the binary and underscored integers that Serverless's reader knows.
 */
#ifndef MOONWIRE_YAML_KIND_H
#define MOONWIRE_YAML_KIND_H

#include "str.h"

enum yaml_kind { YAML_NULL, YAML_BOOLEAN, YAML_NUMBER, YAML_STRING, YAML_LIST, YAML_MAP, YAML_TAGGED, YAML_UNKNOWN };

/* One of the first four. */
enum yaml_kind yaml_kind_of_plain(struct str text);

#endif
