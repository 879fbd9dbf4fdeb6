/* test_broadcast.c -- the window of a broadcast over calls that are played: never more on the wire than it has places, every
 * receiver counted once, nothing left wherever it is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "broadcast.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

enum { CALLS_MAX = 4096, IDS = 300 };

/* A call as a client would have it. */
struct played {
  enum { ON_WIRE, IN_PAUSE, WAITS, MAY_GO } state;
  const struct client_turns *turns;
  client_done done;
  void *ctx;
};

/* One broadcast and the world around it. */
struct play {
  struct broadcast *b;
  struct played *calls[CALLS_MAX]; /* that live */
  size_t count, on_wire, most_on_wire, most_pending;
  size_t begun, ended, pauses, failures;
  int refuse_from; /* send fails from this id on */
  int told[IDS];   /* how often a failure of each id was told */
  uint32_t random;
};

static struct play *current; /* go_on and cancel have no context, as client.h's have none */

static struct client_call *play_send(void *ctx, struct str id, const struct client_turns *turns, client_done done,
                                     void *call, char err[ERR_LEN]) {
  struct play *play = ctx;
  int64_t number;
  assert_true(str_to_int64(id, &number));
  if (number >= play->refuse_from) {
    snprintf(err, ERR_LEN, "cannot be sent");
    return NULL;
  }
  struct played *made = calloc(1, sizeof *made);
  assert_non_null(made);
  *made = (struct played){ ON_WIRE, turns, done, call };
  play->calls[play->count++] = made;
  play->begun++;
  play->on_wire++;
  return (struct client_call *)made;
}

static void play_go_on(struct client_call *call) {
  struct played *played = (struct played *)call;
  assert_int_equal(played->state, WAITS);
  played->state = MAY_GO; /* and goes in its next step: not from inside this */
  current->on_wire++;
}

static void forget(struct play *play, struct played *call) {
  size_t i = 0;
  while (play->calls[i] != call) assert_true(++i < play->count);
  play->calls[i] = play->calls[--play->count];
  free(call);
}

static void play_cancel(struct client_call *call) {
  forget(current, (struct played *)call);
}

static void note_ended(void *ctx, enum client_code code) {
  (void)code;
  ((struct play *)ctx)->ended++;
}

static void note_paused(void *ctx) {
  ((struct play *)ctx)->pauses++;
}

static void play_open(struct play *play, size_t window, uint32_t seed) {
  *play = (struct play){ .random = seed, .refuse_from = IDS };
  struct broadcast_setup setup = { window, play_send, play_go_on, play_cancel, note_ended, note_paused, play };
  play->b = broadcast_new(&setup);
  assert_non_null(play->b);
  current = play;
}

static uint32_t below(struct play *play, uint32_t n) {
  play->random = play->random * 1664525 + 1013904223; /* Knuth, TAOCP 2, table 3.3.4.1 */
  return (play->random >> 8) % n;
}

static void end_call(struct play *play, struct played *call, enum client_code code) {
  struct client_result result = { .code = code, .message = code == CLIENT_OK ? "" : "a reason" };
  if (call->state == ON_WIRE || call->state == MAY_GO) play->on_wire--;
  struct played was = *call;
  forget(play, call); /* first: the completion may let another go on */
  was.done(was.ctx, &result);
}

/* What may happen to a call happens: an answer, a pause, the end of the pause, a deadline. */
static void step(struct play *play) {
  static const enum client_code codes[] = { CLIENT_OK, CLIENT_OK, CLIENT_OK, CLIENT_GONE, CLIENT_TIMEOUT };
  struct played *call = play->calls[below(play, (uint32_t)play->count)];
  bool again = below(play, 3) == 0;
  if (call->state == MAY_GO) call->state = ON_WIRE;
  if (call->state == ON_WIRE && again) {
    call->state = IN_PAUSE;
    play->on_wire--;
    call->turns->paused(call->ctx);
  } else if (call->state == ON_WIRE) {
    end_call(play, call, codes[below(play, 5)]);
  } else if (again) {
    end_call(play, call, CLIENT_THROTTLED);
  } else if (call->state == IN_PAUSE) {
    bool goes = call->turns->may_go_on(call->ctx);
    call->state = goes ? ON_WIRE : WAITS;
    if (goes) play->on_wire++;
  }
}

static void take_failures(struct play *play) {
  struct broadcast_failure failure;
  for (; broadcast_failure(play->b, &failure); broadcast_drop_failure(play->b), play->failures++) {
    int64_t number;
    assert_true(str_to_int64(failure.id, &number));
    play->told[number]++;
    assert_true(failure.code[0] && failure.message[0]);
  }
}

static void look(struct play *play) {
  size_t pending = broadcast_pending(play->b);
  assert_int_equal(pending, play->count);
  if (play->on_wire > play->most_on_wire) play->most_on_wire = play->on_wire;
  if (pending > play->most_pending) play->most_pending = pending;
}

/* Sends to all; gives up after so many steps. Returns how many there were. */
static size_t run(struct play *play, size_t steps_max) {
  size_t steps = 0;
  for (int next = 0; steps < steps_max && (next < IDS || play->count > 0); steps++) {
    char id[16];
    while (next < IDS && broadcast_has_room(play->b)) {
      snprintf(id, sizeof id, "%d", next++);
      assert_true(broadcast_send(play->b, str_from(id)));
      look(play);
    }
    if (play->count > 0) step(play);
    look(play);
    take_failures(play);
  }
  return steps;
}

static void test_window_and_sums(void **state) {
  (void)state;
  static const size_t windows[] = { 1, 2, 7, 32, BROADCAST_WINDOW_MAX };
  for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
    for (uint32_t seed = 0; seed < 50; seed++) {
      struct play play;
      play_open(&play, windows[w], seed);
      run(&play, SIZE_MAX);
      assert_int_equal(play.most_on_wire, windows[w] < IDS ? windows[w] : IDS);
      assert_true(play.most_pending <= (BROADCAST_PAUSED + 1) * windows[w]);
      assert_int_equal(broadcast_sent(play.b) + play.failures, IDS);
      assert_int_equal(play.begun, IDS);
      assert_int_equal(play.ended, IDS);
      assert_true(play.pauses > 0 && play.failures > 0);
      for (int i = 0; i < IDS; i++) assert_true(play.told[i] <= 1);
      broadcast_delete(play.b);
    }
  }
}

static void test_given_up_at_every_point(void **state) {
  (void)state;
  struct play play;
  play_open(&play, 3, 1);
  size_t steps = run(&play, SIZE_MAX);
  broadcast_delete(play.b);
  for (size_t point = 0; point <= steps; point++) {
    play_open(&play, 3, 1);
    run(&play, point);
    broadcast_delete(play.b); /* failures that nobody took are in it, too */
    assert_int_equal(play.count, 0);
  }
  broadcast_delete(NULL);
}

/* The one that says nothing keeps its place; all others are done by then. */
static void test_silent_receiver(void **state) {
  (void)state;
  struct play play;
  play_open(&play, 2, 1);
  assert_true(broadcast_send(play.b, STR("0")));
  struct played *silent = play.calls[0];
  for (int i = 1; i < IDS; i++) {
    assert_true(broadcast_has_room(play.b));
    assert_true(broadcast_send(play.b, STR("1")));
    assert_false(broadcast_has_room(play.b));
    end_call(&play, play.calls[1], CLIENT_OK);
  }
  assert_int_equal(broadcast_sent(play.b), IDS - 1);
  assert_int_equal(broadcast_pending(play.b), 1);
  end_call(&play, silent, CLIENT_TIMEOUT);
  take_failures(&play);
  assert_int_equal(play.told[0], 1);
  broadcast_delete(play.b);
}

/* A pause gives the place away, a call whose pause is over has it before a new one. */
static void test_pauses(void **state) {
  (void)state;
  struct play play;
  play_open(&play, 1, 1);
  assert_true(broadcast_send(play.b, STR("0")));
  struct played *first = play.calls[0];
  first->turns->paused(first->ctx);
  assert_true(broadcast_has_room(play.b));
  assert_true(broadcast_send(play.b, STR("1")));
  struct played *second = play.calls[1];
  assert_false(first->turns->may_go_on(first->ctx));
  first->state = WAITS;
  end_call(&play, second, CLIENT_OK);
  assert_int_equal(first->state, MAY_GO);
  assert_false(broadcast_has_room(play.b));
  assert_true(first->turns->may_go_on(first->ctx)); /* it has its place: a client may ask again */
  end_call(&play, first, CLIENT_OK);
  assert_int_equal(broadcast_sent(play.b), 2);
  broadcast_delete(play.b);
}

static void test_too_many_pauses(void **state) {
  (void)state;
  struct play play;
  play_open(&play, 2, 1);
  while (broadcast_has_room(play.b)) {
    assert_true(broadcast_send(play.b, STR("0")));
    struct played *call = play.calls[play.count - 1];
    call->state = IN_PAUSE;
    call->turns->paused(call->ctx);
  }
  assert_int_equal(broadcast_pending(play.b), BROADCAST_PAUSED * 2);
  end_call(&play, play.calls[0], CLIENT_THROTTLED);
  assert_true(broadcast_has_room(play.b));
  broadcast_delete(play.b);
}

static void test_failures_without_a_call(void **state) {
  (void)state;
  struct play play;
  struct broadcast_failure failure;
  play_open(&play, 1, 1);
  play.refuse_from = 0;
  assert_true(broadcast_refuse(play.b, STR("7"), "connecting", "later"));
  assert_true(broadcast_send(play.b, STR("8")));
  assert_true(broadcast_has_room(play.b));
  assert_int_equal(broadcast_pending(play.b), 0);
  static const struct {
    struct str id;
    const char *code, *message;
  } want[] = { { STR("7"), "connecting", "later" }, { STR("8"), "bad_request", "cannot be sent" } };
  for (size_t i = 0; i < 2; i++, broadcast_drop_failure(play.b)) {
    assert_true(broadcast_failure(play.b, &failure));
    assert_true(str_equal(failure.id, want[i].id));
    assert_string_equal(failure.code, want[i].code);
    assert_string_equal(failure.message, want[i].message);
  }
  assert_false(broadcast_failure(play.b, &failure));
  assert_int_equal(play.ended, 0);
  broadcast_delete(play.b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_window_and_sums), cmocka_unit_test(test_given_up_at_every_point),
    cmocka_unit_test(test_silent_receiver), cmocka_unit_test(test_pauses),
    cmocka_unit_test(test_too_many_pauses), cmocka_unit_test(test_failures_without_a_call),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
