#include "api_id.h"

#include <stdio.h>

#include "digest.h"
#include "model_id.h"

_Static_assert((int)PROJECT_API_ID_LEN >= (int)MODEL_API_ID_LEN, "an id fits");

void api_id_of(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]) {
  struct sha256_value hash;
  char name[512];
  snprintf(name, sizeof name, "%.*s/%.*s", STR_ARG(service), STR_ARG(stage));
  id[0] = '\0';
  if (digest_sha256(str_from(name), &hash, NULL)) model_api_id_from(id, hash.bytes);
}
