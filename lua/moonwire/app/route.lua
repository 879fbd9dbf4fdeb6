-- route.lua: the routes of an app, as it was given them and as it uses them.
local arguments = require "moonwire.runtime.arguments"
local origin = require "moonwire.app.origin"
local schema = require "moonwire.app.schema"

local route = {}

--- @class moonwire.app.Route a route, checked
--- @field key string
--- @field run? function
--- @field before function[]
--- @field rules? table<string, moonwire.app.Rule> the schema, as it was given
--- @field check? fun(message: any): string? the same, compiled
--- @field reply? "body"
--- @field origins? table<string, true>
--- @field protocols? table<string, true>
--- @field auth? table a verifier: has verify_request
--- @field close_expired boolean

--- The kinds of fields (runtime/arguments).
local FIELDS = { run = "function", before = "any", schema = "table", reply = "string" }
local OF_CONNECT = { run = "function", before = "any", auth = "any", origins = "any", protocols = "any", close_expired = "boolean" }
local OF_DISCONNECT = { run = "function", before = "any" }

local LIFECYCLE = { ["$connect"] = OF_CONNECT, ["$disconnect"] = OF_DISCONNECT, ["$default"] = FIELDS }

local function is_callable(value)
  local meta = getmetatable(value)
  return type(value) == "function" or (type(meta) == "table" and type(meta.__call) == "function")
end

-- A function, or a list of functions.
local function read_before(before)
  if before == nil then return {} end
  if is_callable(before) then return { before } end
  local why = arguments.list("before", before)
  for i, fn in ipairs(why and {} or before) do
    if not is_callable(fn) then why = ("before[%d] must be a function, got %s"):format(i, arguments.kind(fn)) end
  end
  if why then return nil, why end
  return { unpack(before) }
end

-- A subprotocol is a token (RFC 6455, section 4.1; RFC 9110, section 5.6.2).
local function read_protocols(list)
  if list == nil then return nil end
  local why, set = arguments.list("protocols", list), {}
  for i, name in ipairs(why and {} or list) do
    if type(name) ~= "string" or not name:find "^[%w!#$%%&'*+.^_`|~-]+$" then
      why = ("protocols[%d] must be the name of a subprotocol, got %s"):format(i, arguments.shown(name))
    end
    set[name] = true
  end
  if not why and next(set) == nil then why = "protocols must name at least one" end
  if why then return nil, why end
  return set
end

local function check_auth(auth)
  if auth == nil or (type(auth) == "table" and is_callable(auth.verify_request)) then return end
  return "auth must be a verifier, such as auth.jwt makes, got " .. arguments.kind(auth)
end

-- The route without its lists | nil, why
local function read_fields(key, given)
  local why = arguments.fields("the route", given, LIFECYCLE[key] or FIELDS)
  if not why and given.run == nil and key ~= "$connect" then why = "run is missing: the function of the route" end
  if not why and given.reply ~= nil and given.reply ~= "body" then
    why = 'reply must be "body", got ' .. arguments.shown(given.reply)
  end
  why = why or check_auth(given.auth)
  if why then return nil, why end
  return { key = key, run = given.run, rules = given.schema, reply = given.reply, auth = given.auth,
    close_expired = given.close_expired ~= false }
end

-- What of a route is read into another form, and by what.
local READERS = { { "before", "before", read_before }, { "schema", "check", schema.compile }, { "origins", "origins", origin.set },
  { "protocols", "protocols", read_protocols } }

local function check_key(key)
  if type(key) ~= "string" or key == "" then return "keys of routes are texts, got " .. arguments.shown(key) end
  if key:sub(1, 1) == "$" and not LIFECYCLE[key] then
    return "a route that begins with $ is $connect, $disconnect or $default"
  end
end

-- route | nil, why
local function read(key, given)
  local why = check_key(key)
  if why then return nil, why end
  if is_callable(given) then given = { run = given } end
  if type(given) ~= "table" then return nil, "a route is a function or { run = function, ... }, got " .. arguments.kind(given) end
  local made
  made, why = read_fields(key, given)
  for _, reader in ipairs(made and READERS or {}) do
    local field, into, fn = reader[1], reader[2], reader[3]
    if why == nil and (given[field] ~= nil or into == "before") then made[into], why = fn(given[field]) end
  end
  if why then return nil, why end
  return made
end

-- "chat.lua:12: ": `return app { ... }` is a tail call, which leaves nobody on the stack to blame; the function of the route
-- knows its file.
local function place_of(given)
  local fn = type(given) == "table" and rawget(given, "run") or given
  if type(fn) ~= "function" then return "" end
  local info = debug.getinfo(fn, "S")
  return ("%s:%d: "):format(info.short_src, info.linedefined)
end

--- @param routes any what app { ... } was given
--- @return table<string, moonwire.app.Route>? routes
--- @return string? why with the place, when one is known
function route.read_all(routes)
  local why = arguments.type("routes", routes, "table")
  if why then return nil, "app: " .. why end
  local made = {}
  for key, given in pairs(routes) do
    made[key], why = read(key, given)
    if why then return nil, ("%sapp: route %s: %s"):format(place_of(given), tostring(key), why) end
  end
  if next(made) == nil then return nil, "app: there is no route" end
  return made
end

--- Which route a message goes to: the one that API Gateway chose; when that is $default, or one that the app does not have, the one that
--- the message names, but never one of $connect, $disconnect and $default.
--- @param routes table<string, moonwire.app.Route>
--- @param key string of API Gateway
--- @param input any the message
--- @param field string "action"
--- @return moonwire.app.Route?
function route.of_message(routes, key, input, field)
  if key:sub(1, 1) ~= "$" and routes[key] then return routes[key] end
  local action = type(input) == "table" and rawget(input, field)
  if type(action) == "string" and action:sub(1, 1) ~= "$" and routes[action] then return routes[action] end
  return routes["$default"]
end

--- @class moonwire.app.RouteInfo
--- @field route string "say"
--- @field schema boolean
--- @field auth boolean
--- @field reply? "body"
--- @field source? string "handlers/chat.lua:12": where the function begins

--- @param routes table<string, moonwire.app.Route>
--- @return moonwire.app.RouteInfo[] list sorted by route
function route.describe(routes)
  local list = {}
  for key, of in pairs(routes) do
    local source = of.run and place_of(of):gsub(": $", "") or nil
    list[#list + 1] = { route = key, schema = of.check ~= nil, auth = of.auth ~= nil, reply = of.reply, source = source }
  end
  table.sort(list, function(a, b) return a.route < b.route end)
  return list
end

return route
