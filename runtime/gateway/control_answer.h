/* control_answer.h -- answers of the control port in the form of AWS's JSON services: a request id with each, the type of an
 * error in a header.
 */
#ifndef MOONWIRE_CONTROL_ANSWER_H
#define MOONWIRE_CONTROL_ANSWER_H

#include "httpd.h"
#include "str.h"

/* A JSON text. */
void control_answer(struct exchange *x, int status, struct str json);

/* {"message":"..."}; `type` is x-amzn-ErrorType: "ResourceNotFoundException". */
void control_refuse(struct exchange *x, int status, const char *type, struct str message);

/* The same with a body of the caller's. */
void control_refuse_with(struct exchange *x, int status, const char *type, struct str json);

#endif
