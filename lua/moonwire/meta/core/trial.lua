--- @meta moonwire.core.trial

--- One invocation in this process, as bootstrap serves it: for specs (runtime/cli/bind_trial.c).
local trial = {}

--- @class moonwire.core.Trial
local Trial = {}

--- Runs fn as the handler's task; waits.
--- @param fn function
--- @param ... any its arguments
--- @return string? reply JSON
--- @return string? advice of a failure Lambda's report, JSON
--- @return string? type of a failure
function Trial:run(fn, ...) end

--- @return integer count of tasks that it had left behind, which were cancelled
function Trial:left() end

--- Runs fn with the list of what was given to context:defer, if anything was.
--- @param fn fun(functions: function[])
--- @return true? ok
--- @return string? report
--- @return string? type
function Trial:defer(fn) end

function Trial:close() end

--- @param options { event: string, request_id?: string, arn?: string, trace_id?: string, deadline_ms?: number, time_ms?: number } time_ms: how long its code may take, of the clock on the wall
--- @return moonwire.core.Trial
function trial.new(options) end

return trial
