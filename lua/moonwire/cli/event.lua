-- event.lua: the event of `moonwire invoke`: a file's, one that looks like another service's, or one of API Gateway.
local control = require "moonwire.cli.control"
local json = require "moonwire.json"
local kinds = require "moonwire.cli.event_kinds"
local request = require "moonwire.aws.request"

local event = {}

-- What routes of HTTP APIs can name.
local METHODS = { DELETE = true, GET = true, HEAD = true, OPTIONS = true, PATCH = true, POST = true, PUT = true }

--- The names of the kinds, in their order.
--- @return string[]
function event.kinds()
  local names = { "http" }
  for name in pairs(kinds) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function is_kind(name) return name == "http" or kinds[name] ~= nil end

-- NAME=VALUE
local function pair(text) return text:match "^([^=]+)=(.*)$" end

-- Why one of these is no header or parameter, or nothing.
local function check_pairs(given)
  for _, text in ipairs(given.header or {}) do
    local name, value = pair(text)
    if not name or not name:find "^[%w!#$%%&'*+.^_`|~-]+$" or value:find "[%c]" then
      return ("--header takes NAME=VALUE, not %q"):format(text)
    end
  end
  for _, text in ipairs(given.query or {}) do
    if not pair(text) then return ("--query takes NAME=VALUE, not %q"):format(text) end
  end
end

-- Which options go together.
local function check_company(given)
  if given.event and given.route then return "--event and --route exclude each other" end
  if given.body and not given.route and not is_kind(given.event) then
    return "--body goes with --route or with --event " .. table.concat(event.kinds(), ", --event ")
  end
  if (given.path or given.method) and given.event ~= "http" then return "--path and --method go with --event http" end
  if (given.header or given.query) and given.event ~= "http" and given.route ~= "$connect" then
    return "--header and --query go with --route '$connect' or --event http: other events have none"
  end
  if given.connection and (not given.route or given.route == "$connect") then
    return "--connection goes with --route, for messages and $disconnect"
  end
end

--- What is wrong with the options that describe an event, or nothing.
--- @param given table<string, any> options of the command line
--- @return string? why
function event.check(given)
  local why = check_company(given)
  if why then return why end
  if given.path and not given.path:find "^/" then return "--path must begin with /" end
  if given.method and not METHODS[given.method:upper()] then
    return ("--method takes GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS, not %q"):format(given.method)
  end
  return check_pairs(given)
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
  if not name or is_kind(name) then return nil end
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

-- "a=1&b=%20", behind what a path has already.
local function query_of(given, first)
  local parts = { first ~= "" and first or nil }
  for _, text in ipairs(given.query or {}) do
    local name, value = pair(text)
    parts[#parts + 1] = request.encode(name) .. "=" .. request.encode(value)
  end
  return table.concat(parts, "&")
end

-- Those that were said, then those that nobody has said anything about.
local function headers_of(given, others)
  local list, said = json.array {}, {}
  for _, text in ipairs(given.header or {}) do
    local name, value = pair(text)
    list[#list + 1], said[name:lower()] = { name, value }, true
  end
  for name, value in pairs(others) do
    if not said[name:lower()] then list[#list + 1] = { name, value } end
  end
  return list
end

-- Has API Gateway's rules make it, in the `moonwire dev` behind that port.
local function ask(port, api, order)
  local text, message, code = control.call { port = port, method = "POST", path = "/_control/event/" .. api, body = json.encode(order), raw = true }
  if text then return text end
  return nil, message, (code == "ValidationException" or code == "ResourceNotFoundException") and "mistaken" or code
end

local function of_route(given, port)
  return ask(port, "websocket", {
    route = given.route, query = query_of(given, ""), headers = headers_of(given, {}), connectionId = given.connection, body = given.body,
  })
end

local function of_request(given, name, port)
  local body = given.body
  local path, query = (given.path or "/"):match "^([^?]*)%??(.*)$"
  local type_of_body = body and (json.decode(body) ~= nil and "application/json" or "text/plain") or nil
  return ask(port, "http", {
    ["function"] = name, method = (given.method or body and "POST" or "GET"):upper(), path = path, query = query_of(given, query),
    headers = headers_of(given, { Accept = "*/*", ["User-Agent"] = "moonwire invoke", ["Content-Type"] = type_of_body }), body = body,
  })
end

local function of_kind(given, service)
  local made, why = kinds[given.event] { region = service.region, now = os.time() * 1000, body = given.body }
  if not made then return nil, why, "mistaken" end
  return json.encode(made)
end

--- The event that is made, as JSON: "" when nothing was said about it.
--- @param given table<string, any> options of the command line
--- @param name string of the function
--- @param service moonwire.cli.Service
--- @param port integer control port of the service
--- @return string? text
--- @return string? message
--- @return string? code "mistaken": the call is to blame
function event.make(given, name, service, port)
  if given.route then return of_route(given, port) end
  if given.event == "http" then return of_request(given, name, port) end
  if given.event then return of_kind(given, service) end
  return ""
end

return event
