/* environment_variables.h -- the variables of an execution environment: what Lambda sets, and what the service's file
 * says. Pure.
 * Source: AWS, "Working with Lambda environment variables", "Defined runtime environment variables": reserved ones cannot
 * be set by a function; the others it may override (PATH, LANG, TZ, log format and level). Our own
 * MOONWIRE_GLOBALS is "error", MOONWIRE_STORE and MOONWIRE_API are this run's, unless the file says otherwise; a table of
 * DynamoDB says so only where it can be reached: with the developer's own keys, or at an endpoint that the file names.
 */
#ifndef MOONWIRE_ENVIRONMENT_VARIABLES_H
#define MOONWIRE_ENVIRONMENT_VARIABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "credentials.h"
#include "project.h"
#include "str.h"

enum { LOG_STREAM_BYTES = 16 };

/* Borrowed for the call. */
struct variables {
  const struct project *project;
  const struct project_function *function;
  struct str task_root;   /* LAMBDA_TASK_ROOT; empty: the project's folder */
  struct str runtime_api; /* "127.0.0.1:3002/_runtime/echo/1f0c": AWS_LAMBDA_RUNTIME_API */
  struct str runtime_dir; /* LAMBDA_RUNTIME_DIR */
  struct str management; /* AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI, whatever the file says; empty: as the file says */
  struct str issuer;     /* MOONWIRE_LOCAL_ISSUER, likewise */
  struct str lambda;     /* AWS_ENDPOINT_URL_LAMBDA, likewise */
  struct str store;      /* MOONWIRE_STORE, unless the file says otherwise; empty: not set; so is ... */
  struct str api;        /* MOONWIRE_API: "abcdefghij/dev" */
  struct credentials credentials;
  bool reaches_aws; /* they are somebody's keys, and not the local ones */
  struct str path;  /* PATH, unless the file says otherwise */
  int concurrency;  /* as of struct pool_options: more than 0 is a Managed Instance's environment */
  int64_t now_ms;   /* Unix time, and ... */
  unsigned char log_stream[LOG_STREAM_BYTES]; /* ... random bytes, for the name of the log stream */
};

/* "NAME=value" strings, NULL at the end, in the arena, each name once. Variables of the file that are reserved, have a
 * name that begins with "_", or could not be passed on (a "=" in the name, a NUL) are left out. NULL when memory is
 * short. */
char **environment_variables(struct arena *memory, const struct variables *v);

/* The value of MOONWIRE_STORE that a function gets; of *v function, store and reaches_aws are looked at. */
struct str environment_variables_store(const struct variables *v);

/* Whether Lambda keeps the name to itself: a function that sets it is refused on AWS. */
bool environment_variable_is_reserved(struct str name);

#endif
