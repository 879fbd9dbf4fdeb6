/* faults.h -- what goes wrong on purpose (`moonwire ctl`), and what that means for the step at hand.
 * No clock and no randomness: they are inputs. What concerns one connection only lies in the connection, and ends with it.
 */
#ifndef MOONWIRE_FAULTS_H
#define MOONWIRE_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

enum {
  FAULT_COUNT_MAX = 1000000,          /* posts, or ends of connections */
  FAULT_DELAY_MAX_MS = 10 * 60 * 1000 /* of each of the two parts of a delay */
};

/* How many more posts are answered with 429, and how many with 410, instead of being passed on. */
struct fault_posts {
  int throttled, gone;
};

/* Where time can be added: before an invocation begins, and before a call of @connections is carried out. */
enum fault_hop { FAULT_INVOCATION, FAULT_CALL, FAULT_HOPS };

/* Milliseconds: always so many, and at random up to so many more. */
struct fault_delay {
  int64_t ms, jitter_ms;
};

/* Zeroed: nothing goes wrong. */
struct faults {
  struct fault_posts posts; /* to whatever connection */
  int silent_ends;          /* so many more connections end without $disconnect */
  struct fault_delay delays[FAULT_HOPS];
};

/* A post is about to be passed on to a connection that has faults of its own, too: those come first, and 429 comes before
 * 410. Counts down; *left is how many more there are of the kind, of either owner. */
enum fault_post { FAULT_NONE, FAULT_THROTTLED, FAULT_GONE };
enum fault_post faults_take_post(struct faults *faults, struct fault_posts *own, int *left);

/* $disconnect is about to run. True: it does not, and *left more ends are silent. */
bool faults_take_end(struct faults *faults, int *left);

/* Milliseconds to wait; `random` is any number, whose remainder is the jitter. */
int64_t faults_delay(const struct faults *faults, enum fault_hop hop, uint64_t random);

/* Something for the developer: a fault was set, or reset, or has happened. Borrowed. */
struct fault_news {
  const char *event;         /* "set", "reset", "applied" */
  const char *fault;         /* what it is called: "gone", "drop"; "" when all were reset */
  const char *connection_id; /* or "" */
  const char *text;          /* a short sentence */
};

#endif
