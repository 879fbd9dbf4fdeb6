/* http_api_fixture.h -- an HTTP API with routes of all kinds, and requests to it. */
#ifndef HTTP_API_FIXTURE_H
#define HTTP_API_FIXTURE_H

#include "http_api.h"
#include "model_fixture.h" /* ids, model_at, expect_bytes */

enum { HTTP_HEADERS_MAX = 8 };

/* Answers of the gateway's own, as http_api_describe writes them. */
#define HTTP_ANSWER(status, message)                                                                                   \
  status "\nContent-Type: application/json\nApigw-Requestid: " REQUEST_ID "\n\n{\"message\":\"" message "\"}"

/* GET /pets and others, see http_api_fixture.c. Function numbers count from 0. */
struct http_api http_api_fixture(const struct http_api_cors *cors);

/* A request from 192.0.2.1, without a body; headers end at one without a name. */
struct http_api_request http_api_ask(const char *method, struct str path, struct str query,
                                     const struct field headers[HTTP_HEADERS_MAX]);

/* An answer as text: status, headers, an empty line, the body. */
void http_api_describe(struct buf *out, const struct http_api_answer *answer);

#endif
