/* encoding.h -- bytes as text: hex, base64, percent-encoding.
 * The encoders and decoders append to a buffer, which fails when its ceiling is reached (buf.h). Decoders are strict:
 * they return false, and append nothing, for text that no encoder would have written.
 */
#ifndef MOONWIRE_ENCODING_H
#define MOONWIRE_ENCODING_H

#include <stdbool.h>

#include "buf.h"
#include "str.h"

enum { UUID_BYTES = 16, UUID_LEN = 37 /* 36 characters and a NUL */ };

/* Two lower-case digits a byte. hex_write writes to memory that has room for them, and returns what is behind. */
char *hex_write(char *to, struct str bytes);
void hex_encode(struct buf *out, struct str bytes);

/* Digits in either case; an even number of them. */
bool hex_decode(struct buf *out, struct str text);

/* RFC 4648, section 4: with padding, without line breaks; unused bits are zero. */
void base64_encode(struct buf *out, struct str bytes);
bool base64_decode(struct buf *out, struct str text);

/* RFC 4648, section 5, without padding, as JWTs have it (RFC 7515, section 2). */
char *base64url_write(char *to, struct str bytes);
void base64url_encode(struct buf *out, struct str bytes);
bool base64url_decode(struct buf *out, struct str text);

/* Random bytes as a UUID of version 4 (RFC 9562, section 5.4). */
void uuid_write(char uuid[UUID_LEN], const unsigned char bytes[UUID_BYTES]);

/* Everything but A-Z a-z 0-9 - _ . ~ becomes %XX, upper case (RFC 3986, section 2.3; UriEncode of AWS's SigV4 pages). */
void uri_encode(struct buf *out, struct str bytes);

/* The same, but leaves "/" as it is. */
void uri_encode_path(struct buf *out, struct str bytes);

/* Undoes %XX; a "%" without two digits behind it stands for itself, and so does "+". Never fails. */
void uri_decode(struct buf *out, struct str text);

/* Whether every byte is a visible ASCII character, "!" to "~": fit for a header that is not free text. */
bool ascii_is_visible(struct str text);

#endif
