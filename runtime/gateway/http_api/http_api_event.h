/* http_api_event.h -- the event of an HTTP API in the payload format 2.0. Pure.
 * Members that have nothing to say are left out, as recorded: cookies, queryStringParameters, pathParameters, body,
 * stageVariables. Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs"; recorded events
 * (voker, 2026; serverless-offline, 2024) for the order of the members, the sorted names and the cookies, which are those of
 * the header Cookie one by one, and no header any more.
 */
#ifndef MOONWIRE_HTTP_API_EVENT_H
#define MOONWIRE_HTTP_API_EVENT_H

#include "arena.h"
#include "buf.h"
#include "http_api.h"

struct http_api_event {
  const struct http_api *api;
  const struct http_api_request *request;
  const struct model_moment *at;
  const struct http_api_route *route;
  struct str path; /* decoded */
};

/* Appends the event; what does not fit, or lack of memory, fails the buffer. */
void http_api_event_write(struct buf *out, const struct http_api_event *e, struct arena *scratch);

/* Whether a body of this Content-Type is text in the event; any other is base64. AWS does not say which; recorded (ministack,
 * 2026): text is text/..., application/json, application/javascript and application/xml, and nothing else, without a type
 * neither. */
bool http_api_event_is_text(struct str content_type);

#endif
