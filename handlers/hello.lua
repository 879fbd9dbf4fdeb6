-- hello.lua: a door with a token, and a mirror: shows what a Lambda function gets to see of a WebSocket API.
local ws = require "moonwire.ws"

local TOKEN = os.getenv "HELLO_TOKEN" or "open sesame"

local M = {}

-- For $connect, where it would keep everybody out who does not send the header `token`: a status other than 2xx refuses the
-- handshake, and the client sees that status. (serverless.yml has no route for it: browsers cannot send headers.)
function M.connection(event)
  if event.requestContext.eventType ~= "CONNECT" then return { statusCode = 200 } end
  if event.headers.token ~= TOKEN then return { statusCode = 500 } end
  return { statusCode = 200 }
end

-- Answers with the complete event, as JSON.
function M.default(event)
  local ok, message, code = ws.reply(event)
  if not ok then return nil, message, code end
  return { statusCode = 200 }
end

-- A message whose `action` is "foo".
function M.foo(event)
  local ok, message, code = ws.reply("hello from foo, you sent: " .. event.body)
  if not ok then return nil, message, code end
  return { statusCode = 200 }
end

return M
