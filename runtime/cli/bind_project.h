/* bind_project.h -- moonwire.core.project, for `moonwire doctor`: a serverless.yml as `moonwire dev` reads it.
 *   read(file, { stage =, opt = { "NAME=VALUE" ... }, param = { ... } }) -> project | nil, message
 *     { file =, directory =, service =, stage =, region =, expression =, expression_problem =,
 *       functions = { { name =, handler =, timeout =, memory =, environment =, is_routed = } ... },
 *       routes = { { key =, function =, two_way =, authorizer =, file =, line =, selectable = } ... },
 *       warnings = { { code =, file =, line =, message = } ... }, tree = node }
 *     An unknown node says why, and which source is lacking, when the Framework refuses it (yaml_tree.h).
 *     A node has kind ("map", "list", "string", "number", "boolean", "null", "tagged", "unknown"), file, line, text, and its
 *     items (1..n) or entries ({ key = node, value = node }). Its variables are resolved in the sections that count on AWS; a node may
 *     stand in several places, and inside itself.
 *   is_reserved(name) -> boolean       does Lambda keep this name of a variable to itself?
 *   nearest(word, { name ... }) -> name | nil   which one a misspelt word is (spelling.h)
 *   codes() -> { "route-twice" ... }   those that a warning may have
 */
#ifndef MOONWIRE_BIND_PROJECT_H
#define MOONWIRE_BIND_PROJECT_H

#include <lua.h>

/* Makes it loadable with `require`. Leaves nothing on the stack. */
void bind_project(lua_State *L);

#endif
