/* moonwire ctl: connections and faults of a running `moonwire dev`. */
#include "commands.h"
#include "lua_command.h"

int cmd_ctl(int argc, char **argv) {
  return lua_command_run("moonwire.cli.ctl", argc, argv);
}
