-- client.lua: a WebSocket client of a spec. What it gets waits in its inbox until the spec asks for it.
local arguments = require "moonwire.runtime.arguments"
local json = require "moonwire.json"
local match = require "moonwire.test.kit.match"

local client = {}

local MESSAGE_MAX = 128 * 1024 -- bytes; API Gateway quotas

--- @class moonwire.test.Client
--- @field id string of its connection
--- @field protocol? string that was chosen
--- @field closed? { code: integer, reason: string } once the connection has ended
--- @field private is_open? boolean the handshake is over
--- @field private service moonwire.test.Service
--- @field private inbox string[]
local Client = {}
Client.__index = Client

--- @param service moonwire.test.Service
--- @param id string
--- @return moonwire.test.Client
function client.new(service, id)
  return setmetatable({ service = service, id = id, inbox = {} }, Client)
end

-- Raises at the caller of the method that called this one.
local function refuse(method, why)
  if why then error(("client:%s: %s"):format(method, why), 3) end
end

local function misused(self)
  if getmetatable(self) ~= Client then return "call it with a colon" end
end

local function closed_problem(self)
  local why = misused(self)
  if not why and self.closed then why = ("the connection was closed with %d"):format(self.closed.code) end
  return why
end

--- Sends a message; returns when the service has dealt with it, deferred functions included.
--- @param data string|table a table as JSON
function Client:send(data)
  local why = closed_problem(self)
  if not why and type(data) ~= "string" and type(data) ~= "table" then
    why = "data must be a string or a table, got " .. arguments.kind(data)
  end
  refuse("send", why)
  local text = type(data) == "table" and json.encode(data) or data
  if #text > MESSAGE_MAX then
    self.service:cut(self.id, 1009, "")
  else
    self.service:take_message(self.id, text)
  end
end

-- What the log says may be why a message is missing.
local function with_errors(self, why)
  local errors = self.service:logs "ERROR"
  if #errors == 0 then return why end
  return ("%s; the last error in the log: %s"):format(why, errors[#errors].message)
end

--- Takes the next message, which must be there and be what is expected.
--- @param wanted? string|table|fun(message: any): boolean a text; members that a JSON object must have at least; what decides
--- @return any message the text; what it means when it is JSON and `wanted` is no text
function Client:expect(wanted)
  refuse("expect", misused(self))
  local text = table.remove(self.inbox, 1)
  if not text then
    local what = wanted == nil and "a message" or match.shown(wanted)
    refuse("expect", with_errors(self, ("expected %s, but nothing came"):format(what)))
  end
  if wanted == nil then wanted = function() return true end end
  local why, value = match.problem(wanted, text)
  refuse("expect", why)
  return value
end

--- No message is there that was not taken.
function Client:expect_nothing()
  refuse("expect_nothing", misused(self))
  refuse("expect_nothing", self.inbox[1] and ("expected nothing, got %s"):format(match.shown(self.inbox[1])))
end

--- Forgets the messages that were not taken.
--- @return integer count how many there were
function Client:clear()
  refuse("clear", misused(self))
  local count = #self.inbox
  self.inbox = {}
  return count
end

--- Ends the connection; returns when $disconnect has run.
--- @param code? integer default 1005: a browser's close() without arguments; 1006: the network fails
--- @param reason? string
function Client:close(code, reason)
  local why = closed_problem(self)
  if not why and code ~= nil then why = arguments.type("code", code, "number") end
  if not why and reason ~= nil then why = arguments.type("reason", reason, "string") end
  refuse("close", why)
  self.service:cut(self.id, code or 1005, reason or "")
end

return client
