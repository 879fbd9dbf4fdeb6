#define _GNU_SOURCE /* gmtime_r */
#include "http_api_event.h"

#include <stdio.h>
#include <time.h>

#include "encoding.h"
#include "http_api_fields.h"
#include "http_api_route.h"
#include "json_write.h"
#include "model_json.h"
#include "model_request.h"

bool http_api_event_is_text(struct str content_type) {
  static const struct str types[] = { STR("application/json"), STR("application/javascript"), STR("application/xml") };
  struct str type, parameters, text = STR("text/");
  str_cut(content_type, ';', &type, &parameters);
  type = str_trim(type);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (str_equal_nocase(type, types[i])) return true;
  return type.len > text.len && str_equal_nocase(str_slice(type, 0, text.len), text);
}

/* Cookies */

static bool is_cookie(struct str name) {
  return str_equal_nocase(name, STR("Cookie"));
}

/* "a=1; b=2" */
static void write_cookie_line(struct buf *out, struct str line, bool *begun) {
  for (struct str cookie; line.len > 0;) {
    str_cut(line, ';', &cookie, &line);
    cookie = str_trim(cookie);
    if (cookie.len == 0) continue;
    if (!*begun) model_json_name(out, STR("cookies"));
    buf_add_char(out, *begun ? ',' : '[');
    *begun = true;
    json_write_string_utf8(out, cookie);
  }
}

static void write_cookies(struct buf *out, struct fields headers) {
  bool begun = false;
  for (size_t i = 0; i < headers.count; i++)
    if (is_cookie(headers.list[i].name)) write_cookie_line(out, headers.list[i].value, &begun);
  if (begun) buf_add_char(out, ']');
}

/* Headers */

/* ptr is NULL when memory is short. */
static struct str lower_case(struct arena *memory, struct str name) {
  char *lower = arena_alloc(memory, name.len + 1);
  if (!lower) return str_of(NULL, 0);
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  lower[name.len] = '\0';
  return str_of(lower, name.len);
}

/* What a WebSocket API passes on, in lower case, without cookies, and with the length of the body, which is there for a
 * request without one, too (recorded). False when memory is short. */
static bool gather_headers(const struct http_api_event *e, struct arena *memory, struct fields *out) {
  const struct http_api_request *request = e->request;
  struct model_request seen = { request->path, request->query, request->headers, request->source_ip };
  struct str trace_id = str_from(e->at->trace_id);
  struct fields passed;
  char length[24];
  size_t count = 0;
  if (!model_request_headers(&passed, memory, &seen, e->api->domain_name, trace_id, false)) return false;
  struct field *list = arena_alloc(memory, (passed.count + 1) * sizeof *list);
  snprintf(length, sizeof length, "%zu", request->body.len);
  struct str length_text = arena_copy(memory, str_from(length));
  if (!list || !length_text.ptr) return false;
  list[count++] = (struct field){ STR("content-length"), length_text };
  for (size_t i = 0; i < passed.count; i++) {
    if (is_cookie(passed.list[i].name)) continue;
    list[count] = (struct field){ lower_case(memory, passed.list[i].name), passed.list[i].value };
    if (!list[count++].name.ptr) return false;
  }
  *out = (struct fields){ list, count };
  return true;
}

/* The context */

/* "12/Mar/2020:19:03:58 +0000" */
static void write_time(struct buf *out, int64_t now_ms) {
  char text[64] = "";
  struct tm utc = { 0 };
  time_t seconds = (time_t)(now_ms / 1000);
  if (gmtime_r(&seconds, &utc)) strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S +0000", &utc);
  model_json_text(out, STR("time"), str_from(text));
  model_json_int(out, STR("timeEpoch"), now_ms);
}

static void write_http(struct buf *out, const struct http_api_event *e) {
  struct str user_agent = field_header(e->request->headers, STR("User-Agent"));
  model_json_name(out, STR("http"));
  buf_add_char(out, '{');
  model_json_text(out, STR("method"), e->request->method);
  model_json_text(out, STR("path"), e->path);
  model_json_text(out, STR("protocol"), STR("HTTP/1.1"));
  model_json_text(out, STR("sourceIp"), e->request->source_ip);
  model_json_text(out, STR("userAgent"), user_agent.ptr ? user_agent : STR(""));
  buf_add_char(out, '}');
}

static void write_context(struct buf *out, const struct http_api_event *e) {
  model_json_name(out, STR("requestContext"));
  buf_add_char(out, '{');
  model_json_text(out, STR("accountId"), e->api->account_id);
  model_json_text(out, STR("apiId"), e->api->api_id);
  model_json_text(out, STR("domainName"), e->api->domain_name);
  model_json_text(out, STR("domainPrefix"), e->api->api_id);
  write_http(out, e);
  model_json_text(out, STR("requestId"), str_from(e->at->request_id));
  model_json_text(out, STR("routeKey"), e->route->key);
  model_json_text(out, STR("stage"), STR("$default"));
  write_time(out, e->at->now_ms);
  buf_add_char(out, '}');
}

/* The rest */

static void write_variables(struct buf *out, const struct http_api_event *e) {
  struct http_api_variables left = http_api_route_variables(e->route, e->path);
  struct field variable;
  bool begun = false;
  while (http_api_route_variable(&left, &variable)) {
    if (!begun) model_json_name(out, STR("pathParameters"));
    if (!begun) buf_add_char(out, '{');
    begun = true;
    model_json_text(out, variable.name, variable.value);
  }
  if (begun) buf_add_char(out, '}');
}

static void write_body(struct buf *out, const struct http_api_event *e) {
  struct str body = e->request->body;
  bool is_base64 = body.len > 0 && !http_api_event_is_text(field_header(e->request->headers, STR("Content-Type")));
  if (is_base64) {
    model_json_name(out, STR("body"));
    buf_add_char(out, '"');
    base64_encode(out, body);
    buf_add_char(out, '"');
  } else if (body.len > 0) {
    model_json_text(out, STR("body"), body);
  }
  model_json_name(out, STR("isBase64Encoded"));
  buf_add(out, is_base64 ? STR("true") : STR("false"));
}

void http_api_event_write(struct buf *out, const struct http_api_event *e, struct arena *scratch) {
  struct fields headers, query;
  if (!gather_headers(e, scratch, &headers) || !model_request_query(&query, scratch, e->request->query)) {
    out->failed = true;
    return;
  }
  buf_add_char(out, '{');
  model_json_text(out, STR("version"), STR("2.0"));
  model_json_text(out, STR("routeKey"), e->route->key);
  model_json_text(out, STR("rawPath"), e->path);
  model_json_text(out, STR("rawQueryString"), e->request->query);
  write_cookies(out, e->request->headers);
  http_api_fields_write(out, scratch, STR("headers"), headers);
  if (query.count > 0) http_api_fields_write(out, scratch, STR("queryStringParameters"), query);
  write_context(out, e);
  write_variables(out, e);
  write_body(out, e);
  buf_add_char(out, '}');
}
