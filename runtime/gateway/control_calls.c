#include "control_calls.h"

#include "control_answer.h"
#include "control_signed.h"

enum { IDLE_PAGE_S = 60 /* between two requests of the page */ };

static const struct call {
  struct str method;
  struct str path; /* behind "/_control/" */
  void (*answer)(struct control *control, struct exchange *x);
} calls[] = {
  { STR("GET"), STR("connections"), control_connections_get },
  { STR("GET"), STR("console/feed"), control_feed_get },
  { STR("GET"), STR("console/state"), control_state_get },
  { STR("GET"), STR("console/invocation"), control_invocation_get },
  { STR("POST"), STR("console/resend"), control_resend_post },
  { STR("GET"), STR("console/rooms"), control_rooms_get },
  { STR("GET"), STR("console/routes"), control_apps_get },
  { STR("POST"), STR("event/http"), control_http_post },
  { STR("POST"), STR("event/websocket"), control_route_post },
  { STR("DELETE"), STR("faults"), control_faults_delete },
  { STR("GET"), STR("faults"), control_faults_get },
  { STR("POST"), STR("faults"), control_faults_post },
  { STR("GET"), STR("functions"), control_functions_get },
  { STR("GET"), STR("service"), control_service_get },
  { STR("POST"), STR("token"), control_token_make },
};

/* The page signs nothing: it has the token. What only the page asks for tells it to ask for one. */
static bool may_call(struct control *control, struct exchange *x, struct str path) {
  bool is_said = console_token_is_said(x->headers), is_signed = field_count(x->headers, STR("Authorization")) > 0;
  if (console_token_fits(&control->options.console->token, x->headers)) {
    exchange_may_idle(x, IDLE_PAGE_S);
    return true;
  }
  if (!is_said && (is_signed || !str_starts(path, STR("console/"))))
    return control_is_signed(control, x, STR("local"), STR("moonwire"));
  control_refuse(
      x, 401, "UnauthorizedException",
      STR("The token is missing or wrong: it stands in the address of the console that moonwire dev prints"));
  return false;
}

void control_calls_request(struct control *control, struct exchange *x, struct str path) {
  bool is_path = false;
  if (!may_call(control, x, path)) return;
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
