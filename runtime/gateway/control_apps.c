/* The routes of the apps that serve messages, for the page of the console. */
#include "console_apps.h"
#include "control_answer.h"
#include "control_calls.h"

enum { BODY_MAX = 64 * 1024 * 1024 };

void control_apps_get(struct control *control, struct exchange *x) {
  const struct generation *generation = control->options.generations->current;
  struct console_code code = { generation->number, generation->project, generation->pools, generation->snapshot };
  struct buf body;
  buf_init(&body, BODY_MAX);
  console_apps_ask(&control->options.console->apps, &code, &body);
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}
