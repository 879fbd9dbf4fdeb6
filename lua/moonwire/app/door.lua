-- door.lua: what $connect asks for before any function of the app is called: origins, protocols, auth, in this order.
local failure = require "moonwire.app.failure"
local origin = require "moonwire.app.origin"

local door = {}

-- The first that the client offers and the app speaks. A client that offers none gets none.
local function choose_protocol(known, offered)
  for _, name in ipairs(offered) do
    if known[name] then return name end
  end
  return nil, #offered > 0 and "none of the subprotocols that the client offers is spoken here" or nil
end

-- Codes of a verifier that say nothing about the token.
local OURS = { network = true, timeout = true, server = true, bad_request = true }

local function authenticate(auth, request)
  local user, message, code = auth:verify_request {
    headers = request.headers, query = request.query, protocols = request.protocols, origin = request.origin, ip = request.ip,
  }
  if user then return user end
  if OURS[code] then return nil, failure.new("internal", message, 500) end
  return nil, failure.new("unauthorized", ("%s (%s)"):format(message, tostring(code)), 401)
end

--- Checks a request against the options of $connect; notes the subprotocol in it.
--- @param route moonwire.app.Route
--- @param request moonwire.app.Request
--- @return moonwire.app.Failure? failure
--- @return moonwire.app.User? user when the route has `auth`
function door.check(route, request)
  local why = route.origins and origin.problem(route.origins, request.origin)
  if not why and route.protocols then request.protocol, why = choose_protocol(route.protocols, request.protocols) end
  if why then return failure.new("forbidden", why, 403) end
  if not route.auth then return nil end
  local user, refused = authenticate(route.auth, request)
  return refused, user
end

return door
