/* http_api_fields.h -- headers or query parameters as one object of an event. Pure. */
#ifndef MOONWIRE_HTTP_API_FIELDS_H
#define MOONWIRE_HTTP_API_FIELDS_H

#include "arena.h"
#include "buf.h"
#include "field.h"
#include "str.h"

/* Appends a member: {"a":"1,2","b":"3"}, names in the order of their bytes (recorded), the values of one name in the order
 * in which they came, with commas between them ("Payload format differences"). Lack of memory fails the buffer. */
void http_api_fields_write(struct buf *out, struct arena *scratch, struct str member, struct fields fields);

#endif
