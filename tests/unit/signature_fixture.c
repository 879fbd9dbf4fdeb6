#include "signature_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h> /* last: its fail() is a macro */

static const struct credentials keys = { STR("local"), STR("secret-of-the-test"), STR("") };

struct sigv4_input sent_plain(void) {
  return (struct sigv4_input){ .method = STR("POST"),
                               .host = STR("127.0.0.1:3001"),
                               .path = STR(PATH),
                               .body = STR("hello"),
                               .service = STR("execute-api"),
                               .region = STR("us-east-1"),
                               .credentials = &keys,
                               .time_s = NOW };
}

void sent_add(struct sent *s, struct str name, struct str value) {
  s->list[s->request.headers.count++] = (struct field){ name, value };
}

void sent_sign(struct sent *s, const struct sigv4_input *in) {
  struct sigv4_result result;
  char err[ERR_LEN];
  *s = (struct sent){ 0 };
  if (!sigv4_sign(in, NULL, &s->memory, &result, err)) fail_msg("%s", err);
  sent_add(s, STR("Host"), in->host);
  for (size_t i = 0; i < in->header_count; i++) sent_add(s, in->headers[i].name, in->headers[i].value);
  for (size_t i = 0; i < result.header_count; i++) sent_add(s, result.headers[i].name, result.headers[i].value);
  s->request.method = in->method;
  s->request.path = in->path;
  s->request.query = in->query;
  s->request.body = in->body;
  s->request.headers.list = s->list;
}

struct str *sent_value(struct sent *s, const char *name) {
  for (size_t i = 0; i < s->request.headers.count; i++)
    if (str_equal_nocase(s->list[i].name, str_from(name))) return &s->list[i].value;
  fail_msg("no header %s", name);
  return NULL;
}

void sent_edit(struct sent *s, const char *from, const char *to) {
  struct str *value = sent_value(s, "Authorization");
  struct buf b;
  buf_init(&b, 1024 * 1024);
  size_t at = str_find(*value, str_from(from), 0);
  if (at == SIZE_MAX) fail_msg("no %s in %.*s", from, STR_ARG(*value));
  buf_add(&b, str_slice(*value, 0, at));
  buf_add(&b, str_from(to));
  buf_add(&b, str_slice(*value, at + strlen(from), value->len));
  *value = arena_copy(&s->memory, buf_str(&b));
  buf_free(&b);
}

void sent_forget(struct sent *s, const char *name) {
  struct str *value = sent_value(s, name);
  struct field *field = (struct field *)((char *)value - offsetof(struct field, value));
  *field = s->list[--s->request.headers.count];
}

bool sent_verify(struct sent *s, int64_t now_s, struct signature_refusal *refusal) {
  static struct sigv4_key_cache cache;
  struct signature_rules rules = { { &keys, 1 }, STR("us-east-1"), STR("execute-api"), now_s };
  bool ok = signature_verify(&s->request, &rules, &cache, &s->memory, refusal);
  struct str message = buf_str(&refusal->message);
  assert_int_equal(str_find(message, keys.secret_access_key, 0), SIZE_MAX);
  assert_false(refusal->message.failed);
  assert_true(ok == (refusal->error_type == NULL) && ok == (message.len == 0));
  return ok;
}

void sent_pass(struct sent *s, const char *what) {
  struct signature_refusal refusal;
  if (!sent_verify(s, NOW, &refusal)) fail_msg("%s: %s", what, buf_text(&refusal.message));
  buf_free(&refusal.message);
  arena_free(&s->memory);
}

void sent_refuse(struct sent *s, int64_t now_s, const char *what, const char *type, const char *message) {
  struct signature_refusal refusal;
  if (sent_verify(s, now_s, &refusal)) fail_msg("%s: accepted", what);
  if (strcmp(refusal.error_type, type) != 0 || !str_starts(buf_str(&refusal.message), str_from(message)))
    fail_msg("%s: %s: %s", what, refusal.error_type, buf_text(&refusal.message));
  buf_free(&refusal.message);
  arena_free(&s->memory);
}
