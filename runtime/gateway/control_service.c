/* Which service this is. */
#include <unistd.h>

#include "control_answer.h"
#include "control_calls.h"
#include "model_json.h"

enum { BODY_MAX = 64 * 1024 };

void control_service_get(struct control *control, struct exchange *x) {
  const struct control_service *service = control->options.service;
  struct buf body;
  buf_init(&body, BODY_MAX);
  buf_add_char(&body, '{');
  model_json_text(&body, STR("service"), service->service);
  model_json_text(&body, STR("stage"), service->stage);
  model_json_text(&body, STR("region"), service->region);
  model_json_text(&body, STR("apiId"), control->options.api->api_id);
  model_json_text(&body, STR("config"), service->config);
  model_json_int(&body, STR("pid"), getpid());
  model_json_text(&body, STR("websocketUrl"), str_from(service->addresses->websocket_url));
  model_json_text(&body, STR("managementUrl"), str_from(service->addresses->management_url));
  model_json_text(&body, STR("controlUrl"), str_from(service->addresses->control_url));
  buf_add_char(&body, '}');
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}
