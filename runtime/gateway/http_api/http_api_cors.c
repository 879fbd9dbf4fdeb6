#include "http_api_cors.h"

#include <stdio.h>

#define PREFIX STR("Access-Control-")

bool http_api_cors_is_preflight(const struct http_api_request *request) {
  return str_equal(request->method, STR("OPTIONS")) && field_header(request->headers, STR("Origin")).len > 0 &&
         field_header(request->headers, STR("Access-Control-Request-Method")).len > 0;
}

bool http_api_cors_is_ours(struct str name) {
  return str_equal_nocase(str_slice(name, 0, PREFIX.len), PREFIX);
}

/* The origin itself, or "*" behind what it begins with. */
static bool allows(struct str allowed, struct str origin) {
  if (str_ends(allowed, STR("*"))) return str_starts(origin, str_slice(allowed, 0, allowed.len - 1));
  return str_equal_nocase(allowed, origin);
}

/* What the browser is told; empty when the origin is not allowed. */
static struct str allowed_origin(const struct http_api_cors *cors, struct str origin) {
  struct str allowed, rest = cors->origins;
  while (rest.len > 0) {
    str_cut(rest, ',', &allowed, &rest);
    if (str_equal(allowed, STR("*"))) return allowed;
    if (allows(allowed, origin)) return origin;
  }
  return STR("");
}

bool http_api_cors_allows(const struct http_api_cors *cors, struct str origin) {
  return allowed_origin(cors, origin).len > 0;
}

static void add(struct field *list, size_t *count, const char *name, struct str value) {
  if (value.len > 0) list[(*count)++] = (struct field){ str_from(name), value };
}

bool http_api_cors_add(const struct http_api_cors *cors, struct str origin, bool is_preflight, struct arena *memory,
                       struct field *list, size_t *count) {
  char number[16];
  struct str allowed = origin.len > 0 ? allowed_origin(cors, origin) : STR(""), age = STR("");
  if (allowed.len == 0) return true;
  snprintf(number, sizeof number, "%d", cors->max_age_s);
  if (is_preflight && cors->max_age_s >= 0) age = arena_copy(memory, str_from(number));
  struct str kept = arena_copy(memory, allowed);
  if (!age.ptr || !kept.ptr) return false;
  add(list, count, "Access-Control-Allow-Origin", kept);
  if (cors->credentials) add(list, count, "Access-Control-Allow-Credentials", STR("true"));
  if (is_preflight) {
    add(list, count, "Access-Control-Allow-Methods", cors->methods);
    add(list, count, "Access-Control-Allow-Headers", cors->headers);
    add(list, count, "Access-Control-Max-Age", age);
  } else {
    add(list, count, "Access-Control-Expose-Headers", cors->exposed);
  }
  return true;
}
