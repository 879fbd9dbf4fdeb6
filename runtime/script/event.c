#include "event.h"

#include <lauxlib.h>

#include "invocation.h"
#include "json.h"
#include "utf8.h"
#include "log.h"
#include "value.h"

/* headers[name], when it is not there as spelled */
static int l_find_header(lua_State *L) {
  size_t len;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *name = lua_tolstring(L, 2, &len);
  struct str wanted = str_of(name, len);
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    const char *key = lua_tolstring(L, -2, &len);
    if (str_equal_nocase(wanted, str_of(key, len))) return 1;
  }
  return 0;
}

static void push_headers_meta(lua_State *L) {
  if (luaL_newmetatable(L, "moonwire.headers")) {
    lua_pushcfunction(L, l_find_header);
    lua_setfield(L, -2, "__index");
  }
}

/* Field `name` of the event on top answers in any letter case, if it is a table. */
static void open_headers(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, -2); /* event headers */
  if (lua_istable(L, -1)) {
    push_headers_meta(L); /* event headers meta */
    lua_setmetatable(L, -2);
  }
  lua_pop(L, 1);
}

/* What requestContext says of a WebSocket event; empty when it does not. */
struct facts {
  struct str type, connection_id, route_key, request_id;
};

/* Reads them in one pass: every invocation pays for it. Of two members with one name the last counts. */
static struct facts facts_of(const struct json *context) {
  struct facts facts = { STR(""), STR(""), STR(""), STR("") };
  const struct {
    struct str name;
    struct str *to;
  } wanted[] = {
    { STR("connectionId"), &facts.connection_id },
    { STR("eventType"), &facts.type },
    { STR("routeKey"), &facts.route_key },
    { STR("requestId"), &facts.request_id },
  };
  struct json_item item = { .first = NULL };
  if (context) json_read(context, &item);
  if (!context || item.type != JSON_OBJECT) return facts;
  for (const struct json *at = item.first; at; at = item.next) {
    json_read(at, &item);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
      if (str_equal(item.name, wanted[i].name)) *wanted[i].to = item.type == JSON_STRING ? item.text : STR("");
  }
  return facts;
}

/* An authorizer of an HTTP API gets such an event, too, with a type: what it returns is no response. */
static bool is_http(const struct json *root, const struct json *context) {
  struct json_item http = { .first = NULL };
  const struct json *member = context ? json_member(context, STR("http")) : NULL;
  if (member) json_read(member, &http);
  return member && http.type == JSON_OBJECT && str_equal(json_member_text(root, STR("version")), STR("2.0")) &&
         !json_member(root, STR("type"));
}

static enum event_kind kind_of(const struct json *root, const struct json *context, const struct facts *facts) {
  if (str_equal(json_member_text(root, STR("type")), STR("REQUEST")) &&
      json_member_text(root, STR("methodArn")).len > 0)
    return EVENT_AUTHORIZER;
  if (facts->connection_id.len == 0) return is_http(root, context) ? EVENT_HTTP : EVENT_OTHER;
  if (str_equal(facts->type, STR("CONNECT"))) return EVENT_CONNECT;
  if (str_equal(facts->type, STR("MESSAGE"))) return EVENT_MESSAGE;
  return str_equal(facts->type, STR("DISCONNECT")) ? EVENT_DISCONNECT : EVENT_OTHER;
}

/* API Gateway's ids and keys have none of these; an event that somebody made up is not to reach a terminal. */
static struct str without_controls(struct str s) {
  for (size_t i = 0; i < s.len; i++)
    if (utf8_control(str_slice(s, i, s.len)) > 0) return STR("");
  return s;
}

static void name_event(struct log_context *log, const struct facts *facts) {
  log->connection_id = without_controls(facts->connection_id);
  log->route_key = without_controls(facts->route_key);
  log->api_request_id = without_controls(facts->request_id);
}

static bool is_json(struct str content_type) {
  struct str type, parameters;
  str_cut(content_type, ';', &type, &parameters);
  type = str_trim(type);
  return type.len == 0 || str_equal_nocase(type, STR("application/json"));
}

bool event_push(lua_State *L, struct invocation *inv, enum event_kind *kind, struct log_context *log,
                char err[ERR_LEN]) {
  const struct json *root;
  *kind = EVENT_OTHER;
  if (!is_json(inv->content_type)) {
    lua_pushlstring(L, inv->payload.ptr ? inv->payload.ptr : "", inv->payload.len);
    return true;
  }
  /* "aws lambda invoke" without a payload: AWS hands over an event of no bytes, or "{}"; a handler sees the same of both */
  struct str payload = inv->payload.len > 0 ? inv->payload : STR("{}");
  if (!json_parse(&inv->memory, payload, &root, err)) return fail_in(err, "the event is not JSON");
  const struct json *context = json_member(root, STR("requestContext"));
  struct facts facts = facts_of(context);
  *kind = kind_of(root, context, &facts);
  bool is_socket = *kind != EVENT_OTHER && *kind != EVENT_HTTP;
  if (log && is_socket && facts.connection_id.len > 0) name_event(log, &facts);
  if (!value_push(L, root, is_socket ? VALUE_DROP_NULLS : 0, err)) return fail_in(err, "the event");
  if (!lua_istable(L, -1)) return true;
  open_headers(L, "headers");
  open_headers(L, "multiValueHeaders");
  return true;
}
