/* The event that a function gets for a route of the WebSocket API, without a client: for `moonwire invoke --route`. */
#include <string.h>

#include "control_answer.h"
#include "control_calls.h"
#include "event_order.h"
#include "model_event.h"
#include "moment.h"

enum { NO_STATUS = 1005 /* RFC 6455, section 7.4.1 */ };

static void write_connect(struct buf *out, const struct model_event *e, const struct event_order *order,
                          struct arena *scratch) {
  const struct model_request request = { STR("/"), order->query, order->headers, e->connection->source_ip };
  model_event_connect(out, e, &request, scratch);
}

static void write_event(struct buf *out, const struct model_event *e, const struct event_order *order,
                        struct arena *scratch) {
  if (str_equal(e->route_key, STR("$connect")))
    write_connect(out, e, order, scratch);
  else if (str_equal(e->route_key, STR("$disconnect")))
    model_event_disconnect(out, e, NO_STATUS, model_close_reason(NO_STATUS, STR("")), scratch);
  else
    model_event_message(out, e, order->body);
}

/* The connection that is named; without a name nobody's: sending to it gets 410. Borrows the texts. False, with err, when there is
 * none of that name. */
static bool find_connection(struct control *control, const struct event_order *order, const struct model_moment *at,
                            struct model_connection *out, char err[ERR_LEN]) {
  const struct model_connection *found;
  if (order->connection_id.len > 0) {
    found = model_connection(control->options.server->options.model, order->connection_id);
    if (!found) return fail(err, "there is no connection %.*s", STR_ARG(order->connection_id));
    *out = *found;
    return true;
  }
  struct str agent = field_header(order->headers, STR("User-Agent"));
  *out = (struct model_connection){ .source_ip = STR("127.0.0.1"), .user_agent = agent.ptr ? agent : STR("") };
  memcpy(out->id, at->connection_id, sizeof out->id);
  out->connected_at_ms = at->now_ms;
  return true;
}

static void answer(struct control *control, struct exchange *x, const struct event_order *order,
                   struct arena *scratch) {
  struct model_moment at = { .request_id = "" };
  struct model_connection connection;
  struct buf event;
  char err[ERR_LEN];
  buf_init(&event, INVOKE_EVENT_MAX);
  bool now = moment_now(&at, err), found = now && find_connection(control, order, &at, &connection, err);
  if (found)
    write_event(&event, &(struct model_event){ control->options.api, &connection, &at, order->route }, order, scratch);
  if (!now)
    control_refuse(x, 500, "ServiceException", str_from(err));
  else if (!found)
    control_refuse(x, 404, "ResourceNotFoundException", str_from(err));
  else if (event.failed)
    control_refuse(x, 413, "RequestTooLargeException", STR("The event is too large"));
  else
    control_answer(x, 200, buf_str(&event));
  buf_free(&event);
}

void control_route_post(struct control *control, struct exchange *x) {
  struct event_order order;
  struct arena memory;
  char err[ERR_LEN];
  arena_init(&memory);
  bool ok = event_order_read(&order, x->body, &memory, err);
  if (ok && order.route.len == 0) ok = fail(err, "route is missing");
  if (ok)
    answer(control, x, &order, &memory);
  else
    control_refuse(x, 400, "ValidationException", str_from(err));
  arena_free(&memory);
}
