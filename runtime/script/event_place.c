#include "event_place.h"

#include "scope.h"
#include "value.h"

/* Pushes requestContext of the event, or nil. */
static void push_request_context(lua_State *L, const struct scope *scope) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, scope->event_ref); /* event; LUA_NOREF gives nil */
  if (lua_istable(L, -1)) {
    lua_pushliteral(L, "requestContext");
    lua_rawget(L, -2);
    lua_remove(L, -2);
  }
  if (lua_istable(L, -1)) return;
  lua_pop(L, 1);
  lua_pushnil(L);
}

/* The string in a field of the table at index; pushes what the field holds, so that it lives on. */
static struct str push_field(lua_State *L, int index, const char *name) {
  if (lua_istable(L, index)) {
    lua_pushstring(L, name);
    lua_rawget(L, index);
  } else {
    lua_pushnil(L);
  }
  return value_text(L, -1);
}

void event_place_push(lua_State *L, const struct scope *scope, struct event_place *out) {
  push_request_context(L, scope); /* context */
  int context = lua_gettop(L);
  *out = (struct event_place){ .connection_id = push_field(L, context, "connectionId") };
  out->place.api_id = push_field(L, context, "apiId");
  out->place.stage = push_field(L, context, "stage");
  out->place.domain_name = push_field(L, context, "domainName");
  bool connects = str_equal(push_field(L, context, "eventType"), STR("CONNECT"));
  if (out->connection_id.len == 0) *out = (struct event_place){ 0 };
  if (!connects) return;
  out->handshake = scope->deferring ? HANDSHAKE_REPLIED : HANDSHAKE_BEGUN;
}

enum event_handshake event_place_handshake(const struct event_place *place, struct str id) {
  return str_equal(place->connection_id, id) ? place->handshake : HANDSHAKE_NONE;
}
