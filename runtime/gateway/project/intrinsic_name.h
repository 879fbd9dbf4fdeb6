/* intrinsic_name.h -- what CloudFormation's names stand for: Ref and Fn::GetAtt of parameters and resources. */
#ifndef MOONWIRE_INTRINSIC_NAME_H
#define MOONWIRE_INTRINSIC_NAME_H

#include "buf.h"
#include "intrinsic.h"

enum intrinsic_known { INTRINSIC_KNOWN, INTRINSIC_NOT_KNOWN, INTRINSIC_REFUSED };

/* Adds what Ref gives for a name. A resource that nothing is known of is its own name here, with a warning. `at` is where it
 * is said. */
enum intrinsic_known intrinsic_ref(struct project_report *report, struct yaml_line at, struct str name, struct buf *out,
                                   char why[ERR_LEN]);

/* Adds what Fn::GetAtt gives for an attribute. */
enum intrinsic_known intrinsic_attribute(struct project_report *report, struct str name, struct str attribute,
                                         struct buf *out, char why[ERR_LEN]);

#endif
