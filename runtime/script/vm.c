#include "vm.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "binds.h"
#include "container.h"
#include "http.h"
#include "library.h"
#include "log.h"

static const struct {
  const char *name;
  void (*bind)(lua_State *L);
} binds[] = {
  { "moonwire.core.aws", bind_aws },
  { "moonwire.core.broadcast", bind_broadcast },
  { "moonwire.core.connections", bind_connections },
  { "moonwire.core.crypto", bind_crypto },
  { "moonwire.core.http", bind_http },
  { "moonwire.core.invocation", bind_invocation },
  { "moonwire.core.json", bind_json },
  { "moonwire.core.jwt", bind_jwt },
  { "moonwire.core.lambda", bind_lambda },
  { "moonwire.core.log", bind_log },
  { "moonwire.core.metrics", bind_metrics },
  { "moonwire.core.module", bind_module },
  { "moonwire.core.sigv4", bind_sigv4 },
  { "moonwire.core.task", bind_task },
};

static const char vm_key; /* registry: the vm */

struct vm *vm_of(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&vm_key);
  lua_rawget(L, LUA_REGISTRYINDEX);
  struct vm *vm = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return vm;
}

/* Loaders in package.preload: light upvalue 1 says what to load; they run at the first require. */

static int load_bind(lua_State *L) {
  const size_t *index = lua_touserdata(L, lua_upvalueindex(1));
  binds[(size_t)index].bind(L);
  return 1;
}

static int load_module(lua_State *L) {
  const struct vm_module *module = lua_touserdata(L, lua_upvalueindex(1));
  if (luaL_loadbuffer(L, (const char *)module->code, module->size, module->name) != 0) return lua_error(L);
  lua_pushstring(L, module->name);
  lua_call(L, 1, 1);
  return 1;
}

static void preload(lua_State *L, const char *name, lua_CFunction loader, const void *what) {
  lua_getfield(L, LUA_REGISTRYINDEX, "_PRELOAD"); /* preload */
  lua_pushlightuserdata(L, (void *)what);
  lua_pushcclosure(L, loader, 1);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

void vm_add_modules(struct vm *vm, const struct vm_module *modules) {
  for (; modules->name; modules++) preload(vm->L, modules->name, load_module, modules);
}

/* Runs protected, so that a lack of memory is an error and not the end. */
static int open_state(lua_State *L) {
  const char *task_root = lua_touserdata(L, 1);
  struct vm *vm = vm_of(L);
  luaL_openlibs(L);
  watchdog_ready(&vm->watchdog);
  for (size_t i = 0; i < sizeof binds / sizeof *binds; i++) preload(L, binds[i].name, load_bind, (void *)i);
  vm_add_modules(vm, library_modules);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "moonwire.runtime.prelude");
  lua_call(L, 1, 1); /* install */
  lua_pushstring(L, task_root);
  lua_call(L, 1, 0);
  return 0;
}

/* The paths of package.path are lists with ';' and '?': a root with one of them would be read as something else. */
static bool check_root(const char *task_root, char err[ERR_LEN]) {
  if (!strpbrk(task_root, ";?")) return true;
  return fail(err, "the task root \"%s\" holds a ';' or a '?', which Lua's package.path cannot express", task_root);
}

/* Lua functions that C functions call (string.gsub, table.sort ...) use the stack of C, a few kilobytes a level. Lua ends an
 * endless recursion when its own stack is full, and by then the 8 MB of an ordinary process are too few: it would die
 * without a word. The stack of the first thread grows up to the limit of the moment; nothing is taken before. Returns how
 * many coroutines may run inside each other then. */
static int make_room_for_callbacks(void) {
  enum {
    WANTED = 100 * 1024 * 1024,
    LEVEL = 10 * 1024
  }; /* bytes; Linux keeps 128 MB of addresses free for the stack */
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) < 0) return 1;
  if (limit.rlim_cur < WANTED) {
    limit.rlim_cur = limit.rlim_max < WANTED ? limit.rlim_max : WANTED;
    setrlimit(RLIMIT_STACK, &limit);
  }
  return (int)((limit.rlim_cur < WANTED ? limit.rlim_cur : WANTED) / LEVEL);
}

/* An error that nothing catches; LuaJIT ends the process when this returns. */
static int panic(lua_State *L) {
  const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : luaL_typename(L, -1);
  log_printf(LOG_FATAL, NULL, "Lua failed where nothing can catch it: %s; the process ends", message);
  return 0;
}

struct vm *vm_new(struct loop *loop, const char *task_root, char err[ERR_LEN]) {
  struct vm *vm = check_root(task_root, err) ? calloc(1, sizeof *vm) : NULL;
  lua_State *L = vm ? luaL_newstate() : NULL;
  if (!L) {
    if (!strpbrk(task_root, ";?")) fail(err, "out of memory");
    free(vm);
    return NULL;
  }
  vm->nesting.most = make_room_for_callbacks();
  lua_atpanic(L, panic);
  vm->L = L;
  vm->loop = loop;
  lua_pushlightuserdata(L, (void *)&vm_key);
  lua_pushlightuserdata(L, vm);
  lua_rawset(L, LUA_REGISTRYINDEX);
  watchdog_init(&vm->watchdog, vm);
  memory_init(&vm->memory, vm);
  if (lua_cpcall(L, open_state, (void *)task_root) == 0) return vm;
  fail(err, "the Lua state cannot start: %s", lua_tostring(L, -1));
  vm_delete(vm);
  return NULL;
}

void vm_delete(struct vm *vm) {
  if (!vm) return;
  watchdog_free(&vm->watchdog);
  memory_free(&vm->memory);
  container_close();
  http_delete(vm->http);
  lua_close(vm->L);
  free(vm);
}

struct http *vm_http(struct vm *vm, char err[ERR_LEN]) {
  if (!vm->http) vm->http = http_new(vm->loop, err);
  return vm->http;
}
