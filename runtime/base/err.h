/* err.h -- how a function of this project says why it failed.
 * A function that can fail returns bool and takes `char err[ERR_LEN]` as its last argument; on failure it writes one
 * sentence there (what, where, what to do) and returns false. Messages read outermost first: "handler: open x.lua: ...".
 */
#ifndef MOONWIRE_ERR_H
#define MOONWIRE_ERR_H

#include <stdbool.h>

enum { ERR_LEN = 512 }; /* bytes, the final NUL included */

/* Writes the formatted sentence to err (cut to ERR_LEN) and returns false, for `return fail(err, ...)`.
 * err may be NULL when the caller is not interested. The arguments may point into err. */
bool fail(char *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " in front of the sentence that err already holds, and returns false. */
bool fail_in(char *err, const char *context);

#endif
