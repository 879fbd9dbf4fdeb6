#include "value.h"

#include <lauxlib.h>

static const char array_key; /* its address is the registry's key for the metatable */

struct str value_text(lua_State *L, int index) {
  struct str text = STR("");
  if (lua_type(L, index) == LUA_TSTRING) text.ptr = lua_tolstring(L, index, &text.len);
  return text;
}

void value_push_array_metatable(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&array_key);
  lua_rawget(L, LUA_REGISTRYINDEX);
  if (lua_istable(L, -1)) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 1); /* metatable */
  lua_pushliteral(L, "json.array");
  lua_setfield(L, -2, "__name");
  lua_pushlightuserdata(L, (void *)&array_key);
  lua_pushvalue(L, -2); /* metatable key metatable */
  lua_rawset(L, LUA_REGISTRYINDEX);
}

bool value_is_array(lua_State *L, int index) {
  if (!lua_istable(L, index) || !lua_getmetatable(L, index)) return false;
  value_push_array_metatable(L); /* its metatable, that of arrays */
  bool same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

struct pusher {
  lua_State *L;
  bool drop_nulls;
};

static bool push_item(const struct pusher *p, const struct json *node, const struct json_item *item);

static bool push_array(const struct pusher *p, const struct json *node, const struct json *element) {
  lua_State *L = p->L;
  lua_createtable(L, (int)json_count(node), 0); /* array */
  struct json_item item;
  for (int i = 1; element; element = item.next, i++) {
    json_read(element, &item);
    if (!push_item(p, element, &item)) return false;
    lua_rawseti(L, -2, i);
  }
  value_push_array_metatable(L);
  lua_setmetatable(L, -2); /* array */
  return true;
}

/* Takes away what an earlier member of the same name may have left; its name is on top. */
static void drop_member(lua_State *L) {
  lua_pushvalue(L, -1);
  lua_rawget(L, -3); /* object name value */
  bool there = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (!there) {
    lua_pop(L, 1);
    return;
  }
  lua_pushnil(L);
  lua_rawset(L, -3); /* object */
}

static bool push_object(const struct pusher *p, const struct json *node, const struct json *member) {
  lua_State *L = p->L;
  lua_createtable(L, 0, (int)json_count(node)); /* object */
  struct json_item item;
  for (; member; member = item.next) {
    json_read(member, &item);
    lua_pushlstring(L, item.name.ptr, item.name.len); /* object name */
    if (item.type == JSON_NULL && p->drop_nulls) {
      drop_member(L);
      continue;
    }
    if (!push_item(p, member, &item)) return false;
    lua_rawset(L, -3); /* object */
  }
  return true;
}

/* Pushes one value; false when the stack is full (what was pushed so far is then still there). */
static bool push_item(const struct pusher *p, const struct json *node, const struct json_item *item) {
  lua_State *L = p->L;
  switch (item->type) {
  case JSON_NULL:
    lua_pushlightuserdata(L, NULL);
    return true;
  case JSON_FALSE:
    lua_pushboolean(L, 0);
    return true;
  case JSON_TRUE:
    lua_pushboolean(L, 1);
    return true;
  case JSON_NUMBER:
    lua_pushnumber(L, item->number);
    return true;
  case JSON_STRING:
    lua_pushlstring(L, item->text.ptr, item->text.len);
    return true;
  case JSON_ARRAY:
    return lua_checkstack(L, 5) && push_array(p, node, item->first);
  case JSON_OBJECT:
    return lua_checkstack(L, 5) && push_object(p, node, item->first);
  }
  return false;
}

bool value_push(lua_State *L, const struct json *node, unsigned flags, char err[ERR_LEN]) {
  struct pusher pusher = { .L = L, .drop_nulls = (flags & VALUE_DROP_NULLS) != 0 };
  struct json_item item;
  int top = lua_gettop(L);
  json_read(node, &item);
  if (lua_checkstack(L, 2) && push_item(&pusher, node, &item)) return true;
  lua_settop(L, top);
  return fail(err, "the Lua stack has no room for a value of this depth");
}

bool value_push_json_flags(lua_State *L, struct str text, unsigned flags, char err[ERR_LEN]) {
  static struct arena memory; /* kept from call to call: nothing here calls back, and a raise of Lua must not leak */
  const struct json *root;
  arena_reset(&memory);
  bool ok = json_parse(&memory, text, &root, err) && value_push(L, root, flags, err);
  arena_reset(&memory);
  return ok;
}

bool value_push_json(lua_State *L, struct str text, char err[ERR_LEN]) {
  return value_push_json_flags(L, text, 0, err);
}
