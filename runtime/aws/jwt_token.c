#include "jwt_token.h"

#include "buf.h"
#include "encoding.h"
#include "utf8.h"

static enum jwt_code malformed(char err[ERR_LEN], const char *sentence) {
  return jwt_refuse(err, JWT_MALFORMED, sentence);
}

static size_t decoded_size(struct str base64url) {
  return base64url.len / 4 * 3 + base64url.len % 4 * 3 / 4;
}

/* The bytes as a JSON object. cJSON's complaints are dropped: they show a character of the text. */
static bool parse_object(struct str bytes, struct arena *memory, const struct json **object) {
  struct json_item item;
  if (utf8_prefix(bytes) != bytes.len || !json_parse(memory, bytes, object, NULL)) return false;
  json_read(*object, &item);
  return item.type == JSON_OBJECT;
}

enum jwt_code jwt_token_decode(struct str part, const char *name, size_t max, struct arena *memory,
                               const struct json **object, char err[ERR_LEN]) {
  enum jwt_code code = JWT_MALFORMED;
  struct buf bytes;
  buf_init(&bytes, max);
  if (decoded_size(part) > max) {
    fail(err, "the %s has more than %zu bytes", name, max);
    code = JWT_TOO_LARGE;
  } else if (!base64url_decode(&bytes, part)) {
    fail(err, "the %s is not base64url without padding", name);
  } else if (bytes.failed) {
    code = jwt_refuse(err, JWT_MEMORY, "memory is short");
  } else if (!parse_object(buf_str(&bytes), memory, object)) {
    fail(err, "the %s is not a JSON object", name);
  } else {
    code = JWT_OK;
  }
  buf_free(&bytes);
  return code;
}

static enum jwt_code decode_signature(struct str part, struct arena *memory, struct str *out, char err[ERR_LEN]) {
  enum jwt_code code = JWT_OK;
  struct buf bytes;
  buf_init(&bytes, JWT_SIGNATURE_MAX);
  if (decoded_size(part) > JWT_SIGNATURE_MAX)
    code = jwt_refuse(err, JWT_SIGNATURE, "the signature is longer than any is");
  else if (!base64url_decode(&bytes, part))
    code = malformed(err, "the signature is not base64url without padding");
  else if ((*out = arena_copy(memory, buf_str(&bytes))).ptr == NULL || bytes.failed)
    code = jwt_refuse(err, JWT_MEMORY, "memory is short");
  buf_free(&bytes);
  return code;
}

static bool has_duplicates(const struct json *object) {
  struct json_item item;
  json_read(object, &item);
  for (const struct json *at = item.first; at; at = item.next) {
    json_read(at, &item);
    if (json_member(object, item.name) != at) return true; /* a later one has the same name */
  }
  return false;
}

/* Is there a member of this name that is no string? */
static bool is_no_text(const struct json *object, struct str name) {
  const struct json *member = json_member(object, name);
  struct json_item item;
  if (!member) return false;
  json_read(member, &item);
  return item.type != JSON_STRING;
}

/* RFC 7515, section 4.1.9: letter case does not count, and "application/" is as good as nothing. */
static bool is_known_type(struct str typ) {
  struct str prefix = STR("application/");
  if (str_equal_nocase(str_slice(typ, 0, prefix.len), prefix)) typ = str_slice(typ, prefix.len, typ.len);
  return str_equal_nocase(typ, STR("JWT")) || str_equal_nocase(typ, STR("at+jwt"));
}

static enum jwt_code read_header(struct jwt_token *t, char err[ERR_LEN]) {
  static const struct str texts[] = { STR("alg"), STR("kid"), STR("typ") };
  if (has_duplicates(t->header)) return malformed(err, "a name comes twice in the header");
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (!is_no_text(t->header, texts[i])) continue;
    fail(err, "the header's \"%.*s\" is not a string", STR_ARG(texts[i]));
    return JWT_MALFORMED;
  }
  if (!json_member(t->header, STR("alg"))) return malformed(err, "the header has no \"alg\"");
  if (json_member(t->header, STR("crit"))) return malformed(err, "the header asks for extensions (\"crit\")");
  if (json_member(t->header, STR("typ")) && !is_known_type(json_member_text(t->header, STR("typ"))))
    return malformed(err, "the header's \"typ\" is neither JWT nor at+jwt");
  t->alg = json_member_text(t->header, STR("alg"));
  if (json_member(t->header, STR("kid"))) t->kid = json_member_text(t->header, STR("kid"));
  return JWT_OK;
}

/* Cuts a token in three. */
static enum jwt_code split(struct str token, struct jwt_token *t, struct str *header, struct str *signature,
                           char err[ERR_LEN]) {
  struct str rest;
  size_t dots = 0;
  for (size_t i = 0; i < token.len; i++) dots += token.ptr[i] == '.';
  if (dots == 4) return malformed(err, "it has five parts: encrypted tokens are not supported");
  if (dots != 2) return malformed(err, "it does not have three parts with dots between them");
  str_cut(token, '.', header, &rest);
  str_cut(rest, '.', &t->payload, signature);
  t->signed_part = str_slice(token, 0, header->len + 1 + t->payload.len);
  return JWT_OK;
}

enum jwt_code jwt_token_read(struct str token, size_t token_max, struct arena *memory, struct jwt_token *out,
                             char err[ERR_LEN]) {
  struct str header, signature;
  *out = (struct jwt_token){ 0 };
  if (token.len > token_max) {
    fail(err, "it has more than %zu bytes", token_max);
    return JWT_TOO_LARGE;
  }
  enum jwt_code code = split(token, out, &header, &signature, err);
  if (code == JWT_OK) code = jwt_token_decode(header, "header", JWT_HEADER_MAX, memory, &out->header, err);
  if (code == JWT_OK) code = read_header(out, err);
  if (code == JWT_OK) code = decode_signature(signature, memory, &out->signature, err);
  return code;
}
