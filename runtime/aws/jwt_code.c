#include "jwt_code.h"

const char *jwt_code_name(enum jwt_code code) {
  static const char *const names[] = { "",        "malformed",     "too_large", "algorithm", "unknown_key", "signature",
                                       "expired", "not_yet_valid", "issuer",    "audience",  "claims",      "memory" };
  return names[code];
}

enum jwt_code jwt_refuse(char err[ERR_LEN], enum jwt_code code, const char *sentence) {
  fail(err, "%s", sentence);
  return code;
}
