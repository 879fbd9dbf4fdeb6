/* project_code.h -- the kinds of warnings about a serverless.yml. Their names are stable: docs/doctor.md describes them,
 * lua/moonwire/doctor/catalogue.lua says how bad each is and what to do. Pure.
 */
#ifndef MOONWIRE_PROJECT_CODE_H
#define MOONWIRE_PROJECT_CODE_H

enum project_code {
  PROJECT_AUTHORIZER_PLACE,
  PROJECT_CORS_CREDENTIALS,
  PROJECT_ENVIRONMENT_SIZE,
  PROJECT_ENVIRONMENT_VALUE,
  PROJECT_EVENT_INDENTATION,
  PROJECT_FOREIGN_AUTHORIZER,
  PROJECT_MISSPELT_SETTING,
  PROJECT_MORE_WARNINGS,
  PROJECT_NO_ROUTE,
  PROJECT_NOT_SERVED_HERE,
  PROJECT_OLD_SPELLING,
  PROJECT_RESERVED_ROUTE,
  PROJECT_ROUTE_TWICE,
  PROJECT_RUNTIME,
  PROJECT_STAGE_VARIABLE,
  PROJECT_TIMEOUT_OVER_CLIENT,
  PROJECT_TWO_WAY_VALUE,
  PROJECT_UNKNOWN_EVENT,
  PROJECT_UNKNOWN_HERE,
  PROJECT_UNKNOWN_SETTING,
  PROJECT_CODES
};

/* "route-twice" */
const char *project_code_name(enum project_code code);

#endif
