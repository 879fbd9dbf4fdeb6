/* model_id: the forms of ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "encoding.h"
#include "model_fixture.h"
#include "model_id.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static void ids_are_padded_base64url(void **state) {
  static const struct {
    unsigned char bytes[MODEL_ID_BYTES];
    const char *want;
  } cases[] = {
    { { 0 }, "AAAAAAAAAAAAAAA=" },
    { { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 }, "______________8=" },
    { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, "AAAAAAAAAAAAAAE=" },
    { { 0x04, 0x56, 0x93, 0xfd, 0xf0, 0x0b, 0x20, 0x03, 0x02, 0x2a, 0xe8 }, "BFaT_fALIAMCKug=" }, /* recorded */
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    char id[MODEL_ID_LEN];
    model_id_from(id, cases[i].bytes);
    assert_string_equal(id, cases[i].want);
    assert_true(model_id_is_valid(str_from(id)));
  }
}

/* Every byte is read back: the decoder is another one. */
static void ids_hold_their_bytes(void **state) {
  (void)state;
  for (unsigned seed = 0; seed < 1000; seed++) {
    unsigned char bytes[MODEL_ID_BYTES];
    char id[MODEL_ID_LEN];
    struct buf back;
    for (unsigned i = 0; i < MODEL_ID_BYTES; i++) bytes[i] = (unsigned char)(seed * 2654435761u >> (i + 3));
    model_id_from(id, bytes);
    buf_init(&back, MODEL_ID_BYTES);
    assert_true(base64url_decode(&back, str_of(id, MODEL_ID_LEN - 2)));
    expect_bytes(id, buf_str(&back), str_of((const char *)bytes, sizeof bytes));
    buf_free(&back);
  }
}

static void validity(void **state) {
  static const struct {
    struct str id;
    bool want;
  } cases[] = {
    { STR("BFaT_fALIAMCKug="), true },
    { STR("PbTk7ET8IAMFs2g="), true },
    { STR("WDGT8fY4joECJrQ="), true },
    { STR("a-_9AAAAAAAAAAA="), true },
    { STR("WDGT8fY4joECJrQ=test"), false },
    { STR("cjy8i76bx002884le6n17d49b"), false },
    { STR(""), false },
    { STR("="), false },
    { STR("BFaT_fALIAMCKug"), false },
    { STR("BFaT_fALIAMCKugA"), false },
    { STR("BFaT_fALIAMCKuh="), false }, /* an unused bit is set */
    { STR("BFaT_fALIAMCKuj="), false },
    { STR("BFaT+fALIAMCKug="), false }, /* base64, not base64url */
    { STR("BFaT/fALIAMCKug="), false },
    { STR("BFaT_fALIAMCKu=="), false },
    { STR("BFaT_fALIAMCKu\0="), false },
    { STR("BFaT_fALIAM Kug="), false },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    if (model_id_is_valid(cases[i].id) != cases[i].want) fail_msg("%.*s", STR_ARG(cases[i].id));
}

static void trace_ids(void **state) {
  static const unsigned char bytes[MODEL_TRACE_BYTES] = { 0xad, 0x49, 0xb0, 0xe8, 0x7f, 0x6e,
                                                          0xf6, 0xc8, 0x7f, 0xc2, 0xe7, 0x00 };
  char trace[MODEL_TRACE_LEN];
  (void)state;
  model_trace_from(trace, INT64_C(0x5bef4de7) * 1000 + 999, bytes);
  assert_string_equal(trace, "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700");
  model_trace_from(trace, 1000, bytes);
  assert_string_equal(trace, "Root=1-00000001-ad49b0e87f6ef6c87fc2e700");
}

static void api_ids_are_ten_letters_and_digits(void **state) {
  unsigned char hash[32];
  char id[MODEL_API_ID_LEN];
  (void)state;
  for (unsigned i = 0; i < sizeof hash; i++) hash[i] = (unsigned char)(i * 4);
  model_api_id_from(id, hash);
  assert_string_equal(id, "aeimquy26a");
  memset(hash, 35, sizeof hash);
  model_api_id_from(id, hash);
  assert_string_equal(id, "9999999999");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids_are_padded_base64url),
    cmocka_unit_test(ids_hold_their_bytes),
    cmocka_unit_test(validity),
    cmocka_unit_test(trace_ids),
    cmocka_unit_test(api_ids_are_ten_letters_and_digits),
  };
  return cmocka_run_group_tests_name("model_id", tests, NULL, NULL);
}
