-- event.lua: the event of `moonwire invoke`: a file's, one that looks like another service's, or one of a WebSocket route.
local control = require "moonwire.cli.control"
local json = require "moonwire.json"
local kinds = require "moonwire.cli.event_kinds"
local request = require "moonwire.aws.request"

local event = {}

--- The names of the kinds, in their order.
--- @return string[]
function event.kinds()
  local names = {}
  for name in pairs(kinds) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- What is wrong with the options that describe an event, or nothing.
--- @param given table<string, any> options of the command line
--- @return string? why
function event.check(given)
  local made = given.route or kinds[given.event]
  if given.event and given.route then return "--event and --route exclude each other" end
  if given.body and not made then
    return "--body goes with --route or with --event " .. table.concat(event.kinds(), ", --event ")
  end
  if (given.path or given.method) and given.event ~= "http" then return "--path and --method go with --event http" end
  if given.path and not given.path:find "^/" then return "--path must begin with /" end
end

-- An event is JSON; nothing at all is {}.
local function checked(name, text)
  local value, why = json.decode(text)
  if value == nil and text ~= "" then return nil, ("%s is no JSON: %s"):format(name, why) end
  return text
end

--- The event that a file holds; nothing when the options name none.
--- @param given table<string, any> options of the command line
--- @return string? text
--- @return string? message
function event.read(given)
  local name = given.event
  if not name or kinds[name] then return nil end
  if name == "-" then return checked("standard input", io.read "*a") end
  local file, message = io.open(name, "rb")
  if not file then
    return nil, ("%s; --event takes a file, or one of %s"):format(message, table.concat(event.kinds(), ", "))
  end
  local text, why = file:read "*a"
  file:close()
  if not text then return nil, name .. ": " .. why end
  return checked(name, text)
end

local function of_route(given, port)
  local path = "/_control/event/" .. request.encode(given.route)
  return control.call { port = port, method = "POST", path = path, body = given.body or "", raw = true }
end

local function of_kind(given, service)
  local made, why = kinds[given.event] {
    region = service.region, api_id = service.apiId, now = os.time() * 1000, body = given.body, method = given.method, path = given.path,
  }
  if not made then return nil, why, "mistaken" end
  return json.encode(made)
end

--- The event that is made, as JSON: "" when nothing was said about it.
--- @param given table<string, any> options of the command line
--- @param service moonwire.cli.Service
--- @param port integer control port of the service
--- @return string? text
--- @return string? message
--- @return string? code "mistaken": the call is to blame
function event.make(given, service, port)
  if given.route then return of_route(given, port) end
  if given.event then return of_kind(given, service) end
  return ""
end

return event
