/* project_provider.h -- the section `provider` of a serverless.yml: what holds for all functions. */
#ifndef MOONWIRE_PROJECT_PROVIDER_H
#define MOONWIRE_PROJECT_PROVIDER_H

#include "project_http_api.h"
#include "project_value.h"

/* Lambda's limits. */
enum { PROJECT_TIMEOUT_MAX_S = 900, PROJECT_MEMORY_MIN_MB = 128, PROJECT_MEMORY_MAX_MB = 10240 };

struct project_provider {
  struct str stage, region, route_selection_expression;
  struct fields environment;
  int timeout_s, memory_mb;
  struct project_http_api http_api;
};

/* Reads the section from the file's top level; defaults stand for what is not there. What the command line says of stage
 * and region counts for more. Not the environment. */
bool project_provider_read(struct project_report *report, const struct yaml *root,
                           const struct project_surroundings *surroundings, struct project_provider *out);

/* Its environment, which may name stage and region. */
bool project_provider_environment(struct project_report *report, const struct yaml *root, struct project_provider *out);

/* timeout and memorySize of a provider or function; kept where the mapping has none. */
bool project_limits(struct project_report *report, struct project_place place, const struct yaml *map, int *timeout_s,
                    int *memory_mb);

/* Warns when `runtime` names another one than provided.al2023: bootstrap runs the handlers whatever it says, but
 * the older ones of Lambda have a glibc that is too old for it. */
void project_check_runtime(struct project_report *report, struct project_place place, const struct yaml *map);

#endif
