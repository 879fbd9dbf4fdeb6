-- invoke.lua: what every invocation goes through in Lua: its context, the handler, the deferred functions.
local invocation = require "moonwire.core.invocation"
local log = require "moonwire.core.log"
local unattended = require "moonwire.runtime.unattended"

local invoke = {}

local facts = invocation.function_facts()

--- What a handler gets besides the event. What the invocation does not bring is nil.
--- @class moonwire.Context
--- @field aws_request_id string the invocation's; every log record has it
--- @field invoked_function_arn? string with the alias or version that was called
--- @field function_name? string of the function
--- @field function_version? string `"$LATEST"`, or a number
--- @field memory_limit_in_mb? integer what the function has
--- @field log_group_name? string in CloudWatch
--- @field log_stream_name? string in CloudWatch
--- @field trace_id? string the X-Ray header
--- @field tenant_id? string of a function with tenant isolation
--- @field client_context? any of a call from a mobile SDK, decoded
--- @field identity? any of a call from a mobile SDK, decoded
--- @field deadline_ms? number Unix time in milliseconds when Lambda ends the invocation
--- @field cold_start boolean the first invocation of this process
--- @field event? moonwire.event.WebSocket in the routes of an app: what came from API Gateway
--- @field get_remaining_time_in_millis fun(self): number the milliseconds until `deadline_ms`; 900000 when there is none
--- @field defer fun(self, fn: fun(): any, string?, string?) runs `fn` after the reply was accepted
local Context = { get_remaining_time_in_millis = invocation.remaining, defer = invocation.defer }
Context.__index = Context

-- All fields, so that the table is made in its full size: of a constructor with values that are no constants, the bytecode of
-- this LuaJIT keeps only an empty table, which would then grow six times in every invocation.
local function new_context()
  return {
    aws_request_id = false, invoked_function_arn = false, function_name = false, function_version = false,
    memory_limit_in_mb = false, log_group_name = false, log_stream_name = false, trace_id = false, tenant_id = false,
    client_context = false, identity = false, deadline_ms = false, cold_start = false,
  }
end

local function with_context(cold_start, event, request_id, arn, trace_id, tenant_id, client_context, identity, deadline_ms)
  local context = new_context()
  context.aws_request_id = request_id
  context.invoked_function_arn = arn
  context.function_name = facts.function_name
  context.function_version = facts.function_version
  context.memory_limit_in_mb = facts.memory_limit_in_mb
  context.log_group_name = facts.log_group_name
  context.log_stream_name = facts.log_stream_name
  context.trace_id = trace_id
  context.tenant_id = tenant_id
  context.client_context = client_context
  context.identity = identity
  context.deadline_ms = deadline_ms
  context.cold_start = cold_start
  return event, setmetatable(context, Context)
end

-- An invocation that goes on with a broadcast is none of the handler's: ws/relay.lua has made its event.
local BROADCAST = "moonwire:broadcast"

--- Runs the handler on the event at hand; what it returns is the result, what it raises the failure.
function invoke.handle(handler, cold_start)
  local event, context = with_context(cold_start, invocation.decode())
  if type(event) == "table" and event[BROADCAST] ~= nil then
    local relay = require "moonwire.ws.relay"
    if relay.is_ours(event) then return relay.go_on(event) end
  end
  return handler(event, context)
end

-- os.exit ends the environment, and Lambda only says that it ended: the record says who did it.
local exit = os.exit

function os.exit(code, close)
  local caller = debug.getinfo(2, "Sl")
  log.write("FATAL", ("os.exit was called at %s:%d: the environment ends"):format(caller.short_src, caller.currentline))
  io.stdout:flush()
  exit(code, close)
end

--- Runs the functions given to context:defer, in order; the failure of one is logged and does not stop the next.
--- A function may defer more.
function invoke.run_deferred(functions)
  local i = 1
  while functions[i] do
    unattended.run("context:defer", functions[i])
    i = i + 1
  end
end

return invoke
