#include "slot.h"

#include "log.h"

enum {
  REPLY_MAX = 32 * 1024 * 1024, /* bytes; the platform takes 6 MB and says so itself */
  REPLY_KEPT = 64 * 1024        /* bytes kept between invocations */
};

void slot_init(struct slot *slot, struct runtime_host *host, const struct slot_handler *handler) {
  slot->handler = handler;
  slot->state = NULL;
  slot->polling = slot->draining = false;
  slot->log = (struct log_context){ 0 };
  runtime_api_init(&slot->api, host);
  invocation_init(&slot->invocation);
  buf_init(&slot->reply, REPLY_MAX);
}

void slot_free(struct slot *slot) {
  if (slot->state) slot->handler->cancel(slot->handler->ctx, slot);
  runtime_api_free(&slot->api);
  invocation_free(&slot->invocation);
  buf_free(&slot->reply);
}

static void event_came(void *ctx, enum runtime_result result, const char *err) {
  struct slot *slot = ctx;
  slot->polling = false;
  if (result != RUNTIME_OK) {
    slot->handler->broken(slot->handler->ctx, slot, err);
    return;
  }
  slot->log =
      (struct log_context){ .request_id = slot->invocation.request_id, .tenant_id = slot->invocation.tenant_id };
  slot->handler->start(slot->handler->ctx, slot);
}

static void reply_went(void *ctx, enum runtime_result result, const char *err) {
  struct slot *slot = ctx;
  if (result == RUNTIME_BROKEN) {
    slot->handler->broken(slot->handler->ctx, slot, err);
    return;
  }
  if (result == RUNTIME_REFUSED) log_printf(LOG_WARN, &slot->log, "the reply was refused and dropped: %s", err);
  slot->handler->answered(slot->handler->ctx, slot, result == RUNTIME_OK);
}

void slot_next(struct slot *slot) {
  invocation_reset(&slot->invocation);
  buf_trim(&slot->reply, REPLY_KEPT);
  slot->state = NULL;
  if (slot->draining) {
    slot->handler->drained(slot->handler->ctx, slot);
    return;
  }
  slot->polling = true;
  runtime_api_next(&slot->api, &slot->invocation, event_came, slot);
}

bool slot_drain(struct slot *slot) {
  bool was_polling = slot->polling;
  slot->draining = true;
  slot->polling = false;
  if (was_polling) runtime_api_free(&slot->api);
  return was_polling;
}

void slot_respond(struct slot *slot) {
  runtime_api_respond(&slot->api, &slot->invocation, buf_str(&slot->reply), reply_went, slot);
}

void slot_fail(struct slot *slot, struct str type, struct str cause) {
  struct runtime_failure failure = { .type = type, .cause = cause, .body = buf_str(&slot->reply) };
  runtime_api_fail(&slot->api, &slot->invocation, &failure, reply_went, slot);
}
