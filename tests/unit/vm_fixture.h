/* vm_fixture.h -- the runtime's own Lua state, and code that runs in it as a task does. */
#ifndef MOONWIRE_VM_FIXTURE_H
#define MOONWIRE_VM_FIXTURE_H

#include <stdbool.h>

#include "lua_fixture.h"
#include "task.h"
#include "vm.h"

extern struct vm *vm;

/* Setup and teardown for cmocka; `L` of lua_fixture.h is the vm's state meanwhile. What a test leaves in the loop or on
 * the stack makes its teardown fail. */
int vm_fixture_open(void **state);
int vm_fixture_close(void **state);

/* Runs a chunk, handlers/chat.lua, as a task to its end; done is told how it ended. */
void vm_fixture_run(const char *code, task_done done, void *ctx);

#endif
