/* fuzz_http_api.c -- libFuzzer: requests to an HTTP API and results of its functions, with every text from outside at will.
 * An event is JSON in UTF-8 with the route that was selected, a body arrives as it was sent, variables are what the path has;
 * an answer has a status that can end a request and no header that could become two, whatever a function or a client says.
 * Input: fields separated by bytes FE: method, path, query, name and value of a header, the same of another one, body,
 * result of a function.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "http_api.h"
#include "http_api_event.h"
#include "http_api_path.h"
#include "http_api_route.h"
#include "json.h"
#include "utf8.h"

#define REQUEST_ID "BFaVtH2HoAMFZEQ="

struct input {
  struct str method, path, query;
  struct field headers[2];
  struct str body, result;
};

static const struct http_api_route routes[] = {
  { STR("GET /"), 0, STR("") },         { STR("ANY /a/{x}/{y+}"), 1, STR("") },
  { STR("POST /a/{x}/b"), 2, STR("") }, { STR("GET /closed"), 3, STR("closed") },
  { STR("$default"), 4, STR("") },
};
static const struct http_api_cors cors = { .origins = STR("https://app.example,http://*"),
                                           .methods = STR("GET"),
                                           .headers = STR("X-A"),
                                           .credentials = true,
                                           .max_age_s = 5 };

static void must(bool condition) {
  if (!condition) abort();
}

static struct str take_field(struct str *bytes) {
  struct str field;
  str_cut(*bytes, (char)0xFE, &field, bytes);
  return field;
}

static void read_input(struct input *in, struct str bytes) {
  in->method = take_field(&bytes);
  in->path = take_field(&bytes);
  in->query = take_field(&bytes);
  for (size_t i = 0; i < 2; i++) {
    in->headers[i].name = take_field(&bytes);
    in->headers[i].value = take_field(&bytes);
  }
  in->body = take_field(&bytes);
  in->result = take_field(&bytes);
}

/* A header must not end early, and its name must be one. */
static void must_be_sendable(struct field header, struct str origin) {
  must(header.name.len > 0 && ascii_is_visible(header.name) && !memchr(header.name.ptr, ':', header.name.len));
  if (str_equal(header.value, origin)) return; /* the client's own, which httpd has looked at */
  for (size_t i = 0; i < header.value.len; i++)
    must((unsigned char)header.value.ptr[i] >= ' ' || header.value.ptr[i] == '\t');
}

static void must_be_answer(const struct http_api_answer *answer, struct str origin) {
  must(answer->status >= 200 && answer->status <= 599);
  must(answer->headers.count > 0);
  for (size_t i = 0; i < answer->headers.count; i++) must_be_sendable(answer->headers.list[i], origin);
  must(field_count(answer->headers, STR("Access-Control-Allow-Origin")) <= 1);
  must(field_count(answer->headers, STR("Apigw-Requestid")) == 1);
  must(field_count(answer->headers, STR("Content-Length")) + field_count(answer->headers, STR("Transfer-Encoding")) ==
       0);
  if (answer->status == 204 || answer->status == 304) must(answer->body.len == 0);
}

static void must_have_body(const struct json *root, const struct http_api_request *request) {
  struct json_item item;
  struct buf plain;
  const struct json *body = json_member(root, STR("body"));
  must((body != NULL) == (request->body.len > 0));
  if (!body) return;
  json_read(json_member(root, STR("isBase64Encoded")), &item);
  buf_init(&plain, request->body.len);
  if (item.type == JSON_TRUE)
    must(base64_decode(&plain, json_member_text(root, STR("body"))) && str_equal(buf_str(&plain), request->body));
  else if (utf8_prefix(request->body) == request->body.len)
    must(str_equal(json_member_text(root, STR("body")), request->body));
  buf_free(&plain);
}

/* "/a/{x}/{y+}" and "/a/{x}/b": the variables make the path again. */
static void must_have_variables(const struct http_api_step *step, struct str path) {
  struct http_api_variables left = http_api_route_variables(step->route, path);
  struct field x, y;
  struct buf again;
  if (step->route->function != 1 && step->route->function != 2) {
    must(!http_api_route_variable(&left, &x));
    return;
  }
  buf_init(&again, path.len);
  must(http_api_route_variable(&left, &x));
  buf_add(&again, STR("/a/"));
  buf_add(&again, x.value);
  buf_add_char(&again, '/');
  if (http_api_route_variable(&left, &y)) buf_add(&again, y.value);
  if (step->route->function == 2) buf_add_char(&again, 'b');
  must(str_equal(buf_str(&again), path));
  buf_free(&again);
}

static void must_be_event(const struct http_api_step *step, const struct http_api_request *request) {
  struct arena memory = { 0 };
  const struct json *root;
  struct str event = buf_str(&step->event), path;
  must(!step->event.failed && utf8_prefix(event) == event.len);
  must(json_parse(&memory, event, &root, NULL));
  must(str_equal(json_member_text(root, STR("routeKey")), step->route->key));
  must(json_count(json_member(root, STR("headers"))) > 0);
  must_have_body(root, request);
  must(http_api_path_decode(&memory, request->path, &path));
  must_have_variables(step, path);
  arena_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in;
  struct arena memory = { 0 };
  struct http_api_step step = { .route = NULL };
  struct http_api_answer answer;
  char note[ERR_LEN];
  read_input(&in, str_of((const char *)data, size));
  struct http_api api = {
    STR("abcd123456"),      STR("123456789012"), STR("abcd123456.example"), routes, sizeof routes / sizeof *routes,
    size % 2 ? &cors : NULL
  };
  struct model_moment at = { .now_ms = 1000,
                             .request_id = REQUEST_ID,
                             .trace_id = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700" };
  struct http_api_request request = { in.method, in.path, in.query, { in.headers, 2 }, in.body, STR("192.0.2.1") };
  struct str origin = field_header(request.headers, STR("Origin"));
  http_api_request(&api, &request, &at, &memory, &step);
  if (step.route)
    must_be_event(&step, &request);
  else
    must_be_answer(&step.answer, origin);
  struct http_api_call call = { &api, origin, STR(REQUEST_ID) };
  http_api_answered(&call, MODEL_RESULT, in.result, &memory, &answer, note);
  must_be_answer(&answer, origin);
  buf_free(&step.event);
  arena_free(&memory);
  return 0;
}
