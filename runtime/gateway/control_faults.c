/* Faults on purpose: set one, list them, all off. */
#include "control_answer.h"
#include "control_calls.h"
#include "fault_act.h"

enum { BODY_MAX = 64 * 1024 * 1024 }; /* an id each of very many connections */

void control_faults_get(struct control *control, struct exchange *x) {
  struct buf body;
  buf_init(&body, BODY_MAX);
  fault_act_list(control->options.server, &body);
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}

void control_faults_post(struct control *control, struct exchange *x) {
  struct fault_refusal refusal = { 400, "ValidationException", "" };
  struct fault_order order;
  struct arena memory;
  struct buf body;
  arena_init(&memory);
  buf_init(&body, BODY_MAX);
  buf_add(&body, STR("{\"connections\":"));
  bool done = fault_order_read(&order, x->body, &memory, refusal.message) &&
              fault_act(control->options.server, &order, &body, &refusal);
  buf_add_char(&body, '}');
  if (done)
    control_answer(x, 200, buf_str(&body));
  else
    control_refuse(x, refusal.status, refusal.type, str_from(refusal.message));
  buf_free(&body);
  arena_free(&memory);
}

void control_faults_delete(struct control *control, struct exchange *x) {
  fault_act_reset(control->options.server);
  control_answer(x, 200, STR("{}"));
}
