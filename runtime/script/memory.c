#include "memory.h"

#include <malloc.h>

#include "vm.h"

enum {
  RESERVE = 24 * 1024 * 1024, /* bytes for what is not Lua */
  PATIENCE_MS = 1000,         /* with finalizers */
  TRIES = 10                  /* of a collection: a finalizer that raises ends it */
};

/* When to collect again: garbage may be a quarter of what lives, or what fills half of the limit. */
static void set_next(struct memory *m) {
  size_t next = m->used + m->used / 4;
  if (next < m->limit / 2) next = m->limit / 2;
  m->next = next < m->limit ? next : m->limit;
}

static void collect_or_raise(lua_State *L, lua_Debug *ar) {
  struct memory *m = &vm_of(L)->memory;
  (void)ar;
  m->hooked = false;
  lua_sethook(L, NULL, 0, 0);
  lua_gc(L, LUA_GCCOLLECT, 0);
  if (m->used > m->limit / 2) lua_gc(L, LUA_GCCOLLECT, 0); /* what has a finalizer takes two */
  set_next(m);
  if (m->used <= m->limit - m->limit / 16) return; /* with less room it would collect at every turn */
  m->vm->nesting.stale = true;
  lua_pushliteral(L, "not enough memory"); /* Lua's own words */
  lua_error(L);
}

static void set_hook(struct memory *m) {
  if (m->hooked || m->vm->watchdog.hooked) return; /* a task that is stopped anyway */
  m->hooked = true;
  lua_sethook(m->vm->L, collect_or_raise, LUA_MASKCOUNT, 1);
}

static void *allocate(void *ud, void *ptr, size_t old_size, size_t new_size) {
  struct memory *m = ud;
  if (new_size > old_size && m->used + (new_size - old_size) > m->next && m->vm->watchdog.co) {
    set_hook(m);
    if (m->used + (new_size - old_size) > m->most) return NULL;
  }
  void *result = m->alloc(m->ud, ptr, old_size, new_size);
  if (result || new_size == 0) m->used += new_size - old_size;
  return result;
}

static int collect(lua_State *L) {
  lua_gc(L, LUA_GCCOLLECT, 0);
  lua_gc(L, LUA_GCCOLLECT, 0); /* what has a finalizer takes two */
  return 0;
}

static void collect_now(void *ctx) {
  struct memory *m = ctx;
  struct watchdog *watchdog = &m->vm->watchdog; /* finalizers are code of the user */
  watchdog_enter(watchdog, m->vm->L, clock_monotonic_ns() + PATIENCE_MS * NS_PER_MS, NULL);
  for (int tries = 0; tries < TRIES && lua_cpcall(m->vm->L, collect, NULL) != 0; tries++) lua_pop(m->vm->L, 1);
  watchdog_leave(watchdog);
  if (m->limit > 0) set_next(m);
  malloc_trim(0); /* what large events and results have taken apart */
}

void memory_init(struct memory *m, struct vm *vm) {
  *m = (struct memory){ .vm = vm, .collect = { .run = collect_now, .ctx = m } };
}

void memory_limit(struct memory *m, size_t function_bytes) {
  size_t reserve = function_bytes / 8 > RESERVE ? function_bytes / 8 : RESERVE;
  if (function_bytes < 2 * (size_t)RESERVE) reserve = function_bytes / 2;
  lua_State *L = m->vm->L;
  m->limit = function_bytes - reserve;
  m->most = function_bytes - reserve / 2;
  m->next = m->limit / 2;
  m->alloc = lua_getallocf(L, &m->ud);
  m->used = (size_t)lua_gc(L, LUA_GCCOUNT, 0) * 1024 + (size_t)lua_gc(L, LUA_GCCOUNTB, 0);
  lua_setallocf(L, allocate, m);
}

void memory_settle(struct memory *m, bool large) {
  if (large || (m->limit > 0 && m->used > m->limit / 4 * 3)) loop_job_add(m->vm->loop, &m->collect);
}

bool memory_recover(struct memory *m) {
  collect_now(m);
  return m->limit == 0 || m->used <= m->limit / 4 * 3;
}

void memory_free(struct memory *m) {
  loop_job_stop(m->vm->loop, &m->collect);
}
