-- probe.lua: the process in which `moonwire dev` reads the routes of an app, when the console asks for them: it loads the handler as
-- bootstrap does, prints what it has, and ends. A process of its own, because code of the service may end it, print, or never come to an
-- end; its environment and its folder are those of the function.
local example = require "moonwire.console.example"
local json = require "moonwire.json"
local limited = require "moonwire.core.limited"
local load_handler = require "moonwire.runtime.handler"

local probe = {}

local ROUTES = 500

local function describe(app, route)
  local of = { route = route.key, action = app.action }
  local source = route.run and debug.getinfo(route.run, "S")
  if source then of.source = ("%s:%d"):format(source.short_src, source.linedefined) end
  if not route.rules then
    of.fields = json.array {}
    return of
  end
  local fields = example.fields(route.rules)
  of.schema, of.fields = example.line(route.rules), fields and json.array(fields) or nil
  return of
end

--- The routes of messages that a handler has, when it is an app.
--- @param handler any
--- @return table[] list { route =, action =, source?, schema?, fields? = { { name, JSON } ... } }, by route
function probe.routes(handler)
  local app = type(handler) == "table" and rawget(handler, "parts")
  local list = json.array {}
  if type(app) ~= "table" or type(app.routes) ~= "table" then return list end
  for key, route in pairs(app.routes) do
    if type(key) == "string" and key:sub(1, 1) ~= "$" and #list < ROUTES then list[#list + 1] = describe(app, route) end
  end
  table.sort(list, function(a, b) return a.route < b.route end)
  return list
end

-- What was raised may be anything, also a table whose metamethods raise.
local function message_of(raised)
  local ok, message = pcall(function() return type(raised) == "table" and raised.message or raised end)
  if ok and (type(message) == "string" or type(message) == "number") then return tostring(message) end
  return "an error that is no text was raised while it was loaded"
end

local function look(order)
  local ok, found = pcall(function() return probe.routes(load_handler(order.handler, "")) end)
  return ok and { routes = found } or { problem = message_of(found) }
end

--- Prints the mark, and behind it what came of it as JSON.
--- @param order string JSON: handler, memory (MB), mark
function probe.run(order)
  local exit, out = os.exit, io.stdout -- as they are before code of the service has run
  order = json.decode(order)
  limited.memory(order.memory)
  out:write("\n", order.mark, json.encode(look(order)), "\n")
  out:flush()
  exit(0)
end

return probe
