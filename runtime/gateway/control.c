#include "control.h"

#include "visitor.h"

enum {
  IDLE_S = 10,         /* for whoever has not shown a key */
  IDLE_KNOWN_S = 3600, /* an environment may think for long */
  CONNECTIONS = 16 * 1024
};

#define RUNTIME STR("/_runtime/")

/* "/_runtime/echo/0123abcd/2018-06-01/..." */
static void runtime_request(struct control *control, struct exchange *x) {
  struct str function, key, rest = str_slice(x->path, RUNTIME.len, x->path.len);
  str_cut(rest, '/', &function, &rest);
  str_cut(rest, '/', &key, &rest);
  struct environment *e = control->options.environment(control->options.ctx, function, key);
  if (e) exchange_may_idle(x, IDLE_KNOWN_S);
  if (e)
    environment_request(e, x, str_slice(x->path, (size_t)(key.ptr + key.len - x->path.ptr), x->path.len));
  else
    exchange_answer_json(x, 404, STR("{\"errorMessage\":\"there is no such environment\",\"errorType\":\"NotFound\"}"));
}

static void answer(void *ctx, struct exchange *x) {
  if (!visitor_is_local(x->headers))
    exchange_answer_json(x, 403, STR("{\"message\":\"Forbidden: this port answers to programs on this machine\"}"));
  else if (str_starts(x->path, RUNTIME))
    runtime_request(ctx, x);
  else
    exchange_answer_json(x, 404, STR("{\"message\":\"Not Found\"}"));
}

bool control_init(struct control *control, const struct control_options *options, char err[ERR_LEN]) {
  *control = (struct control){ .options = *options };
  control->httpd = httpd_new(&(struct httpd_options){ .loop = options->loop,
                                                      .host = "127.0.0.1",
                                                      .port = options->port,
                                                      .body_max = ENVIRONMENT_BODY_MAX,
                                                      .idle_s = IDLE_S,
                                                      .connections = CONNECTIONS,
                                                      .request = answer,
                                                      .ctx = control },
                             err);
  return control->httpd || fail(err, "%s; --control-port says where to listen instead", err);
}

void control_free(struct control *control) {
  httpd_delete(control->httpd);
  control->httpd = NULL;
}
