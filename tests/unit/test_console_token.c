/* The token of the console: where it is kept, who else's file is not taken, and what fits. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console_page.h"
#include "console_token.h"
#include "folder_fixture.h"

#define FILE_NAME "state/moonwire/console-token"
#define GOOD "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

static struct console_token open_here(void) {
  struct console_token token;
  char err[ERR_LEN];
  assert_true(console_token_open_in(&token, str_from(folder_path("state")), err));
  assert_int_equal(strlen(token.text), CONSOLE_TOKEN_LEN - 1);
  return token;
}

static int mode_of(const char *name) {
  struct stat about;
  assert_int_equal(lstat(folder_path(name), &about), 0);
  return (int)about.st_mode & 0777;
}

static void it_is_kept(void **state) {
  (void)state;
  struct console_token first = open_here(), second = open_here();
  assert_string_equal(first.text, second.text);
  assert_string_equal(first.text, folder_read(FILE_NAME));
  assert_int_equal(mode_of(FILE_NAME), 0600);
  assert_int_equal(mode_of("state/moonwire"), 0700);
}

static void a_file_of_no_use_is_replaced(void **state) {
  static const struct {
    const char *text;
    mode_t mode;
  } cases[] = { { GOOD, 0644 },
                { GOOD, 0620 },
                { "", 0600 },
                { "short", 0600 },
                { "spaces and other signs, as many as it has", 0600 } };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    folder_write(FILE_NAME, cases[i].text);
    chmod(folder_path(FILE_NAME), cases[i].mode);
    struct console_token token = open_here();
    assert_string_not_equal(token.text, GOOD);
    assert_string_equal(token.text, folder_read(FILE_NAME));
    assert_int_equal(mode_of(FILE_NAME), 0600);
  }
}

static void a_link_is_not_followed(void **state) {
  (void)state;
  folder_write("elsewhere", GOOD);
  chmod(folder_path("elsewhere"), 0600);
  folder_make("state/moonwire");
  folder_link("../../elsewhere", FILE_NAME);
  assert_string_not_equal(open_here().text, GOOD);
  assert_string_equal(folder_read("elsewhere"), GOOD);
}

static void without_a_place_each_run_has_its_own(void **state) {
  static const char *const places[] = { "", "relative", "/dev/null" };
  (void)state;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    struct console_token first, second;
    assert_true(console_token_open_in(&first, str_from(places[i]), NULL));
    assert_true(console_token_open_in(&second, str_from(places[i]), NULL));
    assert_string_not_equal(first.text, second.text);
  }
}

static void what_fits(void **state) {
  static const struct {
    const char *said;
    bool is_said, fits;
  } cases[] = {
    { "Bearer " GOOD, true, true },
    { "bearer " GOOD, true, true },
    { "Bearer " GOOD "x", true, false },
    { "Bearer x" GOOD, true, false },
    { "Bearer ", true, false },
    { "Bearer", true, false },
    { "Bearers " GOOD, false, false },
    { "Basic " GOOD, false, false },
    { GOOD, false, false },
    { "", false, false },
    { "AWS4-HMAC-SHA256 Credential=", false, false },
  };
  const struct console_token token = { GOOD };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct field header = { STR("authorization"), str_from(cases[i].said) };
    assert_int_equal(console_token_is_said((struct fields){ &header, 1 }), cases[i].is_said);
    assert_int_equal(console_token_fits(&token, (struct fields){ &header, 1 }), cases[i].fits);
  }
  assert_false(console_token_fits(&token, (struct fields){ 0 }));
}

static void the_policy_lets_the_page_connect_to_the_public_port(void **state) {
  static const struct {
    const char *url, *sources;
  } cases[] = {
    { "ws://127.0.0.1:3001/dev", " 'self' ws://127.0.0.1:3001 ws://localhost:3001 ws://127.0.0.1:3001; " },
    { "ws://192.168.1.7:80/dev", " 'self' ws://127.0.0.1:80 ws://localhost:80 ws://192.168.1.7:80; " },
    { "ws://[::1]:3001/dev", " 'self' ws://127.0.0.1:3001 ws://localhost:3001; " },
  };
  char policy[1024];
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    console_page_policy(policy, sizeof policy, str_from(cases[i].url));
    assert_non_null(strstr(policy, cases[i].sources));
    assert_int_equal(strncmp(policy, "default-src 'none'; script-src 'self'; ", 39), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(it_is_kept, folder_open, folder_close),
    cmocka_unit_test_setup_teardown(a_file_of_no_use_is_replaced, folder_open, folder_close),
    cmocka_unit_test_setup_teardown(a_link_is_not_followed, folder_open, folder_close),
    cmocka_unit_test(without_a_place_each_run_has_its_own),
    cmocka_unit_test(what_fits),
    cmocka_unit_test(the_policy_lets_the_page_connect_to_the_public_port),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
