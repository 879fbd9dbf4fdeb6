/* intrinsic.h -- CloudFormation's functions, where what they stand for is known here: Ref, Fn::Sub, Fn::GetAtt, Fn::Join, and
 * their short forms (!Ref ...).
 * Known are the pseudo parameters (AWS::Region ...), the two APIs, the functions of the service, resources that
 * moonwire.local.yml has a value for, and resources of the service whose name stands in their properties.
 * Source: AWS CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference" and the "Return values"
 * of each resource; Serverless Framework v3, "AWS Infrastructure Resources" (names of resources).
 */
#ifndef MOONWIRE_INTRINSIC_H
#define MOONWIRE_INTRINSIC_H

#include "project_report.h"
#include "variables.h"

enum {
  INTRINSIC_DEPTH = 20,           /* functions inside one another */
  INTRINSIC_TEXT_MAX = 64 * 1024, /* bytes */
};

/* What names stand for. Borrows everything. */
struct intrinsic_names {
  struct variables *variables;
  struct str service, stage, region;
  const struct yaml *functions; /* the section; NULL when there is none */
  char api_id[PROJECT_API_ID_LEN], http_api_id[PROJECT_API_ID_LEN];
};

/* Whether a node is such a function, known here or not. */
bool intrinsic_is(const struct yaml *node);

/* Its value, in the arena; out->ptr is NULL, with the reason, when it is not known here. False when the file is refused. */
bool intrinsic_value(struct project_report *report, const struct yaml *node, struct str *out, char why[ERR_LEN]);

#endif
