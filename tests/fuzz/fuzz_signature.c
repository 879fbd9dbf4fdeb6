/* fuzz_signature.c -- libFuzzer: any request to the verifier of @connections.
 * Nothing but a signature of the key pair is accepted; a refusal has a type and a text, and the secret is in neither. What
 * our signer makes of the same request is accepted, and not for another body.
 * Input: one byte of options, then fields, each a length byte and so many bytes: method, path, query, body, the value of
 * Authorization, then names and values of headers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "signature.h"

#define SECRET "a-secret-that-must-not-show"
#define NOW 1440938160

enum { HEADERS_MAX = 12 };

static void must(bool condition) {
  if (!condition) abort();
}

static struct str take_field(struct str *bytes) {
  size_t len = bytes->len > 0 ? (unsigned char)bytes->ptr[0] : 0;
  struct str field = str_slice(*bytes, 1, 1 + len);
  *bytes = str_slice(*bytes, 1 + len, bytes->len);
  return field;
}

static const struct credentials keys = { STR("local"), STR(SECRET), STR("") };
static struct sigv4_key_cache cache; /* keys of earlier inputs: they must not be taken for others */

static bool verify(const struct signed_request *r) {
  struct signature_rules rules = { { &keys, 1 }, STR("us-east-1"), STR("execute-api"), NOW };
  struct signature_refusal refusal;
  struct arena memory = { 0 };
  bool ok = signature_verify(r, &rules, &cache, &memory, &refusal);
  struct str message = buf_str(&refusal.message);
  must(ok == (message.len == 0) && ok == (refusal.error_type == NULL));
  must(str_find(message, STR(SECRET), 0) == SIZE_MAX);
  buf_free(&refusal.message);
  arena_free(&memory);
  return ok;
}

/* Signs the same request; host, date and hash of the fuzzer's headers are left out, for they may be unfit. */
static void sign_and_verify(const struct signed_request *r, const struct field *list, size_t count) {
  struct sigv4_header headers[HEADERS_MAX];
  struct field sent[HEADERS_MAX + 5];
  struct sigv4_input in = { .method = r->method,
                            .host = STR("h"),
                            .path = r->path.len > 0 ? r->path : STR("/"),
                            .query = r->query,
                            .body = r->body,
                            .headers = headers,
                            .service = STR("execute-api"),
                            .region = STR("us-east-1"),
                            .credentials = &keys,
                            .time_s = NOW,
                            .no_normalize = true };
  struct sigv4_result out;
  struct arena memory = { 0 };
  char err[ERR_LEN];
  size_t n = 0;
  for (size_t i = 0; i < count; i++) {
    static const struct str reserved[] = { STR("host"), STR("x-amz-date"), STR("x-amz-content-sha256"),
                                           STR("authorization") };
    bool skip = false;
    for (size_t k = 0; k < 4; k++) skip = skip || str_equal_nocase(list[i].name, reserved[k]);
    if (skip) continue;
    headers[in.header_count++] = (struct sigv4_header){ list[i].name, list[i].value };
    sent[n++] = list[i];
  }
  bool ok = sigv4_sign(&in, NULL, &memory, &out, err);
  if (ok) {
    sent[n++] = (struct field){ STR("Host"), STR("h") };
    for (size_t i = 0; i < out.header_count; i++)
      sent[n++] = (struct field){ out.headers[i].name, out.headers[i].value };
    struct signed_request again = *r;
    again.path = in.path;
    again.headers = (struct fields){ sent, n };
    bool accepted = verify(&again);
    again.body = STR("\0another body of its own");
    must(!verify(&again));
    again.body = r->body;
    again.query = STR("X-Amz-Signature=");
    must(!verify(&again));
    again.query = STR("");
    must(accepted || r->query.len > 0); /* the query may hold a signature */
  }
  arena_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was sent may come back, and names of headers come back in lower case. */
static bool holds_secret(struct str bytes) {
  for (size_t i = 0; i + sizeof SECRET - 1 <= bytes.len; i++)
    if (str_equal_nocase(str_slice(bytes, i, i + sizeof SECRET - 1), STR(SECRET))) return true;
  return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct str bytes = str_of((const char *)data, size);
  unsigned options = size > 0 ? data[0] : 0;
  struct field headers[HEADERS_MAX + 3];
  size_t count = 0, own;
  if (holds_secret(bytes)) return 0;
  bytes = str_slice(bytes, 1, size);
  struct signed_request r = { .method = take_field(&bytes), .path = take_field(&bytes) };
  r.query = take_field(&bytes);
  r.body = take_field(&bytes);
  struct str authorization = take_field(&bytes);
  if (r.method.len == 0) r.method = STR("POST");
  while (bytes.len > 0 && count < HEADERS_MAX) {
    struct str name = take_field(&bytes);
    headers[count++] = (struct field){ name, take_field(&bytes) };
  }
  own = count;
  if (options & 1) headers[count++] = (struct field){ STR("host"), STR("h") };
  if (options & 2) headers[count++] = (struct field){ STR("x-amz-date"), STR("20150830T123600Z") };
  if (options & 4) headers[count++] = (struct field){ STR("authorization"), authorization };
  r.headers = (struct fields){ headers, count };
  must(!verify(&r)); /* it would have to guess 64 digits */
  sign_and_verify(&r, headers, own);
  return 0;
}
