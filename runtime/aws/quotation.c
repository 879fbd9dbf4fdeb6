#include "quotation.h"

static bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool holds(struct str text, struct str piece) {
  return str_find(text, piece, 0) != SIZE_MAX;
}

/* No escaping changes letters and digits, so a row of them is found whatever became of the rest. */
bool quotation_of_secret(struct str text, struct str secret) {
  size_t plain = 0; /* letters and digits in a row, up to here */
  for (size_t i = 0; i < secret.len; i++) {
    plain = is_plain(secret.ptr[i]) ? plain + 1 : 0;
    if (plain >= QUOTATION_PIECE && holds(text, str_slice(secret, i + 1 - QUOTATION_PIECE, i + 1))) return true;
  }
  return secret.len >= QUOTATION_SECRET && holds(text, secret);
}

bool quotation_of_keys(struct str text, const struct credentials *keys) {
  return quotation_of_secret(text, keys->secret_access_key) || quotation_of_secret(text, keys->session_token) ||
         holds(text, STR("AWS4-HMAC-SHA256")) || holds(text, STR("Signature="));
}
