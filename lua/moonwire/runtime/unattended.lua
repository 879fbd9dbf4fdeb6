-- unattended.lua: functions whose results nobody gets. What they raise, or return as nil, message, code, becomes a record.
local log = require "moonwire.core.log"
local describe = require "moonwire.runtime.describe"

local unattended = {}

local function with_trace(err)
  return debug.traceback(describe(err), 2)
end

--- Logs the failure of a function: what it raised with its trace, or the message that it returned with nil.
--- @param what string "context:defer": took the function
--- @param ok boolean false: it raised
--- @param result any its first result; the trace of what it raised
--- @param message any its second result
--- @param code any its third one
function unattended.report(what, ok, result, message, code)
  if ok and (result ~= nil or message == nil) then return end
  local fields = ok and code ~= nil and { code = code } or nil
  log.write("ERROR", ("a function given to %s failed: %s"):format(what, ok and describe(message) or result), fields)
end

--- Calls the function and reports its failure.
--- @param what string "context:defer": took the function
--- @param fn function
function unattended.run(what, fn)
  unattended.report(what, xpcall(fn, with_trace))
end

return unattended
