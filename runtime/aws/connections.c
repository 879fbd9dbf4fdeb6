#include "connections.h"

#include "config.h"
#include "encoding.h"
#include "endpoint.h"

void connections_place_read(struct connections_place *place) {
  place->management_url = config_get("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI");
  place->endpoint_url = config_get("AWS_ENDPOINT_URL");
  place->ignore_urls = endpoint_ignores_urls();
  place->default_region = endpoint_default_region();
}

/* "https://domainName/stage", the recipe of AWS's documentation, or without the stage. Behind another path there is a base
 * path mapping of a custom domain, which the event does not tell: that is an endpoint of its own. */
static bool is_domain_of_event(const struct connections_place *place) {
  struct str host = endpoint_authority(place->endpoint);
  size_t from = (size_t)(host.ptr + host.len - place->endpoint.ptr);
  struct str path = str_slice(place->endpoint, from, place->endpoint.len);
  while (str_ends(path, STR("/"))) path.len--;
  bool is_stage = path.len == 0 || str_equal(str_slice(path, 1, path.len), place->stage);
  if (str_ends(host, STR(":443"))) host.len -= 4;
  return is_stage && place->domain_name.len > 0 && str_equal_nocase(host, place->domain_name);
}

static void add_stage(struct buf *out, struct str stage) {
  buf_add_char(out, '/');
  uri_encode(out, stage);
}

static bool add_event_url(struct buf *out, const struct connections_place *place, char err[ERR_LEN]) {
  struct str region;
  if (!connections_region(place, &region, err)) return false;
  if (!endpoint_is_label(place->api_id)) return fail(err, "requestContext.apiId of the event is not the id of an API");
  if (!endpoint_is_label(region)) return fail(err, "region is not the name of an AWS Region");
  buf_addf(out, "https://%.*s.execute-api.%.*s.%s", STR_ARG(place->api_id), STR_ARG(region), endpoint_domain(region));
  add_stage(out, place->stage);
  return true;
}

bool connections_endpoint(const struct connections_place *place, struct buf *url, char err[ERR_LEN]) {
  bool configured = !place->ignore_urls, event = place->stage.len > 0;
  if (place->endpoint.len > 0 && !is_domain_of_event(place))
    return endpoint_add_url(url, "endpoint", place->endpoint, err);
  if (configured && place->management_url.len > 0)
    return endpoint_add_url(url, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", place->management_url, err);
  if (configured && event && place->endpoint_url.len > 0) {
    if (!endpoint_add_url(url, "AWS_ENDPOINT_URL", place->endpoint_url, err)) return false;
    add_stage(url, place->stage);
    return true;
  }
  if (event && place->api_id.len > 0) return add_event_url(url, place, err);
  if (place->known.len > 0) return endpoint_add_url(url, "the connection's endpoint", place->known, err);
  if (place->endpoint.len > 0) return endpoint_add_url(url, "endpoint", place->endpoint, err);
  return fail(err,
              "no endpoint: no WebSocket event is being handled; call ws.client { endpoint = \"https://...\" }, or set "
              "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI");
}

bool connections_region(const struct connections_place *place, struct str *region, char err[ERR_LEN]) {
  return endpoint_region(place->region, place->default_region, region, err);
}

void connections_path(struct buf *url, struct str id) {
  buf_add(url, STR("/@connections/"));
  uri_encode(url, id);
}

bool connections_target_init(struct connections_target *target, const struct connections_place *place,
                             char err[ERR_LEN]) {
  *target = (struct connections_target){ 0 };
  buf_init(&target->url, CONNECTIONS_URL_MAX);
  if (connections_endpoint(place, &target->url, err) && connections_region(place, &target->region, err)) {
    target->stage_end = target->url.len;
    if (!target->url.failed) return true;
    fail(err, "the URL is longer than %d bytes", (int)CONNECTIONS_URL_MAX);
  }
  connections_target_free(target);
  return false;
}

void connections_target_free(struct connections_target *target) {
  buf_free(&target->url);
  *target = (struct connections_target){ 0 };
}

/* The URL of one connection, until the next call; empty when it is too long. */
static struct str url_of(struct connections_target *target, struct str id) {
  target->url.len = target->stage_end;
  target->url.failed = false;
  connections_path(&target->url, id);
  return buf_str(&target->url);
}

struct client_call *connections_send(struct http *http, struct connections_target *target,
                                     const struct connections_request *request, client_done done, void *ctx,
                                     char err[ERR_LEN]) {
  struct client_request wire = {
    .method = request->method,
    .url = url_of(target, request->id),
    .body = request->body,
    .payload_hash = request->payload_hash,
    .service = STR("execute-api"),
    .region = target->region,
    .credentials = request->credentials,
    .timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : CONNECTIONS_TIMEOUT_MS,
    .deadline_ms = request->deadline_ms,
    .opening = request->opening,
    .turns = request->turns,
  };
  if (wire.url.len > 0) return client_send(http, &wire, done, ctx, err);
  fail(err, "the URL is longer than %d bytes", (int)CONNECTIONS_URL_MAX);
  return NULL;
}
