/* The issuer of tokens: what it publishes, and tokens for those who sign their call. */
#include "control_answer.h"
#include "control_calls.h"
#include "identity.h"
#include "model_json.h"

enum { BODY_MAX = IDENTITY_TOKEN_MAX + 64 * 1024, EXPIRES_S = 3600 };

#define EXPIRES_IN STR("expires_in=")

static const struct document {
  struct str path; /* behind "/_identity/" */
  void (*add)(const struct identity *identity, struct buf *out);
} documents[] = {
  { STR(".well-known/openid-configuration"), identity_add_configuration },
  { STR(".well-known/jwks.json"), identity_add_keys },
};

void control_identity_request(struct control *control, struct exchange *x, struct str rest) {
  struct buf body;
  for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
    if (!str_equal(rest, documents[i].path) || !str_equal(x->method, STR("GET"))) continue;
    buf_init(&body, BODY_MAX);
    documents[i].add(&control->identity, &body);
    exchange_answer_json(x, 200, buf_str(&body));
    buf_free(&body);
    return;
  }
  exchange_answer_json(x, 404, STR("{\"message\":\"Not Found\"}"));
}

/* "expires_in=3600" or "expires_in=-60"; nothing: the default. */
static bool read_expires(struct str query, int64_t *seconds, char err[ERR_LEN]) {
  *seconds = EXPIRES_S;
  if (query.len == 0) return true;
  struct str number = str_starts(query, EXPIRES_IN) ? str_slice(query, EXPIRES_IN.len, query.len) : STR("");
  bool past = str_starts(number, STR("-"));
  if (!str_to_int64(past ? str_slice(number, 1, number.len) : number, seconds) || *seconds > IDENTITY_EXPIRES_MAX_S)
    return fail(err, "expires_in must be a number of seconds, at most %d", IDENTITY_EXPIRES_MAX_S);
  if (past) *seconds = -*seconds;
  return true;
}

static void answer_token(struct exchange *x, const struct identity *identity, int64_t expires_at_s, struct str token) {
  struct buf body;
  buf_init(&body, BODY_MAX);
  buf_add_char(&body, '{');
  model_json_text(&body, STR("token"), token);
  model_json_text(&body, STR("issuer"), str_from(identity->url));
  model_json_int(&body, STR("expiresAt"), expires_at_s);
  buf_add_char(&body, '}');
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}

void control_token_make(struct control *control, struct exchange *x) {
  const struct identity *identity = &control->identity;
  struct identity_request request = { .claims = x->body, .now_s = clock_unix_ms() / 1000 };
  struct buf token;
  char err[ERR_LEN];
  buf_init(&token, IDENTITY_TOKEN_MAX);
  if (read_expires(x->query, &request.expires_s, err) && identity_add_token(identity, &request, &token, err))
    answer_token(x, identity, request.now_s + request.expires_s, buf_str(&token));
  else
    control_refuse(x, 400, "ValidationException", str_from(err));
  buf_free(&token);
}
