/* bootstrap.c -- the production runtime: read the settings, open Lua, load the handler, serve.
 * Lambda starts this program once per execution environment. It ends when the handler cannot be loaded, or when the
 * Runtime API is lost, both with status 1, so that Lambda starts a fresh one; and at SIGTERM or SIGINT, with status 0.
 */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "extension.h"
#include "handler.h"
#include "init_line.h"
#include "log.h"
#include "loop.h"
#include "runtime_api.h"
#include "settings.h"
#include "shutdown.h"
#include "slot.h"
#include "stop_signal.h"
#include "vm.h"

enum {
  SLOTS_MAX = 1000,         /* of the 1,024 descriptors that Lambda allows */
  LARGE_BLOCK = 128 * 1024, /* bytes: such blocks go back to the system when freed; glibc would learn to keep them */
  SHUTDOWN_MS = 250,        /* for what is at hand at a signal; Lambda kills 500 ms after SIGTERM at the latest */
  REPORT_MAX = 1024 * 1024  /* bytes; failure.c makes none that is longer */
};

struct bootstrap {
  struct loop *loop;
  struct vm *vm;
  struct runtime_host host;
  struct handler handler;
  struct slot *slots; /* slot_count of them; NULL until the handler is loaded */
  size_t slot_count;
  size_t slots_at_work;       /* those that are not still for good */
  bool draining;              /* no slot asks for more events */
  struct extension extension; /* only with functions given to on_shutdown */
  struct shutdown shutdown;   /* the run of these functions */
  bool shutting_down;         /* ... is under way */
  struct loop_timer budget;   /* ends it, and the invocations at hand */
  struct runtime_api api;     /* reports a failed start ... */
  struct buf report;          /* ... with this body, which the call borrows */
  struct buf root;            /* the task root, ending in "/" */
  int64_t loading_ns;         /* monotonic: when the loading of the handler began */
  int status;                 /* of the process */
};

static void stop(struct bootstrap *b, const char *why) {
  if (*why) log_write(LOG_FATAL, NULL, str_from(why), STR(""));
  b->status = EXIT_FAILURE;
  stop_signal_status(b->status);
  if (b->loop) loop_stop(b->loop);
}

/* Draining: no more events, and the end when nothing is at hand any more */

static void end_when_done(struct bootstrap *b) {
  if (b->draining && b->slots_at_work == 0 && !b->shutting_down) loop_stop(b->loop);
}

static void drain(struct bootstrap *b) {
  b->draining = true;
  for (size_t i = 0; i < b->slot_count; i++)
    if (slot_drain(&b->slots[i])) b->slots_at_work--;
  end_when_done(b);
}

static void slot_drained(void *ctx, struct slot *slot) {
  struct handler *handler = ctx;
  (void)slot;
  struct bootstrap *b = handler->ctx;
  b->slots_at_work--;
  end_when_done(b);
}

/* One slot stands for the whole API: Lambda answers 500 when the environment is over. The others finish what they have,
 * and only the first reason is told as FATAL; a reply that is lost while we drain, also after a signal, is a WARN. */
static void api_broken(void *ctx, struct slot *slot, const char *err) {
  struct handler *handler = ctx;
  struct bootstrap *b = handler->ctx;
  b->slots_at_work--;
  if (b->draining) {
    log_printf(LOG_WARN, &slot->log, "the reply was lost: %s", err);
    end_when_done(b);
    return;
  }
  log_write(LOG_FATAL, NULL, str_from(err), STR(""));
  b->status = EXIT_FAILURE;
  stop_signal_status(b->status);
  drain(b);
}

/* Being asked to end */

static void shutdown_done(void *ctx) {
  struct bootstrap *b = ctx;
  b->shutting_down = false;
  end_when_done(b);
}

static void budget_spent(void *ctx) {
  struct bootstrap *b = ctx;
  char place[FRAMES_PLACE_LEN];
  if (b->shutting_down) {
    shutdown_place(&b->shutdown, place);
    log_printf(LOG_WARN, NULL, "the functions given to on_shutdown were cut off after %d ms, at %s", SHUTDOWN_MS,
               place);
  }
  for (size_t i = 0; i < b->slot_count; i++)
    if (b->slots[i].state)
      log_printf(LOG_WARN, &b->slots[i].log, "the invocation was cut off %d ms after the signal to end", SHUTDOWN_MS);
  loop_stop(b->loop);
}

static void end_asked(void *ctx) {
  struct bootstrap *b = ctx;
  b->budget = (struct loop_timer){ .fire = budget_spent, .ctx = b };
  loop_timer_start(b->loop, &b->budget, SHUTDOWN_MS);
  b->shutting_down = true;
  drain(b);
  shutdown_run(&b->shutdown, b->vm, clock_monotonic_ns() + SHUTDOWN_MS * NS_PER_MS, shutdown_done, b);
}

/* Serving */

static void serve(void *ctx) {
  struct bootstrap *b = ctx;
  b->slots = calloc(b->slot_count, sizeof(struct slot));
  if (!b->slots) {
    stop(b, "out of memory");
    return;
  }
  b->handler.slot.broken = api_broken;
  b->handler.slot.drained = slot_drained;
  b->handler.exports_trace = config_get("AWS_LAMBDA_MAX_CONCURRENCY").len == 0;
  b->slots_at_work = b->slot_count;
  stop_signal_await(b->loop, end_asked, b); /* before an event can be on its way */
  for (size_t i = 0; i < b->slot_count; i++) {
    slot_init(&b->slots[i], &b->host, &b->handler.slot);
    slot_next(&b->slots[i]);
  }
}

/* Failing to start: reported once, then the process ends */

static void start_reported(void *ctx, enum runtime_result result, const char *err) {
  (void)result;
  stop(ctx, err);
}

static void report_start(struct bootstrap *b, const struct failure *failure) {
  buf_add(&b->report, buf_str(&failure->body));
  struct runtime_failure report = { .type = str_from(failure->type), .body = buf_str(&b->report) };
  runtime_api_init(&b->api, &b->host);
  runtime_api_fail_init(&b->api, &report, start_reported, b);
}

static void handler_is_loaded(void *ctx, const struct failure *failure) {
  struct bootstrap *b = ctx;
  if (!failure) {
    init_line_write(config_get("_HANDLER"), clock_monotonic_ns() - b->loading_ns, b->slot_count);
    if (shutdown_close(b->vm) > 0)
      extension_open(&b->extension, &b->host, serve, b);
    else
      serve(b);
    return;
  }
  stop_signal_status(EXIT_FAILURE);
  failure_log(failure, NULL);
  report_start(b, failure);
}

/* Starting */

static void read_settings(struct bootstrap *b) {
  int64_t slots = 1;
  char err[ERR_LEN];
  log_setup_from_environment(true);
  settings_check();
  if (!config_int("AWS_LAMBDA_MAX_CONCURRENCY", 1, SLOTS_MAX, &slots, err))
    log_printf(LOG_WARN, NULL, "%s: one invocation at a time is served", err);
  b->slot_count = (size_t)slots;
  buf_init(&b->root, 64 * 1024);
  buf_add(&b->root, config_get("LAMBDA_TASK_ROOT"));
  if (b->root.len > 0 && !str_ends(buf_str(&b->root), STR("/"))) buf_add_char(&b->root, '/');
}

static bool bootstrap_open(struct bootstrap *b, char err[ERR_LEN]) {
  stop_signal_open();
  buf_init(&b->report, REPORT_MAX);
  setvbuf(stdout, NULL, _IOLBF, 0); /* io.write appears with the end of its line: the process may be frozen any time */
  read_settings(b);
  if (!(b->loop = loop_new(err))) return false;
  if (!runtime_host_init(&b->host, b->loop, config_get("AWS_LAMBDA_RUNTIME_API"), err)) return false;
  if (!(b->vm = vm_new(b->loop, buf_text(&b->root), err))) return false;
  b->loading_ns = clock_monotonic_ns();
  return handler_load(&b->handler, b->vm, config_get("_HANDLER"), buf_str(&b->root), handler_is_loaded, b, err);
}

static void bootstrap_close(struct bootstrap *b) {
  fflush(stdout); /* before anything that takes its time */
  if (b->loop) loop_timer_stop(b->loop, &b->budget);
  extension_free(&b->extension);
  shutdown_free(&b->shutdown);
  for (size_t i = 0; b->slots && i < b->slot_count; i++) slot_free(&b->slots[i]);
  free(b->slots);
  if (b->api.host) runtime_api_free(&b->api);
  handler_free(&b->handler);
  vm_delete(b->vm);
  loop_delete(b->loop);
  buf_free(&b->report);
  buf_free(&b->root);
}

/* Standard input, output and error are open from here on, if on nothing: a socket that took the place of one would get what
 * is printed. */
static void hold_standard_descriptors(void) {
  int fd;
  while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO) continue;
  if (fd >= 0) close(fd);
}

int main(void) {
  struct bootstrap b = { .status = EXIT_SUCCESS };
  char err[ERR_LEN] = "";
  hold_standard_descriptors();
  mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
  if (bootstrap_open(&b, err))
    loop_run(b.loop);
  else
    stop(&b, err);
  bootstrap_close(&b);
  return b.status;
}
