/* retry_clock.h -- what the date of an answer says about our clock. Pure.
 * A signature is good for five minutes (IAM User Guide, "Elements of an AWS API request signature"): a clock that is
 * further off makes every call fail. AWS's SDKs then sign with the service's time, and so do we.
 */
#ifndef MOONWIRE_RETRY_CLOCK_H
#define MOONWIRE_RETRY_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum { RETRY_CLOCK_TOLERANCE_MS = 4 * 60 * 1000 }; /* as in the AWS SDK for C++: a minute less than what is refused */

/* Reads a Date header, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7; the obsolete forms are refused), into Unix
 * milliseconds. False, and *unix_ms unchanged, when it is none. */
bool retry_date_read(struct str date, int64_t *unix_ms);

/* Whether a date is further than the tolerance from a time of ours; a date that is none is not. *ahead_ms: how much later
 * it is. */
bool retry_clock_differs(struct str date, int64_t our_ms, int64_t *ahead_ms);

#endif
