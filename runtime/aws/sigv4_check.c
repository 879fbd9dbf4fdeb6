#include "sigv4_check.h"

#include "encoding.h"

static bool is_token(struct str s) {
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && str_find(STR("!#$%&'*+-.^_`|~"), str_of(&s.ptr[i], 1), 0) == SIZE_MAX) return false;
  }
  return s.len > 0;
}

/* Fit for the credential scope, whose parts are separated by "/" in a header whose parts are separated by ",". */
static bool is_scope_part(struct str s) {
  return s.len > 0 && ascii_is_visible(s) && str_find(s, STR("/"), 0) == SIZE_MAX &&
         str_find(s, STR(","), 0) == SIZE_MAX;
}

static bool check_credentials(const struct credentials *c, char err[ERR_LEN]) {
  if (!c) return fail(err, "credentials must be given");
  if (!is_scope_part(c->access_key_id))
    return fail(err, "credentials.access_key_id must be visible ASCII characters without \"/\" and \",\"");
  if (c->secret_access_key.len == 0 || !ascii_is_visible(c->secret_access_key))
    return fail(err, "credentials.secret_access_key must be visible ASCII characters");
  if (!ascii_is_visible(c->session_token))
    return fail(err, "credentials.session_token must be visible ASCII characters");
  return true;
}

bool sigv4_input_check(const struct sigv4_input *in, char err[ERR_LEN]) {
  const int64_t year_10000 = 253402300800;
  if (!is_token(in->method)) return fail(err, "method must be the name of an HTTP method");
  if (!is_scope_part(in->service)) return fail(err, "service must be a name such as execute-api");
  if (!is_scope_part(in->region)) return fail(err, "region must be a name such as eu-central-1");
  if (!check_credentials(in->credentials, err)) return false;
  if (in->time_s < 0 || in->time_s >= year_10000)
    return fail(err, "time must be in Unix seconds, before the year 10000");
  if (in->presign && (in->expires_s < 1 || in->expires_s > SIGV4_EXPIRES_MAX))
    return fail(err, "expires must be from 1 to %d seconds", SIGV4_EXPIRES_MAX);
  if (!ascii_is_visible(in->payload_hash))
    return fail(err, "payload_hash must be 64 hexadecimal digits or UNSIGNED-PAYLOAD");
  for (size_t i = 0; i < in->header_count; i++)
    if (!is_token(in->headers[i].name)) return fail(err, "headers must have names that HTTP allows");
  return true;
}
