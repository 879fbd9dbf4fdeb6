/* One invocation as a whole, for the page of the console, and the same once more. */
#include "console.h"
#include "control_answer.h"
#include "control_calls.h"
#include "excerpt.h"
#include "json_write.h"
#include "model_json.h"
#include "moment.h"
#include "view_record_json.h"
#include "view_report.h"
#include "view_stack.h"

enum { BODY_MAX = 64 * 1024 * 1024, FRAMES = 50, ID_BYTES = 256 };

/* The one that `request_id` of the query names; NULL, with a refusal, when it is not kept. */
static const struct console_invocation *find(struct control *control, struct exchange *x) {
  const struct console_invocation *found = NULL;
  struct buf id;
  buf_init(&id, ID_BYTES);
  if (control_query(x->query, STR("request_id"), &id))
    found = console_archive_find(&control->options.console->archive, buf_str(&id));
  buf_free(&id);
  if (!found)
    control_refuse(x, 404, "ResourceNotFoundException",
                   STR("There is no such invocation, or it is not kept any more: the last 500 are"));
  return found;
}

static void add_payload(struct buf *out, struct str name, const struct buf *payload, size_t bytes) {
  model_json_name(out, name);
  if (payload->len == 0 && bytes > 0)
    buf_add(out, STR("null")); /* it was too long */
  else
    json_write_string_utf8(out, buf_str(payload));
}

/* A frame with the lines around its place, in the code that ran. */
static void add_frame(struct buf *out, const struct excerpt_place *in, struct str frame) {
  struct excerpt excerpt;
  struct buf around;
  buf_init(&around, BODY_MAX);
  buf_add_char(out, '{');
  model_json_text(out, STR("frame"), frame);
  if (excerpt_find(&excerpt, in, frame, &around)) {
    model_json_text(out, STR("place"), str_from(excerpt.place));
    model_json_name(out, STR("source"));
    buf_add(out, buf_str(&around));
  }
  buf_add_char(out, '}');
  buf_free(&around);
}

/* The last stack among the errors that an invocation logged: an app logs those of its routes, and gives a result. Other lines
 * may say what a client wrote. */
struct logged {
  struct arena *memory;
  struct str request_id;
  const struct json *first; /* NULL: there is none */
};

static void look_at_line(void *ctx, uint64_t number, struct str json) {
  struct logged *logged = ctx;
  const struct json *root, *first;
  struct buf plain;
  char err[ERR_LEN];
  (void)number;
  if (str_find(json, STR("stackTrace"), 0) == SIZE_MAX || !json_parse(logged->memory, json, &root, err)) return;
  struct str line = json_member_text(root, STR("text"));
  buf_init(&plain, BODY_MAX);
  if (view_record_json_write(&plain, line)) line = arena_copy(logged->memory, buf_str(&plain));
  struct view_record record = view_record_read(line, true);
  if (view_record_is_error_of(line, logged->request_id) && view_stack_cut(&record, logged->memory, &first))
    logged->first = first;
  buf_free(&plain);
}

static bool next_frame(bool is_report, const struct json **at, struct str *frame) {
  return is_report ? view_report_frame(at, frame) : view_stack_line(at, frame);
}

static void add_stack(struct buf *out, const struct console *console, const struct console_invocation *invocation,
                      struct str directory) {
  const struct snapshot *snapshot = invocation->snapshot;
  struct str request_id = str_from(invocation->in.request_id);
  struct excerpt_place in = { .root = snapshot ? snapshot->path : directory.ptr,
                              .directory = directory,
                              .is_snapshot = snapshot };
  bool is_report = invocation->in.outcome != INVOKE_RESULT;
  struct view_report report;
  struct arena memory;
  struct logged logged = { .memory = &memory, .request_id = request_id };
  struct str frame;
  arena_init(&memory);
  if (is_report)
    report = view_report_read(buf_str(&invocation->in.payload), &memory);
  else
    console_each_line(console, request_id, look_at_line, &logged);
  const struct json *at = is_report ? view_report_first(&report) : logged.first;
  model_json_name(out, STR("stack"));
  buf_add_char(out, '[');
  for (int i = 0; i < FRAMES && next_frame(is_report, &at, &frame); i++) {
    if (i > 0) buf_add_char(out, ',');
    add_frame(out, &in, frame);
  }
  buf_add_char(out, ']');
  arena_free(&memory);
}

void control_invocation_get(struct control *control, struct exchange *x) {
  const struct console_invocation *found = find(control, x);
  struct buf body;
  if (!found) return;
  buf_init(&body, BODY_MAX);
  buf_add(&body, STR("{\"record\":"));
  console_archive_write(found, &body);
  if (body.len > 0) body.len--; /* its line feed */
  add_payload(&body, STR("event"), &found->in.event, found->in.event_bytes);
  add_payload(&body, STR("result"), &found->in.payload, found->in.payload_bytes);
  model_json_name(&body, STR("logs"));
  console_write_lines(control->options.console, str_from(found->in.request_id), &body);
  add_stack(&body, control->options.console, found, control_project(control)->directory);
  buf_add_char(&body, '}');
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}

/* Once more */

static void told(struct invoke *in) {
  fail(in->note, "sent again from the console: nobody waited for its result");
}

/* A new invocation with the same event; NULL when memory is short. */
static struct invoke *repeat(const struct console_invocation *invocation) {
  struct invoke *in = invoke_new();
  struct model_moment at = { .trace_id = "" };
  if (!in) return NULL;
  moment_now(&at, NULL);
  invoke_make_id(in->request_id);
  buf_add(&in->event, buf_str(&invocation->in.event));
  in->label = invocation->in.label;
  memcpy(in->action, invocation->in.action, sizeof in->action);
  memcpy(in->connection_id, invocation->in.connection_id, sizeof in->connection_id);
  memcpy(in->trace_id, at.trace_id, sizeof in->trace_id);
  in->done = told;
  if (!in->event.failed) return in;
  invoke_delete(in);
  return NULL;
}

static void send_again(struct control *control, struct exchange *x, const struct console_invocation *found) {
  struct invoke *in = repeat(found);
  size_t number = generations_number(control->options.generations, found->function->name);
  struct buf body;
  if (!in || number == SIZE_MAX) {
    invoke_delete(in);
    control_refuse(x, 500, "ServiceException", STR("out of memory"));
    return;
  }
  buf_init(&body, BODY_MAX);
  buf_add_char(&body, '{');
  model_json_text(&body, STR("requestId"), str_from(in->request_id));
  buf_add_char(&body, '}');
  control->options.invoke(control->options.ctx, number, in);
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}

void control_resend_post(struct control *control, struct exchange *x) {
  const struct console_invocation *found = find(control, x);
  if (!found) return;
  if (found->in.event.len == 0)
    control_refuse(x, 409, "ConflictException", STR("The event was too long to be kept: 256 KB are"));
  else if (!generation_pool(control->options.generations->current, found->function->name))
    control_refuse(x, 409, "ConflictException", STR("The function has been removed from the service"));
  else
    send_again(control, x, found);
}
