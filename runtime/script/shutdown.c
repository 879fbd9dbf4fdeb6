#include "shutdown.h"

#include <string.h>

#include "failure.h"
#include "log.h"
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

/* lambda.lua has caught what a function raised; what is left is a lack of memory. */
static void function_done(void *ctx, lua_State *co, bool ok) {
  struct shutdown *s = ctx;
  if (!ok) {
    struct failure failure;
    failure_init(&failure);
    failure_from_error(&failure, co);
    failure_log(&failure, NULL);
    failure_free(&failure);
  }
  run_next(s);
}

static void run_next(struct shutdown *s) {
  lua_State *L = s->scope.vm->L;
  push_list(L);
  if (lua_istable(L, -1))
    lua_rawgeti(L, -1, s->next++); /* list function */
  else
    lua_pushnil(L);
  if (lua_isfunction(L, -1)) {
    task_new(&s->scope, L, 0, function_done, s);
    lua_pop(L, 1);
  } else {
    lua_pop(L, 2);
    finish(s);
  }
}

void shutdown_run(struct shutdown *s, struct vm *vm, void (*done)(void *ctx), void *ctx) {
  *s = (struct shutdown){ .next = 1, .done = done, .ctx = ctx };
  scope_open(&s->scope, vm, NULL, NULL);
  run_next(s);
}

void shutdown_free(struct shutdown *s) {
  scope_close(&s->scope);
}
