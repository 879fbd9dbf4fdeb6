/* model_json.h -- members of the JSON objects that the model writes. Pure.
 * Whatever comes from outside becomes valid UTF-8 (json_write_string_utf8).
 */
#ifndef MOONWIRE_MODEL_JSON_H
#define MOONWIRE_MODEL_JSON_H

#include <stdint.h>

#include "buf.h"
#include "str.h"

/* Appends `"name":`, with a comma in front unless an object has just begun. */
void model_json_name(struct buf *out, struct str name);

/* The same, and a string or a number behind it. */
void model_json_text(struct buf *out, struct str name, struct str text);
void model_json_int(struct buf *out, struct str name, int64_t number);

/* Appends {"message":"..."}: the body of an answer that is an error. */
void model_json_message(struct buf *out, struct str message);

#endif
