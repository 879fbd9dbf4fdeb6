#include "invocation.h"

#include <string.h>

enum {
  BODY_MAX = HTTP1_BODY_MAX,
  BODY_KEPT = 64 * 1024 /* bytes kept between invocations, in each slot: an ordinary event; 64 slots keep 4 MB */
};

void invocation_init(struct invocation *inv) {
  memset(inv, 0, sizeof *inv);
  buf_init(&inv->body, BODY_MAX);
}

void invocation_free(struct invocation *inv) {
  arena_free(&inv->memory);
  buf_free(&inv->body);
  invocation_init(inv);
}

void invocation_reset(struct invocation *inv) {
  arena_reset(&inv->memory);
  buf_trim(&inv->body, BODY_KEPT);
  struct arena memory = inv->memory;
  struct buf body = inv->body;
  invocation_init(inv);
  inv->memory = memory;
  inv->body = body;
}

/* Of a header that comes twice the first counts, as in AWS's clients. */
static bool copy_header(struct invocation *inv, struct http1_header header, struct str name, struct str *field) {
  if (field->len > 0 || header.value.len == 0 || !str_equal_nocase(header.name, name)) return true;
  *field = arena_copy(&inv->memory, header.value);
  return field->ptr != NULL;
}

/* The value goes back in a request header: one that could break out of its line is not echoed. */
static bool is_printable(struct str s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) return false;
  return true;
}

bool invocation_read(struct invocation *inv, struct http1_reader *r) {
  struct str deadline = STR("");
  const struct {
    struct str name;
    struct str *field;
  } wanted[] = {
    { STR("Content-Type"), &inv->content_type },
    { STR("Lambda-Runtime-Aws-Request-Id"), &inv->request_id },
    { STR("Lambda-Runtime-Invocation-Id"), &inv->invocation_id },
    { STR("Lambda-Runtime-Invoked-Function-Arn"), &inv->function_arn },
    { STR("Lambda-Runtime-Trace-Id"), &inv->trace_id },
    { STR("Lambda-Runtime-Aws-Tenant-Id"), &inv->tenant_id },
    { STR("Lambda-Runtime-Client-Context"), &inv->client_context },
    { STR("Lambda-Runtime-Cognito-Identity"), &inv->identity },
    { STR("Lambda-Runtime-Deadline-Ms"), &deadline },
  };
  invocation_reset(inv);
  for (size_t i = 0; i < r->header_count; i++)
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
      if (!copy_header(inv, r->headers[i], wanted[k].name, wanted[k].field)) return false;
  if (!is_printable(inv->invocation_id)) inv->invocation_id = STR("");
  if (!str_to_int64(deadline, &inv->deadline_ms)) inv->deadline_ms = 0;
  struct buf spare = inv->body;
  inv->body = r->body;
  r->body = spare;
  inv->payload = buf_str(&inv->body);
  return true;
}

int64_t invocation_remaining_ms(const struct invocation *inv, int64_t now_unix_ms) {
  if (inv->deadline_ms == 0) return INT64_MAX;
  return inv->deadline_ms > now_unix_ms ? inv->deadline_ms - now_unix_ms : 0;
}
