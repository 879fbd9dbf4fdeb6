/* console_routes.h -- what a message looks like that gets to a route: to one of the API by its route selection expression, to one of an
 * app (moonwire.app) behind it by the member that the app looks at. Pure.
 */
#ifndef MOONWIRE_CONSOLE_ROUTES_H
#define MOONWIRE_CONSOLE_ROUTES_H

#include <stdbool.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "project.h"
#include "route_selection.h"
#include "str.h"

struct console_routes {
  const struct project *project; /* borrowed */
  struct arena memory;
  const struct route_selection *selection; /* NULL: nobody can read the expression */
};

void console_routes_init(struct console_routes *routes, const struct project *project);
void console_routes_free(struct console_routes *routes);

/* Appends {"action":"say"}. False, and nothing appended, when it begins with "$", or no message that can be made selects it. */
bool console_routes_message(const struct console_routes *routes, struct str key, struct buf *out);

/* Appends a JSON array, { route, action, message?, schema?, source? } for each route of the app behind a handler; `app` is what
 * the tool's probe (lua/moonwire/console/probe.lua) has printed: whatever code of the service made of it. Each message has been tried
 * against API and app; routes that nothing leads to are left out. Texts become valid UTF-8. */
void console_routes_write_app(struct console_routes *routes, struct str handler, const struct json *app,
                              struct buf *out);

#endif
