/* lambda_target.h -- which function a call of Lambda's API names. Pure.
 * NAME, ACCOUNT:function:NAME or arn:aws:lambda:REGION:ACCOUNT:function:NAME, each with :QUALIFIER behind it or without. NAME
 * is the function's key in serverless.yml, or what the Framework calls it: SERVICE-STAGE-KEY.
 * Source: AWS, Lambda API Reference, "Invoke", FunctionName.
 */
#ifndef MOONWIRE_LAMBDA_TARGET_H
#define MOONWIRE_LAMBDA_TARGET_H

#include "buf.h"
#include "project.h"
#include "str.h"

struct lambda_target {
  struct str name;      /* the last part of it */
  struct str qualifier; /* "$LATEST"; empty when there is none */
  bool is_elsewhere;    /* an ARN of another Region or account */
};

/* Borrows from `text`. */
struct lambda_target lambda_target_read(const struct project *project, struct str text);

/* NULL when the project has no such function, or not under this qualifier: there is $LATEST only. */
const struct project_function *lambda_target_find(const struct project *project, const struct lambda_target *target);

/* Appends the ARN that the target stands for, whether it exists or not. */
void lambda_target_write_arn(struct buf *out, const struct project *project, const struct lambda_target *target);

#endif
