#include "script.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <errno.h>
#include <string.h>

#include "bind_http_event.h"
#include "bind_limited.h"
#include "bind_model.h"
#include "bind_project.h"
#include "bind_trial.h"
#include "failure.h"
#include "library.h"
#include "log.h"
#include "loop.h"
#include "scope.h"
#include "task.h"
#include "vm.h"

struct run {
  const struct script *script;
  struct loop *loop;
  struct vm *vm;
  struct scope scope;
  int status;
  bool ended; /* the main function has returned or failed */
};

struct raised {
  lua_State *co; /* where, with the error on top */
  struct failure failure;
};

/* Runs protected. */
static int show_error(lua_State *L) {
  struct raised *raised = lua_touserdata(L, 1);
  lua_State *co = raised->co;
  lua_pushvalue(co, -1);
  lua_xmove(co, L, 1);
  failure_from_error(&raised->failure, L, co);
  const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : buf_text(&raised->failure.message);
  luaL_traceback(L, co, message, 0);
  fprintf(stderr, "moonwire: %s\n", lua_tostring(L, -1));
  return 0;
}

static void print_error(lua_State *L, lua_State *co) {
  struct raised raised = { .co = co };
  failure_init(&raised.failure);
  if (lua_cpcall(L, show_error, &raised) != 0) fputs("moonwire: not enough memory to say what failed\n", stderr);
  failure_free(&raised.failure);
}

static void script_done(void *ctx, lua_State *co, bool ok) {
  struct run *run = ctx;
  run->ended = true;
  if (!ok)
    print_error(run->vm->L, co);
  else if (run->script->status)
    run->status = run->script->status(co);
  else
    run->status = EXIT_SUCCESS;
  size_t left = scope_cancel_tasks(&run->scope);
  if (ok && left > 0)
    fprintf(stderr, "moonwire: the script ended while %zu task%s still ran; cancelled\n", left, left == 1 ? "" : "s");
  loop_stop(run->loop);
}

/* Runs protected; raises what goes wrong. */
static int start(lua_State *L) {
  struct run *run = lua_touserdata(L, 1);
  char err[ERR_LEN];
  int count = run->script->push(L, run->script->ctx, err);
  if (count < 0) return luaL_error(L, "%s", err);
  task_new(&run->scope, L, count, script_done, run);
  return 0;
}

static bool run_open(struct run *run, char err[ERR_LEN]) {
  log_setup_from_environment(false);
  if (!(run->loop = loop_new(err))) return false;
  if (!(run->vm = vm_new(run->loop, "", err))) return false;
  run->vm->output_matters = true;
  vm_add_modules(run->vm, library_dev_modules);
  bind_http_event(run->vm->L);
  bind_limited(run->vm->L);
  bind_model(run->vm->L);
  bind_project(run->vm->L);
  bind_trial(run->vm->L);
  scope_open(&run->scope, run->vm, NULL, NULL);
  if (lua_cpcall(run->vm->L, start, run) == 0) return true;
  return fail(err, "%s", lua_tostring(run->vm->L, -1));
}

int script_run(const struct script *script) {
  struct run run = { .script = script, .status = EXIT_FAILURE };
  char err[ERR_LEN];
  setvbuf(stdout, NULL, _IOLBF, 0); /* print writes around the buffer: io.write keeps its place by lines */
  bool opened = run_open(&run, err);
  if (opened) loop_run(run.loop);
  if (!opened)
    fprintf(stderr, "moonwire: %s\n", err);
  else if (!run.ended)
    fputs("moonwire: the script waits for something that can never happen\n", stderr);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    if (run.status == EXIT_SUCCESS) fprintf(stderr, "moonwire: standard output: %s\n", strerror(errno));
    run.status = EXIT_FAILURE;
  }
  scope_close(&run.scope);
  vm_delete(run.vm);
  loop_delete(run.loop);
  return run.status;
}
