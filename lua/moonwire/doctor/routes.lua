-- routes.lua: the routes of the WebSocket API, as far as serverless.yml tells.
local tree = require "moonwire.doctor.tree"

local SPECIAL = { connect = "$connect", disconnect = "$disconnect", default = "$default" }

local function check_expression(case, found)
  local problem = case.project.expression_problem
  if not problem then return end
  local provider = tree.at(case.project.tree, "provider")
  local _, at = tree.entry(provider, "websocketsApiRouteSelectionExpression")
  if not at then _, at = tree.entry(provider, "websocketApiRouteSelectionExpression") end
  found:add("expression", at or case.place, problem)
end

local function check_default(case, found)
  local first, has_messages
  for _, route in ipairs(case.project.routes) do
    if route.key == "$default" then return end
    first = first or route
    has_messages = has_messages or route.key:sub(1, 1) ~= "$"
  end
  if has_messages then
    found:add("no-default", first, "there is no $default: a message that selects no route gets Forbidden, and no function sees it")
  elseif first then
    found:add("no-messages", first, "there is no route for messages: clients may connect, but whatever they send gets Forbidden, and no function sees it")
  end
end

local function check_names(case, found)
  local has = {}
  for _, route in ipairs(case.project.routes) do has[route.key] = true end
  for _, route in ipairs(case.project.routes) do
    local meant = SPECIAL[route.key:lower()]
    if meant and not has[meant] then
      found:add("route-spelling", route, ("the route %s is for messages that name it; was %s meant?"):format(route.key, meant))
    elseif not route.selectable then
      found:add("route-unselectable", route, ("no message can select the route %s: the route selection expression is %s")
        :format(route.key, case.project.expression))
    end
  end
end

local function check_uncalled(case, found)
  for _, fn in ipairs(case.project.functions) do
    local entry = case.functions[fn.name]
    local events = entry and tree.entry(entry.value, "events")
    local url = entry and tree.entry(entry.value, "url")
    if entry and not fn.is_routed and not url and #tree.items(events) == 0 then
      found:add("uncalled", entry.key, ("the function %s has no event: nothing in this service calls it"):format(fn.name))
    end
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  if not tree.at(case.project.tree, "provider", "apiGateway", "websocketApiId") then -- that API has its own expression, and other routes
    check_expression(case, found)
    check_default(case, found)
    check_names(case, found)
  end
  check_uncalled(case, found)
end
