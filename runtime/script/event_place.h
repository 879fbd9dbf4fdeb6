/* event_place.h -- what the event at hand says about connections: where they are, and which one it came from.
 */
#ifndef MOONWIRE_EVENT_PLACE_H
#define MOONWIRE_EVENT_PLACE_H

#include <stdbool.h>

#include <lua.h>

#include "connections.h"
#include "str.h"

struct scope;

/* A message to the event's own connection within its $connect. */
enum event_handshake {
  HANDSHAKE_NONE, /* any other connection, any other event */
  HANDSHAKE_BEGUN, /* the handler has not replied: it cannot be reached (re:Post, "410 GoneException": 410 is the answer) */
  HANDSHAKE_REPLIED, /* the reply was accepted, deferred functions run: it is being opened, or open */
};

/* Nothing is known of an event that is none of a WebSocket. */
struct event_place {
  struct connections_place place; /* api_id, stage and domain_name */
  struct str connection_id;
  enum event_handshake handshake; /* of that connection */
};

enum { EVENT_PLACE_VALUES = 6 }; /* what event_place_push leaves on the stack; make room for two more */

/* Fills *out for the event of the scope; its strs are borrowed from the values that are pushed. Events may be any value:
 * nothing is taken for granted. */
void event_place_push(lua_State *L, const struct scope *scope, struct event_place *out);

/* What holds for a message to this connection. */
enum event_handshake event_place_handshake(const struct event_place *place, struct str id);

/* Said, with the code "connecting", when it is HANDSHAKE_BEGUN. */
#define EVENT_PLACE_CONNECTING                                                                                         \
  "the connection is still being opened: it cannot be reached before $connect has returned; use "                      \
  "context:defer(function() ... end)"

#endif
