-- answer.lua: answers with the message, without a call to anybody.
local M = {}

function M.run(event)
  return { statusCode = 200, body = event.body }
end

return M
