#include "control.h"

#include "console_page.h"
#include "control_calls.h"
#include "control_lambda.h"
#include "digest.h"
#include "visitor.h"

enum {
  IDLE_S = 10,         /* for whoever has not shown a key */
  IDLE_KNOWN_S = 3600, /* an environment may think for long */
  CONNECTIONS = 16 * 1024
};

/* "/_runtime/echo/0123abcd/2018-06-01/..." */
static void runtime_request(struct control *control, struct exchange *x, struct str rest) {
  struct str function, key;
  str_cut(rest, '/', &function, &rest);
  str_cut(rest, '/', &key, &rest);
  struct environment *e = generations_environment(control->options.generations, function, key);
  if (e) exchange_may_idle(x, IDLE_KNOWN_S);
  if (e)
    environment_request(e, x, str_slice(x->path, (size_t)(key.ptr + key.len - x->path.ptr), x->path.len));
  else
    exchange_answer_json(x, 404, STR("{\"errorMessage\":\"there is no such environment\",\"errorType\":\"NotFound\"}"));
}

static const struct route {
  struct str prefix;
  void (*request)(struct control *control, struct exchange *x, struct str rest); /* behind the prefix */
} routes[] = {
  { STR("/_runtime/"), runtime_request },
  { STR("/2015-03-31/functions/"), control_lambda_request },
  { STR("/_control/"), control_calls_request },
  { STR("/_identity/"), control_identity_request },
};

static void answer(void *ctx, struct exchange *x) {
  const struct control *control = ctx;
  if (!visitor_is_local(x->headers)) {
    exchange_answer_json(x, 403, STR("{\"message\":\"Forbidden: this port answers to programs on this machine\"}"));
    return;
  }
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
    struct str prefix = routes[i].prefix;
    if (!str_starts(x->path, prefix)) continue;
    routes[i].request(ctx, x, str_slice(x->path, prefix.len, x->path.len));
    return;
  }
  if (console_page_request(x, str_from(control->options.service->addresses->websocket_url))) return;
  exchange_answer_json(x, 404, STR("{\"message\":\"Not Found\"}"));
}

const struct project *control_project(const struct control *control) {
  return control->options.generations->current->project;
}

bool control_init(struct control *control, const struct control_options *options, char err[ERR_LEN]) {
  const struct control_service *service = options->service;
  *control = (struct control){ .options = *options };
  if (!identity_init(&control->identity, service->addresses->issuer, service->service, err)) return false;
  control->events = (struct control_events){ .loop = options->loop, .invoke = options->invoke, .ctx = options->ctx };
  control->httpd = httpd_new(&(struct httpd_options){ .loop = options->loop,
                                                      .host = "127.0.0.1",
                                                      .port = options->port,
                                                      .body_max = ENVIRONMENT_BODY_MAX,
                                                      .idle_s = IDLE_S,
                                                      .connections = CONNECTIONS,
                                                      .request = answer,
                                                      .ctx = control },
                             err);
  return control->httpd || fail(err, "%s; %s", err,
                                strstr(err, "in use") ? SERVER_IN_USE : "--control-port says where to listen instead");
}

void control_free(struct control *control) {
  control_events_free(&control->events);
  httpd_delete(control->httpd);
  control->httpd = NULL;
  identity_free(&control->identity);
  digest_wipe(&control->keys, sizeof control->keys);
}
