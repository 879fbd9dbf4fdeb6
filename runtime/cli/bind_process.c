#define _GNU_SOURCE /* environ */
#include "bind_process.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binding.h"
#include "own_file.h"
#include "process.h"
#include "task.h"
#include "version.h"
#include "vm.h"

enum { KEPT_MAX = 1024 * 1024, ARGUMENTS_MAX = 256 };

static const char meta[] = "moonwire.process";

struct running {
  struct vm *vm;
  struct process process;
  struct buf lines; /* each as 'O' or 'E', the text, a line feed */
  size_t read;      /* bytes of them that were handed out */
  bool ended;
  int status;          /* exit status, or 128 and the signal */
  struct task *waiter; /* NULL when nobody waits */
  struct loop_job wake;
  int self; /* registry: it stays while it runs */
};

/* Pushes the next line, or what there is to say of the end; nothing, and returns 0, when one has to wait. */
static int push_next(lua_State *L, struct running *r) {
  struct str rest = str_slice(buf_str(&r->lines), r->read, r->lines.len), line;
  if (rest.len > 0) {
    str_cut(rest, '\n', &line, &rest);
    r->read += line.len + 1;
    lua_pushlstring(L, line.ptr + 1, line.len - 1);
    lua_pushboolean(L, line.ptr[0] == 'E');
    return 2;
  }
  if (!r->ended) return 0;
  lua_pushnil(L);
  lua_pushinteger(L, r->status);
  return 2;
}

static int push_waited(lua_State *L, const void *what) {
  return push_next(L, (struct running *)(uintptr_t)what);
}

static void wake(void *ctx) {
  struct running *r = ctx;
  struct task *task = r->waiter;
  if (!task) return;
  r->waiter = NULL;
  task_resume(task, task_push(task, push_waited, r));
}

static void tell(struct running *r) {
  if (r->waiter) loop_job_add(r->vm->loop, &r->wake);
}

static void line_came(void *ctx, bool is_error, struct str line) {
  struct running *r = ctx;
  if (r->read == r->lines.len) {
    buf_clear(&r->lines);
    r->read = 0;
  }
  if (r->lines.len + line.len + 2 > KEPT_MAX) return;
  buf_add_char(&r->lines, is_error ? 'E' : 'O');
  buf_add(&r->lines, line);
  buf_add_char(&r->lines, '\n');
  tell(r);
}

static void process_ended(void *ctx, int status) {
  struct running *r = ctx;
  r->ended = true;
  r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  luaL_unref(r->vm->L, LUA_REGISTRYINDEX, r->self);
  r->self = LUA_NOREF;
  tell(r);
}

static void stop_waiting(void *ctx) {
  struct running *r = ctx;
  r->waiter = NULL;
}

static struct running *check(lua_State *L) {
  return luaL_checkudata(L, 1, meta);
}

static int l_line(lua_State *L) {
  struct running *r = check(L);
  int count = push_next(L, r);
  if (count > 0) return count;
  struct task *task = task_current(L, "process:line");
  if (r->waiter) return luaL_error(L, "process:line: another task waits for it already");
  r->waiter = task;
  return task_wait(task, L, stop_waiting, r);
}

static int l_signal(lua_State *L) {
  struct running *r = check(L);
  process_signal(&r->process, (int)luaL_checkinteger(L, 2));
  return 0;
}

static int l_gc(lua_State *L) {
  struct running *r = check(L);
  loop_job_stop(r->vm->loop, &r->wake);
  process_free(&r->process);
  buf_free(&r->lines);
  return 0;
}

static bool start(struct running *r, char *const *argv, char err[ERR_LEN]) {
  static const struct process_events events = { line_came, process_ended };
  char program[PATH_MAX];
  if (!own_file_program(program, err)) return false;
  struct child_command command = { .program = program, .argv = argv, .environment = environ, .directory = "." };
  return process_start(&r->process, r->vm->loop, &command, &events, r, err);
}

static int l_start(lua_State *L) {
  char *argv[ARGUMENTS_MAX + 2] = { "moonwire" };
  char err[ERR_LEN];
  luaL_checktype(L, 1, LUA_TTABLE);
  int count = (int)lua_objlen(L, 1);
  luaL_argcheck(L, count <= ARGUMENTS_MAX, 1, "too many arguments");
  luaL_checkstack(L, count + 4, "too many arguments");
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, 1, i); /* stays on the stack while it is used */
    argv[i] = (char *)(uintptr_t)luaL_checkstring(L, -1);
  }
  struct running *r = lua_newuserdata(L, sizeof *r);
  *r = (struct running){ .vm = vm_of(L), .self = LUA_NOREF };
  r->wake = (struct loop_job){ .run = wake, .ctx = r };
  buf_init(&r->lines, KEPT_MAX);
  luaL_getmetatable(L, meta);
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  r->self = luaL_ref(L, LUA_REGISTRYINDEX);
  if (start(r, argv, err)) return 1;
  luaL_unref(L, LUA_REGISTRYINDEX, r->self);
  lua_pushnil(L);
  lua_pushstring(L, err);
  return 2;
}

static int l_own_file(lua_State *L) {
  char path[PATH_MAX], err[ERR_LEN];
  bool ok = own_file_find(luaL_checkstring(L, 1), path, err);
  if (!ok) lua_pushnil(L);
  lua_pushstring(L, ok ? path : err);
  return ok ? 1 : 2;
}

static int load(lua_State *L) {
  static const luaL_Reg methods[] = { { "line", l_line }, { "signal", l_signal }, { NULL, NULL } };
  static const luaL_Reg functions[] = { { "own_file", l_own_file }, { "start", l_start }, { NULL, NULL } };
  binding_class(L, meta, methods, l_gc);
  binding_functions(L, functions);
  lua_pushstring(L, MOONWIRE_VERSION);
  lua_setfield(L, -2, "version");
  return 1;
}

void bind_process(lua_State *L) {
  binding_preload(L, "moonwire.core.process", load);
}
