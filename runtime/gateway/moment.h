/* moment.h -- now, with fresh ids: what the model takes as an input. The place where the gateway asks clock and kernel. */
#ifndef MOONWIRE_MOMENT_H
#define MOONWIRE_MOMENT_H

#include "err.h"
#include "model.h"

bool moment_now(struct model_moment *moment, char err[ERR_LEN]);

/* A fresh version 4 UUID. */
bool moment_uuid(char uuid[MODEL_UUID_LEN], char err[ERR_LEN]);

#endif
