#include "identity.h"

#include "json.h"
#include "jwt_claims.h"
#include "model_json.h"
#include "utf8.h"

bool identity_init(struct identity *identity, const char *url, struct str audience, char err[ERR_LEN]) {
  *identity = (struct identity){ .url = url, .audience = audience };
  if (jwt_signer_init(&identity->signer, err)) return true;
  identity_free(identity);
  return fail_in(err, "the issuer of tokens");
}

void identity_free(struct identity *identity) {
  jwt_signer_free(&identity->signer);
  *identity = (struct identity){ 0 };
}

void identity_add_configuration(const struct identity *identity, struct buf *out) {
  buf_add_char(out, '{');
  model_json_text(out, STR("issuer"), str_from(identity->url));
  model_json_name(out, STR("jwks_uri"));
  buf_addf(out, "\"%s/.well-known/jwks.json\"", identity->url);
  buf_add(out, STR(",\"response_types_supported\":[\"id_token\"],\"subject_types_supported\":[\"public\"],"
                   "\"id_token_signing_alg_values_supported\":[\"ES256\"]}"));
}

void identity_add_keys(const struct identity *identity, struct buf *out) {
  buf_add(out, STR("{\"keys\":["));
  jwt_signer_add_key(&identity->signer, out);
  buf_add(out, STR("]}"));
}

/* Tokens */

static bool read_claims(struct str text, struct arena *memory, const struct json **claims, char err[ERR_LEN]) {
  struct json_item item;
  if (utf8_prefix(text) < text.len) return fail(err, "the claims are not UTF-8");
  if (!json_parse(memory, text, claims, err)) return fail_in(err, "the claims are no JSON");
  json_read(*claims, &item);
  return item.type == JSON_OBJECT || fail(err, "the claims must be a JSON object");
}

static bool check_own(const struct json *claims, char err[ERR_LEN]) {
  static const struct str own[] = { STR("iss"), STR("iat"), STR("exp") };
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (json_member(claims, own[i])) return fail(err, "the claim %.*s is set by the issuer", STR_ARG(own[i]));
  if (json_member_text(claims, STR("sub")).len == 0)
    return fail(err, "the claim sub must be a string that is not empty");
  return true;
}

/* What stands between the braces of a text that is a JSON object. */
static struct str inside(struct str object) {
  size_t from = str_find(object, STR("{"), 0) + 1, to = object.len;
  while (object.ptr[to - 1] != '}') to--;
  return str_slice(object, from, to - 1);
}

static void add_claims(const struct identity *identity, const struct identity_request *request,
                       const struct json *claims, struct buf *out) {
  buf_add_char(out, '{');
  model_json_text(out, STR("iss"), str_from(identity->url));
  if (!json_member(claims, STR("aud"))) model_json_text(out, STR("aud"), identity->audience);
  model_json_int(out, STR("iat"), request->now_s);
  model_json_int(out, STR("exp"), request->now_s + request->expires_s);
  buf_add_char(out, ',');
  buf_add(out, inside(request->claims));
  buf_add_char(out, '}');
}

/* Types as a verifier wants them; that a token is not good yet, or no longer, is what its maker may want. */
static bool check_types(struct str text, int64_t now_s, struct arena *memory, char err[ERR_LEN]) {
  const struct json *claims;
  struct jwt_claims_rules rules = { .now_s = (double)now_s };
  return json_parse(memory, text, &claims, err) && jwt_claims_check(claims, &rules, err) != JWT_CLAIMS;
}

bool identity_add_token(const struct identity *identity, const struct identity_request *request, struct buf *out,
                        char err[ERR_LEN]) {
  const struct json *claims;
  struct arena memory;
  struct buf text;
  bool ok = false;
  arena_init(&memory);
  buf_init(&text, IDENTITY_CLAIMS_MAX);
  if (!read_claims(request->claims, &memory, &claims, err) || !check_own(claims, err)) goto done;
  add_claims(identity, request, claims, &text);
  if (text.failed) {
    fail(err, "the claims are longer than %d bytes", IDENTITY_CLAIMS_MAX);
    goto done;
  }
  ok = check_types(buf_str(&text), request->now_s, &memory, err) &&
       jwt_sign(&identity->signer, buf_str(&text), out, err);
done:
  buf_free(&text);
  arena_free(&memory);
  return ok;
}
