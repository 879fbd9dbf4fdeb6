#include "control_calls.h"

#include "control_answer.h"
#include "control_signed.h"

static const struct call {
  struct str method;
  struct str path; /* behind "/_control/" */
  void (*answer)(struct control *control, struct exchange *x);
} calls[] = {
  { STR("GET"), STR("connections"), control_connections_get }, { STR("POST"), STR("event/http"), control_http_post },
  { STR("POST"), STR("event/websocket"), control_route_post }, { STR("DELETE"), STR("faults"), control_faults_delete },
  { STR("GET"), STR("faults"), control_faults_get },           { STR("POST"), STR("faults"), control_faults_post },
  { STR("GET"), STR("functions"), control_functions_get },     { STR("GET"), STR("service"), control_service_get },
  { STR("POST"), STR("token"), control_token_make },
};

void control_calls_request(struct control *control, struct exchange *x, struct str path) {
  bool is_path = false;
  if (!control_is_signed(control, x, STR("local"), STR("moonwire"))) return;
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    const struct call *call = &calls[i];
    if (!str_equal(path, call->path)) continue;
    is_path = true;
    if (!str_equal(call->method, x->method)) continue;
    call->answer(control, x);
    return;
  }
  if (is_path)
    control_refuse(x, 405, "MethodNotAllowedException", STR("This path has no such method"));
  else
    control_refuse(x, 404, "ResourceNotFoundException",
                   STR("There is no such call; are moonwire dev and this moonwire of the same version?"));
}
