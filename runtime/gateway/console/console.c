#include "console.h"

#include <inttypes.h>

#include "digest.h"
#include "pool.h"

enum { RECORD_MAX = 4 * 1024 * 1024, KEEP = 64 * 1024 };

/* Records */

/* A mark of the lines of an invocation: they are found by it, then compared. */
static uint32_t tag_of(struct str request_id) {
  uint32_t tag = 2166136261u; /* FNV-1a */
  for (size_t i = 0; i < request_id.len; i++) tag = (tag ^ (unsigned char)request_id.ptr[i]) * 16777619u;
  return tag ? tag : 1;
}

static void add(struct console *console, struct str json, uint32_t tag) {
  console_ring_add(&console->ring, json, tag);
  console_feed_wake(&console->feed);
}

void console_add(struct console *console, struct str json) {
  if (json.len > 0) add(console, json, 0);
}

static void keep_load_error(struct console *console, struct str json) {
  buf_clear(&console->load_error);
  buf_add(&console->load_error, json);
}

static void take_record(void *ctx, enum view_kind kind, const struct invoke *of, struct str json) {
  struct console *console = ctx;
  if (kind == VIEW_READY) return; /* GET console/state has it all, and it has the token */
  if (kind == VIEW_REFUSED) keep_load_error(console, json);
  if (kind == VIEW_RELOADED) keep_load_error(console, STR(""));
  add(console, json, kind == VIEW_LOG && of ? tag_of(str_from(of->request_id)) : 0);
}

/* Invocations */

static void write_late(struct console *console, const struct console_invocation *invocation) {
  struct buf *out = &console->record;
  console_archive_write(invocation, out);
  struct str json = buf_str(out);
  console_ring_write(&console->ring, invocation->number, str_slice(json, 0, json.len > 0 ? json.len - 1 : 0));
  buf_trim(out, KEEP);
}

/* A record that nobody has asked for goes with its invocation. */
static void make_room(struct console *console) {
  while (console_archive_is_full(&console->archive)) {
    console_ring_write(&console->ring, console->archive.first->number, STR(""));
    console_archive_drop_oldest(&console->archive);
  }
}

static bool has_failed(const struct invoke *in) {
  return in->outcome != INVOKE_RESULT && in->outcome != INVOKE_CANCELLED;
}

static void take_invocation(void *ctx, const struct pool *pool, struct invoke *in, struct str json) {
  struct console *console = ctx;
  bool is_long = in->payload.len > CONSOLE_ARCHIVE_TEXT;
  struct snapshot *snapshot = console->options.snapshot(console->options.ctx, pool);
  int64_t now_ms = clock_unix_ms();
  console_totals_invoked(&console->totals, has_failed(in), invoke_billed_ms(in), pool->options.function->memory_mb);
  if (json.len == 0 && is_long) { /* while its report is there */
    struct console_invocation all = { .time_ms = now_ms, .in = *in, .function = pool->options.function };
    console_archive_write(&all, &console->record);
    json = str_slice(buf_str(&console->record), 0, console->record.len > 0 ? console->record.len - 1 : 0);
  }
  uint64_t number = console_ring_add(&console->ring, console->watched || is_long ? json : STR(""), 0);
  struct console_invocation *kept = console_archive_add(&console->archive, pool->options.function, in, snapshot);
  buf_trim(&console->record, KEEP);
  if (kept) {
    kept->number = number;
    kept->time_ms = now_ms;
    make_room(console);
    if (console->watched) write_late(console, kept); /* unless the terminal had it */
  }
  console_feed_wake(&console->feed);
}

struct view_tap console_tap(struct console *console) {
  return (struct view_tap){ take_record, take_invocation, console };
}

/* The feed */

static void write_all_late(struct console *console) {
  for (const struct console_invocation *at = console->archive.first; at; at = at->next) {
    const struct console_record *record = console_ring_get(&console->ring, at->number);
    if (record && record->late) write_late(console, at);
  }
}

static void write_record(struct buf *out, uint64_t number, struct str json) {
  buf_addf(out, "{\"seq\":%" PRIu64 ",", number);
  buf_add(out, str_slice(json, 1, json.len)); /* behind its "{" */
}

/* { run, next, lost, records }; `next` is what the page asks with the next time. */
static void write_feed(void *ctx, uint64_t after, bool is_empty, struct buf *out) {
  struct console *console = ctx;
  const struct console_ring *ring = &console->ring;
  uint64_t at = after + 1, oldest = console_ring_oldest(ring), lost = 0;
  size_t start, written = 0;
  if (after > ring->last) at = ring->last + 1; /* the number is one of another run */
  if (at < oldest && !is_empty) {
    lost = oldest - at;
    at = oldest;
  }
  buf_addf(out, "{\"run\":\"%s\",\"records\":[", console->run);
  for (start = out->len; at <= ring->last && !is_empty; at++) {
    const struct console_record *record = console_ring_get(ring, at);
    if (!record->text) {
      lost++;
      continue;
    }
    if (written > 0 && out->len - start + record->len > CONSOLE_FEED_BYTES) break;
    if (written++ > 0) buf_add_char(out, ',');
    write_record(out, at, str_of(record->text, record->len));
  }
  buf_addf(out, "],\"next\":%" PRIu64 ",\"lost\":%" PRIu64 "}", at - 1, lost);
}

void console_each_line(const struct console *console, struct str request_id,
                       void (*each)(void *ctx, uint64_t number, struct str json), void *ctx) {
  uint32_t tag = tag_of(request_id);
  for (uint64_t at = console_ring_oldest(&console->ring); at <= console->ring.last; at++) {
    const struct console_record *record = console_ring_get(&console->ring, at);
    struct str json = str_of(record->text, record->len);
    if (record->tag == tag && str_find(json, request_id, 0) != SIZE_MAX)
      each(ctx, at, json); /* a mark may be another's */
  }
}

static void write_line(void *ctx, uint64_t number, struct str json) {
  struct buf *out = ctx;
  if (out->len > 0 && out->ptr[out->len - 1] == '}') buf_add_char(out, ',');
  write_record(out, number, json);
}

void console_write_lines(const struct console *console, struct str request_id, struct buf *out) {
  buf_add_char(out, '[');
  console_each_line(console, request_id, write_line, out);
  buf_add_char(out, ']');
}

static void nobody_watches(void *ctx) {
  struct console *console = ctx;
  console->watched = false;
  console_feed_rest(&console->feed);
}

static void note_watcher(struct console *console) {
  if (!console->watched) write_all_late(console);
  console->watched = true;
  loop_timer_start(console->options.loop, &console->unwatched, CONSOLE_WATCHED_MS);
}

void console_request_feed(struct console *console, struct exchange *x, bool from_start, uint64_t after,
                          int64_t wait_ms) {
  note_watcher(console);
  if (from_start) after = console_ring_oldest(&console->ring) - 1;
  bool is_news = after != console->ring.last;
  console_feed_request(&console->feed, x, after, is_news ? 0 : wait_ms);
}

/* The whole */

bool console_init(struct console *console, const struct console_options *options, char err[ERR_LEN]) {
  *console = (struct console){ .options = *options };
  invoke_make_id(console->run);
  buf_init(&console->record, RECORD_MAX);
  buf_init(&console->load_error, RECORD_MAX);
  console->unwatched = (struct loop_timer){ .fire = nobody_watches, .ctx = console };
  console_apps_init(&console->apps, options->loop, options->program);
  console_feed_init(&console->feed, options->loop, write_feed, console);
  return console_token_open(&console->token, err);
}

void console_end(struct console *console) {
  console_apps_end(&console->apps);
  console_feed_end(&console->feed);
}

void console_free(struct console *console) {
  if (!console->options.loop) return;
  console_apps_free(&console->apps);
  console_feed_end(&console->feed);
  loop_timer_stop(console->options.loop, &console->unwatched);
  console_ring_free(&console->ring);
  console_archive_free(&console->archive);
  buf_free(&console->record);
  buf_free(&console->load_error);
  digest_wipe(&console->token, sizeof console->token);
}
