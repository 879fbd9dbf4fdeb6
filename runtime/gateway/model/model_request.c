#include "model_request.h"

#include <string.h>

#include "encoding.h"

enum { OURS = 8, FORWARDED_MAX = 64 * 1024 };

static bool is_any(struct str name, const struct str *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (str_equal_nocase(name, list[i])) return true;
  return false;
}

static bool is_passed_on(struct str name) {
  static const struct str hidden[] = { /* of the connection */
                                       STR("Connection"), STR("Upgrade"), STR("Keep-Alive"), STR("Transfer-Encoding"),
                                       STR("TE"), STR("Trailer"), STR("Proxy-Connection"), STR("Content-Length"),
                                       /* ours */
                                       STR("Host"), STR("X-Amzn-Trace-Id"), STR("X-Forwarded-For"),
                                       STR("X-Forwarded-Port"), STR("X-Forwarded-Proto")
  };
  return !is_any(name, hidden, sizeof hidden / sizeof *hidden);
}

/* "given, given, ours": each proxy adds who it heard from. ptr is NULL when memory is short. */
static struct str forwarded_for(struct arena *memory, const struct model_request *request) {
  struct buf list;
  buf_init(&list, FORWARDED_MAX);
  for (size_t i = 0; i < request->headers.count; i++) {
    const struct field *f = &request->headers.list[i];
    if (!str_equal_nocase(f->name, STR("X-Forwarded-For")) || f->value.len == 0) continue;
    buf_add(&list, f->value);
    buf_add(&list, STR(", "));
  }
  buf_add(&list, request->source_ip);
  struct str all = list.failed ? str_of(NULL, 0) : arena_copy(memory, buf_str(&list));
  buf_free(&list);
  return all;
}

bool model_request_headers(struct fields *out, struct arena *memory, const struct model_request *request,
                           struct str domain_name, struct str trace_id, bool for_authorizer) {
  struct field *list = arena_alloc(memory, (request->headers.count + OURS) * sizeof *list);
  struct str forwarded = forwarded_for(memory, request);
  bool has_host = field_header(request->headers, STR("Host")).ptr != NULL;
  size_t count = 0;
  if (!list || !forwarded.ptr) return false;
  if (for_authorizer) {
    list[count++] = (struct field){ STR("Connection"), STR("upgrade") };
    list[count++] = (struct field){ STR("content-length"), STR("0") };
  }
  if (!has_host) list[count++] = (struct field){ STR("Host"), domain_name };
  for (size_t i = 0; i < request->headers.count; i++) {
    struct field f = request->headers.list[i];
    if (has_host && str_equal_nocase(f.name, STR("Host"))) {
      list[count++] = (struct field){ f.name, domain_name };
      has_host = false; /* once */
    } else if (is_passed_on(f.name)) {
      list[count++] = f;
    }
  }
  if (for_authorizer) list[count++] = (struct field){ STR("Upgrade"), STR("websocket") };
  list[count++] = (struct field){ STR("X-Amzn-Trace-Id"), trace_id };
  list[count++] = (struct field){ STR("X-Forwarded-For"), forwarded };
  list[count++] = (struct field){ STR("X-Forwarded-Port"), STR("443") };
  list[count++] = (struct field){ STR("X-Forwarded-Proto"), STR("https") };
  *out = (struct fields){ list, count };
  return true;
}

/* ptr is NULL when memory is short. */
static struct str decode(struct arena *memory, struct buf *plain, struct str s) {
  buf_clear(plain);
  for (struct str part; s.len > 0;) { /* a "+" of the wire is a space, a decoded one is not */
    bool plus = str_cut(s, '+', &part, &s);
    uri_decode(plain, part);
    if (plus) buf_add_char(plain, ' ');
  }
  return plain->failed ? str_of(NULL, 0) : arena_copy(memory, buf_str(plain));
}

static size_t count_parts(struct str query) {
  size_t count = 1;
  for (size_t i = 0; i < query.len; i++) count += query.ptr[i] == '&';
  return count;
}

bool model_request_query(struct fields *out, struct arena *memory, struct str query) {
  struct field *list = arena_alloc(memory, count_parts(query) * sizeof *list);
  struct buf plain;
  size_t count = 0;
  bool ok = list != NULL;
  buf_init(&plain, query.len);
  for (struct str part; ok && query.len > 0;) {
    struct str name, value;
    str_cut(query, '&', &part, &query);
    if (part.len == 0) continue;
    str_cut(part, '=', &name, &value);
    list[count].name = decode(memory, &plain, name);
    list[count].value = decode(memory, &plain, value);
    ok = list[count].name.ptr && list[count].value.ptr;
    count++;
  }
  *out = (struct fields){ list, count };
  buf_free(&plain);
  return ok;
}
