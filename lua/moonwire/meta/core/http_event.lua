--- @meta moonwire.core.http_event

--- The event of a request to an HTTP API, as the gateway makes it, for specs (runtime/cli/bind_http_event.c). The route is $default.
--- @param method string
--- @param target string the path, and behind a "?" the query
--- @param content_type string "": none
--- @param body string
--- @param now_ms number Unix time
--- @return string? event JSON
--- @return string message
local function http_event(method, target, content_type, body, now_ms) end

return http_event
