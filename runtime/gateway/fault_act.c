#include "fault_act.h"

#include "fault_tell.h"
#include "json_write.h"
#include "model_json.h"
#include "session.h"

struct act {
  struct server *server;
  const struct fault_order *order;
  struct buf *ids;
};

/* One connection */

static void set_pace(struct server *server, const struct fault_order *order, struct model_connection *c) {
  session_set_pace(c->transport, order->bytes_per_s);
  if (order->bytes_per_s < 0)
    fault_tell_set(server, order->name, c->id, "reads as fast as it can again");
  else
    fault_tell_set(server, order->name, c->id, "reads %lld bytes a second", (long long)order->bytes_per_s);
}

/* It ends, in one of three ways. */
static void end(struct server *server, const struct fault_order *order, struct model_connection *c) {
  static const char *const told[] = {
    [ORDER_DROP] = "the connection is dropped, without a close frame",
    [ORDER_IDLE] = "closed with 1001, as after the idle timeout",
    [ORDER_EXPIRE] = "closed with 1001, as after the maximum duration",
  };
  fault_tell_applied(server, order->name, c->id, "%s", told[order->kind]);
  if (order->is_silent) session_silence(c->transport);
  if (order->kind == ORDER_DROP)
    session_drop(c->transport);
  else
    session_close(c->transport, 1001);
}

/* Drops it, closes it or sets its pace. Only one that is open can be meant; one that is being closed can still be dropped. */
static void act_on(void *ctx, struct model_connection *c) {
  const struct act *act = ctx;
  if (c->state == MODEL_CONNECTING || !c->transport) return;
  if (act->order->kind != ORDER_DROP && session_look(c->transport).closing) return;
  if (str_ends(buf_str(act->ids), STR("\""))) buf_add_char(act->ids, ',');
  json_write_string_utf8(act->ids, str_from(c->id));
  if (act->order->kind == ORDER_SLOW)
    set_pace(act->server, act->order, c);
  else
    end(act->server, act->order, c);
}

/* What waits to happen */

static void set_posts(struct server *server, const struct fault_order *order, struct model_connection *c) {
  struct fault_posts *posts = c ? &c->faults : &server->faults.posts;
  const char *id = c ? c->id : "";
  int status = order->kind == ORDER_GONE ? 410 : 429;
  *(order->kind == ORDER_GONE ? &posts->gone : &posts->throttled) = (int)order->count;
  if (order->count == 1)
    fault_tell_set(server, order->name, id, "the next post gets %d", status);
  else if (order->count > 1)
    fault_tell_set(server, order->name, id, "the next %lld posts get %d", (long long)order->count, status);
  else
    fault_tell_set(server, order->name, id, "no post gets %d any more", status);
}

static void set_ends(struct server *server, const struct fault_order *order) {
  server->faults.silent_ends = (int)order->count;
  if (order->count == 1)
    fault_tell_set(server, order->name, "", "the next connection ends without $disconnect");
  else if (order->count > 1)
    fault_tell_set(server, order->name, "", "the next %lld connections end without $disconnect",
                   (long long)order->count);
  else
    fault_tell_set(server, order->name, "", "$disconnect runs again");
}

static void set_delay(struct server *server, const struct fault_order *order) {
  static const char *const hops[FAULT_HOPS] = { "invocations begin", "calls of @connections are carried out" };
  for (int hop = 0; hop < FAULT_HOPS; hop++) {
    if (!order->on[hop]) continue;
    server->faults.delays[hop] = order->delay;
    if (order->delay.jitter_ms > 0)
      fault_tell_set(server, order->name, "", "%s %lld to %lld ms later", hops[hop], (long long)order->delay.ms,
                     (long long)(order->delay.ms + order->delay.jitter_ms));
    else
      fault_tell_set(server, order->name, "", "%s %lld ms later", hops[hop], (long long)order->delay.ms);
  }
}

/* The order */

static bool refuse(struct fault_refusal *refusal, int status, const char *type) {
  refusal->status = status;
  refusal->type = type;
  return false;
}

/* The connection that is meant, which must be open. */
static bool find(struct server *server, struct str id, struct model_connection **found, struct fault_refusal *refusal) {
  struct model_connection *c = *found = model_connection(server->options.model, id);
  if (!c) {
    fail(refusal->message, "there is no connection %.*s", STR_ARG(id));
    return refuse(refusal, 404, "ResourceNotFoundException");
  }
  if (c->state != MODEL_CONNECTING && c->transport) return true;
  fail(refusal->message, "%.*s is still in its handshake", STR_ARG(id));
  return refuse(refusal, 409, "ConflictException");
}

static bool act_on_connections(struct act *act, struct model_connection *c, struct fault_refusal *refusal) {
  size_t none = act->ids->len;
  if (!c) {
    model_connections(act->server->options.model, act_on, act);
    return true;
  }
  act_on(act, c);
  if (act->ids->len > none) return true;
  fail(refusal->message, "%s is being closed already", c->id);
  return refuse(refusal, 409, "ConflictException");
}

bool fault_act(struct server *server, const struct fault_order *order, struct buf *ids, struct fault_refusal *refusal) {
  struct act act = { server, order, ids };
  struct model_connection *c = NULL;
  bool done = true;
  if (order->connection_id.len > 0 && !find(server, order->connection_id, &c, refusal)) return false;
  buf_add_char(ids, '[');
  switch (order->kind) {
  case ORDER_GONE:
  case ORDER_THROTTLE:
    set_posts(server, order, c);
    break;
  case ORDER_NO_DISCONNECT:
    set_ends(server, order);
    break;
  case ORDER_LATENCY:
    set_delay(server, order);
    break;
  default:
    done = act_on_connections(&act, c, refusal);
  }
  buf_add_char(ids, ']');
  return done;
}

static void reset(void *ctx, struct model_connection *c) {
  (void)ctx;
  c->faults = (struct fault_posts){ 0 };
  if (c->transport) session_set_pace(c->transport, -1);
}

void fault_act_reset(struct server *server) {
  server->faults = (struct faults){ 0 };
  model_connections(server->options.model, reset, NULL);
  fault_tell_reset(server);
}

/* What is set */

static void list_posts(struct buf *out, const struct fault_posts *posts) {
  model_json_int(out, STR("gone"), posts->gone);
  model_json_int(out, STR("throttle"), posts->throttled);
}

static void list_delay(struct buf *out, struct str name, const struct fault_delay *delay) {
  model_json_name(out, name);
  buf_add_char(out, '{');
  model_json_int(out, STR("ms"), delay->ms);
  model_json_int(out, STR("jitterMs"), delay->jitter_ms);
  buf_add_char(out, '}');
}

static void list_connection(void *ctx, struct model_connection *c) {
  struct buf *out = ctx;
  int64_t bytes_per_s = c->transport ? session_look(c->transport).bytes_per_s : -1;
  if (c->faults.gone == 0 && c->faults.throttled == 0 && bytes_per_s < 0) return;
  if (out->len > 0 && out->ptr[out->len - 1] == '}') buf_add_char(out, ',');
  buf_add_char(out, '{');
  model_json_text(out, STR("connectionId"), str_from(c->id));
  list_posts(out, &c->faults);
  model_json_name(out, STR("bytesPerSecond"));
  if (bytes_per_s < 0)
    buf_add(out, STR("null"));
  else
    buf_add_int(out, bytes_per_s);
  buf_add_char(out, '}');
}

void fault_act_list(struct server *server, struct buf *out) {
  const struct faults *faults = &server->faults;
  buf_add_char(out, '{');
  list_posts(out, &faults->posts);
  model_json_int(out, STR("noDisconnect"), faults->silent_ends);
  model_json_name(out, STR("latency"));
  buf_add_char(out, '{');
  list_delay(out, STR("invoke"), &faults->delays[FAULT_INVOCATION]);
  list_delay(out, STR("send"), &faults->delays[FAULT_CALL]);
  buf_add_char(out, '}');
  model_json_name(out, STR("connections"));
  buf_add_char(out, '[');
  model_connections(server->options.model, list_connection, out);
  buf_add(out, STR("]}"));
}
