/* Which functions the service has now. */
#include "control_answer.h"
#include "control_calls.h"
#include "json_write.h"
#include "model_json.h"

enum { BODY_MAX = 16 * 1024 * 1024, NAME_BYTES = 4 * 1024 };

static void write_routes(struct buf *out, const struct project *project, const struct project_function *function) {
  bool first = true;
  model_json_name(out, STR("routes"));
  buf_add_char(out, '[');
  for (size_t i = 0; i < project->route_count; i++) {
    if (project->routes[i].function != function) continue;
    if (!first) buf_add_char(out, ',');
    json_write_string_utf8(out, project->routes[i].key);
    first = false;
  }
  buf_add_char(out, ']');
}

static void write_function(struct buf *out, const struct generation *generation,
                           const struct project_function *function) {
  const struct project *project = generation->project;
  struct buf name;
  buf_init(&name, NAME_BYTES);
  buf_addf(&name, "%.*s-%.*s-%.*s", STR_ARG(project->service), STR_ARG(project->stage), STR_ARG(function->name));
  buf_add_char(out, '{');
  model_json_text(out, STR("name"), function->name);
  model_json_text(out, STR("functionName"), buf_str(&name));
  model_json_text(out, STR("handler"), function->handler);
  model_json_int(out, STR("atWork"), (int64_t)pool_at_work(generation_pool(generation, function->name)));
  write_routes(out, project, function);
  buf_add_char(out, '}');
  buf_free(&name);
}

void control_functions_get(struct control *control, struct exchange *x) {
  const struct generation *generation = control->options.generations->current;
  struct buf body;
  buf_init(&body, BODY_MAX);
  buf_add(&body, STR("{\"functions\":["));
  for (size_t i = 0; i < generation->project->function_count; i++) {
    if (i > 0) buf_add_char(&body, ',');
    write_function(&body, generation, &generation->project->functions[i]);
  }
  buf_add(&body, STR("]}"));
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}
