-- sleep.lua: waits 50 ms, as a handler waits for a database.
local async = require "moonwire.async"

local M = {}

function M.run()
  async.sleep(50)
  return { statusCode = 200 }
end

return M
