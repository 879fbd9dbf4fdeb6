/* moonwire.core.jwt: key sets and the verification of tokens. lua/moonwire/jwt.lua checks the arguments, fetches the key
 * sets and keeps the time. */
#include <lauxlib.h>
#include <lua.h>

#include "binds.h"
#include "jwt.h"
#include "value.h"

#define KEY_SET "moonwire.jwt.keys"

enum { AUDIENCES_MAX = 16 };

static int free_key_set(lua_State *L) {
  jwk_set_free(luaL_checkudata(L, 1, KEY_SET));
  return 0;
}

/* Pushes an empty set, which Lua owns. */
static struct jwk_set *push_key_set(lua_State *L) {
  struct jwk_set *set = lua_newuserdata(L, sizeof *set);
  *set = (struct jwk_set){ 0 };
  if (luaL_newmetatable(L, KEY_SET)) {
    lua_pushcfunction(L, free_key_set);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return set;
}

/* keys(document) -> key set, number of usable keys | nil, message */
static int l_keys(lua_State *L) {
  char err[ERR_LEN];
  luaL_checktype(L, 1, LUA_TSTRING);
  struct jwk_set *set = push_key_set(L);
  if (!jwk_set_read(set, value_text(L, 1), err)) {
    lua_pushnil(L);
    lua_pushstring(L, err);
    return 2;
  }
  lua_pushinteger(L, (lua_Integer)set->count);
  return 2;
}

/* algorithm(name) -> its bit, or nothing for a name that is none */
static int l_algorithm(lua_State *L) {
  enum jwa algorithm;
  luaL_checktype(L, 1, LUA_TSTRING);
  if (!jwa_named(value_text(L, 1), &algorithm)) return 0;
  lua_pushinteger(L, (lua_Integer)jwa_bit(algorithm));
  return 1;
}

/* Strings of the list at index, borrowed from it. */
static void read_audiences(lua_State *L, int index, struct str audiences[AUDIENCES_MAX],
                           struct jwt_claims_rules *claims) {
  if (!lua_istable(L, index)) return;
  size_t count = lua_objlen(L, index);
  luaL_argcheck(L, count <= AUDIENCES_MAX, index, "too many audiences");
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, index, (int)i + 1);
    audiences[i] = value_text(L, -1);
    lua_pop(L, 1);
  }
  claims->audiences = audiences;
  claims->audience_count = count;
}

/* Keys or a secret. */
static void read_key(lua_State *L, int index, struct jwt_rules *rules) {
  if (lua_type(L, index) != LUA_TSTRING) {
    rules->keys = luaL_checkudata(L, index, KEY_SET);
    return;
  }
  rules->secret = value_text(L, index);
  luaL_argcheck(L, rules->secret.len >= JWT_SECRET_MIN, index, "the secret is too short");
}

static int push_refusal(lua_State *L, enum jwt_code code, const char *message) {
  if (code == JWT_MEMORY) return luaL_error(L, "not enough memory");
  lua_pushnil(L);
  lua_pushstring(L, message);
  lua_pushstring(L, jwt_code_name(code));
  return 3;
}

/* verify(token, keys or secret, algorithms, issuer or false, audiences or false, leeway_s, exp_optional, token_max, now)
 * -> claims, header | nil, message, code */
static int l_verify(lua_State *L) {
  static struct arena memory; /* kept from call to call, so that a raise of Lua never leaks it */
  struct str audiences[AUDIENCES_MAX];
  const struct json *header, *claims;
  char err[ERR_LEN];
  luaL_checktype(L, 1, LUA_TSTRING);
  struct jwt_rules rules = { .algorithms = (jwa_set)luaL_checkinteger(L, 3),
                             .token_max = (size_t)luaL_checkinteger(L, 8) };
  rules.claims = (struct jwt_claims_rules){ .now_s = luaL_checknumber(L, 9),
                                            .leeway_s = luaL_checknumber(L, 6),
                                            .exp_optional = lua_toboolean(L, 7) };
  if (lua_type(L, 4) == LUA_TSTRING) rules.claims.issuer = value_text(L, 4);
  read_key(L, 2, &rules);
  read_audiences(L, 5, audiences, &rules.claims);
  arena_reset(&memory);
  enum jwt_code code = jwt_verify(value_text(L, 1), &rules, &memory, &header, &claims, err);
  if (code == JWT_OK && (!value_push(L, claims, 0, err) || !value_push(L, header, 0, err))) code = JWT_MALFORMED;
  arena_reset(&memory);
  return code == JWT_OK ? 2 : push_refusal(L, code, err);
}

static const luaL_Reg functions[] = {
  { "keys", l_keys },
  { "algorithm", l_algorithm },
  { "verify", l_verify },
  { NULL, NULL },
};

static const struct {
  const char *name;
  int value;
} limits[] = {
  { "secret_min", JWT_SECRET_MIN },   { "token_max", JWT_TOKEN_MAX },     { "token_max_most", JWT_TOKEN_MAX_MOST },
  { "leeway", JWT_LEEWAY_S },         { "leeway_max", JWT_LEEWAY_MAX_S }, { "audiences_max", AUDIENCES_MAX },
  { "key_set_bytes", JWK_SET_BYTES },
};

void bind_jwt(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    lua_pushinteger(L, limits[i].value);
    lua_setfield(L, -2, limits[i].name);
  }
}
