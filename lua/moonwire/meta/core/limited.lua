--- @meta moonwire.core.limited

--- Calls that may last so long and no longer, and how much memory there is (runtime/cli/bind_limited.c).
local limited = {}

--- A group of such calls, in a scope of its own.
--- @class moonwire.core.Limited
local Limited = {}

--- Waits until fn has ended. When the time is over, all that was started in the scope is cancelled.
--- @param ms number 0: as long as it takes
--- @param fn fun()
--- @return boolean ended
--- @return "time"|"failed"|nil why not
--- @return { path: string, line: integer, label: string }[]|string|nil detail where it was, innermost first; the message of a failure
function Limited:call(ms, fn) end

--- @return integer count of tasks besides the one that call() has made
function Limited:tasks() end

--- Cancels what is left; no further call.
function Limited:close() end

--- @return moonwire.core.Limited
function limited.open() end

--- Limits what Lua may allocate, as a function of that many MB is limited.
--- @param mb integer
function limited.memory(mb) end

--- @return number ms of a clock that only goes forward
function limited.now() end

return limited
