/* main.c -- moonwire, the command-line tool: picks the subcommand. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "components.h"
#include "spelling.h"
#include "str.h"
#include "version.h"

static const struct {
  const char *name;
  const char *summary;
  int (*run)(int argc, char **argv);
} commands[] = {
  { "ctl", "look at the connections of a running dev; make things go wrong", cmd_ctl },
  { "dev", "run the service of serverless.yml behind a local API Gateway", cmd_dev },
  { "doctor", "find what is wrong with the wiring of the service", cmd_doctor },
  { "invoke", "call one function of the service", cmd_invoke },
  { "lua", "run a script in the runtime's own Lua", cmd_lua },
  { "new", "make the folder of a new service", cmd_new },
  { "package", "make one archive of the service, with bootstrap in it", cmd_package },
  { "test", "run spec files", cmd_test },
  { "token", "make a token of the issuer that a running `moonwire dev` has", cmd_token },
  { "types", "write the types of the library into a service, for its editor", cmd_types },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

bool wants_help(int argc, char **argv) {
  return argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0);
}

static void print_usage(FILE *out) {
  fputs("Usage: moonwire COMMAND [ARGUMENT ...]\n\n", out);
  for (int i = 0; i < COMMANDS; i++) fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
  fputs("\n`moonwire COMMAND --help` says more; `moonwire --version` prints the version.\n", out);
  fputs("The exit status is 0, 1 when something failed, 2 when the call was wrong.\n", out);
}

/* The first line is the program's; the others are for who wants to know whether a fix of a library is in it. */
static void print_version(void) {
  puts("moonwire " MOONWIRE_VERSION "\n");
  for (const struct component *c = components; c->name; c++) printf("  %-14s %s\n", c->name, c->version);
}

static int refuse(const char *name) {
  const char *names[COMMANDS];
  for (int i = 0; i < COMMANDS; i++) names[i] = commands[i].name;
  const char *meant = spelling_nearest_short(str_from(name), names, COMMANDS);
  fprintf(stderr, "moonwire: there is no command \"%s\"; ", name);
  if (meant) fprintf(stderr, "did you mean `moonwire %s`? ", meant);
  fputs("`moonwire --help` lists them\n", stderr);
  return 2;
}

static int run_command(const char *name, int argc, char **argv) {
  for (int i = 0; i < COMMANDS; i++)
    if (strcmp(name, commands[i].name) == 0) return commands[i].run(argc, argv);
  return refuse(name);
}

/* Whoever starts us without standard streams would find our output in the first files that we open. */
static void open_streams(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) _exit(1);
}

int main(int argc, char **argv) {
  open_streams();
  if (argc < 2) {
    print_usage(stderr);
    return 2;
  }
  if (strcmp(argv[1], "help") == 0 && argc > 2) return run_command(argv[2], 1, (char *[]){ "--help", NULL });
  if (wants_help(argc - 1, argv + 1) || strcmp(argv[1], "help") == 0) {
    print_usage(stdout);
    return 0;
  }
  if (strcmp(argv[1], "--version") == 0) {
    print_version();
    return 0;
  }
  return run_command(argv[1], argc - 2, argv + 2);
}
