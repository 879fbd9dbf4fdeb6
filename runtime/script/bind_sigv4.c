/* moonwire.core.sigv4: signs one request. lua/moonwire/aws.lua (aws.sign) checks the arguments and describes them. */
#include <lauxlib.h>
#include <lua.h>

#include "binds.h"
#include "sigv4.h"
#include "table_field.h"
#include "value.h"

/* Kept from call to call, so that a raise of Lua never leaks it. */
static struct arena memory;
static struct sigv4_key_cache keys;

static struct str string_at(lua_State *L, int list, int place) {
  lua_rawgeti(L, list, place);
  struct str value = value_text(L, -1);
  lua_pop(L, 1);
  return value;
}

/* The table at `list`: { name, value, name, value, ... }; false when memory is short. */
static bool read_headers(lua_State *L, int list, struct sigv4_input *in) {
  size_t count = lua_objlen(L, list) / 2;
  struct sigv4_header *headers = arena_alloc(&memory, (count + 1) * sizeof *headers);
  if (!headers) return false;
  for (size_t i = 0; i < count; i++) {
    headers[i].name = string_at(L, list, (int)(2 * i) + 1);
    headers[i].value = string_at(L, list, (int)(2 * i) + 2);
  }
  in->headers = headers;
  in->header_count = count;
  return true;
}

static void read_input(lua_State *L, int t, struct sigv4_input *in) {
  in->method = table_string(L, t, "method");
  in->url = table_string(L, t, "url");
  in->body = table_string(L, t, "body");
  in->payload_hash = table_string(L, t, "payload_hash");
  in->service = table_string(L, t, "service");
  in->region = table_string(L, t, "region");
  in->time_s = table_number(L, t, "time", -1);
  in->no_normalize = table_flag(L, t, "no_normalize");
  in->no_double_encode = table_flag(L, t, "no_double_encode");
  in->sign_body_header = table_flag(L, t, "sign_body_header");
  in->omit_session_token = table_flag(L, t, "omit_session_token");
  in->presign = table_flag(L, t, "query");
  in->expires_s = table_number(L, t, "expires", -1);
}

static void read_credentials(lua_State *L, int t, struct credentials *c) {
  c->access_key_id = table_string(L, t, "access_key_id");
  c->secret_access_key = table_string(L, t, "secret_access_key");
  c->session_token = table_string(L, t, "session_token");
}

/* Sets a field of the table on top, unless the value is empty. */
static void set_string(lua_State *L, const char *name, struct str value) {
  if (value.len == 0) return;
  lua_pushlstring(L, value.ptr, value.len);
  lua_setfield(L, -2, name);
}

static void push_result(lua_State *L, const struct sigv4_result *result) {
  lua_createtable(L, 0, 6); /* result */
  set_string(L, "canonical_request", result->canonical_request);
  set_string(L, "string_to_sign", result->string_to_sign);
  set_string(L, "signature", result->signature);
  set_string(L, "authorization", result->authorization);
  set_string(L, "url", result->url);
  lua_createtable(L, 8, 0); /* result added */
  for (size_t i = 0; i < result->header_count; i++) {
    lua_pushlstring(L, result->headers[i].name.ptr, result->headers[i].name.len);
    lua_rawseti(L, -2, (int)(2 * i) + 1);
    lua_pushlstring(L, result->headers[i].value.ptr, result->headers[i].value.len);
    lua_rawseti(L, -2, (int)(2 * i) + 2);
  }
  lua_setfield(L, -2, "added"); /* result */
}

/* sign(input, credentials, headers) -> { canonical_request =, string_to_sign =, signature =, authorization =, url =, added = }
 * | nil, message. Strings stay borrowed from the three tables, which are on the stack all the time. */
static int l_sign(lua_State *L) {
  struct sigv4_input in = { 0 };
  struct credentials credentials = { 0 };
  struct sigv4_result result;
  char err[ERR_LEN] = "headers must fit into memory";
  for (int i = 1; i <= 3; i++) luaL_checktype(L, i, LUA_TTABLE);
  lua_settop(L, 3);
  arena_reset(&memory);
  read_input(L, 1, &in);
  read_credentials(L, 2, &credentials);
  in.credentials = &credentials;
  if (!read_headers(L, 3, &in) || !sigv4_sign(&in, &keys, &memory, &result, err)) {
    lua_pushnil(L);
    lua_pushstring(L, err);
    return 2;
  }
  push_result(L, &result);
  arena_reset(&memory);
  return 1;
}

static const luaL_Reg functions[] = {
  { "sign", l_sign },
  { NULL, NULL },
};

void bind_sigv4(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
