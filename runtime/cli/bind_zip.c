#include "bind_zip.h"

#include <errno.h>
#include <lauxlib.h>
#include <minizip/unzip.h>
#include <minizip/zip.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "binding.h"
#include "str.h"
#include "utf8.h"

enum {
  MADE_BY = 3 << 8 | 20,     /* Unix, whose modes are in the upper half of the attributes; version 2.0 of the format */
  EPOCH = 1 << 21 | 1 << 16, /* 1980-01-01 00:00, as DOS has it */
  UTF8_NAMES = 1 << 11,      /* general purpose flag: APPNOTE.TXT 4.4.4 */
  PIECE = 64 * 1024,         /* bytes that are copied at once */
  NAME_MAX_LEN = 4096        /* of an entry; a longer one is cut */
};

static const char meta[] = "moonwire.zip", reader_meta[] = "moonwire.zip.reader";

struct writer {
  zipFile zip; /* NULL: closed */
};

static struct writer *check(lua_State *L) {
  struct writer *w = luaL_checkudata(L, 1, meta);
  luaL_argcheck(L, w->zip, 1, "the archive is closed");
  return w;
}

/* What a method returns: true, or nil and a sentence. minizip says that something failed, errno mostly why. */
static int outcome(lua_State *L, bool ok, const char *what) {
  int why = errno;
  if (ok) {
    lua_pushboolean(L, true);
    return 1;
  }
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", what, why ? strerror(why) : "the archive is damaged");
  return 2;
}

static int l_create(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct writer *w = lua_newuserdata(L, sizeof *w);
  *w = (struct writer){ 0 };
  luaL_getmetatable(L, meta);
  lua_setmetatable(L, -2);
  errno = 0;
  w->zip = zipOpen64(path, APPEND_STATUS_CREATE);
  return w->zip ? 1 : outcome(L, false, path);
}

static bool open_entry(struct writer *w, const char *name, unsigned long attributes, int method, bool raw) {
  const zip_fileinfo info = { .dosDate = EPOCH, .external_fa = attributes };
  return zipOpenNewFileInZip4_64(w->zip, name, &info, NULL, 0, NULL, 0, NULL, method, Z_DEFAULT_COMPRESSION, raw,
                                 -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY, NULL, 0, MADE_BY, UTF8_NAMES,
                                 0) == ZIP_OK;
}

static bool write_bytes(struct writer *w, const char *bytes, size_t len) {
  for (size_t at = 0; at < len; at += PIECE) {
    unsigned piece = (unsigned)(len - at < PIECE ? len - at : PIECE);
    if (zipWriteInFileInZip(w->zip, bytes + at, piece) != ZIP_OK) return false;
  }
  return true;
}

static int l_add(lua_State *L) {
  struct writer *w = check(L);
  size_t len = 0;
  const char *name = luaL_checkstring(L, 2), *bytes = luaL_checklstring(L, 3, &len);
  unsigned long mode = (unsigned long)luaL_checkinteger(L, 4);
  if (utf8_prefix(str_from(name)) < strlen(name)) {
    lua_pushnil(L);
    lua_pushfstring(L, "%s: a name in an archive has to be UTF-8; rename it", name);
    return 2;
  }
  errno = 0;
  bool ok = open_entry(w, name, (S_IFREG | mode) << 16, Z_DEFLATED, false) && write_bytes(w, bytes, len);
  return outcome(L, zipCloseFileInZip(w->zip) == ZIP_OK && ok, name);
}

/* The bytes of the entry that is open in `from`, neither unpacked nor packed again. */
static bool copy_raw(struct writer *w, unzFile from) {
  char piece[PIECE];
  for (;;) {
    int len = unzReadCurrentFile(from, piece, sizeof piece);
    if (len <= 0) return len == 0;
    if (!write_bytes(w, piece, (size_t)len)) return false;
  }
}

static bool copy_entry(struct writer *w, unzFile from, const char *name) {
  unz_file_info64 info;
  int method = 0, level = 0;
  if (unzLocateFile(from, name, 1) != UNZ_OK) return false;
  if (unzGetCurrentFileInfo64(from, &info, NULL, 0, NULL, 0, NULL, 0) != UNZ_OK) return false;
  if (unzOpenCurrentFile2(from, &method, &level, true) != UNZ_OK) return false;
  bool ok = open_entry(w, name, info.external_fa, method, true) && copy_raw(w, from);
  unzCloseCurrentFile(from);
  return zipCloseFileInZipRaw64(w->zip, info.uncompressed_size, info.crc) == ZIP_OK && ok;
}

static int l_copy(lua_State *L) {
  struct writer *w = check(L);
  const char *path = luaL_checkstring(L, 2), *name = luaL_checkstring(L, 3);
  errno = 0;
  unzFile from = unzOpen64(path);
  bool ok = from && copy_entry(w, from, name);
  int count = outcome(L, ok, path);
  if (from) unzClose(from);
  return count;
}

static int l_close(lua_State *L) {
  struct writer *w = check(L);
  errno = 0;
  bool ok = zipClose(w->zip, NULL) == ZIP_OK;
  w->zip = NULL;
  return outcome(L, ok, "the end of the archive");
}

static int l_gc(lua_State *L) {
  struct writer *w = luaL_checkudata(L, 1, meta);
  if (w->zip) zipClose(w->zip, NULL);
  w->zip = NULL;
  return 0;
}

/* Reading */

struct reader {
  unzFile zip;
};

static unzFile check_reader(lua_State *L) {
  struct reader *r = luaL_checkudata(L, 1, reader_meta);
  return r->zip;
}

static int l_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct reader *r = lua_newuserdata(L, sizeof *r);
  *r = (struct reader){ 0 };
  luaL_getmetatable(L, reader_meta);
  lua_setmetatable(L, -2);
  errno = 0;
  r->zip = unzOpen64(path);
  return r->zip ? 1 : outcome(L, false, path);
}

static int l_entries(lua_State *L) {
  unzFile zip = check_reader(L);
  int count = 0, at;
  lua_newtable(L);
  for (at = unzGoToFirstFile(zip); at == UNZ_OK; at = unzGoToNextFile(zip)) {
    char name[NAME_MAX_LEN + 1];
    unz_file_info64 info;
    if (unzGetCurrentFileInfo64(zip, &info, name, sizeof name - 1, NULL, 0, NULL, 0) != UNZ_OK) break;
    size_t len = info.size_filename < sizeof name ? info.size_filename : sizeof name - 1;
    lua_createtable(L, 0, 3);
    lua_pushlstring(L, name, len);
    lua_setfield(L, -2, "name");
    lua_pushnumber(L, (lua_Number)info.uncompressed_size);
    lua_setfield(L, -2, "size");
    if (info.version >> 8 == MADE_BY >> 8) {
      lua_pushinteger(L, (lua_Integer)(info.external_fa >> 16 & 0777));
      lua_setfield(L, -2, "mode");
    }
    lua_rawseti(L, -2, ++count);
  }
  lua_pushboolean(L, at == UNZ_END_OF_LIST_OF_FILE);
  return 2;
}

/* Fills the buffer from the entry that is open. */
static bool read_whole(unzFile zip, char *to, size_t size) {
  while (size > 0) {
    int len = unzReadCurrentFile(zip, to, (unsigned)(size < PIECE ? size : PIECE));
    if (len <= 0) return false;
    to += len;
    size -= (size_t)len;
  }
  char more;
  return unzReadCurrentFile(zip, &more, 1) == 0;
}

static int l_read(lua_State *L) {
  unzFile zip = check_reader(L);
  const char *name = luaL_checkstring(L, 2);
  lua_Number most = luaL_checknumber(L, 3);
  unz_file_info64 info = { 0 };
  bool found =
      unzLocateFile(zip, name, 1) == UNZ_OK && unzGetCurrentFileInfo64(zip, &info, NULL, 0, NULL, 0, NULL, 0) == UNZ_OK;
  if (!found || (lua_Number)info.uncompressed_size > most) return 0;
  size_t size = (size_t)info.uncompressed_size;
  char *bytes = lua_newuserdata(L, size + 1); /* first: it may raise, and the entry would stay open */
  if (unzOpenCurrentFile(zip) != UNZ_OK) return 0;
  bool ok = read_whole(zip, bytes, size);
  if (unzCloseCurrentFile(zip) != UNZ_OK || !ok) return 0;
  lua_pushlstring(L, bytes, size);
  return 1;
}

static int l_reader_gc(lua_State *L) {
  struct reader *r = luaL_checkudata(L, 1, reader_meta);
  if (r->zip) unzClose(r->zip);
  r->zip = NULL;
  return 0;
}

static void make_reader(lua_State *L) {
  static const luaL_Reg methods[] = { { "entries", l_entries }, { "read", l_read }, { NULL, NULL } };
  binding_class(L, reader_meta, methods, l_reader_gc);
}

static int load(lua_State *L) {
  static const luaL_Reg methods[] = { { "add", l_add }, { "close", l_close }, { "copy", l_copy }, { NULL, NULL } };
  static const luaL_Reg functions[] = { { "create", l_create }, { "open", l_open }, { NULL, NULL } };
  make_reader(L);
  binding_class(L, meta, methods, l_gc);
  binding_functions(L, functions);
  return 1;
}

void bind_zip(lua_State *L) {
  binding_preload(L, "moonwire.core.zip", load);
}
