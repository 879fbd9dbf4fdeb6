/* sigv4_check.h -- whether a request can be signed at all.
 * Part of the signer (sigv4.c). Keeps out what would change the shape of a header or of the text that is signed.
 */
#ifndef MOONWIRE_SIGV4_CHECK_H
#define MOONWIRE_SIGV4_CHECK_H

#include "sigv4.h"

/* False, with err beginning with the name of the field, when one is missing or unfit. The URL is checked where it is read
 * (sigv4_uri.h). No value of a credential gets into err. */
bool sigv4_input_check(const struct sigv4_input *in, char err[ERR_LEN]);

#endif
