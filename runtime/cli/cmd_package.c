/* moonwire package: a service and bootstrap as one archive. */
#include "commands.h"
#include "lua_command.h"

int cmd_package(int argc, char **argv) {
  return lua_command_run("moonwire.cli.package", argc, argv);
}
