-- environment.lua: a function's execution environment: its handler, loaded as bootstrap does it, and one invocation after the
-- other. All functions of a spec live in one Lua state: what one writes into _G, or into a table of the library, others see.
-- Modules of the project are loaded anew for each service, and after a crash.
local world = require "moonwire.test.kit.world" -- before invoke.lua, which keeps what it finds
local invoke = require "moonwire.runtime.invoke"
local load_handler = require "moonwire.runtime.handler"
local trial = require "moonwire.core.trial"

local environment = {}

--- @class moonwire.test.Environment
--- @field name string of the function
--- @field handler_name string "handlers/chat"
--- @field root string "" or the folder of the service, with a slash
--- @field variables table<string, string>
--- @field timeout_ms integer
--- @field private handler? function once it is loaded
local Environment = {}
Environment.__index = Environment

--- @param fields table name, handler_name, root, variables, timeout_ms
--- @return moonwire.test.Environment
function environment.new(fields)
  return setmetatable(fields, Environment)
end

-- The check for undeclared globals (runtime/globals.lua) comes with the first handler. It goes with the service, and without one
-- at once: specs have not asked for it.
local function load_file(name, root)
  local meta = getmetatable(_G)
  local ok, handler = pcall(load_handler, name, root)
  if not world.service then setmetatable(_G, meta) end
  if not ok then error(handler, 0) end
  return handler
end

--- What an invocation has come to.
--- @class moonwire.test.Outcome
--- @field reply? string JSON
--- @field advice? string for the log
--- @field report? string JSON, Lambda's, when it failed
--- @field type? string of the error
--- @field left? integer tasks that were cancelled
--- @field trial? moonwire.core.Trial what is left to be done: environment.finish

-- Runs a function as the function's code; what it returns is the reply.
local function run(self, attempt, fn, ...)
  local reply, second, third = attempt:run(function(...)
    world.enter(self.variables, self.name)
    return fn(...)
  end, ...)
  if reply then return { reply = reply, advice = second, left = attempt:left(), trial = attempt } end
  attempt:close()
  return { report = second, type = third }
end

-- Nothing, or the outcome of an invocation whose handler cannot be loaded.
local function load(self)
  local attempt = trial.new { time_ms = 10000 } -- as long as Lambda waits for it
  local outcome = run(self, attempt, function()
    self.handler = load_file(self.handler_name, self.root)
    return true
  end)
  attempt:close()
  if outcome.report then return outcome end
end

--- @class moonwire.test.Call
--- @field event string JSON
--- @field request_id string
--- @field trace_id? string
--- @field now_ms? integer of the clock that deadlines are told by
--- @field wrap? fun(handler: function): function

--- Runs the handler with an event; waits.
--- @param call moonwire.test.Call
--- @return moonwire.test.Outcome
function Environment:run(call)
  local cold = not self.handler
  local failed = cold and load(self)
  if failed then return failed end
  local attempt = trial.new {
    event = call.event, request_id = call.request_id, trace_id = call.trace_id, time_ms = self.timeout_ms,
    deadline_ms = call.now_ms and call.now_ms + self.timeout_ms,
    arn = ("arn:aws:lambda:us-east-1:123456789012:function:%s"):format(self.name),
  }
  local handler = call.wrap and call.wrap(self.handler) or self.handler
  return run(self, attempt, invoke.handle, handler, cold)
end

--- The reply has arrived: what was given to context:defer runs; waits.
--- @param outcome moonwire.test.Outcome
--- @return string? report JSON, when that failed
function Environment:finish(outcome)
  if not outcome.trial then return nil end
  local ok, report = outcome.trial:defer(function(functions)
    world.enter(self.variables, self.name)
    invoke.run_deferred(functions)
  end)
  outcome.trial:close()
  if not ok then return report end
end

--- The process has ended: the next invocation finds none of its variables.
function Environment:crash()
  self.handler = nil
end

-- The library, and what a spec needs whatever the service is.
local function is_ours(name)
  return name == "moonwire" or name:find "^moonwire%." ~= nil
end

--- The modules that are loaded now: those that come later are the service's.
--- @return table<string, true>
function environment.modules()
  local names = {}
  for name in pairs(package.loaded) do names[name] = true end
  return names
end

--- Forgets the modules of a service.
--- @param before table<string, true> what environment.modules said before
function environment.forget_modules(before)
  for name in pairs(package.loaded) do
    if not before[name] and not is_ours(name) then package.loaded[name] = nil end
  end
end

return environment
