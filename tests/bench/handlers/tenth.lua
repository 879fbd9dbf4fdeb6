-- tenth.lua: every tenth invocation raises.
local M = {}

local count = 0

function M.run(event)
  count = count + 1
  if count % 10 == 0 then error("tenth: " .. event.body) end
  return { statusCode = 200, body = { said = event.body, count = count } }
end

return M
