/* moonwire invoke: calls one function, in a running `moonwire dev` or in one of its own. */
#include "commands.h"
#include "lua_command.h"

int cmd_invoke(int argc, char **argv) {
  return lua_command_run("moonwire.cli.invoke", argc, argv);
}
