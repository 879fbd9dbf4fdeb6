/* fuzz_sigv4.c -- libFuzzer: any request to the signer.
 * It signs, and then the same way every time, or it refuses and names a field; a secret is never in what comes out.
 * Input: one byte of options, then fields, each a length byte and so many bytes: url, host, path, query, method, body,
 * hash, service, region, then names and values of headers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sigv4.h"

#define SECRET "a-secret-that-must-not-show"

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

static struct str or_else(struct str field, struct str fallback) {
  return field.len > 0 ? field : fallback;
}

static void read_input(struct sigv4_input *in, struct sigv4_header headers[HEADERS_MAX], struct str bytes) {
  unsigned options = bytes.len > 0 ? (unsigned char)bytes.ptr[0] : 0;
  bytes = str_slice(bytes, 1, bytes.len);
  in->url = take_field(&bytes);
  in->host = take_field(&bytes);
  in->path = take_field(&bytes);
  in->query = take_field(&bytes);
  in->method = or_else(take_field(&bytes), STR("POST"));
  in->body = take_field(&bytes);
  in->payload_hash = take_field(&bytes);
  in->service = or_else(take_field(&bytes), STR("execute-api"));
  in->region = or_else(take_field(&bytes), STR("eu-central-1"));
  in->headers = headers;
  while (bytes.len > 0 && in->header_count < HEADERS_MAX) {
    struct str name = take_field(&bytes);
    headers[in->header_count++] = (struct sigv4_header){ name, take_field(&bytes) };
  }
  in->no_normalize = options & 1;
  in->no_double_encode = options & 2;
  in->sign_body_header = options & 4;
  in->omit_session_token = options & 8;
  in->presign = options & 16;
  in->expires_s = options & 32 ? SIGV4_EXPIRES_MAX : 60;
  in->time_s = options & 64 ? 253402300799 : 1440938160;
  if (options & 128) in->only_headers = STR("host;x-amz-date");
}

static bool is_zero(const struct sigv4_result *out) {
  static const struct sigv4_result zero;
  return memcmp(out, &zero, sizeof zero) == 0;
}

static void check_result(const struct sigv4_input *in, const struct sigv4_result *out) {
  must(out->signature.len == 64 && out->header_count <= 4);
  for (size_t i = 0; i < 64; i++) must(strchr("0123456789abcdef", out->signature.ptr[i]) && out->signature.ptr[i]);
  must(in->presign == (out->url.len > 0) && in->presign == (out->authorization.len == 0));
  must(str_ends(in->presign ? out->url : out->authorization, out->signature) || in->omit_session_token);
  must(str_find(out->canonical_request, out->signed_headers, 0) != SIZE_MAX);
  for (size_t i = 0; i < out->header_count; i++) {
    struct str value = out->headers[i].value;
    must(!value.len || (!memchr(value.ptr, '\n', value.len) && !memchr(value.ptr, '\r', value.len)));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct sigv4_key_cache cache; /* keys of earlier inputs: they must not be taken for others */
  struct credentials keys = { STR("AKID"), STR(SECRET), data && size > 0 && data[0] & 8 ? STR("token") : STR("") };
  struct sigv4_header headers[HEADERS_MAX];
  struct sigv4_input in = { .credentials = &keys };
  struct sigv4_result plain, cached;
  struct arena memory = { 0 };
  char err[ERR_LEN] = "", again[ERR_LEN] = "";
  read_input(&in, headers, str_of((const char *)data, size));
  bool ok = sigv4_sign(&in, NULL, &memory, &plain, err);
  must(sigv4_sign(&in, &cache, &memory, &cached, again) == ok);
  must(ok == (err[0] == '\0') && strcmp(err, again) == 0);
  if (ok) {
    check_result(&in, &plain);
    must(str_equal(plain.signature, cached.signature) && str_equal(plain.url, cached.url));
    must(str_find(plain.string_to_sign, STR(SECRET), 0) == SIZE_MAX);
  } else {
    must(is_zero(&plain) && is_zero(&cached) && !strstr(err, SECRET));
  }
  arena_free(&memory);
  return 0;
}
