#include "result.h"

#include "json_write.h"
#include "value.h"

static bool is_websocket(enum event_kind kind) {
  return kind == EVENT_CONNECT || kind == EVENT_MESSAGE || kind == EVENT_DISCONNECT;
}

/* The field of the table at index 1, raw: is it there? Leaves it on top. */
static bool push_field(lua_State *co, const char *name) {
  lua_pushstring(co, name);
  lua_rawget(co, 1);
  return !lua_isnil(co, -1);
}

static bool has_status(lua_State *co) {
  bool has = lua_istable(co, 1) && push_field(co, "statusCode");
  lua_settop(co, 1);
  return has;
}

/* API Gateway wants a string as body: a table there is encoded, in a copy, since the handler may keep the original. */
static bool write_response(lua_State *co, struct buf *reply, char err[ERR_LEN]) {
  struct buf body;
  bool ok = false;
  buf_init(&body, reply->ceiling);
  push_field(co, "body"); /* result body */
  if (!lua_istable(co, 2)) {
    ok = value_to_json(co, 1, reply, err);
    goto done;
  }
  if (!value_to_json(co, 2, &body, err)) {
    fail_in(err, "body");
    goto done;
  }
  lua_newtable(co); /* result body copy */
  for (lua_pushnil(co); lua_next(co, 1);) {
    lua_pushvalue(co, -2);
    lua_insert(co, -2);
    lua_rawset(co, 3);
  }
  lua_pushliteral(co, "body");
  lua_pushlstring(co, body.ptr, body.len);
  lua_rawset(co, 3);
  ok = value_to_json(co, 3, reply, err);
done:
  buf_free(&body);
  return ok;
}

/* Nothing, true and false have a meaning on WebSocket events; NULL for anything else. */
static const char *short_answer(lua_State *co, enum event_kind kind, const char **advice) {
  bool nothing = lua_isnoneornil(co, 1), boolean = lua_isboolean(co, 1);
  if (kind == EVENT_CONNECT && nothing) {
    *advice = "the $connect handler returned nothing, so API Gateway refuses the connection with 502; "
              "return true or { statusCode = 200 } to accept it";
    return "null";
  }
  if (kind == EVENT_CONNECT && boolean) return lua_toboolean(co, 1) ? "{\"statusCode\":200}" : "{\"statusCode\":403}";
  return nothing || (boolean && lua_toboolean(co, 1)) ? "{\"statusCode\":200}" : NULL;
}

static bool write_websocket_result(lua_State *co, enum event_kind kind, struct buf *reply, const char **advice,
                                   char err[ERR_LEN]) {
  const char *answer = short_answer(co, kind, advice);
  if (answer) {
    buf_add(reply, str_from(answer));
    return true;
  }
  if (has_status(co)) return write_response(co, reply, err);
  *advice = "the handler returned a value without statusCode, which API Gateway answers with an error; "
            "return true, nothing, or { statusCode = 200 }";
  return value_to_json(co, 1, reply, err);
}

enum result result_read(lua_State *co, enum event_kind kind, struct buf *reply, const char **advice,
                        char err[ERR_LEN]) {
  bool ok;
  *advice = NULL;
  if (lua_isnoneornil(co, 1) && !lua_isnoneornil(co, 2)) {
    lua_settop(co, 3);
    return RESULT_RETURNED;
  }
  lua_settop(co, 1);
  if (is_websocket(kind))
    ok = write_websocket_result(co, kind, reply, advice, err);
  else
    ok = value_to_json(co, 1, reply, err);
  return ok && !reply->failed ? RESULT_REPLY : RESULT_BAD;
}
