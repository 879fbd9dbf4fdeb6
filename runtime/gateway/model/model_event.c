#define _GNU_SOURCE /* gmtime_r */
#include "model_event.h"

#include <time.h>

#include "model_fields.h"
#include "model_json.h"
#include "model_request.h"

/* What only some events have in their requestContext; an empty text is left out. */
struct particulars {
  struct str type; /* "MESSAGE" */
  struct str message_id;
  bool is_disconnect;
  int code;
  struct str reason;
};

/* "11/Nov/2024:11:35:24 +0000", the time of the Common Log Format. */
static void write_request_time(struct buf *out, int64_t now_ms) {
  char text[64] = "";
  struct tm utc = { 0 };
  time_t seconds = (time_t)(now_ms / 1000);
  if (gmtime_r(&seconds, &utc)) strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S +0000", &utc);
  model_json_text(out, STR("requestTime"), str_from(text));
}

static void write_identity(struct buf *out, const struct model_connection *c) {
  model_json_name(out, STR("identity"));
  buf_add_char(out, '{');
  if (c->user_agent.len > 0) model_json_text(out, STR("userAgent"), c->user_agent);
  model_json_text(out, STR("sourceIp"), c->source_ip);
  buf_add_char(out, '}');
}

static void write_context(struct buf *out, const struct model_event *e, const struct particulars *p) {
  struct str request_id = str_from(e->at->request_id);
  model_json_name(out, STR("requestContext"));
  buf_add_char(out, '{');
  model_json_text(out, STR("routeKey"), e->route_key);
  if (p->message_id.len > 0) model_json_text(out, STR("messageId"), p->message_id);
  if (p->is_disconnect) model_json_int(out, STR("disconnectStatusCode"), p->code);
  if (e->connection->authorizer.len > 0) {
    model_json_name(out, STR("authorizer"));
    buf_add(out, e->connection->authorizer);
  }
  model_json_text(out, STR("eventType"), p->type);
  model_json_text(out, STR("extendedRequestId"), request_id); /* the same, on AWS too */
  write_request_time(out, e->at->now_ms);
  model_json_text(out, STR("messageDirection"), STR("IN"));
  if (p->is_disconnect) model_json_text(out, STR("disconnectReason"), p->reason);
  model_json_text(out, STR("stage"), e->api->stage);
  model_json_int(out, STR("connectedAt"), e->connection->connected_at_ms);
  model_json_int(out, STR("requestTimeEpoch"), e->at->now_ms);
  write_identity(out, e->connection);
  model_json_text(out, STR("requestId"), request_id);
  model_json_text(out, STR("domainName"), e->api->domain_name);
  model_json_text(out, STR("connectionId"), str_from(e->connection->id));
  model_json_text(out, STR("apiId"), e->api->api_id);
  buf_add_char(out, '}');
}

static void end_event(struct buf *out) {
  buf_add(out, STR(",\"isBase64Encoded\":false}"));
}

/* The members that tell of the request: headers and query. An authorizer has the query's even when there is none. */
static void write_request(struct buf *out, const struct model_event *e, const struct model_request *request,
                          bool for_authorizer, struct arena *scratch) {
  struct fields headers, query;
  struct str trace_id = str_from(e->at->trace_id);
  if (!model_request_headers(&headers, scratch, request, e->api->domain_name, trace_id, for_authorizer) ||
      !model_request_query(&query, scratch, request->query)) {
    out->failed = true;
    return;
  }
  model_fields_write(out, scratch, STR("headers"), STR("multiValueHeaders"), headers, true);
  if (query.count > 0 || for_authorizer)
    model_fields_write(out, scratch, STR("queryStringParameters"), STR("multiValueQueryStringParameters"), query,
                       false);
}

void model_event_authorizer(struct buf *out, const struct model_event *e, const struct model_request *request,
                            struct str method_arn, struct arena *scratch) {
  buf_add_char(out, '{');
  model_json_text(out, STR("type"), STR("REQUEST"));
  model_json_text(out, STR("methodArn"), method_arn);
  write_request(out, e, request, true, scratch);
  model_json_name(out, STR("stageVariables"));
  buf_add(out, STR("{}"));
  write_context(out, e, &(struct particulars){ .type = STR("CONNECT") });
  buf_add_char(out, '}');
}

void model_event_connect_begin(struct buf *out, const struct model_event *e, const struct model_request *request,
                               struct arena *scratch) {
  buf_add_char(out, '{');
  write_request(out, e, request, false, scratch);
}

void model_event_connect_end(struct buf *out, const struct model_event *e) {
  write_context(out, e, &(struct particulars){ .type = STR("CONNECT") });
  end_event(out);
}

void model_event_connect(struct buf *out, const struct model_event *e, const struct model_request *request,
                         struct arena *scratch) {
  model_event_connect_begin(out, e, request, scratch);
  model_event_connect_end(out, e);
}

void model_event_message(struct buf *out, const struct model_event *e, struct str text) {
  buf_add_char(out, '{');
  write_context(out, e, &(struct particulars){ .type = STR("MESSAGE"), .message_id = str_from(e->at->message_id) });
  model_json_text(out, STR("body"), text);
  end_event(out);
}

void model_event_disconnect(struct buf *out, const struct model_event *e, int code, struct str reason,
                            struct arena *scratch) {
  const struct field headers[] = { /* of an event that no request caused */
                                   { STR("Host"), e->api->domain_name },
                                   { STR("x-api-key"), STR("") },
                                   { STR("X-Forwarded-For"), STR("") },
                                   { STR("x-restapi"), STR("") }
  };
  struct fields list = { headers, sizeof headers / sizeof *headers };
  buf_add_char(out, '{');
  model_fields_write(out, scratch, STR("headers"), STR("multiValueHeaders"), list, true);
  write_context(
      out, e,
      &(struct particulars){ .type = STR("DISCONNECT"), .is_disconnect = true, .code = code, .reason = reason });
  end_event(out);
}
