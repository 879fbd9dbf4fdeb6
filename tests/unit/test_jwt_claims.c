/* Claims: who issued, for whom, from when and until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "jwt_claims.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define NOW 1000000000
#define GOOD "\"exp\":1000000100"
#define MINE GOOD ",\"iss\":\"me\",\"aud\":\"you\""

enum { NO_EXP = 1, ANY_ISSUER = 2, ANY_AUDIENCE = 4, ANYBODY = ANY_ISSUER | ANY_AUDIENCE };

static const struct {
  const char *members;
  int options;
  enum jwt_code want;
} cases[] = {
  { MINE, 0, JWT_OK },
  /* exp: 60 s of leeway */
  { "\"exp\":999999941", ANYBODY, JWT_OK },
  { "\"exp\":999999940.5", ANYBODY, JWT_OK },
  { "\"exp\":999999940", ANYBODY, JWT_EXPIRED },
  { "\"exp\":0", ANYBODY, JWT_EXPIRED },
  { "\"exp\":-1e300", ANYBODY, JWT_EXPIRED },
  { "\"exp\":1e300", ANYBODY, JWT_OK },
  { "", ANYBODY, JWT_CLAIMS },
  { "", ANYBODY | NO_EXP, JWT_OK },
  { "\"exp\":999999940", ANYBODY | NO_EXP, JWT_EXPIRED },
  { "\"exp\":\"1000000100\"", ANYBODY, JWT_CLAIMS },
  { "\"exp\":null", ANYBODY | NO_EXP, JWT_CLAIMS },
  { "\"exp\":true", ANYBODY, JWT_CLAIMS },
  { "\"exp\":[1000000100]", ANYBODY, JWT_CLAIMS },
  { "\"exp\":1,\"exp\":1000000100", ANYBODY, JWT_CLAIMS },
  { "\"exp\":1000000100,\"\\u0065xp\":1000000100", ANYBODY, JWT_CLAIMS },
  { "\"EXP\":1000000100", ANYBODY, JWT_CLAIMS },
  /* nbf, iat */
  { GOOD ",\"nbf\":1000000060", ANYBODY, JWT_OK },
  { GOOD ",\"nbf\":1000000060.5", ANYBODY, JWT_NOT_YET_VALID },
  { GOOD ",\"nbf\":1000000061", ANYBODY, JWT_NOT_YET_VALID },
  { GOOD ",\"nbf\":-5", ANYBODY, JWT_OK },
  { GOOD ",\"nbf\":\"0\"", ANYBODY, JWT_CLAIMS },
  { GOOD ",\"nbf\":0,\"nbf\":0", ANYBODY, JWT_CLAIMS },
  { GOOD ",\"iat\":1000000060", ANYBODY, JWT_OK },
  { GOOD ",\"iat\":1000000061", ANYBODY, JWT_NOT_YET_VALID },
  { GOOD ",\"iat\":0", ANYBODY, JWT_OK },
  { GOOD ",\"iat\":{}", ANYBODY, JWT_CLAIMS },
  { "\"exp\":0,\"nbf\":2e9", ANYBODY, JWT_EXPIRED },
  /* iss */
  { GOOD ",\"aud\":\"you\"", 0, JWT_ISSUER },
  { GOOD ",\"aud\":\"you\"", ANY_ISSUER, JWT_OK },
  { GOOD ",\"aud\":\"you\",\"iss\":\"Me\"", 0, JWT_ISSUER },
  { GOOD ",\"aud\":\"you\",\"iss\":\"me/\"", 0, JWT_ISSUER },
  { GOOD ",\"aud\":\"you\",\"iss\":\"me\\u0000\"", 0, JWT_ISSUER },
  { GOOD ",\"aud\":\"you\",\"iss\":\"\"", 0, JWT_ISSUER },
  { GOOD ",\"aud\":\"you\",\"iss\":[\"me\"]", 0, JWT_CLAIMS },
  { GOOD ",\"aud\":\"you\",\"iss\":1", ANY_ISSUER, JWT_CLAIMS },
  { MINE ",\"iss\":\"me\"", 0, JWT_CLAIMS },
  /* aud */
  { GOOD ",\"iss\":\"me\"", 0, JWT_AUDIENCE },
  { GOOD ",\"iss\":\"me\"", ANY_AUDIENCE, JWT_OK },
  { GOOD ",\"iss\":\"me\",\"aud\":\"yo\"", 0, JWT_AUDIENCE },
  { GOOD ",\"iss\":\"me\",\"aud\":\"your\"", 0, JWT_AUDIENCE },
  { GOOD ",\"iss\":\"me\",\"aud\":\"too\"", 0, JWT_OK },
  { GOOD ",\"iss\":\"me\",\"aud\":[\"a\",\"too\"]", 0, JWT_OK },
  { GOOD ",\"iss\":\"me\",\"aud\":[\"a\",\"b\"]", 0, JWT_AUDIENCE },
  { GOOD ",\"iss\":\"me\",\"aud\":[]", 0, JWT_AUDIENCE },
  { GOOD ",\"iss\":\"me\",\"aud\":[]", ANY_AUDIENCE, JWT_OK },
  { GOOD ",\"iss\":\"me\",\"aud\":[\"you\",1]", 0, JWT_CLAIMS },
  { GOOD ",\"iss\":\"me\",\"aud\":[[\"you\"]]", 0, JWT_CLAIMS },
  { GOOD ",\"iss\":\"me\",\"aud\":{\"you\":1}", ANY_AUDIENCE, JWT_CLAIMS },
  { GOOD ",\"iss\":\"me\",\"aud\":null", 0, JWT_CLAIMS },
  { MINE ",\"aud\":\"you\"", 0, JWT_CLAIMS },
  /* the others */
  { MINE ",\"sub\":\"ann\",\"jti\":\"1\",\"x\":null", 0, JWT_OK },
  { MINE ",\"sub\":7", 0, JWT_CLAIMS },
  { MINE ",\"sub\":\"ann\",\"sub\":\"bob\"", 0, JWT_CLAIMS },
  { MINE ",\"jti\":false", 0, JWT_CLAIMS },
};

static enum jwt_code check(const char *members, int options, double leeway_s, char err[ERR_LEN]) {
  static const struct str audiences[] = { STR("you"), STR("too") };
  struct jwt_claims_rules rules = { .now_s = NOW, .leeway_s = leeway_s, .exp_optional = options & NO_EXP };
  struct arena memory = { 0 };
  struct buf text;
  const struct json *claims;
  if (!(options & ANY_ISSUER)) rules.issuer = STR("me");
  if (!(options & ANY_AUDIENCE)) rules.audiences = audiences, rules.audience_count = 2;
  buf_init(&text, 1000);
  buf_addf(&text, "{%s}", members);
  assert_true(json_parse(&memory, buf_str(&text), &claims, err));
  err[0] = '\0';
  enum jwt_code code = jwt_claims_check(claims, &rules, err);
  buf_free(&text);
  arena_free(&memory);
  return code;
}

static void claims_are_checked(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char err[ERR_LEN];
    enum jwt_code got = check(cases[i].members, cases[i].options, JWT_LEEWAY_S, err);
    if (got != cases[i].want) fail_msg("%s: %s, %s", cases[i].members, jwt_code_name(got), err);
    assert_int_equal(err[0] == '\0', got == JWT_OK);
  }
}

static void leeway_can_be_none(void **state) {
  (void)state;
  char err[ERR_LEN];
  assert_int_equal(check("\"exp\":1000000000", ANYBODY, 0, err), JWT_EXPIRED);
  assert_int_equal(check("\"exp\":1000000001", ANYBODY, 0, err), JWT_OK);
  assert_int_equal(check(GOOD ",\"nbf\":1000000000", ANYBODY, 0, err), JWT_OK);
  assert_int_equal(check(GOOD ",\"nbf\":1000000001", ANYBODY, 0, err), JWT_NOT_YET_VALID);
}

/* Who is expected is named, whatever that is; nothing of the token is. */
static void refusals_name_what_is_wanted(void **state) {
  (void)state;
  char err[ERR_LEN], text[500];
  struct str many[16];
  memset(text, 'x', sizeof text);
  for (size_t i = 0; i < 16; i++) many[i] = str_of(text, sizeof text);
  struct jwt_claims_rules rules = {
    .now_s = NOW, .exp_optional = true, .issuer = str_of(text, sizeof text), .audiences = many, .audience_count = 16
  };
  static const struct {
    const char *claims, *begins;
  } refused[] = {
    { "{\"iss\":\"mallory\"}", "it is of another issuer (iss) than \"xxx" },
    { "{\"aud\":\"mallory\"}", "it is for another audience (aud) than \"xxx" },
  };
  for (size_t i = 0; i < 2; i++) {
    struct arena memory = { 0 };
    const struct json *claims;
    if (i == 1) rules.issuer.ptr = NULL;
    assert_true(json_parse(&memory, str_from(refused[i].claims), &claims, err));
    assert_int_not_equal(jwt_claims_check(claims, &rules, err), JWT_OK);
    assert_int_equal(strncmp(err, refused[i].begins, strlen(refused[i].begins)), 0);
    assert_null(strstr(err, "mallory"));
    arena_free(&memory);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(claims_are_checked), cmocka_unit_test(leeway_can_be_none),
                                      cmocka_unit_test(refusals_name_what_is_wanted) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
