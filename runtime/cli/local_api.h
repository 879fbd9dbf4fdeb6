/* local_api.h -- a service's WebSocket API in memory: its serverless.yml, the gateway's model of it, and what goes wrong on
 * purpose. For specs (bind_model.c): no sockets and no processes; the clock is the caller's, ids are counted.
 */
#ifndef MOONWIRE_LOCAL_API_H
#define MOONWIRE_LOCAL_API_H

#include <stdbool.h>
#include <stdint.h>

#include "api_id.h"
#include "arena.h"
#include "err.h"
#include "model.h"
#include "project.h"

struct local_api {
  struct project project;
  struct arena memory; /* of what the model borrows */
  char api_id[PROJECT_API_ID_LEN];
  struct model_api api;   /* as the project has it; functions are counted as the project's */
  struct model_api named; /* the same, but who may connect is said by the caller: function project.function_count */
  struct model_authorizer authorizer, caller;
  struct model *model;
  struct model_step step; /* the last one */
  struct faults faults;
  uint64_t serial; /* of ids: the same at every run */
};

/* Reads `file`, or, when yaml is not empty, that text. stage may be empty: the file's. False, with err; free it also then. */
bool local_api_init(struct local_api *local, const char *file, struct str yaml, struct str stage, char err[ERR_LEN]);

/* Safe on a zeroed one. */
void local_api_free(struct local_api *local);

/* The moment with ids that nothing had before. */
struct model_moment local_api_moment(struct local_api *local, int64_t now_ms);

/* A client asks to connect; step as of model_connect. named: MODEL_AUTHORIZE is asked of the caller, whatever the project says. */
bool local_api_connect(struct local_api *local, const struct model_request *request, bool named, int64_t now_ms,
                       char err[ERR_LEN]);

/* A call of @connections, as the gateway carries it out: the model's answer, unless a fault or the connection's end is in
 * between. Free the answer's body. */
void local_api_manage(struct local_api *local, const struct model_manage *request, int64_t now_ms,
                      struct model_manage_answer *answer);

/* A connection ends; the step is $disconnect, or nothing. */
void local_api_close(struct local_api *local, struct str connection_id, int code, struct str reason, int64_t now_ms);

/* The open connection whose time is over first, or NULL; *left_ms is how long that is. */
const struct model_connection *local_api_next_cut(const struct local_api *local, int64_t now_ms, int64_t *left_ms);

#endif
