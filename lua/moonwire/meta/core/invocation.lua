--- @meta moonwire.core.invocation

--- The event and the context of the invocation at hand (runtime/script/bind_invocation.c).
local invocation = {}

--- What the invocation brings; called once, by the task that runs the handler.
--- @return any event
--- @return string request_id
--- @return string? function_arn
--- @return string? trace_id
--- @return string? tenant_id
--- @return any client_context
--- @return any identity
--- @return number? deadline_ms
function invocation.decode() end

--- `context:defer`.
--- @param context moonwire.Context
--- @param fn fun(): any, string?, string?
function invocation.defer(context, fn) end

--- The fields of a context that are the same for all invocations.
--- @return { function_name?: string, function_version?: string, log_group_name?: string, log_stream_name?: string, memory_limit_in_mb?: integer } facts
function invocation.function_facts() end

--- `context:get_remaining_time_in_millis`.
--- @param context moonwire.Context
--- @return number ms
function invocation.remaining(context) end

return invocation
