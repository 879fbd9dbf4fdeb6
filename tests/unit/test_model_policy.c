/* model: patterns, policies, and what becomes of an authorizer's result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_authorization.h"
#include "model_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static void patterns(void **state) {
  static const struct {
    const char *pattern, *text;
    bool nocase, matches;
  } cases[] = { { "", "", false, true },           { "", "a", false, false },          { "*", "", false, true },
                { "*", "a/b:c", false, true },     { "**", "a", false, true },         { "?", "", false, false },
                { "?", "a", false, true },         { "?", "ab", false, false },        { "a?c", "abc", false, true },
                { "a*", "abc", false, true },      { "*c", "abc", false, true },       { "a*c", "abc", false, true },
                { "a*b", "abc", false, false },    { "a*c*e", "abcde", false, true },  { "*bc", "abcabc", false, true },
                { "*b*", "aaa", false, false },    { "*ab", "aab", false, true },      { "a*?", "a", false, false },
                { "abc*", "ab", false, false },    { "ABC", "abc", false, false },     { "A?C*", "abc", true, true },
                { "*x*y", "axbxcy", false, true }, { "a*a*a*b", "aaaa", false, false } };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    bool got = model_policy_matches(str_from(cases[i].pattern), str_from(cases[i].text), cases[i].nocase);
    if (got != cases[i].matches) fail_msg("%s %s: %d", cases[i].pattern, cases[i].text, got);
  }
}

#define STATEMENT(effect, action, resource)                                                                            \
  "{\"Effect\":\"" effect "\",\"Action\":" action ",\"Resource\":" resource "}"
#define INVOKE "\"execute-api:Invoke\""
#define ALLOW(resource) STATEMENT("Allow", INVOKE, resource)
#define DENY(resource) STATEMENT("Deny", INVOKE, resource)
#define ANY "\"*\""
#define THIS "\"" METHOD_ARN "\""
#define OTHER "\"arn:aws:execute-api:us-east-1:123456789012:abcd123456/prod/$connect\""

/* What a policy says, by its statements. */
static const struct {
  const char *statement;
  enum model_verdict verdict;
} verdicts[] = {
  { "[" ALLOW(THIS) "]", MODEL_ALLOW },
  { ALLOW(THIS), MODEL_ALLOW },
  { "[" ALLOW(ANY) "]", MODEL_ALLOW },
  { "[" ALLOW("[" OTHER "," THIS "]") "]", MODEL_ALLOW },
  { "[" ALLOW("\"arn:aws:execute-api:*:*:*/*/$connect\"") "]", MODEL_ALLOW },
  { "[" ALLOW("\"arn:aws:execute-api:us-east-?:123456789012:abcd123456/*\"") "]", MODEL_ALLOW },
  { "[" STATEMENT("Allow", "\"execute-api:*\"", ANY) "]", MODEL_ALLOW },
  { "[" STATEMENT("Allow", "\"*\"", ANY) "]", MODEL_ALLOW },
  { "[" STATEMENT("Allow", "\"Execute-API:invoke\"", ANY) "]", MODEL_ALLOW },
  { "[" STATEMENT("Allow", "[\"s3:*\"," INVOKE "]", ANY) "]", MODEL_ALLOW },
  { "[{\"Sid\":\"a\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]", MODEL_ALLOW },
  { "[]", MODEL_NO_MATCH },
  { "[" ALLOW("[]") "]", MODEL_NO_MATCH },
  { "[" ALLOW(OTHER) "]", MODEL_NO_MATCH },
  { "[" ALLOW("\"ARN:aws:execute-api:us-east-1:123456789012:abcd123456/dev/$connect\"") "]", MODEL_NO_MATCH },
  { "[" ALLOW("\"arn:aws:execute-api:us-east-1:123456789012:abcd123456/dev\"") "]", MODEL_NO_MATCH },
  { "[" STATEMENT("Allow", "\"execute-api:ManageConnections\"", ANY) "]", MODEL_NO_MATCH },
  { "[" DENY(OTHER) "]", MODEL_NO_MATCH },
  { "[" DENY(THIS) "]", MODEL_DENY },
  { "[" ALLOW(ANY) "," DENY(THIS) "]", MODEL_DENY },
  { "[" DENY(ANY) "," ALLOW(THIS) "]", MODEL_DENY },
  { "[" DENY(OTHER) "," ALLOW(THIS) "]", MODEL_ALLOW },
};

static const char *result_of(char *text, size_t size, const char *statement) {
  int len =
      snprintf(text, size, "{\"principalId\":\"u\",\"policyDocument\":{\"Version\":\"2012-10-17\",\"Statement\":%s}}",
               statement);
  assert_true(len > 0 && (size_t)len < size);
  return text;
}

/* Reads a result; returns what is wrong with it, or NULL. */
static const char *read(const char *result, enum model_verdict *verdict, struct buf *authorizer) {
  static char err[ERR_LEN];
  struct arena memory = { 0 };
  err[0] = '\0';
  buf_init(authorizer, MODEL_AUTHORIZER_MAX);
  bool ok = model_authorization_read(verdict, authorizer, &memory, str_from(result), STR(METHOD_ARN), err);
  arena_free(&memory);
  assert_int_equal(ok, err[0] == '\0');
  return ok ? NULL : err;
}

static void policies(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(verdicts); i++) {
    char text[4096];
    enum model_verdict verdict;
    struct buf authorizer;
    const char *problem = read(result_of(text, sizeof text, verdicts[i].statement), &verdict, &authorizer);
    if (problem) fail_msg("%s: %s", verdicts[i].statement, problem);
    if (verdict != verdicts[i].verdict) fail_msg("%s: %d", verdicts[i].statement, verdict);
    expect_bytes("authorizer", buf_str(&authorizer), STR("{\"principalId\":\"u\"}"));
    buf_free(&authorizer);
  }
}

#define POLICY "\"policyDocument\":{\"Statement\":[" ALLOW(ANY) "]}"
#define WITH(context) "{\"principalId\":\"u\"," POLICY ",\"context\":" context "}"

/* requestContext.authorizer: every value is text, nothing is null. */
static const struct {
  const char *result, *authorizer;
} contexts[] = {
  { "{\"principalId\":\"u\"," POLICY "}", "{\"principalId\":\"u\"}" },
  { "{\"principalId\":\"\"," POLICY ",\"usageIdentifierKey\":\"k\",\"other\":[1]}", "{\"principalId\":\"\"}" },
  { WITH("{}"), "{\"principalId\":\"u\"}" },
  { WITH("null"), "{\"principalId\":\"u\"}" },
  { WITH("{\"a\":\"x\",\"n\":1,\"f\":1.5,\"big\":1e21,\"t\":true,\"no\":false,\"nil\":null}"),
    "{\"principalId\":\"u\",\"a\":\"x\",\"n\":\"1\",\"f\":\"1.5\",\"big\":\"1e+21\",\"t\":\"true\",\"no\":\"false\"}" },
  { WITH("{\"a\":\"1\",\"b\":\"2\",\"a\":\"3\"}"), "{\"principalId\":\"u\",\"b\":\"2\",\"a\":\"3\"}" },
  { WITH("{\"principalId\":\"other\",\"\":\"\"}"), "{\"principalId\":\"u\",\"\":\"\"}" },
  { WITH("{\"\\\"\":\"\\u0000\\n\"}"), "{\"principalId\":\"u\",\"\\\"\":\"\\u0000\\n\"}" },
  { WITH("{\"json\":\"{\\\"a\\\":1}\"}"), "{\"principalId\":\"u\",\"json\":\"{\\\"a\\\":1}\"}" },
};

static void contexts_are_flat_texts(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(contexts); i++) {
    enum model_verdict verdict;
    struct buf authorizer;
    const char *problem = read(contexts[i].result, &verdict, &authorizer);
    if (problem) fail_msg("%s: %s", contexts[i].result, problem);
    assert_int_equal(verdict, MODEL_ALLOW);
    expect_json(contexts[i].result, buf_str(&authorizer));
    expect_bytes(contexts[i].result, buf_str(&authorizer), str_from(contexts[i].authorizer));
    buf_free(&authorizer);
  }
}

/* What is no answer, and what is said about it. */
static const struct {
  const char *result, *problem;
} malformed[] = {
  { "", "the authorizer returned nothing" },
  { "null", "the result is not an object with principalId and policyDocument" },
  { "true", "the result is not an object with principalId and policyDocument" },
  { "[]", "the result is not an object with principalId and policyDocument" },
  { "{\"statusCode\":401}", "the result has no principalId" },
  { "{\"isAuthorized\":true}", "the result has no principalId" },
  { "{\"principalId\":1," POLICY "}", "principalId must be a string" },
  { "{\"principalId\":null," POLICY "}", "principalId must be a string" },
  { "{\"principalId\":\"u\"}", "there is no policyDocument with a Statement" },
  { "{\"principalId\":\"u\",\"policyDocument\":[]}", "there is no policyDocument with a Statement" },
  { "{\"principalId\":\"u\",\"policyDocument\":{\"Statement\":5}}", "a statement of the policy must be an object" },
  { "{\"principalId\":\"u\",\"policyDocument\":{\"Statement\":[1]}}", "a statement of the policy must be an object" },
  { WITH("[]"), "context must be an object of names and values" },
  { WITH("\"x\""), "context must be an object of names and values" },
  { WITH("{\"a\":{\"b\":1}}"), "context.a must be a string, a number or a boolean" },
  { WITH("{\"a\":[]}"), "context.a must be a string, a number or a boolean" },
};

static const struct {
  const char *statement, *problem;
} malformed_statements[] = {
  { "[{\"Effect\":\"allow\",\"Action\":\"*\",\"Resource\":\"*\"}]", "the Effect of a statement must be Allow or Deny" },
  { "[{\"Action\":\"*\",\"Resource\":\"*\"}]", "the Effect of a statement must be Allow or Deny" },
  { "[{\"Effect\":\"Allow\",\"Resource\":\"*\"}]", "a statement of the policy has no Action" },
  { "[{\"Effect\":\"Allow\",\"Action\":\"*\"}]", "a statement of the policy has no Resource" },
  { "[" STATEMENT("Allow", "1", ANY) "]", "Action must be a string, or an array of them" },
  { "[" ALLOW("[[]]") "]", "Resource must be a string, or an array of them" },
  { "[" ALLOW("\"\"") "]", "Resource must be a string, or an array of them" },
  { "[" ALLOW(ANY) ",{\"Effect\":\"Deny\",\"NotAction\":\"*\",\"Resource\":\"*\"}]",
    "a statement of the policy has the member NotAction; only Sid, Effect, Action and Resource are known" },
  { "[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{}}]",
    "a statement of the policy has the member Condition; only Sid, Effect, Action and Resource are known" },
};

static void refuse_result(const char *result, const char *want) {
  enum model_verdict verdict;
  struct buf authorizer;
  const char *problem = read(result, &verdict, &authorizer);
  if (!problem) fail_msg("%s was taken", result);
  assert_string_equal(problem, want);
  assert_int_equal(verdict, MODEL_NO_MATCH);
  buf_free(&authorizer);
}

static void what_is_no_answer_is_said(void **state) {
  char text[4096];
  (void)state;
  for (size_t i = 0; i < COUNT(malformed); i++) refuse_result(malformed[i].result, malformed[i].problem);
  for (size_t i = 0; i < COUNT(malformed_statements); i++)
    refuse_result(result_of(text, sizeof text, malformed_statements[i].statement), malformed_statements[i].problem);
}

/* A result with a context of so many bytes more than none, and a Resource of so many. */
static char *result_of_sizes(size_t context, size_t resource) {
  enum { ROOM = 64 * 1024 };
  char *text = malloc(ROOM);
  assert_non_null(text);
  char *at = text + sprintf(text, "{\"principalId\":\"u\",\"context\":{\"c\":\"");
  memset(at, 'x', context);
  at += context;
  at += sprintf(at,
                "\"},\"policyDocument\":{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":[\"*\",\"");
  memset(at, 'r', resource);
  strcpy(at + resource, "\"]}]}}");
  return text;
}

static void limits(void **state) {
  char *bare = result_of_sizes(0, 1);
  size_t room = MODEL_AUTHORIZATION_MAX - strlen(bare);
  const struct {
    size_t context, resource;
    const char *problem;
  } cases[] = { { room, 1, NULL },
                { room + 1, 1, "the result has 8193 bytes, 8192 are allowed" },
                { 0, MODEL_POLICY_RESOURCE_MAX, NULL },
                { 0, MODEL_POLICY_RESOURCE_MAX + 1, "Resource has 513 characters, 512 are allowed" } };
  (void)state;
  free(bare);
  for (size_t i = 0; i < COUNT(cases); i++) {
    enum model_verdict verdict;
    struct buf authorizer;
    char *result = result_of_sizes(cases[i].context, cases[i].resource);
    const char *problem = read(result, &verdict, &authorizer);
    if (cases[i].problem)
      assert_string_equal(problem, cases[i].problem);
    else
      assert_true(!problem && verdict == MODEL_ALLOW);
    buf_free(&authorizer);
    free(result);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(patterns),
    cmocka_unit_test(policies),
    cmocka_unit_test(contexts_are_flat_texts),
    cmocka_unit_test(what_is_no_answer_is_said),
    cmocka_unit_test(limits),
  };
  return cmocka_run_group_tests_name("model_policy", tests, NULL, NULL);
}
