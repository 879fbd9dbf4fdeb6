/* fuzz_jwt.c -- libFuzzer: any token for a good key set, a good secret, and any key set.
 * Input: one byte that says what the rest is: a token as it comes; header and payload, to be signed with the secret, so
 * that what is behind the signature is reached; or a key set. Nothing but what was signed is accepted, and whatever is
 * refused has a short sentence of one line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "digest.h"
#include "encoding.h"
#include "jwt.h"
#include "jwt_token.h"

#define SECRET "0123456789abcdef0123456789abcdef"

/* RFC 7515, A.2 and A.3; RFC 8037, A.2. */
static const char KEYS[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_"
    "wWJcyQoTbji9k0l8W26mPddxHmfHQp-"
    "Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
    "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_"
    "I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"},"
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"kid\":\"ed\"}]}";

/* What the RFC's private keys have signed, with claims that nobody asks about here. */
static const struct str SIGNED =
    STR("eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
        "Ijp0cnVlfQ");

static struct arena memory;
static struct jwk_set keys;

static void must(bool condition) {
  if (!condition) abort();
}

static struct jwt_rules rules_with(const struct jwk_set *set) {
  static const struct str audiences[] = { { "chat", 4 }, { "other", 5 } };
  struct jwt_rules rules = { .keys = set, .secret = STR(SECRET), .algorithms = ~0u, .token_max = JWT_TOKEN_MAX };
  rules.claims = (struct jwt_claims_rules){ .now_s = 1300819370, .leeway_s = 10 };
  if (!set) {
    rules.claims.issuer = STR("joe");
    rules.claims.audiences = audiences;
    rules.claims.audience_count = 2;
  }
  return rules;
}

static enum jwt_code verify(struct str token, const struct jwk_set *set, const struct json **claims) {
  const struct json *header;
  struct jwt_rules rules = rules_with(set);
  char err[ERR_LEN] = "";
  arena_reset(&memory);
  enum jwt_code code = jwt_verify(token, &rules, &memory, &header, claims, err);
  must(code != JWT_MEMORY && (code == JWT_OK) == (err[0] == '\0'));
  must((code == JWT_OK) == (*claims != NULL) && (code == JWT_OK) == (header != NULL));
  for (const char *at = err; *at; at++) must(*at >= ' ' && *at <= '~');
  must(strlen(err) < 120 && strlen(jwt_code_name(code)) <= 13);
  return code;
}

/* Only the RFC's own tokens have good signatures. */
static void verify_token(struct str token) {
  const struct json *claims;
  if (verify(token, &keys, &claims) == JWT_OK) must(str_find(token, SIGNED, 0) != SIZE_MAX);
  must(verify(token, NULL, &claims) != JWT_OK);
}

/* A line of header, then the payload. */
static void verify_signed(struct str text) {
  struct str header, payload;
  struct sha256_value mac;
  struct buf token;
  const struct json *claims;
  char err[ERR_LEN];
  str_cut(text, '\n', &header, &payload);
  buf_init(&token, 1 << 20);
  base64url_encode(&token, header);
  buf_add_char(&token, '.');
  base64url_encode(&token, payload);
  must(digest_hmac_sha256(STR(SECRET), buf_str(&token), &mac, err));
  buf_add_char(&token, '.');
  base64url_encode(&token, sha256_str(&mac));
  enum jwt_code code = verify(buf_str(&token), NULL, &claims);
  must(code != JWT_SIGNATURE && code != JWT_UNKNOWN_KEY);
  if (code == JWT_OK) {
    struct json_item exp;
    must(str_equal(json_member_text(claims, STR("iss")), STR("joe")) && json_member(claims, STR("exp")));
    json_read(json_member(claims, STR("exp")), &exp);
    must(exp.type == JSON_NUMBER && exp.number > 1300819360);
  }
  must(verify(buf_str(&token), &keys, &claims) != JWT_OK); /* a secret is no key */
  buf_free(&token);
}

/* A set is read or refused; what it then says about a good token is an answer. */
static void read_set(struct str document) {
  static const struct str token =
      STR("eyJhbGciOiJFUzI1NiJ9.e30.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8"
          "ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  struct jwk_set set;
  const struct json *claims;
  char err[ERR_LEN] = "";
  bool ok = jwk_set_read(&set, document, err);
  must(ok == (err[0] == '\0') && set.count <= set.found && set.found <= JWK_SET_KEYS);
  for (size_t i = 0; i < set.count; i++) {
    must(set.keys[i].key && set.keys[i].algorithms != 0 && (set.keys[i].algorithms & ~(jwa_set)JWA_PUBLIC) == 0);
  }
  if (ok) must(verify(token, &set, &claims) != JWT_OK);
  jwk_set_free(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char err[ERR_LEN];
  if (keys.count == 0) must(jwk_set_read(&keys, str_of(KEYS, sizeof KEYS - 1), err) && keys.count == 3);
  if (size == 0) return 0;
  struct str rest = str_of((const char *)data + 1, size - 1);
  switch (data[0]) {
  case 's':
    verify_signed(rest);
    break;
  case 'k':
    read_set(rest);
    break;
  default:
    verify_token(rest);
  }
  return 0;
}
