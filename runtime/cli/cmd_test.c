/* moonwire test: runs spec files in the runtime's own vm. */
#include "commands.h"
#include "lua_command.h"

int cmd_test(int argc, char **argv) {
  return lua_command_run("moonwire.cli.test", argc, argv);
}
