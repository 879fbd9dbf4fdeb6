/* connections_message.h -- one message for many connections: its place is found, its bytes copied and hashed once.
 */
#ifndef MOONWIRE_CONNECTIONS_MESSAGE_H
#define MOONWIRE_CONNECTIONS_MESSAGE_H

#include <stdbool.h>

#include "arena.h"
#include "client.h"
#include "connections.h"
#include "credentials.h"
#include "err.h"
#include "str.h"

struct connections_message {
  struct arena memory; /* owns what the strs below and target.region point at */
  struct connections_target target;
  struct credentials keys; /* given ones; without an access_key_id: the environment's, read for each attempt */
  struct str body, hash;
};

/* Copies all it is given. keys may be NULL. Anything but CLIENT_OK, with err, when no call could succeed: the message is
 * longer than CONNECTIONS_MESSAGE_MAX (CLIENT_TOO_LARGE), or there is no endpoint, no Region or no key (CLIENT_BAD_REQUEST).
 * Then there is nothing to free. */
enum client_code connections_message_init(struct connections_message *message, const struct connections_place *place,
                                          const struct credentials *keys, struct str body, char err[ERR_LEN]);

/* Every call must be over. Safe on a zeroed message. */
void connections_message_free(struct connections_message *message);

/* The request that posts it to a connection. Borrows from the message and id; deadlines and what else is optional are the
 * caller's to add. */
struct connections_request connections_message_to(const struct connections_message *message, struct str id);

#endif
