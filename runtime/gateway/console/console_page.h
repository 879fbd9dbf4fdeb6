/* console_page.h -- the page of the console: GET / and GET /console/NAME on the control port.
 * Nothing secret is in these files, so that nobody needs the token for them. What the browser may do with them is as little
 * as they need: scripts and styles of this port alone, calls to it, and WebSockets to the public port (Content Security
 * Policy Level 3; Fetch Metadata and MIME sniffing: the Fetch standard).
 */
#ifndef MOONWIRE_CONSOLE_PAGE_H
#define MOONWIRE_CONSOLE_PAGE_H

#include <stdbool.h>

#include "httpd.h"
#include "str.h"

/* Whether the path is one of the page's; then the exchange is answered: 404 for a file that there is not, 405 for a method that is
 * neither GET nor HEAD. websocket_url is where the page may connect to: "ws://127.0.0.1:3001/dev". */
bool console_page_request(struct exchange *x, struct str websocket_url);

/* For tests: the policy. `size` bytes at `out` get it, cut, with a NUL. */
void console_page_policy(char *out, size_t size, struct str websocket_url);

#endif
