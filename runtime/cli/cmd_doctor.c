/* moonwire doctor: what is wrong with the wiring of the service in this folder. */
#include "commands.h"
#include "lua_command.h"

int cmd_doctor(int argc, char **argv) {
  return lua_command_run("moonwire.cli.doctor", argc, argv);
}
