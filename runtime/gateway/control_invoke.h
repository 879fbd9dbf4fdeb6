/* control_invoke.h -- an invocation that was asked for with Lambda's Invoke: runs it and answers as Lambda does. */
#ifndef MOONWIRE_CONTROL_INVOKE_H
#define MOONWIRE_CONTROL_INVOKE_H

#include "control.h"
#include "invoke.h"

enum control_invoke_kind {
  CONTROL_INVOKE_RESPONSE, /* 200 with the result, when there is one; not begun when the caller leaves before that */
  CONTROL_INVOKE_EVENT,    /* 202 at once; what fails is tried again (control_events.h) */
  CONTROL_INVOKE_DRY_RUN   /* 204, and nothing is run */
};

struct control_invocation {
  enum control_invoke_kind kind;
  const struct project_function *function; /* of the project that serves now */
  struct invoke *in;                       /* event, client_context and keeps_log are set; taken over */
};

void control_invoke(struct control *control, struct exchange *x, const struct control_invocation *invocation);

#endif
