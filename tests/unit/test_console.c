/* What the console keeps: records and invocations within bounds, nothing of messages while nobody watches, counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "console.h"
#include "console_traffic.h"
#include "json.h"
#include "pool.h"

#include <cmocka.h>

static struct loop *loop;
static struct console console;
static const struct project_function function = { .name = { "app", 3 }, .memory_mb = 512 };
static struct pool pool = { .options.function = &function };

static struct snapshot *no_snapshot(void *ctx, const struct pool *of) {
  (void)ctx;
  (void)of;
  return NULL;
}

static struct snapshot *current;

static struct snapshot *current_snapshot(void *ctx, const struct pool *of) {
  (void)ctx;
  (void)of;
  return snapshot_hold(current);
}

static int begin(void **state) {
  char err[ERR_LEN];
  (void)state;
  config_set("XDG_STATE_HOME", STR("/dev/null")); /* nothing of the user's is touched */
  loop = loop_new(err);
  assert_non_null(loop);
  assert_true(console_init(&console, &(struct console_options){ loop, no_snapshot, NULL, NULL }, err));
  return 0;
}

static int end(void **state) {
  (void)state;
  console_free(&console);
  assert_int_equal(loop_pending(loop), 0);
  loop_delete(loop);
  return 0;
}

static void finish(int number, const char *event, enum invoke_outcome outcome, struct str payload) {
  struct view_tap tap = console_tap(&console);
  struct invoke *in = invoke_new();
  assert_non_null(in);
  in->label = STR("$default");
  in->outcome = outcome;
  in->asked_ns = 1;
  in->begun_ns = 1000000;
  in->done_ns = 3500000;
  snprintf(in->request_id, sizeof in->request_id, "%036d", number);
  buf_add(&in->event, str_from(event));
  buf_add(&in->payload, payload);
  in->event_bytes = in->event.len;
  in->payload_bytes = in->payload.len;
  tap.invocation(tap.ctx, &pool, in, STR(""));
  assert_int_equal(in->event.len, 0); /* taken over */
  invoke_delete(in);
}

static const struct console_invocation *find(int number) {
  char id[UUID_LEN];
  snprintf(id, sizeof id, "%036d", number);
  return console_archive_find(&console.archive, str_from(id));
}

static void invocations_are_bounded(void **state) {
  (void)state;
  for (int i = 0; i < 2000; i++) finish(i, "{}", INVOKE_RESULT, STR("null"));
  assert_int_equal(console.archive.count, CONSOLE_ARCHIVE_COUNT);
  assert_null(find(1499));
  assert_non_null(find(1500));
  assert_non_null(find(1999));
  assert_int_equal(console.ring.last, 2000);
  assert_int_equal(console.ring.bytes, 0); /* nobody has asked */
  assert_false(console_ring_get(&console.ring, 1500)->late);
  assert_true(console_ring_get(&console.ring, 1501)->late);
}

static void their_bytes_are_bounded(void **state) {
  (void)state;
  size_t size = CONSOLE_ARCHIVE_TEXT;
  char *text = malloc(size + 1);
  assert_non_null(text);
  memset(text, '1', size + 1);
  for (int i = 0; i < 200; i++) finish(i, "{}", INVOKE_RESULT, str_of(text, size));
  assert_true(console.archive.bytes <= CONSOLE_ARCHIVE_BYTES);
  assert_true(console.archive.count < 100);
  assert_int_equal(find(199)->in.payload.len, size);
  finish(200, "{}", INVOKE_RESULT, str_of(text, size + 1));
  assert_int_equal(find(200)->in.payload.len, 0);
  assert_int_equal(find(200)->in.payload_bytes, size + 1);
  free(text);
}

static void their_snapshots_are_bounded(void **state) {
  (void)state;
  struct snapshot snapshots[CONSOLE_ARCHIVE_SNAPSHOTS + 2] = { 0 };
  size_t count = sizeof snapshots / sizeof *snapshots;
  console.options.snapshot = current_snapshot;
  for (size_t i = 0; i < 3 * count; i++) {
    current = &snapshots[i / 3];
    if (current->holds == 0) current->holds = 1; /* ours */
    finish((int)i, "{}", INVOKE_RESULT, STR("null"));
  }
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(snapshots[i].holds, i < 2 ? 1 : 4);
    assert_ptr_equal(find((int)(3 * i))->snapshot, i < 2 ? NULL : &snapshots[i]);
  }
  for (int i = 0; i < CONSOLE_ARCHIVE_COUNT; i++) finish(1000 + i, "{}", INVOKE_RESULT, STR("null"));
  for (size_t i = 0; i + 1 < count; i++) assert_int_equal(snapshots[i].holds, 1);
  console_archive_free(&console.archive);
  assert_int_equal(snapshots[count - 1].holds, 1);
}

/* Whatever was posted, a record is JSON. */
static void records_are_json(void **state) {
  static const struct {
    enum invoke_outcome outcome;
    struct str payload;
  } cases[] = { { INVOKE_ERROR, STR("{\"errorMessage\":\"\xff<b>\",\"errorType\":\"\\u0000\"}") },
                { INVOKE_ERROR, STR("\xff\xfe") },
                { INVOKE_CRASHED, STR("") },
                { INVOKE_RESULT, STR("\xff") },
                { INVOKE_CANCELLED, STR("") } };
  (void)state;
  console.watched = true;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) finish((int)i, "\xff", cases[i].outcome, cases[i].payload);
  for (uint64_t at = 1; at <= console.ring.last; at++) {
    const struct console_record *record = console_ring_get(&console.ring, at);
    struct arena memory = { 0 };
    const struct json *root;
    char err[ERR_LEN];
    assert_non_null(record->text);
    assert_true(json_parse(&memory, str_of(record->text, record->len), &root, err));
    assert_true(str_equal(json_member_text(root, STR("type")), STR("invocation")));
    arena_free(&memory);
  }
}

static void a_load_error_stays_until_it_is_mended(void **state) {
  struct view_tap tap = console_tap(&console);
  (void)state;
  tap.record(tap.ctx, VIEW_REFUSED, NULL, STR("{\"type\":\"reload\"}"));
  assert_string_equal(buf_text(&console.load_error), "{\"type\":\"reload\"}");
  tap.record(tap.ctx, VIEW_NOTE, NULL, STR("{\"type\":\"note\"}"));
  assert_string_equal(buf_text(&console.load_error), "{\"type\":\"reload\"}");
  tap.record(tap.ctx, VIEW_RELOADED, NULL, STR("{\"type\":\"reload\"}"));
  assert_string_equal(buf_text(&console.load_error), "");
  tap.record(tap.ctx, VIEW_READY, NULL, STR("{\"consoleUrl\":\"secret\"}")); /* has the token: no record */
  assert_int_equal(console.ring.last, 3);
}

static void lines_are_found_by_their_invocation(void **state) {
  struct view_tap tap = console_tap(&console);
  struct invoke in = { .request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd" };
  struct buf out;
  (void)state;
  tap.record(tap.ctx, VIEW_LOG, &in, STR("{\"type\":\"log\",\"requestId\":\"8476a536-e9f4-11e8-9739-2dfe598c3fcd\"}"));
  tap.record(tap.ctx, VIEW_LOG, NULL, STR("{\"type\":\"log\"}"));
  tap.record(tap.ctx, VIEW_LOG, &in, STR("{\"type\":\"log\",\"requestId\":\"another one with the same mark\"}"));
  buf_init(&out, 4096);
  console_write_lines(&console, str_from(in.request_id), &out);
  assert_string_equal(buf_text(&out),
                      "[{\"seq\":1,\"type\":\"log\",\"requestId\":\"8476a536-e9f4-11e8-9739-2dfe598c3fcd\"}]");
  buf_free(&out);
}

static void messages_are_recorded_while_somebody_watches(void **state) {
  struct console_frame frame = { .connection_id = "c", .text = STR("a\xff") };
  struct console_post post = { .connection_id = STR("c"), .status = 410 };
  (void)state;
  for (int i = 0; i < 100; i++) console_message(&console, &frame);
  console_posted(&console, &post);
  console_message(NULL, &frame);
  assert_int_equal(console.ring.last, 0);
  console.watched = true;
  console_message(&console, &frame);
  console_posted(&console, &post);
  assert_int_equal(console.ring.last, 2);
  const struct console_record *record = console_ring_get(&console.ring, 1);
  assert_true(str_find(str_of(record->text, record->len), STR("\"bytes\":2,\"text\":\"a\xEF\xBF\xBD\"}"), 0) !=
              SIZE_MAX);
  assert_int_equal(console.totals.messages_in, 101);
  assert_int_equal(console.totals.gone, 2);
}

static void totals(void **state) {
  static const struct {
    size_t bytes;
    int pieces;
  } cases[] = { { 0, 1 }, { 1, 1 }, { CONSOLE_PIECE, 1 }, { CONSOLE_PIECE + 1, 2 }, { 4 * CONSOLE_PIECE, 4 } };
  struct console_totals t = { 0 };
  struct buf out;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t before = t.pieces;
    console_totals_message(&t, i % 2, cases[i].bytes);
    assert_int_equal(t.pieces - before, cases[i].pieces);
  }
  console_totals_opened(&t, 1000);
  console_totals_opened(&t, 61000);
  console_totals_closed(&t, 1000, 91000); /* 1.5 minutes, and one of the other */
  console_totals_invoked(&t, true, 0, 1024);
  console_totals_invoked(&t, false, 500, 512);
  console_totals_posted(&t, 429);
  buf_init(&out, 4096);
  console_totals_write(&t, 121000, &out);
  assert_string_equal(buf_text(&out),
                      "{\"invocations\":2,\"billedRequests\":1,\"failures\":1,\"sends\":1,\"gone\":0,\"throttled\":1,"
                      "\"messagesIn\":3,\"messagesOut\":2,\"meteredMessages\":9,\"connectionMinutes\":2.500000,"
                      "\"gbSeconds\":0.250000}");
  buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(invocations_are_bounded, begin, end),
    cmocka_unit_test_setup_teardown(their_bytes_are_bounded, begin, end),
    cmocka_unit_test_setup_teardown(their_snapshots_are_bounded, begin, end),
    cmocka_unit_test_setup_teardown(records_are_json, begin, end),
    cmocka_unit_test_setup_teardown(a_load_error_stays_until_it_is_mended, begin, end),
    cmocka_unit_test_setup_teardown(lines_are_found_by_their_invocation, begin, end),
    cmocka_unit_test_setup_teardown(messages_are_recorded_while_somebody_watches, begin, end),
    cmocka_unit_test(totals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
