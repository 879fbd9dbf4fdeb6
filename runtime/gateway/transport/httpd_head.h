/* httpd_head.h -- the head of a request, when libmicrohttpd has taken it apart: what different readers would read differently is
 * refused, because one of them may be a proxy that guards us (request smuggling). Pure.
 * Source: RFC 9112, sections 3.2 (Host), 5.1 (no white space before the colon), 6.1 and 6.3 (length of the body).
 */
#ifndef MOONWIRE_HTTPD_HEAD_H
#define MOONWIRE_HTTPD_HEAD_H

#include "field.h"
#include "str.h"

/* Values as libmicrohttpd has them: it knows "chunked" only when no blank follows, else it waits for the end of the connection.
 * A sentence for the client, or an empty str when the head means one thing only. */
struct str httpd_head_fault(struct fields headers);

#endif
