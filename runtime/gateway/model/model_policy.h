/* model_policy.h -- an IAM policy that says whether a client may connect. Pure.
 * { Statement: [ { Effect, Action, Resource } ] }, one statement also without the array; Action and Resource are texts or
 * arrays of them. What is not understood is malformed, so that it lets nobody in.
 * Sources: API Gateway Developer Guide, "Output from an API Gateway Lambda authorizer"; IAM User Guide, "Policy evaluation
 * logic", "IAM JSON policy elements".
 */
#ifndef MOONWIRE_MODEL_POLICY_H
#define MOONWIRE_MODEL_POLICY_H

#include <stdbool.h>

#include "err.h"
#include "json.h"
#include "str.h"

enum { MODEL_POLICY_RESOURCE_MAX = 512 /* bytes of a Resource */ };

/* A Deny that matches wins over any Allow. */
enum model_verdict { MODEL_NO_MATCH, MODEL_ALLOW, MODEL_DENY };

/* What a policy says about execute-api:Invoke on a method
 * ("arn:aws:execute-api:us-east-1:123456789012:abcd123456/dev/$connect"). document may be NULL, which is no policy. False,
 * with err saying what is wrong ("a statement of the policy has no Action"), when it is malformed. */
bool model_policy_read(enum model_verdict *verdict, const struct json *document, struct str method_arn,
                       char err[ERR_LEN]);

/* Whether a pattern matches all of a text; in it "*" stands for any text and "?" for any one byte. nocase: ASCII letters
 * match whatever their case. */
bool model_policy_matches(struct str pattern, struct str text, bool nocase);

#endif
