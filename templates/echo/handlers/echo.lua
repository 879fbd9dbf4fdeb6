-- echo.lua: says back what a client says. {"action":"time"} goes to `time`; what names no route goes to `$default`.
local app = require "moonwire.app"

return app {
  time = function() return { time = os.date "!%Y-%m-%dT%H:%M:%SZ" } end,

  -- A message is a table when it is a JSON object or list, and a text otherwise. What is returned is sent to the client.
  ["$default"] = function(_, message) return { you_said = message } end,
}
