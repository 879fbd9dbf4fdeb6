/* fuzz_handshake.c -- libFuzzer: any request that asks for a WebSocket.
 * Accepted is only a GET over HTTP/1.1 with one key, whose answer has 28 characters of base64 and depends on nothing but
 * the key; a refusal has a status and a reason. What is accepted goes on to the model, which makes an event in JSON of it.
 * Input: fields separated by bytes FE: method, version, path, query, then names and values of headers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "handshake.h"
#include "json.h"
#include "model.h"
#include "utf8.h"

enum { HEADERS_MAX = 16 };

static const struct model_route routes[] = { { STR("$connect"), 0, false } };

static void must(bool condition) {
  if (!condition) abort();
}

static struct str take_field(struct str *bytes) {
  struct str field;
  str_cut(*bytes, (char)0xFE, &field, bytes);
  return field;
}

static void check_accepted(const struct handshake *h, const char *accept) {
  char again[HANDSHAKE_ACCEPT_LEN], err[ERR_LEN];
  struct str key = field_header(h->headers, STR("Sec-WebSocket-Key"));
  must(str_equal(h->method, STR("GET")) && str_equal(h->version, STR("HTTP/1.1")));
  must(field_count(h->headers, STR("Sec-WebSocket-Key")) == 1 && strlen(accept) == HANDSHAKE_ACCEPT_LEN - 1);
  must(handshake_accept(key, again, err) && strcmp(accept, again) == 0);
}

/* The event of $connect. */
static void connect(struct str path, struct str query, struct fields headers) {
  const struct model_api api = { .api_id = STR("a1b2c3d4e5"),
                                 .region = STR("us-east-1"),
                                 .stage = STR("dev"),
                                 .domain_name = STR("a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"),
                                 .route_selection_expression = STR("$request.body.action"),
                                 .routes = routes,
                                 .route_count = 1 };
  const struct model_moment at = { .now_ms = 1,
                                   .connection_id = "BFaT_fALIAMCKug=",
                                   .message_id = "BFaVtfGSIAMCKug=",
                                   .request_id = "BFaVtH2HoAMFZEQ=",
                                   .trace_id = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700" };
  char err[ERR_LEN];
  struct model *model = model_new(&api, err);
  struct arena memory = { 0 };
  struct model_step step;
  const struct json *root;
  if (!model) return;
  model_step_init(&step);
  model_connect(model, &(struct model_request){ path, query, headers, STR("127.0.0.1") }, &at, &step);
  if (step.action == MODEL_INVOKE) {
    must(utf8_prefix(buf_str(&step.bytes)) == step.bytes.len);
    must(json_parse(&memory, buf_str(&step.bytes), &root, NULL));
  }
  model_step_free(&step);
  arena_free(&memory);
  model_delete(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct str bytes = str_of((const char *)data, size);
  struct field list[HEADERS_MAX];
  struct handshake h = { .headers = { list, 0 } };
  char accept[HANDSHAKE_ACCEPT_LEN] = "";
  struct str reason = STR("");
  h.method = take_field(&bytes);
  h.version = take_field(&bytes);
  struct str path = take_field(&bytes), query = take_field(&bytes);
  while (bytes.len > 0 && h.headers.count < HEADERS_MAX) {
    struct field *header = &list[h.headers.count++];
    header->name = take_field(&bytes);
    header->value = take_field(&bytes);
  }
  int status = handshake_check(&h, accept, &reason);
  must(status == 101 || status == 400 || status == 426);
  must((status == 101) == (reason.len == 0));
  if (status == 101) check_accepted(&h, accept);
  if (status == 101) connect(path, query, h.headers);
  return 0;
}
