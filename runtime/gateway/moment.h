/* moment.h -- now, with fresh ids: what the model takes as an input. */
#ifndef MOONWIRE_MOMENT_H
#define MOONWIRE_MOMENT_H

#include "err.h"
#include "model.h"

bool moment_now(struct model_moment *moment, char err[ERR_LEN]);

#endif
