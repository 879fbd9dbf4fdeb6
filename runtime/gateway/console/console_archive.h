/* console_archive.h -- the last invocations with what they got and gave, for whoever wants to look at one, or to have it again.
 * So many, and so many bytes, are kept at most; older ones go first, and so do snapshots. Memory is taken over from the invocations, not copied.
 */
#ifndef MOONWIRE_CONSOLE_ARCHIVE_H
#define MOONWIRE_CONSOLE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "invoke.h"
#include "project.h"
#include "snapshot.h"

enum {
  CONSOLE_ARCHIVE_COUNT = 500,
  CONSOLE_ARCHIVE_BYTES = 16 * 1024 * 1024,
  CONSOLE_ARCHIVE_SNAPSHOTS = 10,   /* each is a copy of the service on the disk */
  CONSOLE_ARCHIVE_TEXT = 256 * 1024 /* bytes of an event or a result; a longer one is not kept */
};

struct console_invocation {
  struct console_invocation *next;         /* the one behind it in time */
  uint64_t number;                         /* of its record (console_ring.h); 0: it has none */
  int64_t time_ms;                         /* Unix time of its end */
  struct invoke in;                        /* event and payload are owned; empty when they were too long */
  const struct project_function *function; /* borrowed */
  struct snapshot *snapshot;               /* held: the code that it ran; NULL: the folder itself, or it was let go */
  size_t bytes;
};

struct console_archive {
  struct console_invocation *first, *last; /* the oldest, the newest */
  size_t count, bytes;
  const struct snapshot *snapshots[CONSOLE_ARCHIVE_SNAPSHOTS]; /* that may be held; only compared */
  size_t next_snapshot;                                        /* the place of the next one: that of the oldest */
};

/* Takes event and payload out of `in`, and the hold of the snapshot, which may be NULL. Returns the new one, which is now
 * `last`; NULL when memory is short. */
struct console_invocation *console_archive_add(struct console_archive *archive, const struct project_function *function,
                                               struct invoke *in, struct snapshot *snapshot);

/* Whether there is more than may be kept, so that the oldest has to go. */
bool console_archive_is_full(const struct console_archive *archive);
void console_archive_drop_oldest(struct console_archive *archive);

/* The newest one with this id: what is tried again keeps it. NULL when there is none. */
const struct console_invocation *console_archive_find(const struct console_archive *archive, struct str request_id);

/* Its record, as --json prints it, with a line feed. */
void console_archive_write(const struct console_invocation *invocation, struct buf *out);

/* Safe on a zeroed archive. */
void console_archive_free(struct console_archive *archive);

#endif
