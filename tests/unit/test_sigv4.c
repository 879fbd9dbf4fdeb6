/* The signer against tests/vectors/sigv4 (its README describes the files). What it refuses: test_sigv4_check.c. */
#define _GNU_SOURCE
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "sigv4.h"

#include <cmocka.h> /* last: its fail() is a macro */

enum { HEADERS = 32, FILE_MAX = 64 * 1024 };

static const char *vectors = "tests/vectors/sigv4";

/* One file; everything is borrowed from `text` or lives in `memory`. */
struct vector {
  struct sigv4_header headers[HEADERS];
  struct credentials credentials;
  struct sigv4_input input;
  struct arena memory;
  struct buf text, body;
};

static const struct credentials keys = { STR("AKIDEXAMPLE"), STR("secret-of-the-test"), STR("") };

/* What every case below changes one thing of. */
static struct sigv4_input plain(void) {
  return (struct sigv4_input){ .method = STR("GET"),
                               .url = STR("https://example.com/"),
                               .service = STR("execute-api"),
                               .region = STR("eu-central-1"),
                               .credentials = &keys,
                               .time_s = 1795293192 };
}

static struct str unescape(struct arena *memory, struct str s) {
  char *to = arena_alloc(memory, s.len + 1);
  size_t length = 0;
  for (size_t i = 0; i < s.len; i++) {
    bool escape = s.ptr[i] == '\\' && i + 1 < s.len;
    to[length++] = !escape ? s.ptr[i] : s.ptr[i + 1] == 'n' ? '\n' : s.ptr[i + 1] == 't' ? '\t' : ' ';
    if (escape) i++;
  }
  return str_of(to, length);
}

static bool read_option(struct sigv4_input *in, struct str name) {
  struct {
    const char *name;
    bool *flag;
  } options[] = { { "no_normalize", &in->no_normalize },
                  { "no_double_encode", &in->no_double_encode },
                  { "sign_body_header", &in->sign_body_header },
                  { "omit_session_token", &in->omit_session_token },
                  { "presign", &in->presign } };
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (str_equal(name, str_from(options[i].name))) return *options[i].flag = true;
  return false;
}

static bool read_header(struct vector *v, struct str value) {
  struct sigv4_header *header = &v->headers[v->input.header_count++];
  str_cut(value, ':', &header->name, &header->value);
  if (str_starts(header->value, STR(" "))) header->value = str_slice(header->value, 1, header->value.len);
  header->value = unescape(&v->memory, header->value);
  return v->input.header_count < HEADERS;
}

static bool read_field(struct vector *v, struct str name, struct str value) {
  struct sigv4_input *in = &v->input;
  struct {
    const char *name;
    struct str *to;
  } fields[] = { { "method", &in->method },
                 { "url", &in->url },
                 { "payload-hash", &in->payload_hash },
                 { "service", &in->service },
                 { "region", &in->region },
                 { "only-headers", &in->only_headers },
                 { "access-key-id", &v->credentials.access_key_id },
                 { "secret-access-key", &v->credentials.secret_access_key },
                 { "session-token", &v->credentials.session_token } };
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (!str_equal(name, str_from(fields[i].name))) continue;
    *fields[i].to = value;
    return true;
  }
  if (str_equal(name, STR("header"))) return read_header(v, value);
  if (str_equal(name, STR("option"))) return read_option(in, value);
  if (str_equal(name, STR("time"))) return str_to_int64(value, &in->time_s);
  if (str_equal(name, STR("expires"))) return str_to_int64(value, &in->expires_s);
  return str_equal(name, STR("body-hex")) && hex_decode(&v->body, value);
}

static void vector_open(struct vector *v, const char *path) {
  *v = (struct vector){ 0 };
  buf_init(&v->text, FILE_MAX);
  buf_init(&v->body, FILE_MAX);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s cannot be opened", path);
  buf_grew(&v->text, fread(buf_reserve(&v->text, FILE_MAX - 1), 1, FILE_MAX - 1, file));
  fclose(file);
  v->input.headers = v->headers;
  v->input.credentials = &v->credentials;
  struct str line, rest = buf_str(&v->text), value;
  while (str_cut(rest, '\n', &line, &rest) && !str_starts(line, STR("== "))) {
    struct str name;
    if (str_starts(line, STR("#"))) continue;
    str_cut(line, ':', &name, &value);
    if (!read_field(v, name, str_slice(value, 1, value.len))) fail_msg("%s: %.*s", path, STR_ARG(line));
  }
  v->input.body = buf_str(&v->body);
}

static void vector_close(struct vector *v) {
  arena_free(&v->memory);
  buf_free(&v->text);
  buf_free(&v->body);
}

/* Compares one stage with the section of the file; a stage that is empty must have no section. */
static void check_stage(const struct vector *v, const char *path, const char *stage, struct str got) {
  char title[64];
  snprintf(title, sizeof title, "\n== %s\n", stage);
  struct str text = buf_str(&v->text), want = STR("");
  size_t at = str_find(text, str_from(title), 0);
  if (at != SIZE_MAX) {
    size_t from = at + strlen(title), to = str_find(text, STR("\n== "), from);
    want = str_slice(text, from, to == SIZE_MAX ? text.len - 1 : to);
  }
  if (!str_equal(got, want)) fail_msg("%s, %s:\n%.*s\ninstead of:\n%.*s", path, stage, STR_ARG(got), STR_ARG(want));
}

static void check_vector(const char *path, struct sigv4_key_cache *cache) {
  struct vector v;
  struct sigv4_result result;
  char err[ERR_LEN] = "";
  vector_open(&v, path);
  if (!sigv4_sign(&v.input, cache, &v.memory, &result, err)) fail_msg("%s: %s", path, err);
  check_stage(&v, path, "canonical request", result.canonical_request);
  check_stage(&v, path, "string to sign", result.string_to_sign);
  check_stage(&v, path, "signature", result.signature);
  check_stage(&v, path, "authorization", result.authorization);
  check_stage(&v, path, "url", result.url);
  vector_close(&v);
}

/* Twice: the second time the keys come from the cache, which is smaller than the number of keys. */
static void vectors_are_met(void **state) {
  (void)state;
  struct sigv4_key_cache cache = { 0 };
  struct dirent **names;
  int count = scandir(vectors, &names, NULL, alphasort), seen = 0;
  for (int i = 0; i < count; free(names[i++])) {
    char path[512];
    if (!str_ends(str_from(names[i]->d_name), STR(".txt"))) continue;
    snprintf(path, sizeof path, "%s/%s", vectors, names[i]->d_name);
    check_vector(path, NULL);
    check_vector(path, &cache);
    check_vector(path, &cache);
    seen++;
  }
  if (count >= 0) free(names);
  assert_true(seen >= 100);
  assert_true(cache.keys[SIGV4_KEYS - 1].id_len > 0);
}

static void headers_to_send_are_listed(void **state) {
  (void)state;
  static const struct {
    bool presign, sign_body, omit_token;
    const char *token, *names;
  } cases[] = {
    { false, false, false, "", "X-Amz-Date Authorization " },
    { false, true, false, "", "X-Amz-Date x-amz-content-sha256 Authorization " },
    { false, true, false, "token", "X-Amz-Date x-amz-content-sha256 X-Amz-Security-Token Authorization " },
    { false, false, true, "token", "X-Amz-Date X-Amz-Security-Token Authorization " },
    { true, true, false, "token", "" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct credentials with_token = keys;
    with_token.session_token = str_from(cases[i].token);
    struct sigv4_input in = plain();
    in.credentials = &with_token;
    in.presign = cases[i].presign;
    in.expires_s = 60;
    in.sign_body_header = cases[i].sign_body;
    in.omit_session_token = cases[i].omit_token;
    struct arena memory = { 0 };
    struct sigv4_result result;
    char err[ERR_LEN], names[256] = "";
    assert_true(sigv4_sign(&in, NULL, &memory, &result, err));
    for (size_t k = 0; k < result.header_count; k++) {
      size_t used = strlen(names);
      snprintf(names + used, sizeof names - used, "%.*s ", STR_ARG(result.headers[k].name));
    }
    assert_string_equal(names, cases[i].names);
    arena_free(&memory);
  }
}

/* The same request by its parts and by its URL. */
static void parts_and_url_agree(void **state) {
  (void)state;
  struct arena memory = { 0 };
  struct sigv4_result by_url, by_parts;
  struct sigv4_input in = plain();
  char err[ERR_LEN];
  in.presign = true;
  in.expires_s = 60;
  in.url = STR("https://example.com:8443/a%20b?c=d");
  assert_true(sigv4_sign(&in, NULL, &memory, &by_url, err));
  in.url = STR("");
  in.host = STR("example.com:8443");
  in.path = STR("/a%20b");
  in.query = STR("c=d");
  assert_true(sigv4_sign(&in, NULL, &memory, &by_parts, err));
  assert_true(str_equal(by_url.url, by_parts.url));
  assert_true(str_equal(by_url.canonical_request, by_parts.canonical_request));
  arena_free(&memory);
}

/* A request that is longer than the signer's ceiling is an error, not a cut text. */
static void huge_request_is_refused(void **state) {
  (void)state;
  struct arena memory = { 0 };
  struct sigv4_result result;
  struct sigv4_input in = plain();
  char err[ERR_LEN], *huge = malloc(1200 * 1000);
  assert_non_null(huge);
  memset(huge, 'a', 1200 * 1000);
  struct sigv4_header header = { STR("x"), str_of(huge, 1200 * 1000) };
  in.headers = &header;
  in.header_count = 1;
  assert_false(sigv4_sign(&in, NULL, &memory, &result, err));
  assert_true(str_starts(str_from(err), STR("request must be shorter")));
  arena_free(&memory);
  free(huge);
}

int main(int argc, char **argv) {
  if (argc > 1) vectors = argv[1];
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(vectors_are_met),
    cmocka_unit_test(headers_to_send_are_listed),
    cmocka_unit_test(parts_and_url_agree),
    cmocka_unit_test(huge_request_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
