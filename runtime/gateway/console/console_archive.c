#include "console_archive.h"

#include <stdlib.h>

#include "view_json.h"
#include "view_report.h"

/* What it has is `out`'s now; a text that is too long is nobody's. */
static void take(struct buf *out, struct buf *from) {
  size_t ceiling = from->ceiling;
  *out = *from;
  buf_init(from, ceiling);
  if (out->len > CONSOLE_ARCHIVE_TEXT) buf_free(out);
}

/* Lets a snapshot go wherever it is held. */
static void let_go(struct console_archive *archive, const struct snapshot *snapshot) {
  for (struct console_invocation *at = archive->first; at && snapshot; at = at->next) {
    if (at->snapshot != snapshot) continue;
    snapshot_release(at->snapshot);
    at->snapshot = NULL;
  }
}

/* It is going to be held: another one may have to go. */
static void count_snapshot(struct console_archive *archive, const struct snapshot *snapshot) {
  for (size_t i = 0; i < CONSOLE_ARCHIVE_SNAPSHOTS; i++)
    if (!snapshot || archive->snapshots[i] == snapshot) return;
  let_go(archive, archive->snapshots[archive->next_snapshot]);
  archive->snapshots[archive->next_snapshot] = snapshot;
  archive->next_snapshot = (archive->next_snapshot + 1) % CONSOLE_ARCHIVE_SNAPSHOTS;
}

struct console_invocation *console_archive_add(struct console_archive *archive, const struct project_function *function,
                                               struct invoke *in, struct snapshot *snapshot) {
  struct console_invocation *kept = malloc(sizeof *kept);
  if (!kept) {
    snapshot_release(snapshot);
    return NULL;
  }
  count_snapshot(archive, snapshot);
  *kept = (struct console_invocation){ .function = function, .in = *in, .snapshot = snapshot };
  take(&kept->in.event, &in->event);
  take(&kept->in.payload, &in->payload);
  buf_init(&kept->in.log, 0);
  buf_init(&kept->in.client_context, 0);
  kept->bytes = sizeof *kept + kept->in.event.capacity + kept->in.payload.capacity;
  if (archive->last)
    archive->last->next = kept;
  else
    archive->first = kept;
  archive->last = kept;
  archive->count++;
  archive->bytes += kept->bytes;
  return kept;
}

bool console_archive_is_full(const struct console_archive *archive) {
  return archive->count > CONSOLE_ARCHIVE_COUNT || (archive->count > 1 && archive->bytes > CONSOLE_ARCHIVE_BYTES);
}

void console_archive_drop_oldest(struct console_archive *archive) {
  struct console_invocation *oldest = archive->first;
  archive->first = oldest->next;
  if (!archive->first) archive->last = NULL;
  archive->count--;
  archive->bytes -= oldest->bytes;
  buf_free(&oldest->in.event);
  buf_free(&oldest->in.payload);
  snapshot_release(oldest->snapshot);
  free(oldest);
}

const struct console_invocation *console_archive_find(const struct console_archive *archive, struct str request_id) {
  const struct console_invocation *found = NULL;
  for (const struct console_invocation *at = archive->first; at; at = at->next)
    if (str_equal(str_from(at->in.request_id), request_id)) found = at;
  return found;
}

void console_archive_write(const struct console_invocation *invocation, struct buf *out) {
  const struct invoke *in = &invocation->in;
  bool failed = in->outcome != INVOKE_RESULT && in->outcome != INVOKE_CANCELLED;
  struct view_report report;
  struct arena memory;
  arena_init(&memory);
  if (failed) report = view_report_read(buf_str(&in->payload), &memory);
  view_json_invocation(out, invocation->time_ms, invocation->function->name, in, failed ? &report : NULL);
  arena_free(&memory);
}

void console_archive_free(struct console_archive *archive) {
  while (archive->first) console_archive_drop_oldest(archive);
}
