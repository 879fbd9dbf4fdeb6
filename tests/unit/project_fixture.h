/* project_fixture.h -- what the tests of the reader of serverless.yml share. */
#ifndef MOONWIRE_PROJECT_FIXTURE_H
#define MOONWIRE_PROJECT_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "project.h"

/* No environment, no file beside the service, nothing on the command line. */
extern const struct project_surroundings nothing_around;

/* A file of its own ... */
struct fixture_file {
  const char *path, *text;
};

/* ... is beside the service until the next call; the last one has no path. The environment there has HOST=example.org,
 * STAGE=prod and NESTED=${self:service}; --opt said color=blue, --param said given=by-hand; the APIs of chat in dev are
 * chatdev1 and, for HTTP, chatdev2. */
const struct project_surroundings *files_around(const struct fixture_file *files);

/* A file that is right but for what `rest` adds: line 1 is the service, rest begins in line 2. */
#define SERVICE "service: chat\n"
/* ... and a function with a route, for whom other sections matter: lines 1 to 5. */
#define ECHO_FUNCTION "functions:\n  echo:\n    handler: handlers/echo.default\n    events: [ websocket: $default ]\n"

struct refused_case {
  const char *yaml, *want; /* want: the whole sentence */
};
void refused_all(const struct refused_case *cases, size_t count);

struct warned_case {
  const char *yaml, *want; /* want: every warning as "LINE text\n" */
};
void warned_all(const struct warned_case *cases, size_t count);

/* Reads a text as serverless.yml, without --stage; the test ends when it is refused. Free it. */
void project_must(struct project *p, struct str yaml);

/* What was read, one fact a line: "chat dev us-east-1 EXPRESSION", then "f NAME HANDLER TIMEOUT MEMORY K=V ..." for each
 * function, then "r KEY FUNCTION" (and " two-way") for each route, "h KEY FUNCTION" (and " refused") for each HTTP route, and
 * "cors ORIGINS METHODS HEADERS [EXPOSED] MAX-AGE". */
void described_as(const char *yaml, const char *want);

/* The same, with files_around, and "w FILE:LINE TEXT" for each warning; a file that is refused is its sentence. */
struct among_files_case {
  const char *yaml, *want;
  struct fixture_file files[5];
};
void among_files_all(const struct among_files_case *cases, size_t count);

#define EACH(cases) (cases), sizeof(cases) / sizeof *(cases)

#endif
