#include "shutdown.h"

#include <string.h>

#include "failure.h"
#include "log.h"
#include "outcome.h"
#include "task.h"

static const char list_key, closed_key; /* registry: an array of functions; true when it takes no more */

/* Pushes the array, or nil. */
static void push_list(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&list_key);
  lua_rawget(L, LUA_REGISTRYINDEX);
}

static bool is_closed(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&closed_key);
  lua_rawget(L, LUA_REGISTRYINDEX);
  bool closed = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return closed;
}

bool shutdown_add(lua_State *L) {
  if (is_closed(L)) {
    lua_pop(L, 1);
    return false;
  }
  push_list(L); /* function list */
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushlightuserdata(L, (void *)&list_key);
    lua_pushvalue(L, -2); /* function list key list */
    lua_rawset(L, LUA_REGISTRYINDEX);
  }
  lua_insert(L, -2); /* list function */
  lua_rawseti(L, -2, (int)lua_objlen(L, -2) + 1);
  lua_pop(L, 1);
  return true;
}

size_t shutdown_close(struct vm *vm) {
  lua_State *L = vm->L;
  lua_pushlightuserdata(L, (void *)&closed_key);
  lua_pushboolean(L, 1);
  lua_rawset(L, LUA_REGISTRYINDEX);
  push_list(L);
  size_t count = lua_istable(L, -1) ? lua_objlen(L, -1) : 0;
  lua_pop(L, 1);
  return count;
}

/* Running */

/* What a function started and did not wait for ends with the last of them. */
static void finish(struct shutdown *s) {
  size_t count = scope_cancel_tasks(&s->scope);
  if (count > 0)
    log_printf(LOG_WARN, NULL, "the functions given to on_shutdown returned while %zu task%s still ran; cancelled",
               count, count == 1 ? "" : "s");
  s->done(s->ctx);
}

static void run_next(struct shutdown *s);

/* lambda.lua has caught what a function raised; what is left is a lack of memory, and the end of the time. */
static void function_done(void *ctx, lua_State *co, bool ok) {
  struct shutdown *s = ctx;
  struct failure failure;
  char place[FRAMES_PLACE_LEN];
  if (s->scope.late) {
    stack_place(s->scope.late_stack, place);
    log_printf(LOG_WARN, NULL, "the functions given to on_shutdown were stopped at %s: their time was over", place);
    finish(s);
    return;
  }
  failure_init(&failure);
  if (!ok) outcome_read_error(&s->scope, co, &failure);
  if (!ok) failure_log(&failure, NULL);
  failure_free(&failure);
  run_next(s);
}

/* Protected. Leaves *s as it is when there are no more. */
static int start_next(lua_State *L) {
  struct shutdown *s = lua_touserdata(L, 1);
  push_list(L);
  if (!lua_istable(L, -1)) return 0;
  lua_rawgeti(L, -1, s->next);
  if (!lua_isfunction(L, -1)) return 0;
  s->next++;
  s->started = true;
  task_new(&s->scope, L, 0, function_done, s);
  return 0;
}

static void run_next(struct shutdown *s) {
  struct vm *vm = s->scope.vm;
  s->started = false;
  if (lua_cpcall(vm->L, start_next, s) != 0) {
    log_write(LOG_ERROR, NULL, STR("no memory to run the functions given to on_shutdown"), STR(""));
    lua_pop(vm->L, 1);
    s->started = false;
  }
  if (!s->started) finish(s);
}

void shutdown_run(struct shutdown *s, struct vm *vm, int64_t due_ns, void (*done)(void *ctx), void *ctx) {
  *s = (struct shutdown){ .next = 1, .done = done, .ctx = ctx };
  scope_open(&s->scope, vm, NULL, NULL);
  s->scope.due_ns = due_ns;
  run_next(s);
}

void shutdown_place(const struct shutdown *s, char place[FRAMES_PLACE_LEN]) {
  struct stack stack;
  scope_stack(&s->scope, &stack);
  stack_place(&stack, place);
}

void shutdown_free(struct shutdown *s) {
  scope_close(&s->scope);
}
