/* visitor.h -- whether a request may come from a page of somebody else's, which a browser on this machine has open. Pure.
 * A page of any site can have requests sent to this machine and, because the protocol knows no same-origin policy, open
 * WebSockets (RFC 6455, section 10.2); its Origin says which site. Under a name of its own that resolves to 127.0.0.1 (DNS
 * rebinding) a page would count as ours: so the name in Host has to be one that nobody can point elsewhere.
 */
#ifndef MOONWIRE_VISITOR_H
#define MOONWIRE_VISITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "field.h"
#include "str.h"

/* Origins that are let in, as the header has them: "https://app.example", "null"; "*": all of them. Their hosts may stand in
 * Host, too. Borrowed. */
struct visitor_origins {
  const struct str *list;
  size_t count;
};

/* Whether an authority, "127.0.0.1:3002", names this machine: 127.0.0.0/8, ::1, localhost and names below it (RFC 6761,
 * section 6.3). */
bool visitor_is_loopback(struct str authority);

/* For a port that anybody may use who is no foreign page: the host is an address, this machine's or one that is let in; the
 * origin is missing (no browser, or nothing that is part of a page of another site), this machine's, the host itself, a file's, or one that is let in. False with a sentence
 * for the developer. */
bool visitor_may_enter(struct fields headers, struct visitor_origins allowed, char err[ERR_LEN]);

/* The half of it that asks for the host. */
bool visitor_knows_host(struct fields headers, struct visitor_origins allowed, char err[ERR_LEN]);

/* For a port of this machine alone: host and origin have to be this machine's, and the browser, where it says so
 * (Sec-Fetch-Site), must not have sent the request for another site. */
bool visitor_is_local(struct fields headers);

#endif
