/* model_connections.h -- the table of connections, by id. It owns them. */
#ifndef MOONWIRE_MODEL_CONNECTIONS_H
#define MOONWIRE_MODEL_CONNECTIONS_H

#include <stddef.h>

#include "model.h"
#include "str.h"

/* A zeroed table is an empty one. */
struct model_connections {
  void *root; /* of tsearch */
  size_t count;
};

/* A new connection in state CONNECTING, with both times set to now_ms and copies of the two texts. NULL when memory is
 * short, or when the id (16 characters) is taken. */
struct model_connection *model_connections_add(struct model_connections *table, struct str id, struct str source_ip,
                                               struct str user_agent, int64_t now_ms);

/* NULL when there is none. */
struct model_connection *model_connections_find(const struct model_connections *table, struct str id);

/* Takes it out and frees it. */
void model_connections_remove(struct model_connections *table, struct model_connection *c);

/* Calls `each` for all of them, in the order of their ids. */
void model_connections_each(const struct model_connections *table, void (*each)(void *ctx, struct model_connection *c),
                            void *ctx);

/* Frees all of them. */
void model_connections_free(struct model_connections *table);

#endif
