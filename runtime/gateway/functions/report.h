/* report.h -- what Lambda itself says about an invocation that its function gave no answer to: JSON with errorType and
 * errorMessage, in AWS's words. Pure.
 * Sources: AWS, "Lambda: troubleshoot invocation issues"; the Runtime Interface Emulator's server.
 */
#ifndef MOONWIRE_REPORT_H
#define MOONWIRE_REPORT_H

#include "buf.h"
#include "str.h"

/* {"errorType":type,"errorMessage":message}, appended. */
void report_write(struct buf *out, struct str type, struct str message);

/* Sandbox.Timedout: "RequestId: ID Error: Task timed out after 6.00 seconds". */
void report_timeout(struct buf *out, struct str request_id, int seconds);

/* The same for the start: "RequestId: ID Error: Initialization timed out after 10.00 seconds". */
void report_init_timeout(struct buf *out, struct str request_id, int seconds);

/* Runtime.ExitError: "RequestId: ID Error: Runtime exited with error: signal: killed". status as waitpid gives it. */
void report_exit(struct buf *out, struct str request_id, int status);

/* Function.ResponseSizeTooLarge. */
void report_too_large(struct buf *out);

/* TooManyRequestsException. */
void report_throttled(struct buf *out);

#endif
