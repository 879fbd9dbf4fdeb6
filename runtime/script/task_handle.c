/* Handles and ties of tasks: lists that a task heads, but need not be known to change. */
#include <lauxlib.h>

#include "task.h"

void task_handle_wait(struct task_handle *waiter, struct task_handle *awaited) {
  waiter->waiter_link = &awaited->waiters;
  waiter->next_waiter = awaited->waiters;
  if (waiter->next_waiter) waiter->next_waiter->waiter_link = &waiter->next_waiter;
  awaited->waiters = waiter;
}

void task_handle_forget(struct task_handle *waiter) {
  if (!waiter->waiter_link) return;
  *waiter->waiter_link = waiter->next_waiter;
  if (waiter->next_waiter) waiter->next_waiter->waiter_link = waiter->waiter_link;
  waiter->waiter_link = NULL;
}

void task_untie(struct task_tie *tie) {
  if (!tie->link) return;
  *tie->link = tie->next;
  if (tie->next) tie->next->link = tie->link;
  tie->link = NULL;
}

void task_push_handle_meta(lua_State *L) {
  luaL_newmetatable(L, "moonwire.task");
}
