#include "secret.h"

enum { NAME_MAX = 128 /* letters and digits; nobody calls a value that is to be read like this */ };

/* Names */

/* "X-Api-Keys" -> "xapikey". False when the name is too long. */
static bool reduce(struct str name, char reduced[NAME_MAX], size_t *len) {
  *len = 0;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) continue;
    if (*len == NAME_MAX) return false;
    reduced[(*len)++] = c;
  }
  if (*len > 0 && reduced[*len - 1] == 's') (*len)--;
  return true;
}

bool secret_is_name(struct str name) {
  static const struct str parts[] = { STR("credential"), STR("passcode"), STR("passwd"), STR("password"),
                                      STR("secret") };
  static const struct str ends[] = {
    STR("accesskey"), STR("apikey"),    STR("authorization"), STR("cookie"),     STR("jwt"),
    STR("otp"),       STR("pwd"),       STR("passphrase"),    STR("privatekey"), STR("secwebsocketprotocol"),
    STR("session"),   STR("sessionid"), STR("signature"),     STR("token")
  };
  char reduced[NAME_MAX];
  size_t len;
  if (!reduce(name, reduced, &len)) return true;
  struct str word = str_of(reduced, len);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (str_find(word, parts[i], 0) != SIZE_MAX) return true;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    if (str_ends(word, ends[i])) return true;
  return false;
}

/* Text */

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool is_in(char c, const char *set) {
  return c != '\0' && strchr(set, c) != NULL;
}

static size_t skip_set(struct str text, size_t at, const char *set) {
  while (at < text.len && is_in(text.ptr[at], set)) at++;
  return at;
}

static size_t skip_until(struct str text, size_t at, const char *set) {
  while (at < text.len && !is_in(text.ptr[at], set)) at++;
  return at;
}

/* Finds the next word at or after *at: from *at to *end. */
static bool find_word(struct str text, size_t *at, size_t *end) {
  while (*at < text.len && !is_word(text.ptr[*at])) (*at)++;
  for (*end = *at; *end < text.len && is_word(text.ptr[*end]);) (*end)++;
  return *end > *at;
}

bool secret_is_named_in(struct str text) {
  for (size_t at = 0, end; find_word(text, &at, &end); at = end)
    if (secret_is_name(str_slice(text, at, end))) return true;
  return false;
}

/* What a name that ends at `at` is given: from *from to the returned place; SIZE_MAX when it is given nothing. */
static size_t find_given(struct str text, size_t at, size_t *from) {
  at = skip_set(text, at, "\\\"'] \t"); /* "name", name], \"name\" ... */
  while (str_starts(str_slice(text, at, text.len), STR("%5D"))) at += 3;
  if (at == text.len || (text.ptr[at] != '=' && text.ptr[at] != ':')) return SIZE_MAX;
  const char *ends = text.ptr[at] == '=' ? "&;, \t\r\n\"'<>" : "\r\n,&\"'}"; /* a header line has blanks and ; in it */
  *from = at = skip_set(text, at + 1, "\\ \t");
  if (at == text.len || !is_in(text.ptr[at], "\"'")) return skip_until(text, at, ends);
  char quote[] = { text.ptr[at], '\0' };
  *from = at + 1;
  return skip_until(text, at + 1, quote);
}

/* What follows the word from `at` to `end` and has to be covered. */
static size_t find_secret(struct str text, size_t at, size_t end, size_t *from) {
  struct str word = str_slice(text, at, end);
  if (str_equal_nocase(word, STR("bearer"))) {
    *from = skip_set(text, end, " \t");
    return *from > end ? skip_until(text, *from, " \t\r\n\"',;&<>") : SIZE_MAX;
  }
  return secret_is_name(word) ? find_given(text, end, from) : SIZE_MAX;
}

void secret_cover(struct buf *out, struct str text) {
  size_t done = 0;
  for (size_t at = 0, end; find_word(text, &at, &end);) {
    size_t from = 0, to = find_secret(text, at, end, &from);
    at = end;
    if (to == SIZE_MAX || to == from) continue;
    buf_add(out, str_slice(text, done, from));
    buf_add(out, STR("(redacted)"));
    done = at = to;
  }
  buf_add(out, str_slice(text, done, text.len));
}
