/* http1_head.h -- the head of a response: its status line, its headers, and what they say about the body. Pure.
 * Where RFC 9112 leaves a choice: a line may end in LF alone (section 2.2); a folded line is unfolded, as a user agent must
 * (5.2); a NUL, a CR inside of a line, or a blank in front of the first header make the response unusable.
 */
#ifndef MOONWIRE_HTTP1_HEAD_H
#define MOONWIRE_HTTP1_HEAD_H

#include "http1_reader.h"

/* Reads r->head, which is whole, blank line included, into status, headers, keep_alive, body_left and state. The headers
 * point into r->head. */
bool http1_head_read(struct http1_reader *r, char err[ERR_LEN]);

#endif
