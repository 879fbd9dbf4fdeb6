/* The event that a function gets for a route of the WebSocket API, without a client: for `moonwire invoke --route`. */
#include <string.h>

#include "control_answer.h"
#include "control_calls.h"
#include "encoding.h"
#include "model_event.h"
#include "moment.h"

enum { KEY_BYTES = 1024, NO_STATUS = 1005 /* RFC 6455, section 7.4.1 */ };

static void write_connect(struct buf *out, const struct model_event *e, struct arena *scratch) {
  const struct model_request request = { .path = STR("/"), .source_ip = e->connection->source_ip };
  model_event_connect(out, e, &request, scratch);
}

static void write_event(struct buf *out, const struct model_event *e, struct str body) {
  struct arena scratch;
  arena_init(&scratch);
  if (str_equal(e->route_key, STR("$connect")))
    write_connect(out, e, &scratch);
  else if (str_equal(e->route_key, STR("$disconnect")))
    model_event_disconnect(out, e, NO_STATUS, model_close_reason(NO_STATUS, STR("")), &scratch);
  else
    model_event_message(out, e, body);
  arena_free(&scratch);
}

/* The connection is nobody's: sending to it gets 410. */
void control_route_post(struct control *control, struct exchange *x, struct str rest) {
  struct model_moment at = { .request_id = "" };
  struct model_connection connection = { .source_ip = STR("127.0.0.1") };
  struct buf key, event;
  char err[ERR_LEN];
  buf_init(&key, KEY_BYTES);
  buf_init(&event, INVOKE_EVENT_MAX);
  uri_decode(&key, rest);
  bool ok = moment_now(&at, err);
  memcpy(connection.id, at.connection_id, sizeof connection.id);
  connection.connected_at_ms = at.now_ms;
  struct model_event e = { control->options.api, &connection, &at, buf_str(&key) };
  if (ok) write_event(&event, &e, x->body);
  if (!ok)
    control_refuse(x, 500, "ServiceException", str_from(err));
  else if (key.failed)
    control_refuse(x, 400, "InvalidParameterValueException", STR("The route key is longer than 1024 bytes"));
  else if (key.len == 0)
    control_refuse(x, 400, "InvalidParameterValueException", STR("A route key is missing"));
  else if (event.failed)
    control_refuse(x, 413, "RequestTooLargeException", STR("The event is too large"));
  else
    control_answer(x, 200, buf_str(&event));
  buf_free(&key);
  buf_free(&event);
}
