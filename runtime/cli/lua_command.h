/* lua_command.h -- a subcommand that is written in Lua: the function `run` of lua/moonwire/cli/{name}.lua.
 * It gets the arguments as a list, runs as a task (it may call functions that wait) and returns the exit status.
 */
#ifndef MOONWIRE_LUA_COMMAND_H
#define MOONWIRE_LUA_COMMAND_H

/* `module` is its full name: "moonwire.cli.invoke". Returns the exit status. */
int lua_command_run(const char *module, int argc, char **argv);

#endif
