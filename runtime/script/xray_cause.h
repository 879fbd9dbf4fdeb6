/* xray_cause.h -- a failure in the form that X-Ray shows: the value of Lambda-Runtime-Function-XRay-Error-Cause.
 * JSON in one line of ASCII, at most XRAY_CAUSE_MAX bytes: it travels in a header.
 * Source: AWS, "Using the Lambda runtime API for custom runtimes" (invocation error), and the runtime clients of AWS.
 */
#ifndef MOONWIRE_XRAY_CAUSE_H
#define MOONWIRE_XRAY_CAUSE_H

#include <stddef.h>

#include "buf.h"
#include "frames.h"

enum { XRAY_CAUSE_MAX = 32 * 1024 }; /* bytes; servers take less than the 1 MB that AWS's clients allow themselves */

/* Adds {"working_directory":...,"exceptions":[{"type":...,"message":...,"stack":[{"path":...,"line":...,"label":...}]}],
 * "paths":[...]}: paths are the files of the frames, each once. A long message is cut. */
void xray_cause_write(struct buf *b, struct str type, struct str message, const struct frame *frames, size_t count);

#endif
