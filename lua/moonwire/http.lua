--- HTTP requests to anywhere.
---
--- HTTP/1.1 over http and https, connections kept alive, certificates checked against the system's bundle (or the file that
--- AWS_CA_BUNDLE or SSL_CERT_FILE names). No redirect is followed, nothing is decompressed, no proxy is used, and no header
--- is added but Host and Content-Length. Other tasks run while a request waits.
local core = require "moonwire.core.http"

local http = {}

--- @class moonwire.http.Request
--- @field url string absolute, http or https, percent-encoded
--- @field method? string default "GET"
--- @field headers? table<string, string|number>|{ [1]: string, [2]: string|number }[] pairs when order or duplicates matter
--- @field body? string
--- @field timeout_ms? number for the whole request; default 30000
--- @field connect_timeout_ms? number for name, connection and TLS; default 5000
--- @field max_body? number bytes that the response's body may have; default 8388608 (8 MB)

--- @class moonwire.http.Response
--- @field status integer
--- @field headers table<string, string> names in lower case, found in any case; the values of one name joined with ", "
--- @field cookies? string[] every Set-Cookie, when there is one
--- @field body string

local fields = {
  url = true, method = true, headers = true, body = true,
  timeout_ms = true, connect_timeout_ms = true, max_body = true,
}

local headers_meta = {
  __index = function(headers, name)
    if type(name) == "string" then return rawget(headers, name:lower()) end
  end,
}

-- Each check returns a sentence about what is wrong, or nothing.

local function check_type(name, value, wanted)
  if type(value) ~= wanted then return name .. " must be a " .. wanted .. ", got " .. type(value) end
end

local function check_count(name, value)
  if value == nil then return end
  if type(value) ~= "number" then return check_type(name, value, "number") end
  if not (value >= 1 and value <= 2 ^ 31) then
    return name .. " must be from 1 to 2147483648, got " .. tostring(value)
  end
end

local function check_request(request)
  if type(request) ~= "table" then return check_type("request", request, "table") end
  for name in pairs(request) do
    if not fields[name] then return "request has an unknown field: " .. tostring(name) end
  end
  return check_type("url", request.url, "string")
    or request.method ~= nil and check_type("method", request.method, "string")
    or request.body ~= nil and check_type("body", request.body, "string")
    or request.headers ~= nil and check_type("headers", request.headers, "table")
    or check_count("timeout_ms", request.timeout_ms)
    or check_count("connect_timeout_ms", request.connect_timeout_ms)
    or check_count("max_body", request.max_body)
end

local function add_header(list, name, value)
  if type(name) ~= "string" then return "headers: a name must be a string, got " .. type(name) end
  if type(value) ~= "string" and type(value) ~= "number" then
    return "headers: the value of " .. name .. " must be a string, got " .. type(value)
  end
  list[#list + 1] = name
  list[#list + 1] = tostring(value)
end

--- Adds name, value, name, value ... of a list of pairs, in order, or of a table of names.
local function add_headers(list, headers)
  local why
  for index, pair in ipairs(headers) do
    if type(pair) ~= "table" then
      return "headers[" .. index .. "] must be a { name, value } pair, got " .. type(pair)
    end
    why = why or add_header(list, pair[1], pair[2])
  end
  for name, value in pairs(headers) do
    if type(name) ~= "number" then why = why or add_header(list, name, value) end
  end
  return why
end

local function header_table(list)
  local headers, cookies = {}, nil
  for i = 1, #list, 2 do
    local name, value = list[i]:lower(), list[i + 1]
    headers[name] = headers[name] and headers[name] .. ", " .. value or value
    if name == "set-cookie" then
      cookies = cookies or {}
      cookies[#cookies + 1] = value
    end
  end
  return setmetatable(headers, headers_meta), cookies
end

--- Sends a request and waits for the response; any status is a response.
---
--- Wrong arguments raise; so does a line break in a header, the method or the URL. Failures of the world come back as
--- `nil, message, code`, where code is `timeout`, `network` (no such host, no connection, a bad certificate, a response cut
--- short), `too_large` (a body beyond max_body, or more than 64 KB of headers) or `bad_request` (a URL that is none).
---
--- A kept connection that the server has closed meanwhile is replaced and the request sent again, POST included.
--- @param request moonwire.http.Request
--- @return moonwire.http.Response? response
--- @return string? message
--- @return string? code
function http.request(request)
  local list = {}
  local why = check_request(request) or request.headers and add_headers(list, request.headers)
  if why then error("http.request: " .. why, 2) end
  local status, headers, body = core.request((request.method or "GET"):upper(), request.url, list, request.body,
    request.timeout_ms or 0, request.connect_timeout_ms or 0, request.max_body or 0)
  if status == false then error("http.request: " .. headers, 2) end
  if not status then return nil, headers, body end
  local response = { status = status, body = body }
  response.headers, response.cookies = header_table(headers)
  return response
end

return http
