/* refusal.h -- why the Runtime API did not want something, in words for the log. Pure: status, size and text in, a
 * sentence out.
 * Statuses: AWS, "Using the Lambda runtime API for custom runtimes" (runtimes-api); 410 as AWS's own clients take it.
 */
#ifndef MOONWIRE_REFUSAL_H
#define MOONWIRE_REFUSAL_H

#include <stddef.h>

#include "err.h"
#include "str.h"

enum { RESULT_MAX = 6 * 1024 * 1024 + 100 }; /* bytes of a result that Lambda takes: 6 MB, and a little */

/* Writes "Runtime API answered STATUS: SAID"; said is the body of the answer, of which a part is quoted in one line, without
 * control characters. */
void refusal_quote(char err[ERR_LEN], int status, struct str said);

/* The same for the answer to a reply of `size` bytes (what: "result" or "error report"), with what the status means and
 * what can be done about it. */
void refusal_explain(char err[ERR_LEN], int status, struct str said, const char *what, size_t size);

#endif
