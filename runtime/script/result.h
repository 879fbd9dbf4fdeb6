/* result.h -- from what a handler returned to the body of the reply.
 * The rules depend on the kind of event: a forgotten return refuses a $connect, and means 200 for a message.
 */
#ifndef MOONWIRE_RESULT_H
#define MOONWIRE_RESULT_H

#include <stdbool.h>

#include <lua.h>

#include "buf.h"
#include "err.h"
#include "event.h"

enum result {
  RESULT_REPLY,    /* *reply holds the JSON to post */
  RESULT_RETURNED, /* the handler returned nil, message, code: a failure; the values are at 2 and 3 */
  RESULT_BAD       /* a value that cannot be encoded: err says which */
};

/* Reads the results of a finished handler: the whole stack of L, in a protected call (a lack of memory raises). A table as the
 * body of a response becomes JSON text, with that content type for HTTP. *advice is NULL, or a sentence for the log that says
 * what a surprising result means to API Gateway (static text). */
enum result result_read(lua_State *L, enum event_kind kind, struct buf *reply, const char **advice, char err[ERR_LEN]);

#endif
