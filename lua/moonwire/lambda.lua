--- The environment that a handler runs in.
---
---   lambda.on_shutdown(function()
---     store:flush()
---   end)
local core = require "moonwire.core.lambda"
local unattended = require "moonwire.runtime.unattended"

--- @class moonwire.lambda
local lambda = {
  --- The version of this runtime: "0.1.0".
  version = core.version,
}

--- Runs fn when this environment ends: at SIGTERM or SIGINT. Several functions run in the order in which they were given;
--- what one raises, or returns as nil and a message, is logged and does not stop the next. They may wait (ws.send, async.sleep ...), belong to no invocation,
--- and have 250 ms, all of them together: what is not done by then is cut off.
---
--- Only while the handler's module loads: Lambda sends SIGTERM to functions that asked for it before their first event. A
--- script or a spec may call it at any time, and fn is not run there.
--- @param fn fun(): any, string?, string?
function lambda.on_shutdown(fn)
  if type(fn) ~= "function" then
    error("lambda.on_shutdown: fn must be a function, got " .. type(fn), 2)
  end
  local added = core.add(function() unattended.run("on_shutdown", fn) end)
  if not added then
    error("lambda.on_shutdown: call it while the handler's module loads, not in an invocation: "
      .. "Lambda has to know of it before the first event", 2)
  end
end

return lambda
