/* model_frame.h -- the text message that a client gets when its own could not be handled. Pure. */
#ifndef MOONWIRE_MODEL_FRAME_H
#define MOONWIRE_MODEL_FRAME_H

#include "buf.h"
#include "str.h"

/* Appends {"message": "Forbidden", "connectionId":"...", "requestId":"..."}, with exactly these spaces, as recorded from
 * API Gateway. */
void model_frame_write(struct buf *out, struct str message, struct str connection_id, struct str request_id);

#endif
