/* credentials.h -- the keys that sign a call to AWS.
 * Lambda hands the keys of the execution role to the process in three environment variables (Lambda Developer Guide,
 * "Defined runtime environment variables"). They are read for each call, never kept. When it does not, a container's
 * endpoint may have keys: container.h. No error message holds a value.
 */
#ifndef MOONWIRE_CREDENTIALS_H
#define MOONWIRE_CREDENTIALS_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

/* Borrowed strs; whoever fills the struct says from where. */
struct credentials {
  struct str access_key_id;     /* goes out in clear with each request */
  struct str secret_access_key; /* never leaves the process */
  struct str session_token;     /* empty for keys of a user; temporary keys have one */
};

enum credentials_found {
  CREDENTIALS_READ,
  CREDENTIALS_UNSET, /* neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set */
  CREDENTIALS_BAD /* one of the two is missing, or a value holds a blank, a control character or a byte outside ASCII */
};

/* Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. The strs in *out are borrowed from the environment.
 * Unless they were read, err names the variable, and *out is zeroed. */
enum credentials_found credentials_read(struct credentials *out, char err[ERR_LEN]);

#endif
