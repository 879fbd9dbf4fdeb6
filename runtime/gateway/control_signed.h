/* control_signed.h -- whether a call of the control port comes from somebody who has the local keys. */
#ifndef MOONWIRE_CONTROL_SIGNED_H
#define MOONWIRE_CONTROL_SIGNED_H

#include "control.h"

/* True when the request is signed with the keys of the control port, for this Region and service (Signature Version 4, in the
 * Authorization header). Else it has been answered with 403. */
bool control_is_signed(struct control *control, struct exchange *x, struct str region, struct str service);

/* Tells the developer of a call that is being refused: "POST /2015-03-31/...: 404 ResourceNotFoundException: ...". */
void control_note_refusal(struct control *control, const struct exchange *x, int status, const char *type,
                          struct str message);

#endif
