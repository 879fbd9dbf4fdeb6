#include "credentials.h"

#include "config.h"
#include "encoding.h"

static bool read_value(struct str *value, const char *name, bool needed, char err[ERR_LEN]) {
  *value = config_get(name);
  if (needed && value->len == 0)
    return fail(err, "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (%s is missing)", name);
  return ascii_is_visible(*value) ||
         fail(err, "bad AWS credentials: %s holds a blank, a line break or a special character", name);
}

enum credentials_found credentials_read(struct credentials *out, char err[ERR_LEN]) {
  if (read_value(&out->access_key_id, "AWS_ACCESS_KEY_ID", true, err) &&
      read_value(&out->secret_access_key, "AWS_SECRET_ACCESS_KEY", true, err) &&
      read_value(&out->session_token, "AWS_SESSION_TOKEN", false, err))
    return CREDENTIALS_READ;
  bool unset = out->access_key_id.len == 0 && config_get("AWS_SECRET_ACCESS_KEY").len == 0;
  *out = (struct credentials){ 0 };
  return unset ? CREDENTIALS_UNSET : CREDENTIALS_BAD;
}
