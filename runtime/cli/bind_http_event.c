#include "bind_http_event.h"

#include <lauxlib.h>

#include "binding.h"
#include "http_api_event.h"
#include "http_api_path.h"
#include "project.h"

static struct str text(lua_State *L, int arg) {
  size_t len;
  const char *s = luaL_checklstring(L, arg, &len);
  return str_of(s, len);
}

/* Ids stay the same: specs compare. */
static struct model_moment moment(int64_t now_ms) {
  return (struct model_moment){ .now_ms = now_ms,
                                .connection_id = "AAAAAAAAAAAAAA=",
                                .message_id = "AAAAAAAAAAAAAA=",
                                .request_id = "AAAAAAAAAAAAAA=",
                                .trace_id = "Root=1-00000000-000000000000000000000000" };
}

static bool write(struct buf *out, const struct http_api_request *request, int64_t now_ms, struct arena *memory) {
  const struct http_api api = { .api_id = STR("abcdefghij"),
                                .account_id = STR(PROJECT_ACCOUNT),
                                .domain_name = STR("abcdefghij.execute-api.us-east-1.amazonaws.com") };
  const struct http_api_route route = { .key = STR("$default") };
  const struct model_moment at = moment(now_ms);
  struct str path;
  if (!http_api_path_decode(memory, request->path, &path)) return false;
  http_api_event_write(out, &(struct http_api_event){ &api, request, &at, &route, path }, memory);
  return true;
}

static int l_http_event(lua_State *L) {
  struct field headers[] = { { STR("Host"), STR("abcdefghij.execute-api.us-east-1.amazonaws.com") },
                             { STR("Content-Type"), text(L, 3) } };
  struct http_api_request request = { .method = text(L, 1),
                                      .headers = { headers, headers[1].value.len > 0 ? 2 : 1 },
                                      .body = text(L, 4),
                                      .source_ip = STR("127.0.0.1") };
  int64_t now_ms = (int64_t)luaL_checknumber(L, 5);
  struct arena memory;
  struct buf out;
  str_cut(text(L, 2), '?', &request.path, &request.query);
  arena_init(&memory);
  buf_init(&out, HTTP_API_EVENT_MAX);
  bool ok = write(&out, &request, now_ms, &memory);
  if (ok && !out.failed)
    lua_pushlstring(L, out.ptr, out.len);
  else
    lua_pushnil(L);
  lua_pushstring(L, ok ? "the event is too large" : "the path has a broken %");
  buf_free(&out);
  arena_free(&memory);
  return 2;
}

static int load(lua_State *L) {
  lua_pushcfunction(L, l_http_event);
  return 1;
}

void bind_http_event(lua_State *L) {
  binding_preload(L, "moonwire.core.http_event", load);
}
