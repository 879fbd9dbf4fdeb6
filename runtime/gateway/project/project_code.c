#include "project_code.h"

const char *project_code_name(enum project_code code) {
  static const char *const names[PROJECT_CODES] = {
    [PROJECT_AUTHORIZER_PLACE] = "authorizer-place",
    [PROJECT_CORS_CREDENTIALS] = "cors-credentials",
    [PROJECT_ENVIRONMENT_SIZE] = "environment-size",
    [PROJECT_ENVIRONMENT_VALUE] = "environment-value",
    [PROJECT_EVENT_INDENTATION] = "event-indentation",
    [PROJECT_FOREIGN_AUTHORIZER] = "foreign-authorizer",
    [PROJECT_MISSPELT_SETTING] = "misspelt-setting",
    [PROJECT_MORE_WARNINGS] = "more-warnings",
    [PROJECT_NO_ROUTE] = "no-route",
    [PROJECT_NOT_SERVED_HERE] = "not-served-here",
    [PROJECT_OLD_SPELLING] = "old-spelling",
    [PROJECT_RESERVED_ROUTE] = "reserved-route",
    [PROJECT_ROUTE_TWICE] = "route-twice",
    [PROJECT_RUNTIME] = "runtime",
    [PROJECT_STAGE_VARIABLE] = "stage-variable",
    [PROJECT_TIMEOUT_OVER_CLIENT] = "timeout-over-client",
    [PROJECT_TWO_WAY_VALUE] = "two-way-value",
    [PROJECT_UNKNOWN_EVENT] = "unknown-event",
    [PROJECT_UNKNOWN_HERE] = "unknown-here",
    [PROJECT_UNKNOWN_SETTING] = "unknown-setting",
  };
  return names[code];
}
