/* control_lambda.h -- AWS Lambda's API on the control port, as far as it exists here: Invoke. Signed as service "lambda" in
 * the service's Region.
 * Source: AWS, Lambda API Reference, "Invoke".
 */
#ifndef MOONWIRE_CONTROL_LAMBDA_H
#define MOONWIRE_CONTROL_LAMBDA_H

#include "control.h"

/* Any request below /2015-03-31/functions/; `rest` is what stands behind that. Answers now or later. */
void control_lambda_request(struct control *control, struct exchange *x, struct str rest);

#endif
