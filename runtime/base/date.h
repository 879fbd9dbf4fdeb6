/* date.h -- the calendar of UTC. Pure: no time zones, no locks, no memory, so that a signal handler may ask too, which
 * gmtime_r forbids: it takes the lock of the time zone. */
#ifndef MOONWIRE_DATE_H
#define MOONWIRE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "str.h"

struct date {
  int64_t year;             /* 1970 */
  int month, day;           /* from 1 */
  int hour, minute, second; /* UTC; Unix time has no leap seconds */
};

/* The date of a Unix time, in seconds, in the proleptic Gregorian calendar; of times before 1970 too. */
struct date date_from_unix(int64_t seconds);

/* "2026-11-21T20:33:12.345Z": RFC 3339, the form that Lambda accepts for its own level filter. */
void date_write(struct buf *b, int64_t unix_ms);

/* Reads a date of RFC 3339 (section 5.6), with any number of digits behind the second, "Z" or an offset at its end: Unix
 * time in milliseconds, what is finer is cut off. Years 1 to 9999. False, *unix_ms unchanged, for anything else. */
bool date_read(struct str text, int64_t *unix_ms);

#endif
