#include "http_api_fixture.h"

#include <stddef.h>

static const struct http_api_route routes[] = {
  { STR("$default"), 0, STR("") },
  { STR("ANY /{proxy+}"), 1, STR("") },
  { STR("GET /pets/{proxy+}"), 2, STR("") },
  { STR("GET /pets/dog/{id}"), 3, STR("") },
  { STR("GET /pets/dog/1"), 4, STR("") },
  { STR("ANY /pets/dog/1"), 5, STR("") },
  { STR("GET /"), 6, STR("") },
  { STR("POST /pets/{kind}/{id}"), 7, STR("") },
  { STR("GET /closed"), 8, STR("it has an authorizer") },
};

struct http_api http_api_fixture(const struct http_api_cors *cors) {
  return (struct http_api){ .api_id = STR("abcd123456"),
                            .account_id = STR("123456789012"),
                            .domain_name = STR(DOMAIN),
                            .routes = routes,
                            .route_count = COUNT(routes),
                            .cors = cors };
}

struct http_api_request http_api_ask(const char *method, struct str path, struct str query,
                                     const struct field headers[HTTP_HEADERS_MAX]) {
  struct http_api_request request = { .method = str_from(method),
                                      .path = path,
                                      .query = query,
                                      .headers = { headers, 0 },
                                      .body = STR(""),
                                      .source_ip = STR("192.0.2.1") };
  while (headers && request.headers.count < HTTP_HEADERS_MAX && headers[request.headers.count].name.ptr)
    request.headers.count++;
  return request;
}

void http_api_describe(struct buf *out, const struct http_api_answer *answer) {
  buf_addf(out, "%d\n", answer->status);
  for (size_t i = 0; i < answer->headers.count; i++) {
    struct field header = answer->headers.list[i];
    buf_add(out, header.name);
    buf_add(out, STR(": "));
    buf_add(out, header.value);
    buf_add_char(out, '\n');
  }
  buf_add_char(out, '\n');
  buf_add(out, answer->body);
}
