/* binds.h -- the C functions that Lua sees: one table per bind_*.c, `require "moonwire.core.NAME"`.
 * Each function below leaves its table on the stack. What is bound checks its arguments first (wrong ones raise), calls,
 * pushes and returns; the friendly surface is in lua/moonwire/.
 */
#ifndef MOONWIRE_BINDS_H
#define MOONWIRE_BINDS_H

#include <lua.h>

void bind_aws(lua_State *L);         /* bind_aws.c: calls to any service of AWS */
void bind_broadcast(lua_State *L);   /* bind_broadcast.c: one message to many connections */
void bind_connections(lua_State *L); /* bind_connections.c: @connections */
void bind_crypto(lua_State *L);      /* bind_crypto.c: hashes, encodings, random bytes */
void bind_http(lua_State *L);        /* bind_http.c: outbound HTTP */
void bind_invocation(lua_State *L);  /* bind_invocation.c: event and context of the invocation at hand */
void bind_json(lua_State *L);        /* bind_json.c: encode, decode */
void bind_jwt(lua_State *L);         /* bind_jwt.c: key sets, tokens */
void bind_lambda(lua_State *L);      /* bind_lambda.c: on_shutdown, version */
void bind_log(lua_State *L);         /* bind_log.c: records, print */
void bind_metrics(lua_State *L);     /* bind_metrics.c: values for CloudWatch */
void bind_module(lua_State *L);      /* bind_module.c: loading files of the project */
void bind_sigv4(lua_State *L);       /* bind_sigv4.c: signatures */
void bind_task(lua_State *L);        /* bind_task.c: tasks */

#endif
