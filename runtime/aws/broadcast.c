#include "broadcast.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Where a call is. */
enum stage {
  FLYING,  /* on the wire: it has a place */
  PAUSING, /* off the wire, for a while */
  READY,   /* the while is over; it waits for a place */
};

/* One receiver: a call, then, if that failed, what is to be told about it. In one of the lists of its broadcast. */
struct letter {
  struct broadcast *owner;
  struct letter *next, **place;
  struct client_call *call;
  enum stage stage;
  const char *code;    /* literal */
  const char *message; /* literal, or told */
  char *told;          /* owned */
  size_t id_len;
  char id[];
};

/* First in, first out. */
struct letters {
  struct letter *first, **end;
};

struct broadcast {
  struct broadcast_setup setup;
  size_t flying, paused, sent; /* paused: those that are ready included */
  struct letters calls;        /* on the wire, or in a pause */
  struct letters ready;        /* the pause is over, they wait for a place */
  struct letters failed;
};

static void letters_add(struct letters *list, struct letter *letter) {
  letter->next = NULL;
  letter->place = list->end;
  *list->end = letter;
  list->end = &letter->next;
}

static void letters_remove(struct letters *list, struct letter *letter) {
  *letter->place = letter->next;
  if (letter->next)
    letter->next->place = letter->place;
  else
    list->end = letter->place;
}

static void letter_delete(struct letter *letter) {
  free(letter->told);
  free(letter);
}

static void letters_delete(struct letters *list, void (*cancel)(struct client_call *call)) {
  for (struct letter *letter = list->first, *next; letter; letter = next) {
    next = letter->next;
    if (cancel) cancel(letter->call);
    letter_delete(letter);
  }
}

struct broadcast *broadcast_new(const struct broadcast_setup *setup) {
  struct broadcast *b = calloc(1, sizeof *b);
  if (!b) return NULL;
  b->setup = *setup;
  b->calls.end = &b->calls.first;
  b->ready.end = &b->ready.first;
  b->failed.end = &b->failed.first;
  return b;
}

void broadcast_delete(struct broadcast *b) {
  if (!b) return;
  letters_delete(&b->calls, b->setup.cancel);
  letters_delete(&b->ready, b->setup.cancel);
  letters_delete(&b->failed, NULL);
  free(b);
}

bool broadcast_has_room(const struct broadcast *b) {
  return b->flying < b->setup.window && b->paused < BROADCAST_PAUSED * b->setup.window;
}

static void take_place(struct broadcast *b, struct letter *letter) {
  letter->stage = FLYING;
  b->paused--;
  b->flying++;
}

/* A place is free: it belongs to the call that has waited longest. So none waits while there is room. */
static void give_place(struct broadcast *b) {
  struct letter *letter = b->ready.first;
  if (!letter) return;
  letters_remove(&b->ready, letter);
  letters_add(&b->calls, letter);
  take_place(b, letter);
  b->setup.go_on(letter->call);
}

static void call_paused(void *ctx) {
  struct letter *letter = ctx;
  struct broadcast *b = letter->owner;
  letter->stage = PAUSING;
  b->flying--;
  b->paused++;
  give_place(b);
  b->setup.paused(b->setup.ctx);
}

static bool call_may_go_on(void *ctx) {
  struct letter *letter = ctx;
  struct broadcast *b = letter->owner;
  if (letter->stage == FLYING) return true; /* a short pause that was not worth telling */
  if (b->flying < b->setup.window) {
    take_place(b, letter);
    return true;
  }
  letter->stage = READY;
  letters_remove(&b->calls, letter);
  letters_add(&b->ready, letter);
  return false;
}

static void add_failure(struct broadcast *b, struct letter *letter, const char *code, const char *message) {
  letter->code = code;
  letter->told = strdup(message);
  letter->message = letter->told ? letter->told : "out of memory";
  letters_add(&b->failed, letter);
}

static void call_ended(void *ctx, const struct client_result *result) {
  struct letter *letter = ctx;
  struct broadcast *b = letter->owner;
  bool flying = letter->stage == FLYING;
  letters_remove(letter->stage == READY ? &b->ready : &b->calls, letter);
  *(flying ? &b->flying : &b->paused) -= 1;
  if (result->code == CLIENT_OK) {
    b->sent++;
    letter_delete(letter);
  } else {
    add_failure(b, letter, client_code_name(result->code), result->message);
  }
  if (flying) give_place(b);
  b->setup.ended(b->setup.ctx, result->code);
}

static struct letter *letter_new(struct broadcast *b, struct str id) {
  struct letter *letter = malloc(sizeof *letter + id.len);
  if (!letter) return NULL;
  *letter = (struct letter){ .owner = b, .id_len = id.len };
  memcpy(letter->id, id.ptr, id.len);
  return letter;
}

bool broadcast_send(struct broadcast *b, struct str id) {
  static const struct client_turns turns = { .paused = call_paused, .may_go_on = call_may_go_on };
  char err[ERR_LEN];
  struct letter *letter = letter_new(b, id);
  assert(broadcast_has_room(b));
  if (!letter) return false;
  letter->call = b->setup.send(b->setup.ctx, id, &turns, call_ended, letter, err);
  if (!letter->call) {
    add_failure(b, letter, client_code_name(CLIENT_BAD_REQUEST), err);
    return true;
  }
  letters_add(&b->calls, letter);
  b->flying++;
  return true;
}

bool broadcast_refuse(struct broadcast *b, struct str id, const char *code, const char *message) {
  struct letter *letter = letter_new(b, id);
  if (!letter) return false;
  letter->code = code;
  letter->message = message;
  letters_add(&b->failed, letter);
  return true;
}

size_t broadcast_sent(const struct broadcast *b) {
  return b->sent;
}

size_t broadcast_pending(const struct broadcast *b) {
  return b->flying + b->paused;
}

bool broadcast_failure(const struct broadcast *b, struct broadcast_failure *out) {
  const struct letter *letter = b->failed.first;
  if (!letter) return false;
  *out = (struct broadcast_failure){ str_of(letter->id, letter->id_len), letter->code, letter->message };
  return true;
}

void broadcast_drop_failure(struct broadcast *b) {
  struct letter *letter = b->failed.first;
  letters_remove(&b->failed, letter);
  letter_delete(letter);
}
