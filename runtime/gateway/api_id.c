#include "api_id.h"

#include <stdio.h>

#include "digest.h"
#include "model_id.h"

_Static_assert((int)PROJECT_API_ID_LEN >= (int)MODEL_API_ID_LEN, "an id fits");

static void make(struct str service, struct str stage, const char *kind, char id[PROJECT_API_ID_LEN]) {
  struct sha256_value hash;
  char name[512];
  snprintf(name, sizeof name, "%.*s/%.*s%s", STR_ARG(service), STR_ARG(stage), kind);
  id[0] = '\0';
  if (digest_sha256(str_from(name), &hash, NULL)) model_api_id_from(id, hash.bytes);
}

void api_id_of(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]) {
  make(service, stage, "", id);
}

void api_id_of_http(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]) {
  make(service, stage, "/http", id);
}
