#include "control_signed.h"

#include "control_answer.h"
#include "signature.h"

bool control_is_signed(struct control *control, struct exchange *x, struct str region, struct str service) {
  struct signed_request request = { x->method, x->path, x->query, x->headers, x->body };
  struct signature_rules rules = { control->options.known, region, service, clock_unix_ms() / 1000 };
  struct signature_refusal refusal = { 0 };
  struct arena memory;
  arena_init(&memory);
  bool ok = signature_verify(&request, &rules, &control->keys, &memory, &refusal);
  if (!ok) control_refuse(x, 403, refusal.error_type, buf_str(&refusal.message));
  buf_free(&refusal.message);
  arena_free(&memory);
  return ok;
}
