-- invoke.lua: what every invocation goes through in Lua: its context, the handler, the deferred functions.
local invocation = require "moonwire.core.invocation"
local log = require "moonwire.core.log"
local describe = require "moonwire.runtime.describe"

local invoke = {}

local facts = invocation.function_facts()

--- @class moonwire.Context
--- @field aws_request_id string
--- @field invoked_function_arn? string
--- @field function_name? string
--- @field function_version? string
--- @field memory_limit_in_mb? integer
--- @field log_group_name? string
--- @field log_stream_name? string
--- @field trace_id? string the X-Ray header
--- @field tenant_id? string
--- @field client_context? any decoded
--- @field identity? any decoded
--- @field deadline_ms? number Unix time in milliseconds
--- @field cold_start boolean the first invocation of this environment
--- @field get_remaining_time_in_millis fun(self): number
--- @field defer fun(self, fn: fun()) fn runs after the reply was accepted
local Context = { get_remaining_time_in_millis = invocation.remaining, defer = invocation.defer }
Context.__index = Context

local function with_context(cold_start, event, request_id, arn, trace_id, tenant_id, client_context, identity, deadline_ms)
  return event, setmetatable({
    aws_request_id = request_id,
    invoked_function_arn = arn,
    function_name = facts.function_name,
    function_version = facts.function_version,
    memory_limit_in_mb = facts.memory_limit_in_mb,
    log_group_name = facts.log_group_name,
    log_stream_name = facts.log_stream_name,
    trace_id = trace_id,
    tenant_id = tenant_id,
    client_context = client_context,
    identity = identity,
    deadline_ms = deadline_ms,
    cold_start = cold_start,
  }, Context)
end

--- Runs the handler on the event at hand; what it returns is the result, what it raises the failure.
function invoke.handle(handler, cold_start)
  return handler(with_context(cold_start, invocation.decode()))
end

local function with_trace(err)
  return debug.traceback(describe(err), 2)
end

--- Runs the functions given to context:defer, in order; what one raises is logged and does not stop the next.
--- A function may defer more.
function invoke.run_deferred(functions)
  local i = 1
  while functions[i] do
    local ok, trace = xpcall(functions[i], with_trace)
    if not ok then
      log.write("ERROR", "a function given to context:defer failed: " .. trace)
    end
    i = i + 1
  end
end

return invoke
