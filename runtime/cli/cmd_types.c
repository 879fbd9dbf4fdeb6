/* moonwire types: what an editor has to know of the library, written into a service. */
#include "commands.h"
#include "lua_command.h"

int cmd_types(int argc, char **argv) {
  return lua_command_run("moonwire.cli.types", argc, argv);
}
