-- timeouts.lua: how long functions may take, and how long their clients wait.
-- Source: API Gateway Developer Guide, quotas of WebSocket APIs (integration timeout, 29 s); Serverless Framework v3 (default, 6 s).
local tree = require "moonwire.doctor.tree"

local CLIENT_S, DEFAULT_S = 29, 6

-- Functions with routes of the WebSocket API, but for $disconnect, whose result nobody waits for.
local function awaited(case)
  local names = {}
  for _, route in ipairs(case.project.routes) do
    if route.key ~= "$disconnect" then names[route["function"]] = true end
    if route.authorizer then names[route.authorizer] = true end
  end
  return names
end

local function check(case, found, fn)
  local _, at = case:setting(fn.name, "timeout")
  if fn.timeout > CLIENT_S then
    found:add_for("timeout-over-client", at or case.place, fn.name,
      ("{functions}: may take %d s, but clients of WebSocket routes wait %d s and then get Endpoint request timed out"):format(fn.timeout, CLIENT_S))
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  local names = awaited(case)
  local _, provider = tree.entry(case.project.tree, "provider")
  for _, fn in ipairs(case.project.functions) do
    if names[fn.name] then check(case, found, fn) end
    if not case:setting(fn.name, "timeout") then
      found:add_for("timeout-default", provider or case.place, fn.name, ("no timeout is set for {functions}: it is the Framework's, %d s"):format(DEFAULT_S))
    end
  end
end
