#include "jwt_claims.h"

#include <stdio.h>
#include <string.h>

static enum jwt_code bad_claim(char err[ERR_LEN], struct str name, const char *what) {
  fail(err, "the claim \"%.*s\" %s", STR_ARG(name), what);
  return JWT_CLAIMS;
}

/* Reads a claim. *there says whether the token has it; JWT_CLAIMS when it comes twice. */
static enum jwt_code find(const struct json *claims, struct str name, bool *there, struct json_item *out,
                          char err[ERR_LEN]) {
  struct json_item object, member;
  *there = false;
  json_read(claims, &object);
  for (const struct json *at = object.first; at; at = member.next) {
    json_read(at, &member);
    if (!str_equal(member.name, name)) continue;
    if (*there) return bad_claim(err, name, "comes twice");
    *there = true;
    *out = member;
  }
  return JWT_OK;
}

/* The same for claims that must be of one type; `what` says so. */
static enum jwt_code find_typed(const struct json *claims, struct str name, enum json_type type, const char *what,
                                bool *there, struct json_item *out, char err[ERR_LEN]) {
  enum jwt_code code = find(claims, name, there, out, err);
  if (code == JWT_OK && *there && out->type != type) return bad_claim(err, name, what);
  return code;
}

static enum jwt_code find_time(const struct json *claims, struct str name, bool *there, double *time,
                               char err[ERR_LEN]) {
  struct json_item item = { 0 };
  enum jwt_code code = find_typed(claims, name, JSON_NUMBER, "is not a number", there, &item, err);
  *time = item.number;
  return code;
}

static enum jwt_code check_times(const struct json *claims, const struct jwt_claims_rules *r, char err[ERR_LEN]) {
  bool expires, begins, dated;
  double exp, nbf, iat;
  enum jwt_code code = find_time(claims, STR("exp"), &expires, &exp, err);
  if (code == JWT_OK) code = find_time(claims, STR("nbf"), &begins, &nbf, err);
  if (code == JWT_OK) code = find_time(claims, STR("iat"), &dated, &iat, err);
  if (code != JWT_OK) return code;
  if (!expires && !r->exp_optional) return bad_claim(err, STR("exp"), "is missing: the token would never expire");
  if (expires && r->now_s - r->leeway_s >= exp) return jwt_refuse(err, JWT_EXPIRED, "it has expired");
  if (begins && nbf > r->now_s + r->leeway_s) return jwt_refuse(err, JWT_NOT_YET_VALID, "it is not valid yet (nbf)");
  if (dated && iat > r->now_s + r->leeway_s)
    return jwt_refuse(err, JWT_NOT_YET_VALID, "it was issued in the future (iat)");
  return JWT_OK;
}

static enum jwt_code check_issuer(const struct json *claims, const struct jwt_claims_rules *r, char err[ERR_LEN]) {
  struct json_item iss = { 0 };
  bool there;
  enum jwt_code code = find_typed(claims, STR("iss"), JSON_STRING, "is not a string", &there, &iss, err);
  if (code != JWT_OK || !r->issuer.ptr) return code;
  if (!there) return jwt_refuse(err, JWT_ISSUER, "it does not say who issued it (iss)");
  if (str_equal(iss.text, r->issuer)) return JWT_OK;
  fail(err, "it is of another issuer (iss) than \"%.*s\"", STR_ARG(r->issuer));
  return JWT_ISSUER;
}

static bool is_wanted(struct str audience, const struct jwt_claims_rules *r) {
  for (size_t i = 0; i < r->audience_count; i++)
    if (str_equal(audience, r->audiences[i])) return true;
  return false;
}

/* aud is a string or a list of strings. */
static enum jwt_code look_for_audience(struct json_item aud, const struct jwt_claims_rules *r, bool *found,
                                       char err[ERR_LEN]) {
  if (aud.type == JSON_STRING) {
    *found = is_wanted(aud.text, r);
    return JWT_OK;
  }
  if (aud.type != JSON_ARRAY) return bad_claim(err, STR("aud"), "is neither a string nor a list of strings");
  for (const struct json *at = aud.first; at; at = aud.next) {
    json_read(at, &aud);
    if (aud.type != JSON_STRING) return bad_claim(err, STR("aud"), "is neither a string nor a list of strings");
    *found = *found || is_wanted(aud.text, r);
  }
  return JWT_OK;
}

/* Names those that are wanted: whoever reads it may have mixed up two services. */
static enum jwt_code other_audience(const struct jwt_claims_rules *r, char err[ERR_LEN]) {
  char wanted[ERR_LEN] = "";
  for (size_t i = 0; i < r->audience_count; i++) {
    size_t len = strlen(wanted);
    snprintf(wanted + len, sizeof wanted - len, "%s\"%.*s\"", i > 0 ? ", " : "", STR_ARG(r->audiences[i]));
  }
  fail(err, "it is for another audience (aud) than %s", wanted);
  return JWT_AUDIENCE;
}

static enum jwt_code check_audience(const struct json *claims, const struct jwt_claims_rules *r, char err[ERR_LEN]) {
  struct json_item aud = { 0 };
  bool there, found = false;
  enum jwt_code code = find(claims, STR("aud"), &there, &aud, err);
  if (code == JWT_OK && there) code = look_for_audience(aud, r, &found, err);
  if (code != JWT_OK || r->audience_count == 0 || found) return code;
  return there ? other_audience(r, err) : jwt_refuse(err, JWT_AUDIENCE, "it names no audience (aud)");
}

/* Who it is about, and its id: for those who use them. */
static enum jwt_code check_texts(const struct json *claims, char err[ERR_LEN]) {
  struct json_item item;
  bool there;
  enum jwt_code code = find_typed(claims, STR("sub"), JSON_STRING, "is not a string", &there, &item, err);
  if (code == JWT_OK) code = find_typed(claims, STR("jti"), JSON_STRING, "is not a string", &there, &item, err);
  return code;
}

enum jwt_code jwt_claims_check(const struct json *claims, const struct jwt_claims_rules *rules, char err[ERR_LEN]) {
  enum jwt_code code = check_times(claims, rules, err);
  if (code == JWT_OK) code = check_issuer(claims, rules, err);
  if (code == JWT_OK) code = check_audience(claims, rules, err);
  if (code == JWT_OK) code = check_texts(claims, err);
  return code;
}
