#include "lua_command.h"

#include <lauxlib.h>

#include "bind_folder.h"
#include "bind_plain.h"
#include "bind_process.h"
#include "bind_zip.h"
#include "script.h"

struct command {
  const char *module;
  int argc;
  char **argv;
};

static int push(lua_State *L, void *ctx, char err[ERR_LEN]) {
  const struct command *command = ctx;
  (void)err;
  bind_folder(L);
  bind_plain(L);
  bind_process(L);
  bind_zip(L);
  lua_getglobal(L, "require");
  lua_pushstring(L, command->module);
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "run"); /* module run */
  lua_newtable(L);
  for (int i = 0; i < command->argc; i++) {
    lua_pushstring(L, command->argv[i]);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static int status(lua_State *co) {
  return (int)lua_tointeger(co, 1);
}

int lua_command_run(const char *module, int argc, char **argv) {
  struct command command = { module, argc, argv };
  return script_run(&(struct script){ .push = push, .status = status, .ctx = &command });
}
