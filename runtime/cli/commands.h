/* commands.h -- the subcommands of moonwire, one per cmd_*.c.
 * Each gets the arguments after its name and returns the exit status: 0, 1 for a failure, 2 for a wrong call.
 */
#ifndef MOONWIRE_COMMANDS_H
#define MOONWIRE_COMMANDS_H

#include <stdbool.h>

int cmd_ctl(int argc, char **argv);
int cmd_dev(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_invoke(int argc, char **argv);
int cmd_lua(int argc, char **argv);
int cmd_new(int argc, char **argv);
int cmd_package(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_token(int argc, char **argv);
int cmd_types(int argc, char **argv);

/* True when the first argument asks for help. */
bool wants_help(int argc, char **argv);

#endif
