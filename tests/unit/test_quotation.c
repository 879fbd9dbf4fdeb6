/* quotation: secrets of ours in texts of others, however they are written. */
#include "quotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h> /* last: it defines a macro `fail` */

static const struct credentials keys = { { "AKIDEXAMPLE", 11 },
                                         { "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 40 },
                                         { "IQoJb3JpZ2luX2Vj/ECAaCXVzLWVhc3Q=tUZhcmdhdGU==", 47 } };

static const struct {
  const char *name, *text;
  bool shown;
} cases[] = {
  { "nothing", "", false },
  { "another sentence", "The security token included in the request is invalid.", false },
  { "the id of a key is no secret", "AKIDEXAMPLE is not authorized", false },
  { "the secret", "it is wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY!", true },
  { "percent-encoded", "wJalrXUtnFEMI%2FK7MDENG%2BbPxRfiCYEXAMPLEKEY", true },
  { "with entities", "IQoJb3JpZ2luX2Vj&#47;ECAaCXVzLWVhc3Q&#61;tUZhcmdhdGU", true },
  { "with backslashes", "wJalrXUtnFEMI\\/K7MDENG+bPxRfiCYEXAMPLEKEY", true },
  { "without its end", "token IQoJb3JpZ2luX", true },
  { "without its beginning", "bPxRfiCYEXAM", true },
  { "eleven letters of it", "bPxRfiCYEXA", false },
  { "a header", "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261128", true },
  { "a signature", "SignedHeaders=host, Signature=0123", true },
};

static void test_keys(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (quotation_of_keys(str_from(cases[i].text), &keys) != cases[i].shown) fail_msg("%s", cases[i].name);
}

static void test_short_secrets(void **state) {
  (void)state;
  assert_false(quotation_of_secret(STR("localhost is no local service"), STR("local")));
  assert_true(quotation_of_secret(STR("a-b-c-d-e is it"), STR("a-b-c-d-e")));
  assert_false(quotation_of_secret(STR("anything"), STR("")));
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_keys), cmocka_unit_test(test_short_secrets) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
