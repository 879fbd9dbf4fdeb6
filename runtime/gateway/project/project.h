/* project.h -- a service as its serverless.yml describes it.
 * Reads what `moonwire dev` needs and says about the rest only what its user must know: each warning once, with file and
 * line. Everything lives in the project's arena. Pure but for reading files: what
 * else lies around the service comes with its surroundings.
 * Source: Serverless Framework v3, "Serverless.yml Reference", "WebSocket" and "HTTP API" (docs/providers/aws).
 */
#ifndef MOONWIRE_PROJECT_H
#define MOONWIRE_PROJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"
#include "field.h"
#include "project_code.h"
#include "project_surroundings.h"
#include "str.h"

#define PROJECT_ACCOUNT "123456789012" /* the AWS account that a service has here: that of AWS's own examples */
#define PROJECT_REGION "us-east-1"     /* Serverless's default */

struct project_function {
  struct str name;           /* its key below `functions`: "echo" */
  struct str handler;        /* "handlers/echo.default" */
  struct fields environment; /* provider.environment, overridden by the function's own */
  int timeout_s;             /* default 6 (Serverless) */
  int memory_mb;             /* default 1024 (Serverless) */
  int retries;               /* maximumRetryAttempts: of an asynchronous invocation that fails; default 2 (Lambda) */
};

/* A Lambda authorizer. */
struct project_authorizer {
  struct str name;                         /* as the file has it: "auth", or an ARN */
  const struct project_function *function; /* NULL: it is none of this service's */
  const struct str *sources;               /* identitySource: "route.request.header.Auth" */
  size_t source_count;
};

struct project_route {
  struct str key; /* "$connect", "chat" */
  const struct project_function *function;
  bool two_way;                                /* routeResponseSelectionExpression: $default */
  const struct project_authorizer *authorizer; /* of $connect only; NULL when everybody may */
  struct str file;                             /* where the event stands */
  int line;
};

/* A route of the HTTP API. */
struct project_http_route {
  struct str key; /* "GET /users/{id}", "ANY /files/{proxy+}", "$default" */
  const struct project_function *function;
  struct str refusal; /* why its requests are refused here ("it has an authorizer, ..."), or empty */
  int line;           /* where the event stands */
};

/* CORS of the HTTP API. Lists are texts with commas, fit for a header. */
struct project_cors {
  struct str origins, headers, methods;
  struct str exposed; /* empty: not said */
  bool credentials;
  int max_age_s; /* -1: not said */
};

struct project_warning {
  enum project_code code;
  struct str file; /* serverless.yml, or another one that it names */
  int line;        /* 1-based; 0 when it is about the file as a whole */
  struct str text;
};

struct yaml;

struct project {
  struct arena memory;
  const struct yaml
      *root;       /* the file as a tree (yaml_tree.h), with the variables of those sections resolved that are read */
  struct str file; /* as it was given: "serverless.yml" */
  struct str directory; /* absolute path of the file's directory */
  struct str service;
  struct str stage;                      /* --stage, else provider.stage, else "dev" */
  struct str region;                     /* provider.region, else "us-east-1" */
  struct project_names written;          /* what these three would be if no names were kept (project_surroundings.h) */
  struct str route_selection_expression; /* default "$request.body.action" */
  const struct project_function *functions;
  size_t function_count;
  const struct project_route *routes; /* one for each key; the last one in the file wins, with a warning */
  size_t route_count;
  const struct project_http_route *http_routes; /* one for each key */
  size_t http_route_count;
  const struct project_cors *cors; /* NULL: none */
  const struct str *named; /* paths of other files that it asked for, as they were named, there or not: ".env" */
  size_t named_count;
  const struct project_warning *warnings;
  size_t warning_count;
};

/* Reads `file`; other files that it names are read from its directory, whatever the surroundings say. False, with one
 * sentence that names file, line and what was expected ("serverless.yml:7: functions.echo.handler must be a string such as
 * handlers/echo.default"), and *out is empty. */
bool project_read(struct project *out, const char *file, const struct project_surroundings *surroundings,
                  char err[ERR_LEN]);

/* The same for text in memory; `file` is for messages, the directory is left empty. For tests. */
bool project_parse(struct project *out, const char *file, struct str yaml,
                   const struct project_surroundings *surroundings, char err[ERR_LEN]);

/* Whether a route of either API leads to the function, or it is the authorizer of one. */
bool project_is_routed(const struct project *project, const struct project_function *function);

/* Safe on a zeroed project. */
void project_free(struct project *project);

#endif
