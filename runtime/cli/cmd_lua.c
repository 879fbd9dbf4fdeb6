/* moonwire lua: runs a script in the runtime's own vm, with the library and the event loop. */
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "script.h"

static const char usage[] = "Usage: moonwire lua FILE [ARGUMENT ...]\n"
                            "       moonwire lua -e CODE [ARGUMENT ...]\n"
                            "       moonwire lua - [ARGUMENT ...]\n"
                            "\n"
                            "Runs a script as the runtime would run a handler: the whole library is there\n"
                            "(require \"moonwire.http\"), and functions that wait may be called anywhere. FILE\n"
                            "- is standard input. Arguments are in `...` and in `arg`. Modules are looked for\n"
                            "below the working directory. The exit status is 1 when the script raises an\n"
                            "error.\n";

struct source {
  const char *code; /* NULL: a file */
  const char *file; /* NULL: standard input */
  int argc;
  char **argv; /* the script's arguments */
};

static int load(lua_State *L, const struct source *source) {
  if (source->code) return luaL_loadbuffer(L, source->code, strlen(source->code), "=-e");
  return luaL_loadfile(L, source->file);
}

static int push(lua_State *L, void *ctx, char err[ERR_LEN]) {
  const struct source *source = ctx;
  lua_newtable(L); /* arg */
  lua_pushstring(L, source->code ? "-e" : source->file ? source->file : "-");
  lua_rawseti(L, -2, 0);
  for (int i = 0; i < source->argc; i++) {
    lua_pushstring(L, source->argv[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setglobal(L, "arg");
  if (load(L, source) != 0) {
    fail(err, "%s", lua_tostring(L, -1));
    return -1;
  }
  luaL_checkstack(L, source->argc, "too many arguments");
  for (int i = 0; i < source->argc; i++) lua_pushstring(L, source->argv[i]);
  return source->argc;
}

int cmd_lua(int argc, char **argv) {
  struct source source = { .argc = argc - 1, .argv = argv + 1 };
  if (wants_help(argc, argv)) {
    fputs(usage, stdout);
    return 0;
  }
  if (argc < 1 || (strcmp(argv[0], "-e") == 0 && argc < 2) ||
      (argv[0][0] == '-' && argv[0][1] && strcmp(argv[0], "-e") != 0)) {
    fprintf(stderr, "moonwire lua: %s\n\n%s",
            argc < 1 ? "a file, - or -e CODE is missing" : "an option that is none, or -e without its CODE", usage);
    return 2;
  }
  if (strcmp(argv[0], "-e") == 0)
    source = (struct source){ .code = argv[1], .argc = argc - 2, .argv = argv + 2 };
  else if (strcmp(argv[0], "-") != 0)
    source.file = argv[0];
  return script_run(&(struct script){ .push = push, .ctx = &source });
}
