#include "bind_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binding.h"

enum { TRIES = 100 }; /* names for a new file */

/* The kind is in the entry where the file system keeps it there. */
static bool is_folder(DIR *dir, const struct dirent *entry) {
  struct stat about;
  if (entry->d_type != DT_UNKNOWN) return entry->d_type == DT_DIR;
  return fstatat(dirfd(dir), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(about.st_mode);
}

/* In bytes, of a plain file, whether linked or not; -1 for everything else, which nobody should open to find out. */
static double size_of(DIR *dir, const struct dirent *entry) {
  struct stat about;
  bool is_file = fstatat(dirfd(dir), entry->d_name, &about, 0) == 0 && S_ISREG(about.st_mode);
  return is_file ? (double)about.st_size : -1;
}

struct listing {
  DIR *dir;
  int count;
};

/* Runs protected, so that the folder is closed whatever it raises. */
static int push_entries(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  bool sized = lua_toboolean(L, 2);
  lua_newtable(L);
  for (const struct dirent *entry; (entry = readdir(listing->dir));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    lua_createtable(L, 0, 2);
    lua_pushstring(L, entry->d_name);
    lua_setfield(L, -2, "name");
    lua_pushboolean(L, is_folder(listing->dir, entry));
    lua_setfield(L, -2, "is_folder");
    double size = sized ? size_of(listing->dir, entry) : -1;
    if (size >= 0) {
      lua_pushnumber(L, size);
      lua_setfield(L, -2, "size");
    }
    lua_rawseti(L, -2, ++listing->count);
  }
  return 1;
}

static int l_list(lua_State *L) {
  struct listing listing = { .dir = opendir(luaL_checkstring(L, 1)) };
  lua_settop(L, 2);
  if (!listing.dir) {
    lua_pushnil(L);
    lua_pushstring(L, strerror(errno));
    return 2;
  }
  lua_pushcfunction(L, push_entries);
  lua_pushlightuserdata(L, &listing);
  lua_pushvalue(L, 2);
  int status = lua_pcall(L, 2, 1, 0);
  closedir(listing.dir);
  return status == 0 ? 1 : lua_error(L);
}

static int fail(lua_State *L) {
  const char *why = strerror(errno);
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}

/* Makes the folder that the first len bytes of a path name; one that is there will do. */
static bool make_one(char *path, size_t len) {
  struct stat about;
  char end = path[len];
  path[len] = '\0';
  bool ok = mkdir(path, 0777) == 0 || (errno == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode));
  if (!ok && errno == EEXIST) errno = ENOTDIR;
  path[len] = end;
  return ok;
}

/* make(path) -> true | nil, message: the folder, and those above it */
static int l_make(lua_State *L) {
  size_t len;
  const char *given = luaL_checklstring(L, 1, &len);
  char path[PATH_MAX];
  bool ok = len > 0 && len < sizeof path;
  errno = len > 0 ? ENAMETOOLONG : ENOENT;
  if (ok) memcpy(path, given, len + 1);
  for (size_t i = 1; ok && i <= len; i++)
    if (path[i] == '/' || i == len) ok = make_one(path, i);
  if (ok) {
    lua_pushboolean(L, true);
    return 1;
  }
  return fail(L);
}

/* real(path) -> path | nil, message: without links */
static int l_real(lua_State *L) {
  char path[PATH_MAX];
  if (!realpath(luaL_checkstring(L, 1), path)) return fail(L);
  lua_pushstring(L, path);
  return 1;
}

/* size(path) -> bytes | nil: of a plain file, which is not opened for it */
static int l_size(lua_State *L) {
  struct stat about;
  if (stat(luaL_checkstring(L, 1), &about) != 0 || !S_ISREG(about.st_mode)) return 0;
  lua_pushnumber(L, (lua_Number)about.st_size);
  return 1;
}

/* A new file in the place of PATH.PID-N.new; -1 with errno. Whatever has such a name already, a link, too, is left alone. */
static int make_beside(const char *path, char name[static PATH_MAX]) {
  int file = -1;
  errno = EEXIST;
  for (int n = 0; file < 0 && errno == EEXIST && n < TRIES; n++) {
    int len = snprintf(name, PATH_MAX, "%s.%ld-%d.new", path, (long)getpid(), n);
    errno = ENAMETOOLONG;
    if (len > 0 && len < PATH_MAX) file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  }
  return file;
}

/* beside(path) -> path | nil, message: of a new, empty file */
static int l_beside(lua_State *L) {
  char name[PATH_MAX];
  int file = make_beside(luaL_checkstring(L, 1), name);
  if (file < 0) return fail(L);
  close(file);
  lua_pushstring(L, name);
  return 1;
}

static int load(lua_State *L) {
  static const luaL_Reg functions[] = { { "beside", l_beside }, { "list", l_list }, { "make", l_make },
                                        { "real", l_real },     { "size", l_size }, { NULL, NULL } };
  binding_functions(L, functions);
  return 1;
}

void bind_folder(lua_State *L) {
  binding_preload(L, "moonwire.core.folder", load);
}
