-- turn.lua: one event on its way through an app: which route, what is answered to API Gateway, what the client gets.
local arguments = require "moonwire.runtime.arguments"
local conn = require "moonwire.app.conn"
local door = require "moonwire.app.door"
local failure = require "moonwire.app.failure"
local log = require "moonwire.log"
local request = require "moonwire.app.request"
local route = require "moonwire.app.route"
local row = require "moonwire.app.row"
local steps = require "moonwire.app.steps"
local ws = require "moonwire.ws"

local turn = {}

--- @class moonwire.app.Parts what an app is made of
--- @field routes table<string, moonwire.app.Route>
--- @field action string the member of messages that names a route
--- @field before function[]
--- @field after function[]
--- @field on_error function[]

--- @class moonwire.app.Turn one event on its way
--- @field kind "CONNECT"|"MESSAGE"|"DISCONNECT"
--- @field route moonwire.app.Route
--- @field conn moonwire.app.Conn
--- @field row moonwire.app.Row the state behind it
--- @field input any what the route gets besides
--- @field context moonwire.Context
--- @field place table requestContext

-- What stands for a route that the app does not have.
local CONNECT = { key = "$connect", before = {}, close_expired = true }
local DISCONNECT = { key = "$disconnect", before = {}, run = function() end }
local UNKNOWN = { key = "a message without a route", before = {}, run = function()
  return nil, "no route", "unknown_action"
end }

-- Why a message has no route, for the log.
local function no_route(input, field)
  if type(input) ~= "table" then return "the message is no JSON object, and there is no $default" end
  local action = rawget(input, field)
  if action == nil then return ("the message has no %q, and there is no $default"):format(field) end
  return ("the app has no route %s, and no $default"):format(arguments.shown(action))
end

-- What an on_error hook wants the client to get; nil when none says anything.
local function ask_hooks(app, self, what)
  for _, fn in ipairs(app.on_error) do
    local value, raised = failure.guard(function()
      local answer = fn(self.conn, what, self.context)
      if answer == nil then return nil end
      return { answer = answer }
    end)
    if raised then failure.log(raised, "an on_error hook") end
    if value then return value.answer end
  end
end

-- Logs a failure. Returns what the client is to get; false: nothing.
local function told(app, self, what)
  failure.log(what, self.route.key)
  local answer = ask_hooks(app, self, what)
  if answer == nil then return failure.reply(what, self.place) end
  return answer
end

-- $connect

-- What was sent in $connect goes out when the socket is open, and behind it what was returned.
local function greet(self, text)
  if text then self.conn:send(text) end
  for _, send in ipairs(self.row.greetings) do self.context:defer(send) end
  self.row.opening = false
end

local FORGOTTEN = "the route returned nothing, so the connection is refused: return true, or a greeting, to accept it"

local function with_protocol(result, protocol)
  if not protocol then return result end
  result.headers = result.headers or {}
  for name in pairs(result.headers) do
    if type(name) == "string" and name:lower() == "sec-websocket-protocol" then return result end
  end
  result.headers["Sec-WebSocket-Protocol"] = protocol
  return result
end

local function accept(self, value)
  local result, text = value, nil
  if not steps.is_proxy_result(value) then result, text = { statusCode = 200 }, steps.text_of(value) end
  local ok, message, code = row.put(self.row, self.route.close_expired)
  if not ok then return nil, failure.returned(message, code) end
  greet(self, text)
  return with_protocol(result, self.input.protocol)
end

-- A failure without a code, written by hand, is a refusal.
local function refusal_of(what)
  if what.code ~= "failed" then return what end
  return failure.new("forbidden", what.message, 403)
end

local function try_connect(app, self)
  local refused, user = door.check(self.route, self.input)
  if refused then return nil, refused end
  self.row.user = user
  local value
  value, refused = steps.run(app, self)
  local status = self.row.refused
  if status then return nil, failure.new(status == 401 and "unauthorized" or "forbidden", "the route refused with " .. status, status) end
  if refused then return nil, refusal_of(refused) end
  if value == nil then return nil, failure.new("internal", FORGOTTEN, 500) end
  if not steps.accepts(value) then return value end
  return accept(self, value)
end

local function connect(app, self)
  local result, refused = failure.guard(try_connect, app, self)
  if not refused then return result end
  failure.log(refused, self.route.key)
  ask_hooks(app, self, refused)
  return { statusCode = refused.status }
end

-- Messages

-- Gives a value to the client; the result for API Gateway.
local function deliver(self, value, status)
  if steps.is_proxy_result(value) then return value end
  local text = steps.text_of(value)
  if not text then return { statusCode = status } end
  if self.route.reply == "body" then return { statusCode = status, body = text } end
  local ok, message, code = self.conn:send(text)
  if ok or code == "gone" then return { statusCode = status } end -- gone: the client left, nobody to tell
  return nil, failure.returned(message, code)
end

local function check_expiry(self, closes)
  if closes and row.has_expired(self.row) then
    return failure.new("expired", "the token of the connection has expired, or the store does not have the connection: it is closed", 401)
  end
end

local function try_message(app, self, closes)
  local refused, value = check_expiry(self, closes), nil
  if refused then return nil, refused end
  value, refused = steps.run(app, self)
  if refused then return nil, refused end
  local ok, message, code = row.save(self.row) -- first: the client's next message may come at once
  if not ok then return nil, failure.returned(message, code) end
  return deliver(self, value, 200)
end

local function close_expired(self)
  ws.close(self.conn.id) -- whatever becomes of it: the next message finds the same
  self.context:defer(function() return row.sweep(self.row) end)
end

local function message(app, self)
  local connecting = app.routes["$connect"] or CONNECT
  local result, refused = failure.guard(try_message, app, self, connecting.close_expired)
  if not refused then return result end
  if self.route == UNKNOWN and refused.code == "unknown_action" then
    refused = failure.new(refused.code, no_route(self.input, app.action), 404, "Unknown action")
  end
  local undelivered
  result, undelivered = failure.guard(deliver, self, told(app, self, refused), refused.status)
  if undelivered then log.error("the client was not told: " .. undelivered.message, { error = undelivered.code }) end
  if refused.code == "expired" then close_expired(self) end
  return result or { statusCode = refused.status }
end

-- $disconnect

local function remove(self)
  local ok, why, code = row.remove(self.row)
  if not ok then return nil, failure.returned(why, code) end
  return true
end

-- The row goes whatever the route does.
local function disconnect(app, self)
  local _, refused = failure.guard(steps.run, app, self)
  local _, left = failure.guard(remove, self)
  for _, what in ipairs { refused or left, refused and left or nil } do
    failure.log(what, self.route.key)
    ask_hooks(app, self, what)
  end
  return { statusCode = (refused or left) and 500 or 200 }
end

-- How an event is read: its route, and what that gets.
local KINDS = {
  CONNECT = { run = connect, input = request.of_connect, route = function(app) return app.routes["$connect"] or CONNECT end },
  DISCONNECT = { run = disconnect, input = request.of_disconnect, route = function(app) return app.routes["$disconnect"] or DISCONNECT end },
  MESSAGE = { run = message, input = request.of_message, route = function(app, place, input)
    return route.of_message(app.routes, place.routeKey, input, app.action) or UNKNOWN
  end },
}

--- Handles an event; what it returns is for API Gateway. Raises for an event that is none of a WebSocket API.
--- @param app moonwire.app.Parts
--- @param event table
--- @param context moonwire.Context
--- @return table result
function turn.take(app, event, context)
  local place = type(event) == "table" and event.requestContext --- @type any
  local kind = type(place) == "table" and KINDS[place.eventType]
  if not kind then error("app: it is for the events of a WebSocket API ($connect, $disconnect, messages); this one is none", 0) end
  context.event = event
  local connecting = app.routes["$connect"]
  local self = { kind = place.eventType, place = place, context = context, input = kind.input(event) }
  self.route = kind.route(app, place, self.input)
  self.conn = conn.new(event, connecting ~= nil and connecting.auth ~= nil)
  self.row = conn.row(self.conn)
  return kind.run(app, self)
end

return turn
