/* http_api_result.h -- what a function returned, read as the response of an HTTP API in the format 2.0. Pure.
 * An object with a statusCode and, if it likes, headers, cookies, body and isBase64Encoded; any other JSON is the body of a
 * 200 (a string without its quotes) with the content type application/json. A member that is null counts as absent.
 * Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs", "Lambda function response for
 * format 2.0". A response without a Content-Type gets text/plain; charset=utf-8, and one without a statusCode does not look at
 * its headers, as AWS's own emulator for .NET has found (aws-lambda-dotnet, Lambda Test Tool).
 */
#ifndef MOONWIRE_HTTP_API_RESULT_H
#define MOONWIRE_HTTP_API_RESULT_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "field.h"
#include "str.h"

/* Lives in the arena, or for ever. */
struct http_api_result {
  int status; /* 200 to 599 */
  /* Fit to be sent: no control characters, names are tokens; without what concerns the connection. Content-Type is among
   * them, cookies as Set-Cookie. */
  struct fields headers;
  struct str body; /* empty with 204 and 304, which have none */
};

/* False, with err saying what is wrong ("the header x must be a string"), when it is malformed or memory is short. True with
 * a sentence in err when something was ignored, else with "". The payload is borrowed by the result. */
bool http_api_result_read(struct http_api_result *out, struct arena *memory, struct str payload, char err[ERR_LEN]);

#endif
