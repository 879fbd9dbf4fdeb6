#include "vm_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "scope.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

struct vm *vm;
static struct loop *loop;

int vm_fixture_open(void **state) {
  (void)state;
  char err[ERR_LEN];
  if (!(loop = loop_new(err))) return -1;
  if (!(vm = vm_new(loop, "", err))) return -1;
  L = vm->L;
  lua_settop(L, 0);
  lua_fixture_run("json = require 'moonwire.json'");
  return 0;
}

int vm_fixture_close(void **state) {
  (void)state;
  int left = lua_gettop(L) + (int)loop_pending(loop);
  vm_delete(vm);
  if (left == 0) loop_delete(loop);
  return left;
}

void vm_fixture_run(const char *code, task_done done, void *ctx) {
  struct scope scope;
  scope_open(&scope, vm, NULL, NULL);
  if (luaL_loadbuffer(L, code, strlen(code), "@handlers/chat.lua") != 0) fail_msg("%s", lua_tostring(L, -1));
  task_new(&scope, L, 0, done, ctx);
  loop_run(loop);
  assert_null(scope.tasks);
  scope_close(&scope);
}
