-- app_support.lua: apps without API Gateway: events, a context, and what would have been sent. The store is none.
local json = require "moonwire.json"
local log = require "moonwire.log"
local ws = require "moonwire.ws"

local support = {}

local function context_of(deferred)
  return { defer = function(_, fn) deferred[#deferred + 1] = fn end }
end

local function event_of(kind, key, more)
  local event = {
    requestContext = {
      eventType = kind, routeKey = key, connectionId = "BFaT_fALIAMCKug=", requestId = "BFaVtH2HoAMFZEQ=", apiId = "abcd123456",
      stage = "prod", connectedAt = 1795268735513, identity = { sourceIp = "192.0.2.1" },
    },
  }
  for name, value in pairs(more or {}) do event[name] = value end
  return event
end

--- What was logged: { level, message, fields }. It stays out of the output of the specs.
support.logged = {}

-- Keeps the records of events; gives the log back as it was.
local function listen()
  local before = {}
  for _, level in ipairs { "info", "warn", "error" } do
    before[level] = log[level]
    log[level] = function(message, fields) support.logged[#support.logged + 1] = { level, message, fields } end
  end
  return function()
    for level, write in pairs(before) do log[level] = write end
  end
end

--- Calls fn while messages go into a list instead of to API Gateway; `answer` is what ws.send returns (default true).
--- @return table sent { id, decoded or text }
--- @return any result
local function collected(fn, answer)
  local sent, send, close = {}, ws.send, ws.close
  ws.send = function(id, data)
    sent[#sent + 1] = { id, data:find "^[{%[]" and json.decode(data) or data }
    if answer then return unpack(answer, 1, 3) end
    return true
  end
  ws.close = function(id)
    sent[#sent + 1] = { id, "(closed)" }
    return true
  end
  local restore = listen()
  local ok, result = pcall(fn)
  restore()
  ws.send, ws.close = send, close
  if not ok then error(result, 0) end
  return sent, result
end

--- One event. Returns the result, what was sent before it was returned, and what was sent by deferred functions.
local function take(app, event, answer)
  local deferred = {}
  local sent, result = collected(function() return app(event, context_of(deferred)) end, answer)
  local later = collected(function()
    for _, fn in ipairs(deferred) do fn() end
  end, answer)
  return result, sent, later
end

function support.connect(app, headers, more)
  local all = { headers = headers or {} }
  for name, value in pairs(more or {}) do all[name] = value end
  return take(app, event_of("CONNECT", "$connect", all))
end

--- message: a text, or a table that is sent as JSON.
function support.message(app, message, key, answer)
  local body = type(message) == "table" and json.encode(message) or message
  return take(app, event_of("MESSAGE", key or "$default", { body = body }), answer)
end

function support.disconnect(app, code, text)
  local event = event_of("DISCONNECT", "$disconnect")
  event.requestContext.disconnectStatusCode, event.requestContext.disconnectReason = code, text
  return take(app, event)
end

support.event = event_of
support.take = take

return support
