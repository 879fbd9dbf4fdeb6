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

struct client_call *connections_send(struct http *http, const struct connections_request *request, client_done done,
                                     void *ctx, char err[ERR_LEN]) {
  struct client_call *call = NULL;
  struct str region;
  struct buf url;
  buf_init(&url, CONNECTIONS_URL_MAX);
  if (!connections_endpoint(request->place, &url, err)) goto done;
  if (!connections_region(request->place, &region, err)) goto done;
  connections_path(&url, request->id);
  if (url.failed) {
    fail(err, "the URL is longer than %d bytes", (int)CONNECTIONS_URL_MAX);
    goto done;
  }
  struct client_request wire = {
    .method = request->method,
    .url = buf_str(&url),
    .body = request->body,
    .service = STR("execute-api"),
    .region = region,
    .credentials = request->credentials,
    .timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : CONNECTIONS_TIMEOUT_MS,
    .deadline_ms = request->deadline_ms > 0 ? request->deadline_ms - CONNECTIONS_MARGIN_MS : 0,
  };
  call = client_send(http, &wire, done, ctx, err);
done:
  buf_free(&url);
  return call;
}
