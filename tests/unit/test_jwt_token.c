/* Tokens: everything that is none, limits, and what is said about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "encoding.h"
#include "jwt_token.h"

#include <cmocka.h> /* last: its fail() is a macro */

enum { TOKEN_MAX = 8192 };

/* A header in clear. */
static const struct {
  struct str header;
  enum jwt_code want;
  const char *message;
} headers[] = {
  { STR("{\"alg\":\"ES256\"}"), JWT_OK, "" },
  { STR("{\"alg\":\"ES256\",\"kid\":\"k\",\"typ\":\"JWT\",\"x\":[{}]}"), JWT_OK, "" },
  { STR(" {\"alg\":\"\"} "), JWT_OK, "" },
  { STR("{\"alg\":\"none\"}"), JWT_OK, "" },
  { STR("{\"alg\":\"ES256\",\"typ\":\"jwt\"}"), JWT_OK, "" },
  { STR("{\"alg\":\"ES256\",\"typ\":\"at+JWT\"}"), JWT_OK, "" },
  { STR("{\"alg\":\"ES256\",\"typ\":\"application/at+jwt\"}"), JWT_OK, "" },
  { STR("{\"alg\":\"ES256\",\"typ\":\"logout+jwt\"}"), JWT_MALFORMED,
    "the header's \"typ\" is neither JWT nor at+jwt" },
  { STR("{\"alg\":\"ES256\",\"typ\":\"\"}"), JWT_MALFORMED, "the header's \"typ\" is neither JWT nor at+jwt" },
  { STR("{\"alg\":\"ES256\",\"typ\":1}"), JWT_MALFORMED, "the header's \"typ\" is not a string" },
  { STR("{\"alg\":\"ES256\",\"kid\":7}"), JWT_MALFORMED, "the header's \"kid\" is not a string" },
  { STR("{\"alg\":\"ES256\",\"kid\":null}"), JWT_MALFORMED, "the header's \"kid\" is not a string" },
  { STR("{\"alg\":[\"ES256\"]}"), JWT_MALFORMED, "the header's \"alg\" is not a string" },
  { STR("{\"typ\":\"JWT\"}"), JWT_MALFORMED, "the header has no \"alg\"" },
  { STR("{\"Alg\":\"ES256\"}"), JWT_MALFORMED, "the header has no \"alg\"" },
  { STR("{}"), JWT_MALFORMED, "the header has no \"alg\"" },
  { STR("{\"alg\":\"ES256\",\"alg\":\"ES256\"}"), JWT_MALFORMED, "a name comes twice in the header" },
  { STR("{\"alg\":\"none\",\"\\u0061lg\":\"ES256\"}"), JWT_MALFORMED, "a name comes twice in the header" },
  { STR("{\"x\":1,\"alg\":\"ES256\",\"x\":2}"), JWT_MALFORMED, "a name comes twice in the header" },
  { STR("{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}"), JWT_MALFORMED,
    "the header asks for extensions (\"crit\")" },
  { STR("{\"alg\":\"ES256\",\"crit\":[]}"), JWT_MALFORMED, "the header asks for extensions (\"crit\")" },
  { STR("{\"alg\":\"ES256\",\"crit\":null}"), JWT_MALFORMED, "the header asks for extensions (\"crit\")" },
  { STR(""), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("null"), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("[]"), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("\"alg\""), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("{\"alg\":\"ES256\""), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("{\"alg\":\"ES256\"}x"), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("{'alg':'ES256'}"), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("{\"alg\":\"\xff\"}"), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("{\"alg\":\"ES256\"}\0"), JWT_MALFORMED, "the header is not a JSON object" },
};

static enum jwt_code read_token(struct str token, struct jwt_token *out, char err[ERR_LEN]) {
  static struct arena memory;
  arena_reset(&memory);
  err[0] = '\0';
  return jwt_token_read(token, TOKEN_MAX, &memory, out, err);
}

static void headers_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    struct jwt_token out;
    struct buf token;
    char err[ERR_LEN];
    buf_init(&token, TOKEN_MAX);
    base64url_encode(&token, headers[i].header);
    buf_add(&token, STR(".e30.AAAA"));
    enum jwt_code got = read_token(buf_str(&token), &out, err);
    if (got != headers[i].want || strcmp(err, headers[i].message) != 0)
      fail_msg("%.*s: %s, %s", STR_ARG(headers[i].header), jwt_code_name(got), err);
    buf_free(&token);
  }
}

#define HEADER "eyJhbGciOiJFUzI1NiIsImtpZCI6IiJ9" /* {"alg":"ES256","kid":""} */

static const struct {
  struct str token;
  enum jwt_code want;
  const char *message;
} tokens[] = {
  { STR(HEADER ".e30.AAAA"), JWT_OK, "" },
  { STR(HEADER ".."), JWT_OK, "" }, /* an empty signature is a wrong one, an empty payload is seen behind it */
  { STR(""), JWT_MALFORMED, "it does not have three parts with dots between them" },
  { STR("."), JWT_MALFORMED, "it does not have three parts with dots between them" },
  { STR(HEADER), JWT_MALFORMED, "it does not have three parts with dots between them" },
  { STR(HEADER ".e30"), JWT_MALFORMED, "it does not have three parts with dots between them" },
  { STR(HEADER ".e30.AAAA.AAAA"), JWT_MALFORMED, "it does not have three parts with dots between them" },
  { STR(HEADER ".a.b.c.d"), JWT_MALFORMED, "it has five parts: encrypted tokens are not supported" },
  { STR(HEADER ".a.b.c.d.e"), JWT_MALFORMED, "it does not have three parts with dots between them" },
  { STR(".."), JWT_MALFORMED, "the header is not a JSON object" },
  { STR(".e30.AAAA"), JWT_MALFORMED, "the header is not a JSON object" },
  { STR("Bearer " HEADER ".e30.AAAA"), JWT_MALFORMED, "the header is not base64url without padding" },
  { STR(HEADER "=.e30.AAAA"), JWT_MALFORMED, "the header is not base64url without padding" },
  { STR(HEADER "A.e30.AAAA"), JWT_MALFORMED, "the header is not base64url without padding" },
  { STR("\xef\xbb\xbf" HEADER ".e30.AAAA"), JWT_MALFORMED, "the header is not base64url without padding" },
  { STR("{\"alg\":\"ES256\"}.{}.AAAA"), JWT_MALFORMED, "the header is not base64url without padding" },
  { STR(HEADER ".e30.AAA+"), JWT_MALFORMED, "the signature is not base64url without padding" },
  { STR(HEADER ".e30.AAAA="), JWT_MALFORMED, "the signature is not base64url without padding" },
  { STR(HEADER ".e30.AB"), JWT_MALFORMED, "the signature is not base64url without padding" }, /* bits left over */
  { STR(HEADER ".e30.A"), JWT_MALFORMED, "the signature is not base64url without padding" },
  { STR(HEADER ".e30.AAAA\n"), JWT_MALFORMED, "the signature is not base64url without padding" },
  { STR(HEADER ".e30.AA\0A"), JWT_MALFORMED, "the signature is not base64url without padding" },
};

static void shapes_are_checked(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
    struct jwt_token out;
    char err[ERR_LEN];
    enum jwt_code got = read_token(tokens[i].token, &out, err);
    if (got != tokens[i].want || strcmp(err, tokens[i].message) != 0)
      fail_msg("case %zu: %s, %s", i, jwt_code_name(got), err);
  }
}

static void the_parts_are_there(void **state) {
  (void)state;
  struct jwt_token out;
  char err[ERR_LEN];
  assert_int_equal(read_token(STR(HEADER ".e30.AAEC"), &out, err), JWT_OK);
  assert_true(str_equal(out.signed_part, STR(HEADER ".e30")));
  assert_true(str_equal(out.payload, STR("e30")));
  assert_true(str_equal(out.signature, STR("\0\1\2")));
  assert_true(str_equal(out.alg, STR("ES256")));
  assert_true(out.kid.ptr && out.kid.len == 0); /* not the same as none */
}

/* So many bytes of header, of payload, of signature. */
static void make_token(struct buf *token, size_t header, size_t payload, size_t signature) {
  struct buf text;
  buf_init(&text, header);
  buf_add(&text, STR("{\"alg\":\"ES256\""));
  while (text.len < header - 1) buf_add_char(&text, ' ');
  buf_add_char(&text, '}');
  base64url_encode(token, buf_str(&text));
  buf_free(&text);
  buf_add_char(token, '.');
  for (size_t i = 0; i < payload; i++) buf_add_char(token, 'A');
  buf_add_char(token, '.');
  char bytes[4096] = { 0 };
  base64url_encode(token, str_of(bytes, signature));
}

static void limits_hold(void **state) {
  (void)state;
  static const struct {
    size_t header, payload, signature;
    enum jwt_code want;
    const char *message;
  } cases[] = {
    { JWT_HEADER_MAX, 10, 10, JWT_OK, "" },
    { JWT_HEADER_MAX + 1, 10, 10, JWT_TOO_LARGE, "the header has more than 1024 bytes" },
    { 30, 10, JWT_SIGNATURE_MAX, JWT_OK, "" },
    { 30, 10, JWT_SIGNATURE_MAX + 1, JWT_SIGNATURE, "the signature is longer than any is" },
    { 30, TOKEN_MAX - 42, 0, JWT_OK, "" }, /* 40 characters of header, two dots */
    { 30, TOKEN_MAX - 41, 0, JWT_TOO_LARGE, "it has more than 8192 bytes" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct jwt_token out;
    struct buf token;
    char err[ERR_LEN];
    buf_init(&token, 65536);
    make_token(&token, cases[i].header, cases[i].payload, cases[i].signature);
    enum jwt_code got = read_token(buf_str(&token), &out, err);
    if (got != cases[i].want || strcmp(err, cases[i].message) != 0)
      fail_msg("case %zu: %s, %s", i, jwt_code_name(got), err);
    buf_free(&token);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(headers_are_read),
    cmocka_unit_test(shapes_are_checked),
    cmocka_unit_test(the_parts_are_there),
    cmocka_unit_test(limits_hold),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
