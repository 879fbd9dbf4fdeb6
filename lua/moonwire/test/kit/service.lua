-- service.lua: a service whose functions run in this process, behind the gateway's model. Nothing happens by itself: what a client
-- does is over when its method returns, and time stands still until `advance`.
local arguments = require "moonwire.runtime.arguments"
local client = require "moonwire.test.kit.client"
local core = require "moonwire.core.model"
local environment = require "moonwire.test.kit.environment"
local faults = require "moonwire.test.kit.faults"
local handle = require "moonwire.store.handle"
local journal = require "moonwire.test.kit.journal"
local json = require "moonwire.json"
local play = require "moonwire.test.kit.play"
local request = require "moonwire.test.kit.request"
local sqlite = require "moonwire.store.sqlite"
local world = require "moonwire.test.kit.world"

local service = {}

--- @class moonwire.test.Service
--- @field now_ms integer its clock, Unix time in milliseconds
--- @field store moonwire.Store what the functions keep
--- @field api moonwire.core.Described what its file says of it
--- @field private model moonwire.core.Api
--- @field private functions moonwire.test.Environment[]
--- @field private clients table<string, moonwire.test.Client> those that are connected
--- @field private journal moonwire.test.Journal
--- @field private faults moonwire.test.Faults
--- @field private backend moonwire.store.Backend
--- @field private variables table<string, string>
--- @field private modules table
--- @field private path string
--- @field private globals_meta? table
--- @field private ends string[] connections that were closed by the service, and have not ended yet
local Service = {}
Service.__index = Service

--- @class moonwire.test.ServiceOptions
--- @field stage? string instead of the file's
--- @field now? integer Unix time in seconds at the beginning; default 2026-01-01T12:00:00Z
--- @field env? table<string, string> environment variables besides those of the file, and instead of them

-- Beginning

local function variables_of(fn, options)
  local variables = { AWS_LAMBDA_FUNCTION_NAME = fn.name, AWS_LAMBDA_FUNCTION_VERSION = "$LATEST" }
  for name, value in pairs(fn.environment) do variables[name] = value end
  for name, value in pairs(options.env or {}) do variables[name] = value end
  variables.MOONWIRE_STORE = nil -- here it is always the one in memory
  return variables
end

local function functions_of(api, root, options)
  local functions = {}
  for i, fn in ipairs(api.functions) do
    functions[i] = environment.new {
      name = fn.name, handler_name = fn.handler, root = root, timeout_ms = fn.timeout * 1000, variables = variables_of(fn, options),
    }
  end
  return functions
end

local PLACES = { "?.lua", "?/init.lua", "lua/?.lua", "lua/?/init.lua", "lua_modules/share/lua/5.1/?.lua",
  "lua_modules/share/lua/5.1/?/init.lua" }

-- Modules of a service in another folder.
local function path_with(root)
  if root == "" then return package.path end
  local paths = {}
  for i, place in ipairs(PLACES) do paths[i] = root .. place end
  return table.concat(paths, ";") .. ";" .. package.path
end

--- @param file string
--- @param options moonwire.test.ServiceOptions
--- @param start_ms integer
--- @return moonwire.test.Service?
--- @return string? message
function service.new(file, options, start_ms)
  local model, why = core.new(file, nil, options.stage)
  if not model then return nil, why end
  local api, root = model:describe(), file:match "^(.*/)" or ""
  local scope = api.api_id .. "/" .. api.stage
  local self = setmetatable({
    model = model, api = api, functions = functions_of(api, root, options), clients = {}, journal = journal.new(),
    faults = faults.new(), ends = {}, now_ms = options.now and options.now * 1000 or start_ms, backend = sqlite.open ":memory:",
    variables = { MOONWIRE_STORE = "sqlite:memory", MOONWIRE_API = scope, AWS_REGION = api.region },
    modules = environment.modules(), path = package.path, globals_meta = getmetatable(_G),
  }, Service)
  self.store = handle.new(self.backend, scope, function() return math.floor(self.now_ms / 1000) end)
  package.path = path_with(root)
  world.service, world.played = self, true
  jit.off() -- a spec is short: compiling its code takes longer than running it
  return self
end

-- Raises at the caller of the method that called this one.
local function refuse(self, method, why)
  if getmetatable(self) ~= Service then why = "call it with a colon" end
  if not why and world.service ~= self then why = "the service is closed" end
  if why then error(("service:%s: %s"):format(method, why), 3) end
end

-- What the model says

--- @private
function Service:is_endpoint(endpoint)
  return endpoint:gsub("/+$", "") == ("https://%s/%s"):format(self.api.domain, self.api.stage)
end

local function deliver(self, id, text)
  local to = self.clients[id]
  if to then to.inbox[#to.inbox + 1] = text end
end

--- A call of @connections has been carried out.
--- @private
function Service:performed(method, id, body, answer)
  if method == "POST" then self.journal:post { id = id, data = body, code = answer.code } end
  if answer.action == "send" then deliver(self, id, body) end
  if answer.action == "close" then self.ends[#self.ends + 1] = id end
end

--- A step, but for what has to be invoked.
--- @private
function Service:apply(step, name)
  local one = self.clients[step.connection_id]
  if step.action == "accept" and one then one.protocol, one.is_open = step.protocol, true end
  if step.action == "send" then deliver(self, step.connection_id, step.bytes) end
  if step.note ~= "" then self.journal:record("WARN", step.note, nil, name) end -- what a developer would be told
end

-- Connections that the service has closed end now.
local function settle(self)
  while self.ends[1] do self:cut(table.remove(self.ends, 1), 1000, "") end
end

--- @private
function Service:settle() settle(self) end

--- A connection ends: the client knows, then $disconnect runs.
--- @private
function Service:cut(id, code, reason)
  local one = self.clients[id]
  if not one then return end
  self.clients[id] = nil
  one.closed = { code = code, reason = reason }
  play.step(self, self.model:closed(self.now_ms, id, code, reason))
  settle(self)
end

--- @private
function Service:take_message(id, text)
  play.step(self, self.model:message(self.now_ms, id, text))
  settle(self)
end

--- A client connects; returns when the service has let it in, deferred functions included.
--- @param options? moonwire.test.ConnectOptions
--- @return moonwire.test.Client client nil when it was refused
--- @return string? body of the refusal
--- @return integer? status
function Service:connect(options)
  options = options == nil and {} or options
  local why = arguments.fields("options", options, { user = "any", query = "table", headers = "table" }) or request.problem(options)
  refuse(self, "connect", why)
  local step = request.connect(self.model, options, self.now_ms)
  local one = client.new(self, step.connection_id)
  self.clients[one.id] = one
  local last = play.step(self, step)
  settle(self)
  if one.is_open then return one end
  self.clients[one.id] = nil
  return nil, last.bytes, last.status --- @diagnostic disable-line: return-type-mismatch
end

--- Time passes: connections that are idle for ten minutes or two hours old are closed with 1001, each at its moment.
--- @param seconds number
function Service:advance(seconds)
  local why = arguments.type("seconds", seconds, "number")
  if not why and not (seconds >= 0 and seconds < 1e9) then why = "seconds must be from 0 to 1e9, got " .. tostring(seconds) end
  refuse(self, "advance", why)
  local target = self.now_ms + math.floor(seconds * 1000)
  while true do
    local id, left = self.model:next_cut(self.now_ms)
    if not id or self.now_ms + left > target then break end
    self.now_ms = self.now_ms + math.max(0, left)
    self:cut(id, 1001, "")
  end
  self.now_ms = target
end

--- Calls a function of the service with an event, whether it has routes or not.
--- @param name string
--- @param event any
--- @return any result
--- @return string? message
--- @return string? code
function Service:call(name, event)
  local found
  for _, fn in ipairs(self.functions or {}) do
    if fn.name == name then found = fn end
  end
  refuse(self, "call", not found and ("the service has no function %s"):format(tostring(name)) or nil)
  local outcome = play.call(self, found, json.encode(event))
  settle(self)
  return play.result(outcome)
end

--- From now on something goes wrong, `times` times (default 1). "gone", "throttled": a message of the service to a client gets 410 or
--- 429. "silent": a connection ends without $disconnect. "crash": an invocation ends with its process, and module variables are lost.
--- "timeout": the function has done its work, but its answer comes too late.
--- @param kind "crash"|"gone"|"silent"|"throttled"|"timeout"
--- @param options? moonwire.test.FailOptions
function Service:fail(kind, options)
  options = options == nil and {} or options
  refuse(self, "fail", faults.problem(kind, options, self.functions or {}))
  self.faults:set(self.model, kind, options)
end

-- Looking

--- The messages that the service has sent, or tried to, in their order.
--- @param to? moonwire.test.Client only those to this one
--- @return moonwire.test.Send[]
function Service:sent(to)
  refuse(self, "sent", to ~= nil and arguments.type("to", to, "table") or nil)
  return self.journal:sent(to and to.id)
end

--- The ids of the members of a room, sorted.
--- @param room string
--- @return string[]
function Service:members(room)
  refuse(self, "members", arguments.text("room", room))
  local ids = {}
  for member in self.store:members(room) do ids[#ids + 1] = member.id end
  return ids
end

--- The records of the log, in their order.
--- @param level? string only those: `"ERROR"`
--- @return moonwire.test.Record[]
function Service:logs(level)
  refuse(self, "logs", level ~= nil and arguments.text("level", level) or nil)
  return self.journal:records(level)
end

--- A record must be there.
--- @param level string
--- @param pattern string a Lua pattern for its message
--- @return moonwire.test.Record
function Service:expect_log(level, pattern)
  refuse(self, "expect_log", arguments.text("level", level) or arguments.text("pattern", pattern))
  local record, why = self.journal:find(level, pattern)
  refuse(self, "expect_log", why)
  return record
end

-- The end

--- Forgets messages, records and sends of before.
function Service:clear()
  refuse(self, "clear")
  self.journal = journal.new()
  for _, one in pairs(self.clients) do one:clear() end
end

--- What a spec has to clean up: clients that are connected, failures that were to come and have not. Sentences.
--- @return string[]
function Service:leftovers()
  refuse(self, "leftovers")
  local list, count = {}, 0
  for _ in pairs(self.clients) do count = count + 1 end
  if count > 0 then list[1] = ("%d client%s still connected: client:close()"):format(count, count == 1 and " is" or "s are") end
  for kind, times in pairs(self.faults:waiting(self.model)) do
    if times > 0 then list[#list + 1] = ("a failure that was to come has not: %s, %d"):format(kind, times) end
  end
  table.sort(list)
  return list
end

--- Ends the service: the clock and all else are the world's again. Clients are dropped, without $disconnect.
--- @private
function Service:stop()
  world.service = nil
  jit.on()
  package.path = self.path
  setmetatable(_G, self.globals_meta)
  environment.forget_modules(self.modules)
end

--- Ends the service; raises when something is left (service:leftovers), which is gone then all the same.
function Service:close()
  refuse(self, "close")
  local left = self:leftovers()
  self:stop()
  if #left > 0 then error("service:close: " .. table.concat(left, "; "), 2) end
end

return service
