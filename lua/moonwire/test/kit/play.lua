-- play.lua: what the gateway does when its model says "invoke": runs the function, gives the model its answer, and carries out what
-- follows from it.
local environment = require "moonwire.test.kit.environment"
local json = require "moonwire.json"

local play = {}

-- Lambda's report of an invocation that it has ended.
local function ended(service, fn, kind, request_id, what)
  local message = ("RequestId: %s Error: %s"):format(request_id, what)
  local outcome = { report = json.encode { errorType = kind, errorMessage = message }, type = kind }
  service.journal:outcome(fn.name, outcome)
  return outcome
end

local function crash(service, fn, request_id)
  fn:crash()
  environment.forget_modules(service.modules)
  return ended(service, fn, "Runtime.ExitError", request_id, "Runtime exited with error: exit status 1")
end

local function run(service, fn, event, request_id)
  if service.faults:take("crash", fn.name) then return crash(service, fn, request_id) end
  local outcome = fn:run { event = event, request_id = request_id, now_ms = service.now_ms }
  service.journal:outcome(fn.name, outcome)
  return outcome
end

local function finish(service, fn, outcome)
  local report = fn:finish(outcome)
  if report then service.journal:outcome(fn.name, { report = report }) end
end

-- The outcome as the model takes it. Who answers too late has done its work, and nobody learns of it.
local function answer_of(service, fn, outcome)
  if service.faults:take("timeout", fn.name) then
    service.journal:record("WARN", "the answer came after the integration timeout", nil, fn.name)
    return "timed_out", ""
  end
  if outcome.reply then return "result", outcome.reply end
  return "failed", outcome.report
end

--- Plays a step, and all that follow from it; waits.
--- @param service moonwire.test.Service
--- @param step table of the model
--- @return table last the last step
function play.step(service, step)
  service:apply(step)
  while step.action == "invoke" do
    local fn = service.functions[step.number]
    local outcome = run(service, fn, step.bytes, step.request_id)
    step = service.model:answered(step.call, answer_of(service, fn, outcome))
    service:apply(step, fn.name)
    finish(service, fn, outcome)
  end
  return step
end

--- Calls a function beside all routes; waits. One that answers too late is given up by Lambda, before its deferred functions run.
--- @param service moonwire.test.Service
--- @param fn moonwire.test.Environment
--- @param event string JSON
--- @return moonwire.test.Outcome
function play.call(service, fn, event)
  local outcome = run(service, fn, event, "call")
  if service.faults:take("timeout", fn.name) then
    if outcome.trial then outcome.trial:close() end
    return ended(service, fn, "Sandbox.Timedout", "call", ("Task timed out after %.2f seconds"):format(fn.timeout_ms / 1000))
  end
  finish(service, fn, outcome)
  return outcome
end

--- What an invocation has come to, as Lua has it.
--- @param outcome moonwire.test.Outcome
--- @return any result
--- @return string? message
--- @return string? code
function play.result(outcome)
  if outcome.report then return nil, json.decode(outcome.report).errorMessage, outcome.type end
  local value = json.decode(outcome.reply)
  if value == json.null then value = nil end
  return value
end

return play
