/* script.h -- runs Lua code as a task of the runtime's own vm, outside of Lambda: what `lua` and `test` share. */
#ifndef MOONWIRE_SCRIPT_H
#define MOONWIRE_SCRIPT_H

#include <stdbool.h>

#include <lua.h>

#include "err.h"

struct script {
  /* Pushes the main function and its arguments, and returns how many arguments there are; -1, with err, on failure.
   * Runs protected, on the main state. */
  int (*push)(lua_State *L, void *ctx, char err[ERR_LEN]);

  /* Reads the exit status from what the main function returned: the whole stack of co. NULL means 0. */
  int (*status)(lua_State *co);

  void *ctx;
};

/* Runs the script until its main function has returned. An error is printed with its traceback. Returns the exit status. */
int script_run(const struct script *script);

#endif
