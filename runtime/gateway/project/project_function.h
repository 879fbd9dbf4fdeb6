/* project_function.h -- the section `functions` of a serverless.yml. */
#ifndef MOONWIRE_PROJECT_FUNCTION_H
#define MOONWIRE_PROJECT_FUNCTION_H

#include "project_provider.h"
#include "project_value.h"

enum { PROJECT_FUNCTIONS_MAX = 1000 }; /* CloudFormation has 500 resources in a stack */

/* Fills functions and routes of the project. The section is a mapping, or a list of mappings. */
bool project_functions_read(struct project_report *report, const struct yaml *root,
                            const struct project_provider *provider, struct project *project);

#endif
