#include "addresses.h"

#include <stdio.h>
#include <string.h>

static const char *reachable(const char *host) {
  return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0 ? "127.0.0.1" : host;
}

void addresses_name(struct addresses *out, const char *host, uint16_t port, uint16_t control_port, struct str stage,
                    const char *token) {
  host = reachable(host);
  const char *open = strchr(host, ':') ? "[" : "", *close = strchr(host, ':') ? "]" : "";
  snprintf(out->websocket_url, sizeof out->websocket_url, "ws://%s%s%s:%d/%.*s", open, host, close, port,
           STR_ARG(stage));
  snprintf(out->management_url, sizeof out->management_url, "http%s", out->websocket_url + strlen("ws"));
  snprintf(out->http_url, sizeof out->http_url, "http://%s%s%s:%d", open, host, close, port);
  snprintf(out->control_url, sizeof out->control_url, "http://127.0.0.1:%d", control_port);
  snprintf(out->console_url, sizeof out->console_url, "%s/#token=%s", out->control_url, token);
  snprintf(out->runtime_api, sizeof out->runtime_api, "127.0.0.1:%d", control_port);
  snprintf(out->issuer, sizeof out->issuer, "%s/_identity", out->control_url);
}
