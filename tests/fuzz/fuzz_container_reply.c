/* fuzz_container_reply.c -- libFuzzer: any status and any body as the reply of a container's endpoint.
 * Keys come out whole and usable or not at all, and of a failure nothing is told but its status and a code of letters.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "container_reply.h"
#include "encoding.h"

#define ORIGIN "http://h"

static void must(bool condition) {
  if (!condition) abort();
}

static void check_keys(const struct container_reply *reply, int64_t now_ms) {
  const struct credentials *keys = &reply->keys;
  must(keys->access_key_id.len > 0 && keys->secret_access_key.len > 0);
  must(ascii_is_visible(keys->access_key_id) && ascii_is_visible(keys->secret_access_key));
  must(ascii_is_visible(keys->session_token) && reply->expires_ms > now_ms);
  must(reply->message[0] == '\0');
}

static void check_failure(const struct container_reply *reply, int status) {
  static const char *const said[] = { " answered HTTP ", " answered with ", " answered without a usable " };
  const char *text = reply->message + strlen(ORIGIN);
  bool known = false;
  must(strncmp(reply->message, ORIGIN, strlen(ORIGIN)) == 0 && strlen(reply->message) < 128);
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) known = known || strncmp(text, said[i], strlen(said[i])) == 0;
  must(known && ascii_is_visible(str_slice(str_from(text), strlen(text) - 1, SIZE_MAX)));
  must(reply->keys.access_key_id.ptr == NULL && reply->keys.secret_access_key.ptr == NULL);
  must(reply->again || (status >= 400 && status < 500 && reply->code == CLIENT_BAD_REQUEST));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const int statuses[] = { 200, 200, 200, 200, 204, 302, 400, 404, 429, 500 };
  static struct arena memory;
  if (size == 0) return 0;
  int64_t now_ms = INT64_C(1559089303000);
  struct container_reply reply;
  struct http_response response = { .status = statuses[data[0] % 10],
                                    .message = "",
                                    .body = str_of((const char *)data + 1, size - 1) };
  arena_reset(&memory);
  container_reply_read(&response, STR(ORIGIN), STR("secretTokenOfLetters"), now_ms, &memory, &reply);
  if (reply.code == CLIENT_OK)
    check_keys(&reply, now_ms);
  else
    check_failure(&reply, response.status);
  return 0;
}
