#include "bind_model.h"

#include <lauxlib.h>
#include <string.h>

#include "binding.h"
#include "client.h"
#include "connections.h"
#include "event_place.h"
#include "local_api.h"
#include "scope.h"
#include "value.h"
#include "vm.h"

enum { HEADERS_MAX = 100 };

static const char meta[] = "moonwire.model", call_meta[] = "moonwire.model.call";

/* An invocation that the model has asked for. */
struct asked {
  const struct local_api *local;
  struct model_call call;
};

static struct local_api *check(lua_State *L) {
  return luaL_checkudata(L, 1, meta);
}

static struct str text(lua_State *L, int arg) {
  size_t len;
  const char *s = luaL_optlstring(L, arg, "", &len);
  return str_of(s, len);
}

static void set_text(lua_State *L, const char *name, struct str s) {
  lua_pushlstring(L, s.ptr ? s.ptr : "", s.len);
  lua_setfield(L, -2, name);
}

static void set_number(lua_State *L, const char *name, int64_t number) {
  lua_pushnumber(L, (lua_Number)number);
  lua_setfield(L, -2, name);
}

/* Steps */

static const char *const actions[] = { "nothing", "invoke", "accept", "refuse", "send" };
static const char *const kinds[] = { "authorize", "connect", "message", "disconnect" };

static int push_step(lua_State *L, const struct local_api *local) {
  const struct model_step *step = &local->step;
  lua_createtable(L, 0, 12);
  set_text(L, "action", str_from(actions[step->action]));
  set_text(L, "connection_id", str_from(step->call.connection_id));
  set_text(L, "request_id", str_from(step->call.request_id));
  set_text(L, "bytes", buf_str(&step->bytes));
  set_text(L, "note", str_from(step->note));
  if (step->protocol.len > 0) set_text(L, "protocol", buf_str(&step->protocol));
  if (step->action == MODEL_REFUSE) set_number(L, "status", step->status);
  if (step->action != MODEL_INVOKE) return 1;
  set_text(L, "kind", str_from(kinds[step->call.kind]));
  set_text(L, "route", step->call.route->key);
  set_number(L, "number", (int64_t)step->call.route->function + 1);
  struct asked *asked = lua_newuserdata(L, sizeof *asked);
  *asked = (struct asked){ local, step->call };
  luaL_getmetatable(L, call_meta);
  lua_setmetatable(L, -2);
  lua_setfield(L, -2, "call");
  return 1;
}

/* The header fields of a list of pairs at the top of the stack, whose texts it keeps. */
static size_t read_headers(lua_State *L, struct field list[HEADERS_MAX]) {
  size_t count = lua_istable(L, -1) ? lua_objlen(L, -1) : 0;
  if (count > HEADERS_MAX) luaL_error(L, "too many headers: there may be %d", HEADERS_MAX);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, -1, (int)i + 1);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    list[i] = (struct field){ value_text(L, -2), value_text(L, -1) };
    lua_pop(L, 3);
  }
  return count;
}

static struct str member(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name); /* stays, so that the text does */
  return value_text(L, -1);
}

static int l_connect(lua_State *L) {
  struct local_api *local = check(L);
  int64_t now_ms = (int64_t)luaL_checknumber(L, 2);
  struct field headers[HEADERS_MAX];
  char err[ERR_LEN];
  luaL_checktype(L, 3, LUA_TTABLE);
  bool named = lua_toboolean(L, 4);
  struct model_request request = { .path = member(L, 3, "path"),
                                   .query = member(L, 3, "query"),
                                   .source_ip = member(L, 3, "ip") };
  lua_getfield(L, 3, "headers");
  request.headers = (struct fields){ headers, read_headers(L, headers) };
  if (!local_api_connect(local, &request, named, now_ms, err)) return luaL_error(L, "%s", err);
  return push_step(L, local);
}

static int l_message(lua_State *L) {
  struct local_api *local = check(L);
  struct model_moment at = local_api_moment(local, (int64_t)luaL_checknumber(L, 2));
  luaL_checkstring(L, 3);
  model_message(local->model, text(L, 3), text(L, 4), &at, &local->step);
  return push_step(L, local);
}

static int l_answered(lua_State *L) {
  static const char *const outcomes[] = { "result", "failed", "throttled", "timed_out", NULL };
  struct local_api *local = check(L);
  const struct asked *asked = luaL_checkudata(L, 2, call_meta);
  luaL_argcheck(L, asked->local == local, 2, "a call of another api");
  int outcome = luaL_checkoption(L, 3, NULL, outcomes);
  model_answered(local->model, &asked->call, (enum model_outcome)outcome, text(L, 4), &local->step);
  return push_step(L, local);
}

static int l_closed(lua_State *L) {
  struct local_api *local = check(L);
  luaL_checkstring(L, 3);
  local_api_close(local, text(L, 3), (int)luaL_checkinteger(L, 4), text(L, 5), (int64_t)luaL_checknumber(L, 2));
  return push_step(L, local);
}

/* @connections */

/* What the runtime's own client makes of such an answer: the code and the message that Lua sees. */
static void set_verdict(lua_State *L, const struct model_manage_answer *answer) {
  struct http_header type = { STR("x-amzn-ErrorType"), str_from(answer->error_type) };
  struct http_response response = { .code = HTTP_OK,
                                    .message = "",
                                    .status = answer->status,
                                    .headers = &type,
                                    .header_count = answer->error_type ? 1 : 0,
                                    .body = buf_str(&answer->body) };
  char message[ERR_LEN] = "";
  struct client_result result;
  struct arena memory;
  arena_init(&memory);
  client_classify(&response, &(struct credentials){ 0 }, &memory, message, &result);
  if (result.code != CLIENT_OK) {
    set_text(L, "code", str_from(client_code_name(result.code)));
    set_text(L, "message", str_from(message));
  }
  arena_free(&memory);
}

/* { action = "answer", "send", "close", id =, status =, body =, code =, message = } */
static int l_manage(lua_State *L) {
  static const char *const does[] = { "answer", "send", "close" };
  struct local_api *local = check(L);
  struct model_manage request = { .method = text(L, 3), .body = text(L, 5) };
  struct model_manage_answer answer;
  struct buf path;
  buf_init(&path, CONNECTIONS_URL_MAX);
  buf_addf(&path, "/%.*s", STR_ARG(local->project.stage));
  connections_path(&path, text(L, 4));
  request.path = buf_str(&path);
  local_api_manage(local, &request, (int64_t)luaL_checknumber(L, 2), &answer);
  buf_free(&path);
  lua_createtable(L, 0, 6);
  set_text(L, "action", str_from(does[answer.action]));
  if (answer.connection) set_text(L, "id", str_from(answer.connection->id));
  set_number(L, "status", answer.status);
  set_text(L, "body", buf_str(&answer.body));
  set_verdict(L, &answer);
  model_manage_answer_free(&answer);
  return 1;
}

static int l_handshake_begun(lua_State *L) {
  const struct scope *scope = scope_current(vm_of(L));
  struct event_place here = { 0 };
  luaL_checkstack(L, EVENT_PLACE_VALUES + 2, NULL);
  if (scope) event_place_push(L, scope, &here);
  lua_pushboolean(L, event_place_handshake(&here, text(L, 1)) == HANDSHAKE_BEGUN);
  return 1;
}

/* Time and faults */

static int l_next_cut(lua_State *L) {
  int64_t left_ms;
  const struct model_connection *c = local_api_next_cut(check(L), (int64_t)luaL_checknumber(L, 2), &left_ms);
  if (!c) return 0;
  lua_pushstring(L, c->id);
  lua_pushnumber(L, (lua_Number)left_ms);
  return 2;
}

static int l_fail(lua_State *L) {
  static const char *const names[] = { "gone", "throttled", "silent", NULL };
  struct local_api *local = check(L);
  int kind = luaL_checkoption(L, 2, NULL, names), count = (int)luaL_checkinteger(L, 3);
  struct model_connection *c = lua_isnoneornil(L, 4) ? NULL : model_connection(local->model, text(L, 4));
  struct fault_posts *posts = c ? &c->faults : &local->faults.posts;
  if (kind == 0) posts->gone = count;
  if (kind == 1) posts->throttled = count;
  if (kind == 2) local->faults.silent_ends = count;
  return 0;
}

static int l_failing(lua_State *L) {
  const struct faults *faults = &check(L)->faults;
  lua_newtable(L);
  set_number(L, "gone", faults->posts.gone);
  set_number(L, "throttled", faults->posts.throttled);
  set_number(L, "silent", faults->silent_ends);
  return 1;
}

/* The service */

static void set_function(lua_State *L, const struct project_function *function, int number) {
  lua_createtable(L, 0, 5);
  set_text(L, "name", function->name);
  set_text(L, "handler", function->handler);
  set_number(L, "timeout", function->timeout_s);
  set_number(L, "memory", function->memory_mb);
  lua_newtable(L);
  for (size_t i = 0; i < function->environment.count; i++) {
    const struct field *variable = &function->environment.list[i];
    lua_pushlstring(L, variable->name.ptr, variable->name.len);
    lua_pushlstring(L, variable->value.ptr ? variable->value.ptr : "", variable->value.len);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "environment");
  lua_rawseti(L, -2, number);
}

/* { service =, stage =, region =, api_id =, domain =, functions = { ... } } */
static int l_describe(lua_State *L) {
  const struct local_api *local = check(L);
  lua_createtable(L, 0, 6);
  set_text(L, "service", local->project.service);
  set_text(L, "stage", local->project.stage);
  set_text(L, "region", local->project.region);
  set_text(L, "api_id", str_from(local->api_id));
  set_text(L, "domain", local->api.domain_name);
  lua_newtable(L);
  for (size_t i = 0; i < local->project.function_count; i++) set_function(L, &local->project.functions[i], (int)i + 1);
  lua_setfield(L, -2, "functions");
  return 1;
}

static int l_gc(lua_State *L) {
  local_api_free(check(L));
  return 0;
}

static int l_new(lua_State *L) {
  const char *file = luaL_checkstring(L, 1);
  char err[ERR_LEN];
  lua_settop(L, 3);
  struct local_api *local = lua_newuserdata(L, sizeof *local);
  *local = (struct local_api){ .serial = 0 };
  luaL_getmetatable(L, meta);
  lua_setmetatable(L, -2);
  if (local_api_init(local, file, text(L, 2), text(L, 3), err)) return 1;
  lua_pushnil(L);
  lua_pushstring(L, err);
  return 2;
}

static int load(lua_State *L) {
  static const luaL_Reg methods[] = {
    { "answered", l_answered }, { "closed", l_closed },   { "connect", l_connect }, { "describe", l_describe },
    { "fail", l_fail },         { "failing", l_failing }, { "manage", l_manage },   { "message", l_message },
    { "next_cut", l_next_cut }, { NULL, NULL },
  };
  static const luaL_Reg functions[] = { { "handshake_begun", l_handshake_begun }, { "new", l_new }, { NULL, NULL } };
  luaL_newmetatable(L, call_meta);
  lua_pop(L, 1);
  binding_class(L, meta, methods, l_gc);
  binding_functions(L, functions);
  return 1;
}

void bind_model(lua_State *L) {
  binding_preload(L, "moonwire.core.model", load);
}
