-- calls.lua: @connections while a service is played: calls of its code reach the model instead of a server. What the model
-- answers is read as the runtime's own client would read it; that client's attempts, pauses and signatures are not played: a call
-- that is throttled here has been throttled to its end.
local broadcast = require "moonwire.core.broadcast"
local connections = require "moonwire.core.connections"
local core = require "moonwire.core.model"
local task = require "moonwire.core.task"
local world = require "moonwire.test.kit.world"

-- As script/event_place.h says it.
local CONNECTING = "the connection is still being opened: it cannot be reached before $connect has returned; use "
  .. "context:defer(function() ... end)"

-- Other places than the service's own are servers that a spec does not have.
local function elsewhere(service, endpoint)
  if not endpoint or service:is_endpoint(endpoint) then return nil end
  return ("nothing answers at %s while a spec plays the service"):format(endpoint)
end

-- body | nil, message, code
local function perform(service, method, id, body)
  if core.handshake_begun(id) then return nil, CONNECTING, "connecting" end
  local answer = service.model:manage(service.now_ms, method, id, body or "")
  service:performed(method, id, body, answer)
  if answer.code then return nil, answer.message, answer.code end
  return answer.body
end

local call = connections.call

function connections.call(what, method, id, body, endpoint, ...)
  local service = world.service
  if not service then return call(what, method, id, body, endpoint, ...) end
  task.sleep(0) -- others' turn, as whenever somebody waits for an answer
  local why = elsewhere(service, endpoint)
  if why then return nil, what .. ": " .. why, "network" end
  local answer, message, code = perform(service, method, id, body)
  if not world.is_function() then service:settle() end -- a spec has closed it: nothing else will end it
  if not answer then return nil, what .. ": " .. message, code end
  return answer
end

-- What core.broadcast.new returns: calls are over when they begin.
local Sender = {}
Sender.__index = Sender

function Sender:send(id)
  local ok, message, code = perform(self.service, "POST", id, self.text)
  if ok then
    self.count = self.count + 1
  else
    self.failures[#self.failures + 1] = { id, code, message }
  end
  return true
end

function Sender:take()
  local failure = table.remove(self.failures, 1)
  if failure then return failure[1], failure[2], failure[3] end
end

function Sender:wait()
  task.sleep(0)
  return true
end

function Sender:sent() return self.count end

function Sender:cancel() end

local new = broadcast.new

function broadcast.new(text, endpoint, ...)
  local service = world.service
  if not service then return new(text, endpoint, ...) end
  local why = elsewhere(service, endpoint)
  if why then return nil, "ws.broadcast: " .. why, "network" end
  return setmetatable({ service = service, text = text, failures = {}, count = 0 }, Sender)
end
