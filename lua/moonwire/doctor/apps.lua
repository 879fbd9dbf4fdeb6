-- apps.lua: the routes of an app (moonwire.app) against those of API Gateway. Functions that have the same handler are one app,
-- however its routes are spread over them.
local LIFECYCLE = { ["$connect"] = true, ["$disconnect"] = true } -- no other event selects these
local LIFECYCLE_HINT = "Add the event `websocket: %s` to the app's function."

-- handler -> { routes = what the app has, of = { key -> route of the API }, names = { function -> true }, at = place }
local function apps_of(case)
  local apps, by_name = {}, {}
  for _, fn in ipairs(case.project.functions) do
    local loaded = case.loaded[fn.name]
    if loaded and loaded.app then
      local one = apps[fn.handler] or { routes = loaded.app.routes, of = {}, has = {}, at = case:place_of(fn.name, "handler"), handler = fn.handler }
      apps[fn.handler], by_name[fn.name] = one, one
      for _, route in ipairs(one.routes) do one.has[route.route] = route end
    end
  end
  for _, route in ipairs(case.project.routes) do
    local one = by_name[route["function"]]
    if one then one.of[route.key] = route end
  end
  return apps
end

local function place_of(case, one, route)
  local path, line = (route.source or ""):match "^(.+):(%d+)$"
  if not path then return one.at end
  return { file = case.root .. path:gsub("^%./", ""), line = tonumber(line) }
end

-- The route of the API by which messages come to a route of the app.
local function way_to(one, key)
  return one.of[key] or not LIFECYCLE[key] and one.of["$default"] or nil
end

-- $default of the app also gets what the app has no route for.
local function is_rest(one)
  for key in pairs(one.of) do
    if not LIFECYCLE[key] and not one.has[key] then return true end
  end
  return false
end

local function check_used(case, found, one, route)
  if way_to(one, route.route) or route.route == "$default" and is_rest(one) then return end
  found:add("route-unused", place_of(case, one, route),
    ("nothing can select the route %s of %s: API Gateway has no such route for it%s"):format(route.route, one.handler,
      LIFECYCLE[route.route] and "" or ", and no $default"), LIFECYCLE[route.route] and LIFECYCLE_HINT:format(route.route))
end

-- A route that answers in the body needs a way that passes the body on.
local function check_reply(case, found, one, route)
  local way = way_to(one, route.route)
  if LIFECYCLE[route.route] or not way then return end
  if route.reply == "body" and not way.two_way then
    found:add("reply-one-way", way, ("the route %s is one-way, so that what %s returns for %s (reply = \"body\") goes nowhere")
      :format(way.key, one.handler, route.route))
  elseif way.two_way and not route.reply then
    found:add("reply-two-way", place_of(case, one, route), ("the route %s is two-way, but %s does not answer %s in the body: it posts what it returns")
      :format(way.key, one.handler, route.route))
  end
end

local function check_missing(found, one)
  if one.has["$default"] then return end
  for key, route in pairs(one.of) do
    if key:sub(1, 1) ~= "$" and not one.has[key] then
      found:add("route-missing", route, ("%s has no route %s and no $default: clients get unknown_action"):format(one.handler, key))
    end
  end
end

--- @param case moonwire.doctor.Case
--- @param found moonwire.doctor.Findings
return function(case, found)
  for _, one in pairs(apps_of(case)) do
    for _, route in ipairs(next(one.of) and one.routes or {}) do
      check_used(case, found, one, route)
      check_reply(case, found, one, route)
    end
    check_missing(found, one)
  end
end
