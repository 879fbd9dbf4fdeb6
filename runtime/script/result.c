#include "result.h"

#include "json_write.h"
#include "value.h"

static bool is_websocket(enum event_kind kind) {
  return kind == EVENT_CONNECT || kind == EVENT_MESSAGE || kind == EVENT_DISCONNECT;
}

/* The field of the table at index 1, raw: is it there? Leaves it on top. */
static bool push_field(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, 1);
  return !lua_isnil(L, -1);
}

static bool has_status(lua_State *L) {
  bool has = lua_istable(L, 1) && push_field(L, "statusCode");
  lua_settop(L, 1);
  return has;
}

/* Pushes a new table with what the one at `index` has, if it is one. */
static void push_copy(lua_State *L, int index) {
  lua_newtable(L);
  int copy = lua_gettop(L);
  if (!lua_istable(L, index)) return;
  for (lua_pushnil(L); lua_next(L, index);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, copy);
  }
}

static bool names_content_type(lua_State *L, int headers) {
  bool found = false;
  for (lua_pushnil(L); lua_next(L, headers); lua_pop(L, 1)) {
    size_t len;
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &len) : NULL;
    if (name && str_equal_nocase(str_of(name, len), STR("Content-Type"))) found = true;
  }
  return found;
}

/* An HTTP API takes a body for text/plain unless a header says otherwise. Headers that are none stay, for API Gateway to
 * refuse. The result, a copy, is at index 3. */
static void say_that_it_is_json(lua_State *L) {
  push_field(L, "headers");                                                              /* result body copy headers */
  bool absent = lua_isnil(L, 4) || (lua_islightuserdata(L, 4) && !lua_touserdata(L, 4)); /* json.null */
  if (!lua_istable(L, 4) && !absent) return;
  push_copy(L, 4);
  if (names_content_type(L, 5)) return;
  lua_pushliteral(L, "application/json");
  lua_setfield(L, 5, "content-type");
  lua_setfield(L, 3, "headers");
}

/* API Gateway wants a string as body: a table there is encoded, in a copy, since the handler may keep the original. The body
 * is built in *reply first: what may raise in between owns nothing. */
static bool write_response(lua_State *L, enum event_kind kind, struct buf *reply, char err[ERR_LEN]) {
  push_field(L, "body"); /* result body */
  if (!lua_istable(L, 2)) return value_to_json(L, 1, reply, err);
  if (!value_to_json(L, 2, reply, err)) return fail_in(err, "body");
  push_copy(L, 1); /* result body copy */
  if (kind == EVENT_HTTP) say_that_it_is_json(L);
  lua_pushliteral(L, "body");
  lua_pushlstring(L, reply->ptr, reply->len);
  lua_rawset(L, 3);
  buf_clear(reply);
  return value_to_json(L, 3, reply, err);
}

/* Nothing, true and false have a meaning on WebSocket events; NULL for anything else. */
static const char *short_answer(lua_State *L, enum event_kind kind, const char **advice) {
  bool nothing = lua_isnoneornil(L, 1), boolean = lua_isboolean(L, 1);
  if (kind == EVENT_CONNECT && nothing) {
    *advice = "the $connect handler returned nothing, so API Gateway refuses the connection with 502; "
              "return true or { statusCode = 200 } to accept it";
    return "null";
  }
  if (kind == EVENT_CONNECT && boolean) return lua_toboolean(L, 1) ? "{\"statusCode\":200}" : "{\"statusCode\":403}";
  return nothing || (boolean && lua_toboolean(L, 1)) ? "{\"statusCode\":200}" : NULL;
}

static bool write_websocket_result(lua_State *L, enum event_kind kind, struct buf *reply, const char **advice,
                                   char err[ERR_LEN]) {
  const char *answer = short_answer(L, kind, advice);
  if (answer) {
    buf_add(reply, str_from(answer));
    return true;
  }
  if (has_status(L)) return write_response(L, kind, reply, err);
  *advice = "the handler returned a value without statusCode, which API Gateway answers with an error; "
            "return true, nothing, or { statusCode = 200 }";
  return value_to_json(L, 1, reply, err);
}

enum result result_read(lua_State *L, enum event_kind kind, struct buf *reply, const char **advice, char err[ERR_LEN]) {
  bool ok;
  *advice = NULL;
  if (lua_isnoneornil(L, 1) && !lua_isnoneornil(L, 2)) {
    lua_settop(L, 3);
    return RESULT_RETURNED;
  }
  lua_settop(L, 1);
  if (is_websocket(kind))
    ok = write_websocket_result(L, kind, reply, advice, err);
  else if (kind == EVENT_HTTP && has_status(L))
    ok = write_response(L, kind, reply, err);
  else
    ok = value_to_json(L, 1, reply, err);
  return ok && !reply->failed ? RESULT_REPLY : RESULT_BAD;
}
