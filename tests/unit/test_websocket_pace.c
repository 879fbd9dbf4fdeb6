/* websocket_pace, without a socket, and a WebSocket that is slow or dropped on purpose. */
#include <string.h>

#include "httpd_fixture.h"
#include "websocket_fixture.h"
#include "websocket_pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

enum { MS = 1000 * 1000 };

/* A rate, and steps: so many milliseconds later there is so much room, of which so much is used, and so long is to be waited. */
static void room_grows_with_time(void **state) {
  static const struct {
    int64_t bytes_per_s;
    struct {
      int64_t later_ms;
      size_t room, used;
      int64_t wait_ms;
    } steps[5];
  } cases[] = {
    { 0, { { 0, 0, 0, -1 }, { 1000000, 0, 0, -1 } } },
    { 1, { { 0, 0, 0, 1001 }, { 999, 0, 0, 2 }, { 1, 1, 1, 1001 }, { 5000, 1, 0, 1 } } },
    { 1000, { { 0, 0, 0, 51 }, { 10, 10, 10, 51 }, { 50, 50, 20, 21 }, { 20, 50, 50, 51 }, { 60000, 50, 50, 51 } } },
    { 2000000, { { 0, 0, 0, 51 }, { 50, 100000, 100000, 51 }, { 1, 2000, 2000, 51 } } },
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct websocket_pace pace;
    int64_t now_ns = 77;
    websocket_pace_set(&pace, cases[i].bytes_per_s, now_ns);
    for (size_t k = 0; k < 5; k++) {
      if (cases[i].steps[k].wait_ms == 0) break;
      now_ns += cases[i].steps[k].later_ms * MS;
      size_t room = websocket_pace_room(&pace, now_ns);
      websocket_pace_used(&pace, cases[i].steps[k].used);
      int64_t wait_ms = websocket_pace_wait_ms(&pace);
      if (room != cases[i].steps[k].room || wait_ms != cases[i].steps[k].wait_ms)
        fail_msg("case %zu, step %zu: room %zu, wait %lld", i, k, room, (long long)wait_ms);
    }
  }
}

static void without_limit_there_is_room(void **state) {
  struct websocket_pace pace = { 0 };
  (void)state;
  assert_true(websocket_pace_room(&pace, 1) == SIZE_MAX);
  websocket_pace_used(&pace, 1000000);
  assert_true(websocket_pace_room(&pace, 1) == SIZE_MAX);
  websocket_pace_set(&pace, 0, 1);
  websocket_pace_set(&pace, -1, 1);
  assert_true(websocket_pace_room(&pace, 1) == SIZE_MAX);
  assert_true(websocket_pace_wait_ms(&pace) == 1);
}

/* A WebSocket */

/* Runs the loop until the client has so many bytes. */
static void stop(void *ctx) {
  loop_stop(ctx);
}

static void receive_bytes(size_t want) {
  struct loop_timer tick = { .fire = stop, .ctx = loop };
  while (in.len < want) {
    assert_true(loop_timer_start(loop, &tick, 1));
    loop_run(loop);
    receive();
  }
  loop_timer_stop(loop, &tick);
}

/* Late, but whole and in its order; what comes from the client is not slow. */
static void a_slow_client_gets_all(void **state) {
  enum { SIZE = 20 * KB, HEAD = 4 };
  static char text[SIZE];
  (void)state;
  for (size_t i = 0; i < SIZE; i++) text[i] = (char)('a' + i % 26);
  finish_handshake(STR(""));
  websocket_set_pace(ws, 200 * KB);
  assert_int_equal(websocket_send(ws, str_of(text, SIZE)), WEBSOCKET_SENT);
  assert_true(websocket_look(ws).waiting > 0);
  assert_true(websocket_look(ws).bytes_per_s == 200 * KB);
  send_frame((struct frame)F(FIN | TEXT, "echo"));
  run_turns(loop, 5);
  assert_int_equal(messages, 1);
  receive_bytes(SIZE + HEAD + strlen("..echo"));
  assert_memory_equal(in.ptr + HEAD, text, SIZE);
  assert_memory_equal(in.ptr + HEAD + SIZE + 2, "echo", 4);
  assert_int_equal(websocket_look(ws).waiting, 0);
}

/* One that reads nothing gets nothing, until it may again; its outbox fills up. */
static void a_client_that_reads_nothing(void **state) {
  static char text[100 * KB];
  size_t count = 0;
  (void)state;
  memset(text, 'x', sizeof text);
  finish_handshake(STR(""));
  websocket_set_pace(ws, 0);
  while (websocket_send(ws, str_of(text, sizeof text)) == WEBSOCKET_SENT) count++;
  assert_int_equal(count, WEBSOCKET_OUTBOX_MAX / (100 * KB));
  run_turns(loop, 20);
  receive();
  assert_int_equal(in.len, 0);
  size_t waiting = websocket_look(ws).waiting;
  assert_true(waiting > count * sizeof text);
  websocket_set_pace(ws, -1);
  receive_bytes(waiting);
  assert_int_equal(in.len, waiting);
  assert_int_equal(websocket_send(ws, STR("x")), WEBSOCKET_SENT);
}

static void a_drop_has_no_close_frame(void **state) {
  (void)state;
  finish_handshake(STR(""));
  assert_int_equal(websocket_send(ws, STR("one")), WEBSOCKET_SENT);
  inside = 1;
  websocket_drop(ws);
  websocket_drop(ws);
  assert_int_equal(websocket_send(ws, STR("two")), WEBSOCKET_CLOSING);
  assert_true(websocket_look(ws).closing);
  inside = 0;
  run_turns(loop, 5);
  assert_seen("dropped", "closed 1006 ;");
  assert_received("dropped", "text one;");
  assert_false(receive());
}

/* Between the answer to the handshake and the moment when that is written. */
static void a_drop_before_the_handshake_is_through(void **state) {
  (void)state;
  websocket_drop(ws);
  run_turns(loop, 5);
  assert_int_equal(closed, 0);
  finish_handshake(STR("early"));
  run_turns(loop, 5);
  assert_seen("dropped early", "closed 1006 ;");
}

/* A close that is under way keeps its code. */
static void a_drop_during_a_close(void **state) {
  (void)state;
  finish_handshake(STR(""));
  websocket_set_pace(ws, 0);
  websocket_close(ws, 1001, STR("Going away"));
  websocket_drop(ws);
  run_turns(loop, 5);
  assert_seen("dropped while closing", "closed 1001 Going away;");
  assert_received("dropped while closing", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_websocket, close_websocket)

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(room_grows_with_time),
    cmocka_unit_test(without_limit_there_is_room),
    TEST(a_slow_client_gets_all),
    TEST(a_client_that_reads_nothing),
    TEST(a_drop_has_no_close_frame),
    TEST(a_drop_before_the_handshake_is_through),
    TEST(a_drop_during_a_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
