#include "client_trace.h"

#include "config.h"
#include "encoding.h"

bool client_trace_header(const struct client_request *request, struct http_header *out) {
  struct str name = STR("X-Amzn-Trace-Id"), trace = config_get("_X_AMZN_TRACE_ID");
  if (trace.len == 0 || !ascii_is_visible(trace) || config_get("AWS_LAMBDA_FUNCTION_NAME").len == 0) return false;
  for (size_t i = 0; i < request->header_count; i++)
    if (str_equal_nocase(request->headers[i].name, name)) return false;
  *out = (struct http_header){ name, trace };
  return true;
}
