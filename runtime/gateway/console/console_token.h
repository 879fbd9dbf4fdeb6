/* console_token.h -- the token of the console: who has it may do what signed calls of the control port may.
 * One for each user, so that a page survives the next `moonwire dev`: in $XDG_STATE_HOME/moonwire/console-token, or
 * ~/.local/state/moonwire/console-token (XDG Base Directory Specification), which nobody else can read. Where that is not
 * possible there is one for each run.
 */
#ifndef MOONWIRE_CONSOLE_TOKEN_H
#define MOONWIRE_CONSOLE_TOKEN_H

#include <stdbool.h>

#include "err.h"
#include "field.h"

enum { CONSOLE_TOKEN_LEN = 44 /* 32 random bytes in base64url, and a NUL */ };

struct console_token {
  char text[CONSOLE_TOKEN_LEN];
};

/* Reads it, or makes one. A file that others can read or write is replaced. False when there is no randomness. */
bool console_token_open(struct console_token *token, char err[ERR_LEN]);

/* The same with the folder of states named: an absolute path; empty keeps nothing. For tests. */
bool console_token_open_in(struct console_token *token, struct str state_home, char err[ERR_LEN]);

/* Whether a request says "Authorization: Bearer ...", whatever the token. */
bool console_token_is_said(struct fields headers);

/* Whether it says this one; compared in constant time. */
bool console_token_fits(const struct console_token *token, struct fields headers);

#endif
