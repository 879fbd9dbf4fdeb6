-- event.lua: events for functions that are called by themselves (t.call). Those of a WebSocket API are made by the gateway's
-- model, the others as `moonwire invoke` makes them.
local arguments = require "moonwire.runtime.arguments"
local core = require "moonwire.core.model"
local http_event = require "moonwire.core.http_event"
local json = require "moonwire.json"
local kinds = require "moonwire.cli.event_kinds"
local request = require "moonwire.test.kit.request"
local world = require "moonwire.test.kit.world"

--- @class moonwire.test.Events
local event = {}

local START_MS = 1767268800000 -- 2026-01-01T12:00:00Z
event.START_MS = START_MS

local API = [[
service: event
provider: { name: aws, runtime: provided.al2023 }
functions:
  any:
    handler: any
    events: [ websocket: $connect, websocket: $disconnect, websocket: $default ]
]]

local function now_ms()
  return world.service and world.service.now_ms or START_MS
end

--- What an event of a WebSocket API is made of.
--- @class moonwire.test.EventFields: moonwire.test.ConnectOptions
--- @field connection_id? string
--- @field body? string|table message: a table as JSON
--- @field route? string message: its route key; default "$default"
--- @field code? integer disconnect: default 1005
--- @field reason? string disconnect

local FIELDS = {
  connect = { user = "any", query = "table", headers = "table", connection_id = "text" },
  message = { user = "any", connection_id = "text", body = "any", route = "text" },
  disconnect = { user = "any", connection_id = "text", code = "number", reason = "string" },
}

-- Raises at the caller of the maker.
local function check(name, fields)
  local given = fields == nil and {} or fields
  local why = arguments.fields("fields", given, FIELDS[name]) or request.problem(given)
  if why then error(("event.%s: %s"):format(name, why), 3) end
  return given
end

-- A connection of an API of its own, and the event of its $connect.
local function connect(given)
  local api = assert(core.new("event.yml", API))
  local step = request.connect(api, given, now_ms())
  return api, step
end

local function decoded(step, given, route)
  local made = assert(json.decode(step.bytes))
  if given.connection_id then made.requestContext.connectionId = given.connection_id end
  if route then made.requestContext.routeKey = route end
  return made
end

local function open(given)
  local api, step = connect(given)
  api:answered(step.call, "result", '{"statusCode":200}')
  return api, step.connection_id
end

--- @param fields? moonwire.test.EventFields
--- @return moonwire.event.Connect
function event.connect(fields)
  local given = check("connect", fields)
  local _, step = connect(given)
  return decoded(step, given)
end

--- @param fields? moonwire.test.EventFields
--- @return moonwire.event.Message
function event.message(fields)
  local given = check("message", fields)
  local api, id = open(given)
  local body = given.body
  if type(body) == "table" then body = json.encode(body) end
  return decoded(api:message(now_ms(), id, body or ""), given, given.route)
end

--- @param fields? moonwire.test.EventFields
--- @return moonwire.event.Disconnect
function event.disconnect(fields)
  local given = check("disconnect", fields)
  local api, id = open(given)
  return decoded(api:closed(now_ms(), id, given.code or 1005, given.reason), given)
end

-- An event of another service.
local function of(kind, given)
  local place = { region = "us-east-1", api_id = "abcdefghij", now = now_ms() }
  for name, value in pairs(given) do place[name] = value end
  local made, why = kinds[kind](place)
  if not made then error(("event.%s: %s"):format(kind, why), 3) end
  return made
end

-- A text as it is; a table as JSON.
local function text_of(kind, value)
  if type(value) == "table" then return json.encode(value) end
  if value ~= nil and type(value) ~= "string" then
    error(("event.%s: a body must be a string or a table, got %s"):format(kind, arguments.kind(value)), 3)
  end
  return value
end

--- A batch of a queue.
--- @param ... string|table a body for each record, a table as JSON
--- @return moonwire.event.Sqs
function event.sqs(...)
  local records = {}
  for i = 1, math.max(1, select("#", ...)) do
    records[i] = of("sqs", { body = text_of("sqs", (select(i, ...))) }).Records[1]
  end
  return { Records = records }
end

--- @param message? string|table
--- @return moonwire.event.Sns
function event.sns(message)
  return of("sns", { body = text_of("sns", message) })
end

--- @param detail? table
--- @return moonwire.event.Schedule
function event.schedule(detail)
  return of("schedule", { body = text_of("schedule", detail) })
end

--- @param fields? { method?: string, path?: string, body?: string|table }
--- @return moonwire.event.Http
function event.http(fields)
  local given = fields == nil and {} or fields
  local why = arguments.fields("fields", given, { method = "text", path = "text", body = "any" })
  if why then error("event.http: " .. why, 2) end
  local body = text_of("http", given.body) or ""
  local type_of_body = body == "" and "" or json.decode(body) ~= nil and "application/json" or "text/plain"
  local method = (given.method or body ~= "" and "POST" or "GET"):upper()
  local made, problem = http_event(method, given.path or "/", type_of_body, body, now_ms())
  if not made then error("event.http: " .. problem, 2) end
  return assert(json.decode(made))
end

return event
