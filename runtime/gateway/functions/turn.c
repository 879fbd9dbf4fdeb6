#include "turn.h"

void turn_begin(struct turn *turn, struct loop *loop, struct invoke *in, int64_t timeout_ms) {
  turn->invoke = in;
  str_copy(str_from(in->request_id), turn->request_id, sizeof turn->request_id);
  invoke_make_id(turn->nonce);
  turn->deadline_ms = clock_unix_ms() + timeout_ms;
  turn->due_ns = clock_monotonic_ns() + timeout_ms * NS_PER_MS;
  loop_timer_start(loop, &turn->limit, timeout_ms);
}

struct invoke *turn_end(struct turn *turn, struct loop *loop, bool late) {
  struct invoke *in = turn->invoke;
  turn->invoke = NULL;
  if (!late) turn->request_id[0] = '\0';
  loop_timer_stop(loop, &turn->limit);
  return in;
}

bool turn_is_late(const struct turn *turn) {
  return !turn->invoke && turn->request_id[0];
}

struct turn *turn_free(struct turn *turns, size_t count) {
  struct turn *found = NULL;
  for (size_t i = 0; i < count; i++) {
    if (turns[i].invoke) continue;
    if (!turn_is_late(&turns[i])) return &turns[i];
    if (!found) found = &turns[i];
  }
  return found;
}

struct turn *turn_find(struct turn *turns, size_t count, struct str request_id, struct str nonce) {
  struct turn *found = NULL;
  for (size_t i = 0; i < count; i++) {
    struct turn *turn = &turns[i];
    if (!turn->request_id[0] || !str_equal(str_from(turn->request_id), request_id)) continue;
    if (str_equal(str_from(turn->nonce), nonce)) return turn;
    if (!found || turn->invoke) found = turn;
  }
  return found;
}
