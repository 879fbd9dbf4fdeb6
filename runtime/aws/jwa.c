#include "jwa.h"

bool jwa_named(struct str name, enum jwa *algorithm) {
  static const struct str names[JWA_COUNT] = {
    [JWA_RS256] = STR("RS256"), [JWA_RS384] = STR("RS384"), [JWA_RS512] = STR("RS512"), [JWA_PS256] = STR("PS256"),
    [JWA_ES256] = STR("ES256"), [JWA_ES384] = STR("ES384"), [JWA_EDDSA] = STR("EdDSA"), [JWA_HS256] = STR("HS256"),
  };
  for (int i = 0; i < JWA_COUNT; i++) {
    if (!str_equal(names[i], name)) continue;
    *algorithm = (enum jwa)i;
    return true;
  }
  return false;
}
