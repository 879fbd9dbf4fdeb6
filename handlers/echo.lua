-- echo.lua: says back whatever a WebSocket client says. One function for $connect, $disconnect and $default.
local ws = require "moonwire.ws"

local M = {}

function M.default(event)
  if event.requestContext.eventType == "MESSAGE" then
    local ok, message, code = ws.reply(event.body)
    if not ok and code ~= "gone" then return nil, message, code end -- gone: the client left, nobody to tell
  end
  return { statusCode = 200 } -- in $connect this accepts the connection
end

return M
