#include "control_invoke.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control_answer.h"
#include "encoding.h"
#include "moment.h"
#include "pool.h"

enum { HEADERS = 6, LOG_BYTES = 16 * 1024, NS_PER_US = 1000 };

/* A caller that waits. */
struct waiting {
  struct invoke *in;
  struct exchange *x; /* NULL: it has left */
  int memory_mb;      /* of the function */
};

/* What Lambda writes around the lines of an invocation; how much memory it took is not known here. */
static void write_log(struct buf *out, const struct invoke *in, int memory_mb) {
  struct str id = str_from(in->request_id);
  int64_t took_us = in->begun_ns > 0 ? (in->done_ns - in->begun_ns) / NS_PER_US : 0;
  buf_addf(out, "START RequestId: %.*s Version: $LATEST\n", STR_ARG(id));
  buf_add(out, buf_str(&in->log));
  buf_addf(out, "END RequestId: %.*s\nREPORT RequestId: %.*s\tDuration: %" PRId64 ".%02d ms\t", STR_ARG(id),
           STR_ARG(id), took_us / 1000, (int)(took_us % 1000 / 10));
  buf_addf(out, "Billed Duration: %" PRId64 " ms\tMemory Size: %d MB\t", invoke_billed_ms(in), memory_mb);
  if (in->cold && in->init_ns > 0)
    buf_addf(out, "Init Duration: %" PRId64 ".%02d ms\t", in->init_ns / NS_PER_MS,
             (int)(in->init_ns % NS_PER_MS / (NS_PER_MS / 100)));
  buf_add_char(out, '\n');
}

/* Appends the end of the log, in base64. */
static void write_tail(struct buf *out, const struct invoke *in, int memory_mb) {
  struct buf log;
  buf_init(&log, LOG_BYTES);
  write_log(&log, in, memory_mb);
  struct str all = buf_str(&log);
  base64_encode(out, all.len > INVOKE_LOG_TAIL ? str_slice(all, all.len - INVOKE_LOG_TAIL, all.len) : all);
  buf_free(&log);
}

static void answer(struct exchange *x, const struct invoke *in, int memory_mb) {
  struct buf tail;
  buf_init(&tail, LOG_BYTES);
  struct field headers[HEADERS] = { { STR("Content-Type"), STR("application/json") },
                                    { STR("x-amzn-RequestId"), str_from(in->request_id) },
                                    { STR("X-Amzn-Trace-Id"), str_from(in->trace_id) },
                                    { STR("X-Amz-Executed-Version"), STR("$LATEST") } };
  size_t count = 4;
  if (in->outcome != INVOKE_RESULT) headers[count++] = (struct field){ STR("X-Amz-Function-Error"), STR("Unhandled") };
  if (in->keeps_log) write_tail(&tail, in, memory_mb);
  if (in->keeps_log) headers[count++] = (struct field){ STR("X-Amz-Log-Result"), buf_str(&tail) };
  exchange_answer(x, 200, (struct fields){ headers, count }, buf_str(&in->payload));
  buf_free(&tail);
}

static void refuse_throttled(struct exchange *x) {
  control_refuse_with(x, 429, "TooManyRequestsException",
                      STR("{\"Reason\":\"ConcurrentInvocationLimitExceeded\",\"Type\":\"User\",\"message\":\"Rate "
                          "Exceeded.\"}"));
}

static void answered(struct invoke *in) {
  struct waiting *waiting = in->ctx;
  struct exchange *x = waiting->x;
  if (x) x->left = NULL;
  if (!x)
    fail(in->note,
         in->begun_ns ? "nobody waited for this any more" : "nobody waited for this any more: it was not begun");
  else if (in->outcome == INVOKE_THROTTLED)
    refuse_throttled(x);
  else if (in->outcome == INVOKE_CANCELLED)
    control_refuse_with(x, 500, "ServiceException",
                        STR("{\"Type\":\"Service\",\"Message\":\"moonwire dev ends, or the environment did\"}"));
  else
    answer(x, in, waiting->memory_mb);
  free(waiting);
}

static void caller_left(struct exchange *x) {
  struct waiting *waiting = x->owner;
  waiting->x = NULL;
  pool_abandon(waiting->in);
}

static bool await(struct control *control, struct exchange *x, const struct control_invocation *invocation,
                  size_t number) {
  struct waiting *waiting = malloc(sizeof *waiting);
  struct invoke *in = invocation->in;
  if (!waiting) return false;
  *waiting = (struct waiting){ in, x, invocation->function->memory_mb };
  x->owner = waiting;
  x->left = caller_left;
  in->label = STR("invoke");
  in->done = answered;
  in->ctx = waiting;
  control->options.invoke(control->options.ctx, number, in);
  return true;
}

/* The ids of an invocation that is taken over. */
struct ids {
  char request[UUID_LEN], trace[MODEL_TRACE_LEN];
};

static struct ids ids_of(const struct invoke *in) {
  struct ids ids;
  memcpy(ids.request, in->request_id, sizeof ids.request);
  memcpy(ids.trace, in->trace_id, sizeof ids.trace);
  return ids;
}

static void accept(struct exchange *x, int status, const struct ids *ids) {
  struct field headers[] = { { STR("x-amzn-RequestId"), str_from(ids->request) },
                             { STR("X-Amzn-Trace-Id"), str_from(ids->trace) } };
  exchange_answer(x, status, (struct fields){ headers, sizeof headers / sizeof *headers }, STR(""));
}

static bool take_event(struct control *control, struct exchange *x, const struct control_invocation *invocation,
                       size_t number) {
  struct ids ids = ids_of(invocation->in);
  if (!control_events_have_room(&control->events, invocation->in)) {
    refuse_throttled(x);
    invoke_delete(invocation->in);
    return true;
  }
  if (!control_events_add(&control->events, number, invocation->function->retries, invocation->in)) return false;
  accept(x, 202, &ids);
  return true;
}

/* The root of a caller's trace is kept. */
static void make_ids(struct invoke *in, struct str given) {
  struct model_moment at = { .trace_id = "" };
  char err[ERR_LEN];
  invoke_make_id(in->request_id);
  moment_now(&at, err);
  memcpy(in->trace_id, at.trace_id, sizeof in->trace_id);
  struct str root;
  str_cut(given, ';', &root, &given);
  if (str_starts(root, STR("Root=1-")) && root.len == strlen(at.trace_id) && ascii_is_visible(root))
    str_copy(root, in->trace_id, sizeof in->trace_id);
}

static bool take(struct control *control, struct exchange *x, const struct control_invocation *invocation) {
  size_t number = generations_number(control->options.generations, invocation->function->name);
  if (number == SIZE_MAX) return false;
  if (invocation->kind == CONTROL_INVOKE_EVENT) return take_event(control, x, invocation, number);
  return await(control, x, invocation, number);
}

void control_invoke(struct control *control, struct exchange *x, const struct control_invocation *invocation) {
  struct invoke *in = invocation->in;
  make_ids(in, field_header(x->headers, STR("X-Amzn-Trace-Id")));
  if (invocation->kind != CONTROL_INVOKE_DRY_RUN) {
    if (take(control, x, invocation)) return;
    control_refuse(x, 500, "ServiceException", STR("out of memory"));
  } else {
    struct ids ids = ids_of(in);
    accept(x, 204, &ids);
  }
  invoke_delete(in);
}
