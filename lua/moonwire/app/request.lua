-- request.lua: what the function of a route gets besides the connection: a request, a message, or why a connection ended.
local json = require "moonwire.json"

local request = {}

--- @class moonwire.app.Request what $connect gets
--- @field headers table<string, string> answers in any letter case
--- @field query table<string, string> empty when there is none
--- @field protocols string[] the subprotocols that the client offers
--- @field protocol? string the one of them that was agreed on
--- @field origin? string
--- @field ip? string

--- @class moonwire.app.Reason what $disconnect gets
--- @field code? integer RFC 6455, section 7.4
--- @field text? string

local function split(list)
  local found = {}
  for name in (list or ""):gmatch "[^,%s]+" do found[#found + 1] = name end
  return found
end

--- @param event table
--- @return moonwire.app.Request
function request.of_connect(event)
  local headers, identity = event.headers or {}, event.requestContext.identity or {}
  return {
    headers = headers, query = event.queryStringParameters or {}, protocols = split(headers["sec-websocket-protocol"]),
    origin = headers.origin, ip = identity.sourceIp,
  }
end

--- @param event table
--- @return moonwire.app.Reason
function request.of_disconnect(event)
  return { code = event.requestContext.disconnectStatusCode, text = event.requestContext.disconnectReason }
end

--- The decoded JSON object or list; any other text as it is.
--- @param event table
--- @return table|string
function request.of_message(event)
  local body = event.body or ""
  if not body:find "^[%s\239\187\191]*[{%[]" then return body end
  local value = json.decode(body)
  if value == nil then return body end
  return value
end

return request
