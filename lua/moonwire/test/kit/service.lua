-- service.lua: a service whose functions run in this process, behind the gateway's model. Nothing happens by itself: what a client
-- does is over when its method returns, and time stands still until `advance`.
local arguments = require "moonwire.runtime.arguments"
local client = require "moonwire.test.kit.client"
local core = require "moonwire.core.model"
local environment = require "moonwire.test.kit.environment"
local handle = require "moonwire.store.handle"
local json = require "moonwire.json"
local request = require "moonwire.test.kit.request"
local sqlite = require "moonwire.store.sqlite"
local world = require "moonwire.test.kit.world"

local service = {}

--- @class moonwire.test.Service
--- @field now_ms integer its clock, Unix time in milliseconds
--- @field store moonwire.Store what the functions keep
--- @field api table what its file says of it
--- @field private model userdata
--- @field private functions moonwire.test.Environment[]
--- @field private clients table<string, moonwire.test.Client> those that are connected
--- @field private sends moonwire.test.Send[]
--- @field private records moonwire.test.Record[]
--- @field private ends string[] connections that were closed by the service, and have not ended yet
--- @field private faults table<string, table<string, integer>> "crash", "timeout": function -> how often
local Service = {}
Service.__index = Service

--- A message that the service has sent, or tried to.
--- @class moonwire.test.Send
--- @field id string
--- @field data string
--- @field code? string why it failed, as ws.send says it

--- A record of the log.
--- @class moonwire.test.Record
--- @field level string "INFO"
--- @field message string
--- @field fields table
--- @field name? string whose function wrote it

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
    model = model, api = api, functions = functions_of(api, root, options), clients = {}, sends = {}, records = {}, ends = {},
    faults = { crash = {}, timeout = {} }, now_ms = options.now and options.now * 1000 or start_ms, backend = sqlite.open ":memory:",
    variables = { MOONWIRE_STORE = "sqlite:memory", MOONWIRE_API = scope, AWS_REGION = api.region },
    modules = environment.modules(), path = package.path,
  }, Service)
  self.store = handle.new(self.backend, scope, function() return math.floor(self.now_ms / 1000) end)
  package.path = path_with(root)
  world.service = self
  jit.off() -- a spec is short: compiling its code takes longer than running it
  return self
end

-- Raises at the caller of the method that called this one.
local function refuse(self, method, why)
  if getmetatable(self) ~= Service then why = "call it with a colon" end
  if not why and world.service ~= self then why = "the service is closed" end
  if why then error(("service:%s: %s"):format(method, why), 3) end
end

-- Log and sends

--- @private
function Service:record(level, message, fields, name)
  self.records[#self.records + 1] = { level = level, message = message, fields = fields or {}, name = name }
end

-- What the gateway would tell its developer.
local function note(self, step, name)
  if step.note ~= "" then self:record("WARN", step.note, nil, name) end
end

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
  if method == "POST" then self.sends[#self.sends + 1] = { id = id, data = body, code = answer.code } end
  if answer.action == "send" then deliver(self, id, body) end
  if answer.action == "close" then self.ends[#self.ends + 1] = id end
end

-- Invocations

local function take_fault(self, kind, name)
  local counts = self.faults[kind]
  for _, key in ipairs { name, "*" } do
    if counts[key] then
      counts[key] = counts[key] > 1 and counts[key] - 1 or nil
      return true
    end
  end
end

local function crash(self, fn, request_id)
  local message = ("RequestId: %s Error: Runtime exited with error: exit status 1"):format(request_id)
  fn:crash()
  environment.forget_modules(self.modules)
  self:record("ERROR", message, { errorType = "Runtime.ExitError" }, fn.name)
  return { report = json.encode { errorType = "Runtime.ExitError", errorMessage = message }, type = "Runtime.ExitError" }
end

local function record_outcome(self, fn, outcome)
  if outcome.report then
    local report = json.decode(outcome.report)
    self:record("ERROR", report.errorMessage, report, fn.name)
  end
  if outcome.advice then self:record("WARN", outcome.advice, nil, fn.name) end
  if (outcome.left or 0) > 0 then
    self:record("WARN", ("the handler returned while %d of its tasks still ran; cancelled"):format(outcome.left), nil, fn.name)
  end
end

local function run(self, fn, event, request_id, wrap)
  if take_fault(self, "crash", fn.name) then return crash(self, fn, request_id) end
  local outcome = fn:run { event = event, request_id = request_id, now_ms = self.now_ms, wrap = wrap }
  record_outcome(self, fn, outcome)
  return outcome
end

local function finish(self, fn, outcome)
  local report = fn:finish(outcome)
  if report then record_outcome(self, fn, { report = report }) end
end

-- The outcome as the model takes it. Who answers too late has done its work, and nobody learns of it.
local function answer_of(self, fn, outcome)
  if take_fault(self, "timeout", fn.name) then
    self:record("WARN", "the answer came after the integration timeout", nil, fn.name)
    return "timed_out", ""
  end
  if outcome.reply then return "result", outcome.reply end
  return "failed", outcome.report
end

local function open(self, step)
  local one = self.clients[step.connection_id]
  if one then one.protocol, one.is_open = step.protocol, true end
end

-- A step, and all that follow from it; returns the last one.
local function play(self, step)
  while step.action == "invoke" do
    local fn = self.functions[step.number]
    local outcome = run(self, fn, step.bytes, step.request_id)
    step = self.model:answered(step.call, answer_of(self, fn, outcome))
    if step.action == "accept" then open(self, step) end
    if step.action == "send" then deliver(self, step.connection_id, step.bytes) end
    note(self, step, fn.name)
    finish(self, fn, outcome)
    if step.action == "send" then break end
  end
  return step
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
  local step = self.model:closed(self.now_ms, id, code, reason)
  note(self, step)
  play(self, step)
  settle(self)
end

--- @private
function Service:take_message(id, text)
  local step = self.model:message(self.now_ms, id, text)
  note(self, step)
  if step.action == "send" then deliver(self, id, step.bytes) end
  play(self, step)
  settle(self)
end

--- A client connects; returns when the service has let it in, deferred functions included.
--- @param options? moonwire.test.ConnectOptions
--- @return moonwire.test.Client? client nil when it was refused
--- @return string? message the body of the refusal
--- @return integer? status
function Service:connect(options)
  options = options == nil and {} or options
  local why = arguments.fields("options", options, { user = "any", query = "table", headers = "table" }) or request.problem(options)
  refuse(self, "connect", why)
  local step = request.connect(self.model, options, self.now_ms)
  local one = client.new(self, step.connection_id)
  note(self, step)
  self.clients[one.id] = one
  if step.action == "accept" then open(self, step) end
  local last = play(self, step)
  settle(self)
  if one.is_open then return one end
  self.clients[one.id] = nil
  return nil, last.bytes, last.status
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
--- @return string? message when it failed
--- @return string? code the type of the error
function Service:call(name, event)
  local found
  for _, fn in ipairs(self.functions or {}) do
    if fn.name == name then found = fn end
  end
  refuse(self, "call", not found and ("the service has no function %s"):format(tostring(name)) or nil)
  local outcome = run(self, found, json.encode(event), "call")
  finish(self, found, outcome)
  settle(self)
  return service.result(outcome)
end

--- What an invocation has come to, as Lua has it.
--- @param outcome moonwire.test.Outcome
--- @return any result
--- @return string? message
--- @return string? code
function service.result(outcome)
  if outcome.report then
    return nil, json.decode(outcome.report).errorMessage, outcome.type
  end
  local value = json.decode(outcome.reply)
  if value == json.null then value = nil end
  return value
end

-- Failures on purpose

local POSTS = { gone = true, throttled = true, silent = true }

local function fail_problem(self, kind, options)
  local functions = kind == "crash" or kind == "timeout"
  if not functions and not POSTS[kind] then
    return "there is no failure " .. arguments.shown(kind) .. "; there are crash, gone, silent, throttled, timeout"
  end
  local fields = { times = "count" }
  if functions then fields["function"] = "text" elseif kind ~= "silent" then fields.client = "table" end
  local why, name = arguments.fields("options", options, fields), options["function"]
  if why or not name then return why end
  for _, fn in ipairs(self.functions) do
    if fn.name == name then return nil end
  end
  return ("the service has no function %s"):format(name)
end

--- From now on something goes wrong, `times` times (default 1). "gone", "throttled": a message of the service to a client gets 410 or
--- 429. "silent": a connection ends without $disconnect. "crash": an invocation ends with its process, and module variables are lost.
--- "timeout": the function has done its work, but its answer comes too late.
--- @param kind "crash"|"gone"|"silent"|"throttled"|"timeout"
--- @param options? { times?: integer, client?: moonwire.test.Client, function?: string }
function Service:fail(kind, options)
  options = options == nil and {} or options
  refuse(self, "fail", fail_problem(self, kind, options))
  local times = options.times or 1
  if POSTS[kind] then
    self.model:fail(kind, times, options.client and options.client.id)
  else
    self.faults[kind][options["function"] or "*"] = times
  end
end

-- Looking

--- The messages that the service has sent, or tried to, in their order.
--- @param to? moonwire.test.Client only those to this one
--- @return moonwire.test.Send[]
function Service:sent(to)
  refuse(self, "sent", to ~= nil and arguments.type("to", to, "table") or nil)
  local list = {}
  for _, send in ipairs(self.sends) do
    if not to or send.id == to.id then list[#list + 1] = send end
  end
  return list
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
--- @param level? string only those: "ERROR"
--- @return moonwire.test.Record[]
function Service:logs(level)
  refuse(self, "logs", level ~= nil and arguments.text("level", level) or nil)
  local list = {}
  for _, record in ipairs(self.records) do
    if not level or record.level == level then list[#list + 1] = record end
  end
  return list
end

--- A record must be there.
--- @param level string
--- @param pattern string a Lua pattern for its message
--- @return moonwire.test.Record
function Service:expect_log(level, pattern)
  refuse(self, "expect_log", arguments.text("level", level) or arguments.text("pattern", pattern))
  local messages = {}
  for _, record in ipairs(self:logs(level)) do
    if record.message:find(pattern) then return record end
    messages[#messages + 1] = record.message
  end
  local got = #messages > 0 and "got " .. table.concat(messages, "; ") or "there is none of that level"
  refuse(self, "expect_log", ("expected a record %s that matches %q, %s"):format(level, pattern, got))
  return {}
end

-- The end

--- Forgets messages, records and sends of before.
function Service:clear()
  refuse(self, "clear")
  self.sends, self.records = {}, {}
  for _, one in pairs(self.clients) do one:clear() end
end

--- What is not as it was at the beginning: sentences.
--- @return string[]
function Service:leftovers()
  local list, count = {}, 0
  for _ in pairs(self.clients) do count = count + 1 end
  if count > 0 then list[1] = ("%d client%s still connected: client:close()"):format(count, count == 1 and " is" or "s are") end
  local waiting = self.model:failing()
  for kind, counts in pairs(self.faults) do
    for _, times in pairs(counts) do waiting[kind] = (waiting[kind] or 0) + times end
  end
  for kind, times in pairs(waiting) do
    if times > 0 then list[#list + 1] = ("a failure that was to come has not: %s, %d"):format(kind, times) end
  end
  table.sort(list)
  return list
end

--- Ends the service: the clock and all else are the world's again. Clients are dropped, without $disconnect.
function Service:close()
  refuse(self, "close")
  world.service = nil
  jit.on()
  package.path = self.path
  environment.forget_modules(self.modules)
end

return service
