/* moonwire dev: the local API Gateway and Runtime API for the service in this folder. */
#define _GNU_SOURCE
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api_id.h"
#include "commands.h"
#include "config.h"
#include "digest.h"
#include "environment.h"
#include "gateway.h"
#include "model.h"
#include "own_file.h"
#include "pairs.h"
#include "project_value.h"

static const char usage[] = "Usage: moonwire dev [OPTION ...]\n"
                            "\n"
                            "Runs the service that serverless.yml describes: a WebSocket API as API Gateway\n"
                            "has it, with the real bootstrap behind it. Ctrl-C ends it.\n"
                            "\n"
                            "  --config FILE            the service (serverless.yml)\n"
                            "  --stage NAME             its stage (provider.stage of the file, else dev)\n"
                            "  --opt NAME=VALUE         what ${opt:NAME} stands for; may be said several\n"
                            "                           times\n"
                            "  --param NAME=VALUE       what ${param:NAME} stands for; may be said several\n"
                            "                           times\n"
                            "  --host ADDRESS           where clients connect (127.0.0.1)\n"
                            "  --port NUMBER            ... and the port (3001); 0 takes a free one\n"
                            "  --allow-origin ORIGIN    pages of this site may connect, too\n"
                            "                           (https://app.example, or *); without it those of this\n"
                            "                           machine may, and programs; may be said several times\n"
                            "  --control-port NUMBER    Runtime API, Invoke, ctl, tokens: 127.0.0.1:3002; 0\n"
                            "                           takes a free one\n"
                            "  --max-environments N     most processes of one function at once (10)\n"
                            "  --environment-idle S     seconds without an event after which a process is\n"
                            "                           ended (300); 0 keeps it\n"
                            "  --concurrency N          events that a process serves at once, as on Lambda\n"
                            "                           Managed Instances; without it one\n"
                            "  --idle-timeout S         seconds without a message after which a client is\n"
                            "                           closed (600)\n"
                            "  --max-duration S         seconds after which it is closed anyway (7200)\n"
                            "  --integration-timeout S  seconds that a client waits for a function (29)\n"
                            "  --pass-credentials       functions get the AWS keys of this shell's\n"
                            "                           environment; without it they get local ones\n"
                            "  --no-reload              changed files take effect at the next start; without\n"
                            "                           it every change takes effect at once: connections\n"
                            "                           stay, Lua variables do not, and code that cannot be\n"
                            "                           loaded changes nothing\n"
                            "  --json                   one JSON object a line instead of text\n"
                            "  -h, --help               this text\n";

enum {
  CONFIG = 1,
  STAGE,
  OPT,
  PARAM,
  HOST,
  PORT,
  ALLOW_ORIGIN,
  CONTROL_PORT,
  MAX_ENVIRONMENTS,
  ENVIRONMENT_IDLE,
  CONCURRENCY,
  IDLE_TIMEOUT,
  MAX_DURATION,
  INTEGRATION_TIMEOUT,
  PASS_CREDENTIALS,
  NO_RELOAD,
  JSON
};

enum {
  INSTANCE_ID_BYTES = 8,
  ORIGINS_MAX = 32,
  DAY_S = 24 * 60 * 60,
  LARGE_BLOCK = 128 * 1024 /* bytes: such blocks go back to the system when freed; glibc would learn to keep them */
};

static const struct option long_options[] = {
  { "config", required_argument, NULL, CONFIG },
  { "stage", required_argument, NULL, STAGE },
  { "host", required_argument, NULL, HOST },
  { "port", required_argument, NULL, PORT },
  { "allow-origin", required_argument, NULL, ALLOW_ORIGIN },
  { "control-port", required_argument, NULL, CONTROL_PORT },
  { "max-environments", required_argument, NULL, MAX_ENVIRONMENTS },
  { "environment-idle", required_argument, NULL, ENVIRONMENT_IDLE },
  { "concurrency", required_argument, NULL, CONCURRENCY },
  { "pass-credentials", no_argument, NULL, PASS_CREDENTIALS },
  { "no-reload", no_argument, NULL, NO_RELOAD },
  { "idle-timeout", required_argument, NULL, IDLE_TIMEOUT },
  { "max-duration", required_argument, NULL, MAX_DURATION },
  { "integration-timeout", required_argument, NULL, INTEGRATION_TIMEOUT },
  { "opt", required_argument, NULL, OPT },
  { "param", required_argument, NULL, PARAM },
  { "json", no_argument, NULL, JSON },
  { "help", no_argument, NULL, 'h' },
  { 0 },
};

static bool read_number(const char *option, const char *text, int64_t min, int64_t max, int64_t *number,
                        char err[ERR_LEN]) {
  if (str_to_int64(str_from(text), number) && *number >= min && *number <= max) return true;
  return fail(err, "%s takes a number from %lld to %lld, not \"%s\"", option, (long long)min, (long long)max, text);
}

/* A limit of API Gateway, or less. */
static bool read_seconds(const char *option, const char *text, int64_t limit, int *seconds, char err[ERR_LEN]) {
  int64_t number = 0;
  bool ok = read_number(option, text, 1, limit, &number, err);
  *seconds = (int)number;
  return ok;
}

/* What options said that may be said several times. */
struct given {
  struct pairs opts, params;
  struct str origins[ORIGINS_MAX];
};

static bool add_origin(struct given *given, struct visitor_origins *origins, char err[ERR_LEN]) {
  if (origins->count == ORIGINS_MAX) return fail(err, "--allow-origin can be said %d times", ORIGINS_MAX);
  given->origins[origins->count] = str_from(optarg);
  *origins = (struct visitor_origins){ given->origins, origins->count + 1 };
  return true;
}

static bool pass_credentials(struct credentials *credentials, char err[ERR_LEN]) {
  return credentials_read(credentials, err) == CREDENTIALS_READ ||
         fail(err,
              "--pass-credentials: %s; it passes on AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
              err);
}

static bool take_option(struct gateway_options *options, struct given *given, int option, char err[ERR_LEN]) {
  int64_t number = 0;
  switch (option) {
  case CONFIG:
    options->config = optarg;
    return true;
  case STAGE:
    options->surroundings.stage = str_from(optarg);
    return project_is_name(str_from(optarg)) || fail(err, "--stage takes 1 to 128 letters, digits, - or _");
  case OPT:
    return pairs_add(&given->opts, "--opt", optarg, &options->surroundings.options, err);
  case PARAM:
    return pairs_add(&given->params, "--param", optarg, &options->surroundings.params, err);
  case ALLOW_ORIGIN:
    return add_origin(given, &options->origins, err);
  case HOST:
    options->host = optarg;
    return true;
  case PASS_CREDENTIALS:
    return pass_credentials(&options->credentials, err);
  case NO_RELOAD:
    options->no_reload = true;
    return true;
  case JSON:
    options->json = true;
    return true;
  case PORT:
    if (!read_number("--port", optarg, 0, UINT16_MAX, &number, err)) return false;
    options->port = (uint16_t)number;
    return true;
  case CONTROL_PORT:
    if (!read_number("--control-port", optarg, 0, UINT16_MAX, &number, err)) return false;
    options->control_port = (uint16_t)number;
    return true;
  case MAX_ENVIRONMENTS:
    if (!read_number("--max-environments", optarg, 1, 1000, &number, err)) return false;
    options->most_environments = (int)number;
    return true;
  case ENVIRONMENT_IDLE:
    if (!read_number("--environment-idle", optarg, 0, DAY_S, &number, err)) return false;
    options->idle_environment_s = (int)number;
    return true;
  case CONCURRENCY:
    if (!read_number("--concurrency", optarg, 1, ENVIRONMENT_PLACES_MAX, &number, err)) return false;
    options->concurrency = (int)number;
    return true;
  case IDLE_TIMEOUT:
    return read_seconds("--idle-timeout", optarg, MODEL_IDLE_S, &options->idle_s, err);
  case MAX_DURATION:
    return read_seconds("--max-duration", optarg, MODEL_DURATION_S, &options->duration_s, err);
  case INTEGRATION_TIMEOUT:
    return read_seconds("--integration-timeout", optarg, MODEL_INTEGRATION_S, &options->integration_s, err);
  default:
    return false;
  }
}

/* ${sls:instanceId}: another one for each run. */
static bool make_instance_id(char text[2 * INSTANCE_ID_BYTES + 1], struct str *out, char err[ERR_LEN]) {
  unsigned char bytes[INSTANCE_ID_BYTES];
  if (!digest_random(bytes, sizeof bytes, err)) return false;
  for (size_t i = 0; i < sizeof bytes; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
  *out = str_from(text);
  return true;
}

static int wrong_call(const char *message) {
  fprintf(stderr, "moonwire dev: %s; `moonwire dev --help` lists the options\n", message);
  return 2;
}

/* What getopt did not like: `given` is the argument that it stopped behind. */
static int wrong_option(int why, const char *given) {
  char message[ERR_LEN];
  if (why == ':')
    fail(message, "%s wants a value", given);
  else if (optopt > 0 && optopt <= JSON)
    fail(message, "%s: the option takes no value", given);
  else if (optopt > 0)
    fail(message, "-%c is no option", optopt);
  else
    fail(message, "%s is no option", given);
  return wrong_call(message);
}

int cmd_dev(int argc, char **argv) {
  struct gateway_options options = { .config = "serverless.yml",
                                     .host = "127.0.0.1",
                                     .port = 3001,
                                     .control_port = 3002,
                                     .most_environments = 10,
                                     .idle_environment_s = 300,
                                     .out = stdout,
                                     .colour = isatty(STDOUT_FILENO) && config_get("NO_COLOR").len == 0 };
  char err[ERR_LEN], path[PATH_MAX], tool[PATH_MAX], id[2 * INSTANCE_ID_BYTES + 1];
  struct given given = { 0 };
  int option;
  mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
  opterr = 0;
  optind = 0;
  argv--; /* getopt skips the first one */
  argc++;
  while ((option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
    if (option == 'h') {
      fputs(usage, stdout);
      return 0;
    }
    if (option == '?' || option == ':') {
      return wrong_option(option, argv[optind - 1]);
    }
    if (!take_option(&options, &given, option, err)) return wrong_call(err);
  }
  if (optind < argc) {
    snprintf(err, sizeof err, "\"%s\" is too much", argv[optind]);
    return wrong_call(err);
  }
  options.program = path;
  options.tool = tool;
  options.surroundings.variable = config_get;
  options.surroundings.api_id = api_id_of;
  options.surroundings.http_api_id = api_id_of_http;
  if (own_file_find("bootstrap", path, err) && own_file_program(tool, err) &&
      make_instance_id(id, &options.surroundings.instance_id, err) && gateway_run(&options, err)) {
    if (isatty(STDOUT_FILENO) && !options.json) putchar('\n'); /* the prompt goes below the ^C */
    return 0;
  }
  fprintf(stderr, "moonwire dev: %s\n", err);
  return 1;
}
