/* moonwire new: the folder of a new service. */
#include "commands.h"
#include "lua_command.h"

int cmd_new(int argc, char **argv) {
  return lua_command_run("moonwire.cli.new", argc, argv);
}
