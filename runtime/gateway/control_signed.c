#include "control_signed.h"

#include "control_answer.h"
#include "signature.h"

enum { SHOWN = 200 /* bytes of foreign text that a note shows */ };

void control_note_refusal(struct control *control, const struct exchange *x, int status, const char *type,
                          struct str message) {
  const struct server_options *server = &control->options.server->options;
  struct str line;
  char text[ERR_LEN];
  str_cut(str_slice(message, 0, SHOWN), '\n', &line, &message);
  fail(text, "%.*s %.*s: %d %s: %.*s", STR_ARG(str_slice(x->method, 0, SHOWN)), STR_ARG(str_slice(x->path, 0, SHOWN)),
       status, type, STR_ARG(line));
  server->note(server->ctx, "", text);
}

bool control_is_signed(struct control *control, struct exchange *x, struct str region, struct str service) {
  struct signed_request request = { x->method, x->path, x->query, x->headers, x->body };
  struct signature_rules rules = { control->options.known, region, service, clock_unix_ms() / 1000 };
  struct signature_refusal refusal = { 0 };
  struct arena memory;
  arena_init(&memory);
  bool ok = signature_verify(&request, &rules, &control->keys, &memory, &refusal);
  if (!ok) control_note_refusal(control, x, 403, refusal.error_type, buf_str(&refusal.message));
  if (!ok) control_refuse(x, 403, refusal.error_type, buf_str(&refusal.message));
  buf_free(&refusal.message);
  arena_free(&memory);
  return ok;
}
