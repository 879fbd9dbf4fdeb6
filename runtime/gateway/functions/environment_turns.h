/* environment_turns.h -- the invocations of an environment: what comes to it, what leaves it, and what it waits for then.
 * Used by environment.c only.
 */
#ifndef MOONWIRE_ENVIRONMENT_TURNS_H
#define MOONWIRE_ENVIRONMENT_TURNS_H

#include "environment.h"

/* Makes its places. False when memory is short. */
bool environment_turns_init(struct environment *e, size_t places);

/* Answers polls that wait; nothing may be at hand. Safe on a zeroed environment. */
void environment_turns_free(struct environment *e);

/* An invocation that has its outcome, and its payload, leaves behind everything that was written while it was at hand. */
void environment_release(struct turn *turn, enum invoke_outcome outcome);

/* The one that a line belongs to, as far as can be told: NULL. */
struct invoke *environment_writer(const struct environment *e, struct str line);

/* Sets the limit for what it waits for, or ends it when it drains and waits for nothing. After every change. */
void environment_settle(struct environment *e);

/* The limit that environment_settle has set is over. */
void environment_waited(struct environment *e);

/* For both: no more patience. */
void environment_kill(struct environment *e);

#endif
