/* moonwire.core.crypto: hashes, encodings, random bytes. lua/moonwire/crypto.lua describes the functions. */
#include <lauxlib.h>
#include <lua.h>

#include "binds.h"
#include "buf.h"
#include "digest.h"
#include "encoding.h"

enum {
  TEXT_MAX = 256 * 1024 * 1024, /* bytes that a function may return */
  TEXT_KEPT = 64 * 1024,        /* bytes of memory that stay for the next call */
  RANDOM_MAX = 1024 * 1024      /* bytes of one crypto.random_bytes */
};

/* Where a result is written: kept from call to call, so that a raise of Lua never leaks it. */
static struct buf text = { .ceiling = TEXT_MAX };

/* The string at `arg`; anything else raises at the caller. */
static struct str check_string(lua_State *L, int arg, const char *function, const char *name) {
  size_t length = 0;
  if (lua_type(L, arg) != LUA_TSTRING)
    luaL_error(L, "crypto.%s: %s must be a string, got %s", function, name,
               lua_isnone(L, arg) ? "nil" : luaL_typename(L, arg));
  const char *bytes = lua_tolstring(L, arg, &length);
  return str_of(bytes, length);
}

static struct buf *clean_text(void) {
  buf_trim(&text, TEXT_KEPT);
  return &text;
}

static int push_text(lua_State *L, const char *function) {
  if (text.failed) return luaL_error(L, "crypto.%s: memory is short", function);
  lua_pushlstring(L, text.len > 0 ? text.ptr : "", text.len);
  clean_text();
  return 1;
}

static int push_hash(lua_State *L, const struct sha256_value *hash) {
  struct str bytes = sha256_str(hash);
  lua_pushlstring(L, bytes.ptr, bytes.len);
  return 1;
}

static int encode(lua_State *L, const char *function, void (*encoder)(struct buf *, struct str)) {
  struct str bytes = check_string(L, 1, function, "s");
  encoder(clean_text(), bytes);
  return push_text(L, function);
}

/* -> bytes | nil, message */
static int decode(lua_State *L, const char *function, bool (*decoder)(struct buf *, struct str), const char *message) {
  struct str encoded = check_string(L, 1, function, "s");
  if (decoder(clean_text(), encoded)) return push_text(L, function);
  lua_pushnil(L);
  lua_pushfstring(L, "crypto.%s: %s", function, message);
  return 2;
}

static int l_hex(lua_State *L) {
  return encode(L, "hex", hex_encode);
}

static int l_base64(lua_State *L) {
  return encode(L, "base64", base64_encode);
}

static int l_base64url(lua_State *L) {
  return encode(L, "base64url", base64url_encode);
}

static int l_unhex(lua_State *L) {
  return decode(L, "unhex", hex_decode, "s is not hexadecimal: two digits a byte");
}

static int l_unbase64(lua_State *L) {
  return decode(L, "unbase64", base64_decode, "s is not base64 with padding");
}

static int l_unbase64url(lua_State *L) {
  return decode(L, "unbase64url", base64url_decode, "s is not base64url without padding");
}

static int l_sha256(lua_State *L) {
  struct str data = check_string(L, 1, "sha256", "s");
  struct sha256_value hash;
  char err[ERR_LEN];
  if (!digest_sha256(data, &hash, err)) return luaL_error(L, "crypto.sha256: %s", err);
  return push_hash(L, &hash);
}

static int l_hmac_sha256(lua_State *L) {
  struct str key = check_string(L, 1, "hmac_sha256", "key"), data = check_string(L, 2, "hmac_sha256", "s");
  struct sha256_value hash;
  char err[ERR_LEN];
  if (!digest_hmac_sha256(key, data, &hash, err)) return luaL_error(L, "crypto.hmac_sha256: %s", err);
  return push_hash(L, &hash);
}

static int l_random_bytes(lua_State *L) {
  char err[ERR_LEN];
  lua_Number number = lua_type(L, 1) == LUA_TNUMBER ? lua_tonumber(L, 1) : -1;
  size_t size = number >= 0 && number <= RANDOM_MAX ? (size_t)number : 0;
  if ((lua_Number)size != number)
    return luaL_error(L, "crypto.random_bytes: n must be a whole number from 0 to %d", RANDOM_MAX);
  char *room = buf_reserve(clean_text(), size);
  if (room && !digest_random(room, size, err)) return luaL_error(L, "crypto.random_bytes: %s", err);
  if (room) buf_grew(&text, size);
  return push_text(L, "random_bytes");
}

static int l_uuid(lua_State *L) {
  unsigned char bytes[UUID_BYTES];
  char uuid[UUID_LEN], err[ERR_LEN];
  if (!digest_random(bytes, sizeof bytes, err)) return luaL_error(L, "crypto.uuid: %s", err);
  uuid_write(uuid, bytes);
  lua_pushlstring(L, uuid, UUID_LEN - 1);
  return 1;
}

static int l_equal(lua_State *L) {
  struct str a = check_string(L, 1, "equal", "a"), b = check_string(L, 2, "equal", "b");
  lua_pushboolean(L, digest_equal(a, b));
  return 1;
}

static const luaL_Reg functions[] = {
  { "sha256", l_sha256 },
  { "hmac_sha256", l_hmac_sha256 },
  { "hex", l_hex },
  { "unhex", l_unhex },
  { "base64", l_base64 },
  { "unbase64", l_unbase64 },
  { "base64url", l_base64url },
  { "unbase64url", l_unbase64url },
  { "random_bytes", l_random_bytes },
  { "uuid", l_uuid },
  { "equal", l_equal },
  { NULL, NULL },
};

void bind_crypto(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
