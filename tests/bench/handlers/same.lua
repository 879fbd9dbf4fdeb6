-- same.lua: gives the event back, all of it.
local M = {}

function M.run(event)
  return event
end

return M
