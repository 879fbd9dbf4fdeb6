/* moonwire token: a token of the local issuer, for who develops a service. */
#include "commands.h"
#include "lua_command.h"

int cmd_token(int argc, char **argv) {
  return lua_command_run("moonwire.cli.token", argc, argv);
}
