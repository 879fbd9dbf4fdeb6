/* Rooms and their members, as the store of this run has them. */
#include "console_store.h"
#include "control_answer.h"
#include "control_calls.h"
#include "model_json.h"

enum { BODY_MAX = 64 * 1024 * 1024 };

/* The store that the service's file names for a function; empty when it names none. */
static struct str own_store(const struct project *project) {
  for (size_t i = 0; i < project->function_count; i++) {
    struct fields environment = project->functions[i].environment;
    for (size_t k = 0; k < environment.count; k++)
      if (str_equal(environment.list[k].name, STR("MOONWIRE_STORE"))) return environment.list[k].value;
  }
  return STR("");
}

void control_rooms_get(struct control *control, struct exchange *x) {
  const struct control_service *service = control->options.service;
  struct str own = own_store(control_project(control)), prefix = STR("sqlite:"), store = service->store;
  struct buf body;
  buf_init(&body, BODY_MAX);
  buf_add_char(&body, '{');
  if (own.len > 0) {
    buf_add(&body, STR("\"store\":null"));
    model_json_text(&body, STR("note"),
                    STR("serverless.yml names a store of its own, MOONWIRE_STORE: only that of moonwire dev is read"));
    buf_add(&body, STR(",\"rooms\":[],\"signedIn\":[],\"users\":0"));
  } else {
    model_json_text(&body, STR("store"), store);
    console_store_write(&body, store.ptr + prefix.len, service->api);
  }
  buf_add_char(&body, '}');
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}
