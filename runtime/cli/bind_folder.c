#include "bind_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* The kind is in the entry where the file system keeps it there. */
static bool is_folder(DIR *dir, const struct dirent *entry) {
  struct stat about;
  if (entry->d_type != DT_UNKNOWN) return entry->d_type == DT_DIR;
  return fstatat(dirfd(dir), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(about.st_mode);
}

struct listing {
  DIR *dir;
  int count;
};

/* Runs protected, so that the folder is closed whatever it raises. */
static int push_entries(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  lua_newtable(L);
  for (const struct dirent *entry; (entry = readdir(listing->dir));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    lua_createtable(L, 0, 2);
    lua_pushstring(L, entry->d_name);
    lua_setfield(L, -2, "name");
    lua_pushboolean(L, is_folder(listing->dir, entry));
    lua_setfield(L, -2, "is_folder");
    lua_rawseti(L, -2, ++listing->count);
  }
  return 1;
}

static int l_list(lua_State *L) {
  struct listing listing = { .dir = opendir(luaL_checkstring(L, 1)) };
  if (!listing.dir) {
    lua_pushnil(L);
    lua_pushstring(L, strerror(errno));
    return 2;
  }
  lua_pushcfunction(L, push_entries);
  lua_pushlightuserdata(L, &listing);
  int status = lua_pcall(L, 1, 1, 0);
  closedir(listing.dir);
  return status == 0 ? 1 : lua_error(L);
}

static int load(lua_State *L) {
  static const luaL_Reg functions[] = { { "list", l_list }, { NULL, NULL } };
  lua_newtable(L);
  luaL_register(L, NULL, functions);
  return 1;
}

void bind_folder(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, "_PRELOAD");
  lua_pushcfunction(L, load);
  lua_setfield(L, -2, "moonwire.core.folder");
  lua_pop(L, 1);
}
