--- For specs of services: their functions run in this process, on the gateway's own model, with clients that are tables.
---
---   local t = require "moonwire.test"
---   local service = t.service "serverless.yml"
---   local ann = service:connect { query = { name = "ann" } }
---   ann:send { action = "join", room = "lobby" }
---   ann:expect { event = "welcome" }
---   ann:close()
---
--- No port is opened and no time passes: what a client does is over when its method returns, deferred functions included.
local arguments = require "moonwire.runtime.arguments"
local environment = require "moonwire.test.kit.environment"
local events = require "moonwire.test.kit.event"
local json = require "moonwire.json"
local play = require "moonwire.test.kit.play"
local service = require "moonwire.test.kit.service"
local world = require "moonwire.test.kit.world"
require "moonwire.test.kit.calls"
require "moonwire.test.kit.leftovers"

--- @class moonwire.test
local test = {}

--- Makers of events: connect, message, disconnect, sqs, sns, schedule, http.
--- @type moonwire.test.Events
test.event = events

local OPTIONS = { stage = "text", now = "number", env = "table" }

--- A service to play with. There is one at a time: the one of before must be closed.
--- @param file string its `serverless.yml`
--- @param options? moonwire.test.ServiceOptions
--- @return moonwire.test.Service service
function test.service(file, options)
  options = options == nil and {} or options
  local why = arguments.text("file", file) or arguments.fields("options", options, OPTIONS)
  if not why and world.service then why = "another service is not closed: service:close()" end
  local made
  if not why then made, why = service.new(file, options, events.START_MS) end
  if not made then error("test.service: " .. why, 2) end
  return made
end

-- A handler that gets a context with these fields.
local function with_context(fields)
  return function(handler)
    return function(given, context)
      for name, value in pairs(fields) do context[name] = value end
      return handler(given, context)
    end
  end
end

local function environment_of(handler)
  local is_name = type(handler) == "string"
  return environment.new {
    name = is_name and handler or "function", handler_name = is_name and handler or nil, handler = not is_name and handler or nil,
    root = "", variables = {}, timeout_ms = 6000,
  }
end

--- Calls a handler with an event as the runtime does: the event goes through JSON, what is returned becomes the reply by the
--- same rules, deferred functions run afterwards.
--- @param handler function|table|string a handler, an app, or its name: `"handlers/notify.queue"`
--- @param event any
--- @param context? table fields for the context that the handler gets
--- @return any result what Lambda would answer, decoded
--- @return string? message
--- @return string? code the type of the error: `"Function.Error"`
function test.call(handler, event, context)
  local kind = type(handler)
  local why = kind ~= "function" and kind ~= "string" and kind ~= "table"
    and "handler must be a function, an app or the name of one, got " .. arguments.kind(handler)
  if not why and context ~= nil then why = arguments.type("context", context, "table") end
  if why then error("test.call: " .. why, 2) end
  local place = environment_of(handler)
  local outcome = place:run {
    event = json.encode(event), request_id = "call", now_ms = world.service and world.service.now_ms or os.time() * 1000,
    wrap = context and with_context(context),
  }
  place:finish(outcome)
  return play.result(outcome)
end

return test
