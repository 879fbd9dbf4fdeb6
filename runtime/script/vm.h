/* vm.h -- the Lua state of the process: made once, with the embedded library and the project's searchers.
 * Everything that Lua code can reach besides the standard library comes from package.preload: moonwire.* (Lua, linked in
 * as bytecode) and moonwire.core.* (one table per bind_*.c). What the runtime replaces in the standard library (require,
 * coroutine.resume and wrap, print) is in lua/moonwire/runtime/prelude.lua.
 */
#ifndef MOONWIRE_VM_H
#define MOONWIRE_VM_H

#include <stdbool.h>
#include <stddef.h>

#include <lua.h>

#include "err.h"
#include "loop.h"
#include "memory.h"
#include "nesting.h"
#include "watchdog.h"

struct http;
struct task;

/* A Lua module of the library, as bytecode; the tables are made by the build (library.h). */
struct vm_module {
  const char *name; /* "moonwire.ws" */
  const unsigned char *code;
  size_t size; /* bytes */
};

struct vm {
  lua_State *L;         /* the main state: owned; runs no handler itself */
  struct loop *loop;    /* borrowed */
  struct task *running; /* the task whose coroutine runs now, or NULL; kept by task.c */
  struct http *http;    /* outbound HTTP: owned; NULL until the first call (vm_http) */
  struct nesting nesting;
  struct watchdog watchdog; /* ends Lua code that runs on */
  struct memory memory;     /* limit 0 until memory_limit */
  bool output_matters;      /* print raises when its output cannot be written: in scripts, not in functions */
};

/* Opens the state. task_root is where handlers and their modules are ("/var/task", or "" for the working directory; copied).
 * On failure returns NULL and writes err. */
struct vm *vm_new(struct loop *loop, const char *task_root, char err[ERR_LEN]);

/* Adds modules to package.preload: an array ended by an entry without a name, borrowed for the life of the vm. */
void vm_add_modules(struct vm *vm, const struct vm_module *modules);

/* Closes the state and what it owns. No task may be left. Safe on NULL. */
void vm_delete(struct vm *vm);

/* The vm that a state (or a coroutine of it) belongs to. */
struct vm *vm_of(lua_State *L);

/* The outbound HTTP client, made at the first call. NULL, with err, when libcurl cannot start. */
struct http *vm_http(struct vm *vm, char err[ERR_LEN]);

#endif
