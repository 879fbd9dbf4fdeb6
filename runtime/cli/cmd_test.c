/* moonwire test: runs spec files in the runtime's own vm. */
#include <lauxlib.h>
#include <stdio.h>

#include "commands.h"
#include "script.h"

static const char usage[] =
    "Usage: moonwire test FILE ...\n"
    "\n"
    "Runs specs written with describe, it, before_each, after_each and assert.equal, same, truthy, falsy, is_nil,\n"
    "matches and has_error (expected first, then actual). Specs may call functions that wait.\n"
    "The last line is \"N passed, N failed\"; the exit status is 1 when a spec failed or when there is none.\n";

struct files {
  int count;
  char **names;
};

static int push(lua_State *L, void *ctx, char err[ERR_LEN]) {
  const struct files *files = ctx;
  (void)err;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "moonwire.test.runner");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "run"); /* runner run */
  lua_newtable(L);
  for (int i = 0; i < files->count; i++) {
    lua_pushstring(L, files->names[i]);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static int status(lua_State *co) {
  return lua_toboolean(co, 1) ? 0 : 1;
}

int cmd_test(int argc, char **argv) {
  struct files files = { argc, argv };
  if (wants_help(argc, argv)) {
    fputs(usage, stdout);
    return 0;
  }
  if (argc < 1 || argv[0][0] == '-') {
    fprintf(stderr, "moonwire test: %s\n\n%s", argc < 1 ? "a file is missing" : "there are no options but --help",
            usage);
    return 2;
  }
  return script_run(&(struct script){ .push = push, .status = status, .ctx = &files });
}
