-- request.lua: where the request of a client has its token.
local request = {}

-- What a browser sends beside the subprotocols that it wants: it cannot set headers of a WebSocket. Every character of a
-- token may stand in the name of a subprotocol (RFC 6455, section 4.1).
local PROTOCOL = "bearer."

-- The value of a header, whatever the letter case of its name here and there.
local function header(headers, name)
  for given, value in pairs(headers or {}) do
    if type(given) == "string" and given:lower() == name and type(value) == "string" then return value end
  end
end

-- "Bearer abc" (RFC 6750, section 2.1; the scheme in any letter case, RFC 9110, section 11.1)
local function of_header(value)
  local scheme, token = (value or ""):match "^%s*(%S+)%s+(%S.-)%s*$"
  return scheme and scheme:lower() == "bearer" and token or nil
end

local function of_query(query)
  local token = query and query.token
  return type(token) == "string" and token ~= "" and token or nil
end

local function of_protocols(protocols)
  for _, protocol in ipairs(protocols) do
    if type(protocol) == "string" and protocol:sub(1, #PROTOCOL) == PROTOCOL and #protocol > #PROTOCOL then
      return protocol:sub(#PROTOCOL + 1)
    end
  end
end

local function offered(headers)
  local list = {}
  for protocol in (header(headers, "sec-websocket-protocol") or ""):gmatch "[^,%s]+" do list[#list + 1] = protocol end
  return list
end

--- The first one there is: of `Authorization: Bearer`, of `?token=`, of a subprotocol `bearer.TOKEN`.
--- @param given moonwire.auth.Request
--- @return string? token
function request.token(given)
  return of_header(header(given.headers, "authorization")) or of_query(given.query)
    or of_protocols(given.protocols or offered(given.headers))
end

return request
