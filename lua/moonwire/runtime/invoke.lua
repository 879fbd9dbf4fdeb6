-- invoke.lua: the two Lua functions that every invocation goes through.
local invocation = require "moonwire.core.invocation"
local log = require "moonwire.core.log"
local describe = require "moonwire.runtime.describe"

local invoke = {}

--- Runs the handler on the event at hand; what it returns is the result, what it raises the failure.
function invoke.handle(handler, cold_start)
  return handler(invocation.decode(cold_start))
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
