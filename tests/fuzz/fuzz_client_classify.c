/* fuzz_client_classify.c -- libFuzzer: any response of a service.
 * Input: two bytes of status, lines "Name: value" up to an empty one, then the body. The message is one line of a bounded
 * length, holds neither secret nor token of the keys, and is empty only when the call succeeded.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "utf8.h"

#define SECRET "a-secret-that-must-not-show"
#define TOKEN "a-token-that-must-not-show"

enum { HEADERS_MAX = 12 };

static void must(bool condition) {
  if (!condition) abort();
}

/* Cuts the headers off *text. */
static size_t take_headers(struct str *text, struct http_header headers[HEADERS_MAX]) {
  size_t count = 0;
  while (text->len > 0) {
    struct str line, name, value;
    str_cut(*text, '\n', &line, text);
    if (line.len == 0) break;
    str_cut(line, ':', &name, &value);
    if (count < HEADERS_MAX) headers[count++] = (struct http_header){ str_trim(name), str_trim(value) };
  }
  return count;
}

static void check_message(const struct client_result *result) {
  struct str message = str_from(result->message);
  must((result->code == CLIENT_OK) == (message.len == 0));
  must(message.len < ERR_LEN);
  for (size_t i = 0; i < message.len; i++) must(utf8_control(str_slice(message, i, message.len)) == 0);
  must(str_find(message, STR(SECRET), 0) == SIZE_MAX && str_find(message, STR(TOKEN), 0) == SIZE_MAX);
}

/* A message and a body of a response that never came do not count. */
static void classify_failures(const struct credentials *keys, struct str body) {
  for (enum http_code code = HTTP_TIMEOUT; code <= HTTP_BAD_REQUEST; code++) {
    struct http_response response = { .code = code, .message = "http://h: lost", .body = body };
    struct client_result result;
    struct arena memory = { 0 };
    char message[ERR_LEN] = "";
    client_classify(&response, keys, &memory, message, &result);
    must(result.code != CLIENT_OK && strcmp(result.message, "http://h: lost") == 0 && result.body.len == 0);
    must(client_code_name(result.code)[0] != '\0');
    arena_free(&memory);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct credentials keys = { STR("AKID"), STR(SECRET), STR(TOKEN) };
  if (size < 2) return 0;
  struct http_header headers[HEADERS_MAX];
  struct str text = str_of((const char *)data + 2, size - 2);
  struct http_response response = { .code = HTTP_OK,
                                    .message = "",
                                    .status = (data[0] << 8 | data[1]) % 1000,
                                    .headers = headers,
                                    .header_count = take_headers(&text, headers),
                                    .body = text };
  struct client_result result;
  struct arena memory = { 0 };
  char message[ERR_LEN] = "";
  client_classify(&response, &keys, &memory, message, &result);
  check_message(&result);
  must(result.status == response.status && (result.code == CLIENT_OK) == (result.status / 100 == 2));
  must(str_equal(result.body, response.body));
  classify_failures(&keys, text);
  arena_free(&memory);
  return 0;
}
