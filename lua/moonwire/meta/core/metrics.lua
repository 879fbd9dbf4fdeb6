--- @meta moonwire.core.metrics

--- Values for CloudWatch (runtime/script/bind_metrics.c).
local metrics = {}

--- @param counted boolean all of one name make one value
--- @param name string
--- @param value number
--- @param unit string
--- @param dimensions? table<string, string> nil: the usual ones
--- @return true? ok
--- @return string? message
function metrics.add(counted, name, value, unit, dimensions) end

return metrics
