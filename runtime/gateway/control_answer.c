#include "control_answer.h"

#include "invoke.h"
#include "model_json.h"

enum { BODY_MAX = 1024 * 1024, HEADERS = 3 };

static void answer(struct exchange *x, int status, const char *type, struct str json) {
  char uuid[UUID_LEN];
  invoke_make_id(uuid);
  struct field headers[HEADERS] = { { STR("Content-Type"), STR("application/json") },
                                    { STR("x-amzn-RequestId"), str_from(uuid) },
                                    { STR("x-amzn-ErrorType"), str_from(type) } };
  exchange_answer(x, status, (struct fields){ headers, type ? HEADERS : HEADERS - 1 }, json);
}

void control_answer(struct exchange *x, int status, struct str json) {
  answer(x, status, NULL, json);
}

void control_refuse_with(struct exchange *x, int status, const char *type, struct str json) {
  answer(x, status, type, json);
}

void control_refuse(struct exchange *x, int status, const char *type, struct str message) {
  struct buf body;
  buf_init(&body, BODY_MAX);
  model_json_message(&body, message);
  answer(x, status, type, buf_str(&body));
  buf_free(&body);
}
