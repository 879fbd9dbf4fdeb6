--- HTTP requests to anywhere.
---
--- HTTP/1.1 over http and https (TLS 1.2 or newer), connections kept alive, certificates checked: those of Amazon's servers
--- against Amazon's authorities, all others against the system's (where SSL_CERT_FILE says), or all of them against the file
--- that AWS_CA_BUNDLE names. No redirect is followed, nothing is decompressed, no proxy is used, and no header is added but
--- Host and Content-Length. Other tasks run while a request waits.
local arguments = require "moonwire.runtime.arguments"
local core = require "moonwire.core.http"
local headers = require "moonwire.runtime.headers"

--- @class moonwire.http
local http = {}

--- @class moonwire.http.Request
--- @field url string absolute, percent-encoded; goes on the wire as it is, without the fragment
--- @field method? string sent in upper case; default `"GET"`. `CONNECT` raises
--- @field headers? moonwire.Headers names and values (strings or numbers), or a list of `{ name, value }` pairs when order or duplicates matter
--- @field body? string any bytes; `HEAD` has none
--- @field timeout_ms? number for the whole request; default 30000
--- @field connect_timeout_ms? number for name, connection and TLS; default 5000
--- @field max_body? number bytes that the body of the response may have; default 8388608 (8 MB)

local FIELDS = {
  url = "string!", method = "string", headers = "table", body = "string",
  timeout_ms = "count", connect_timeout_ms = "count", max_body = "count",
}

--- Sends a request and waits for the response; any status is a response.
---
--- Wrong arguments raise; so does a line break in a header, the method or the URL. Failures of the world come back as
--- `nil, message, code`, where code is `timeout`, `network` (no such host, no connection, a bad certificate, a response cut
--- short), `too_large` (a body beyond max_body, or more than 64 KB of headers) or `bad_request` (a URL that is none).
---
--- A kept connection that the server has closed meanwhile is replaced and the request sent again, POST included.
--- @param request moonwire.http.Request
--- @return moonwire.Response? response
--- @return string? message
--- @return moonwire.http.Code? code
function http.request(request)
  local why, list = arguments.fields("request", request, FIELDS), nil
  if not why then list, why = headers.list(request.headers) end
  if why then error("http.request: " .. why, 2) end
  local status, received, body = core.request((request.method or "GET"):upper(), request.url, list, request.body,
    request.timeout_ms or 0, request.connect_timeout_ms or 0, request.max_body or 0)
  if status == false then error("http.request: " .. received, 2) end
  if not status then return nil, received, body end
  return headers.response(status, received, body)
end

return http
