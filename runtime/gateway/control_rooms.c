/* Rooms and their members, as the store of this run has them. */
#include "console_store.h"
#include "control_answer.h"
#include "control_calls.h"
#include "environment_variables.h"
#include "model_json.h"

enum { BODY_MAX = 64 * 1024 * 1024 };

/* Whether a function keeps its connections in the store of this run. */
static bool is_used(const struct control *control) {
  const struct project *project = control_project(control);
  struct variables v = { .store = control->options.service->store, .reaches_aws = control->options.known.count > 1 };
  for (size_t i = 0; i < project->function_count; i++) {
    v.function = &project->functions[i];
    if (str_equal(environment_variables_store(&v), v.store)) return true;
  }
  return false;
}

void control_rooms_get(struct control *control, struct exchange *x) {
  const struct control_service *service = control->options.service;
  struct str prefix = STR("sqlite:");
  struct buf body;
  buf_init(&body, BODY_MAX);
  buf_add_char(&body, '{');
  if (is_used(control)) {
    model_json_text(&body, STR("store"), service->store);
    console_store_write(&body, service->store.ptr + prefix.len, service->api);
  } else {
    buf_add(&body, STR("\"store\":null"));
    model_json_text(&body, STR("note"),
                    STR("serverless.yml names a store of its own, MOONWIRE_STORE: only that of moonwire dev is read"));
    buf_add(&body, STR(",\"rooms\":[],\"signedIn\":[],\"users\":0"));
  }
  buf_add_char(&body, '}');
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}
