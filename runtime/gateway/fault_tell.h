/* fault_tell.h -- tells the developer about faults on purpose: each that is set, and each time that one is applied.
 */
#ifndef MOONWIRE_FAULT_TELL_H
#define MOONWIRE_FAULT_TELL_H

#include "server.h"

/* `connection_id` may be "". The text is cut to ERR_LEN. */
void fault_tell_set(struct server *server, const char *fault, const char *connection_id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void fault_tell_applied(struct server *server, const char *fault, const char *connection_id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void fault_tell_reset(struct server *server);

/* How long this hop takes longer now, in milliseconds. */
int64_t fault_delay_now(const struct server *server, enum fault_hop hop);

/* For "%s" behind a fault that was applied: how often it will be again. */
enum { FAULT_LEFT_LEN = 32 };
const char *fault_left(int left, char text[FAULT_LEFT_LEN]);

#endif
