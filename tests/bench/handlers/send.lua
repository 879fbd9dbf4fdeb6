-- send.lua: SENDS messages of 200 bytes to ENDPOINT; one after the other, or CONNECTIONS at once.
local ws = require "moonwire.ws"

local client = ws.client { endpoint = os.getenv "ENDPOINT", region = "eu-central-1" }
local sends, connections = tonumber(os.getenv "SENDS"), tonumber(os.getenv "CONNECTIONS")
local ID, TEXT = "BFaT_fALIAMCKug=", ("x"):rep(200)

local function ids()
  local left = sends
  return function()
    left = left - 1
    return left >= 0 and ID or nil
  end
end

local M = {}

function M.run()
  if connections > 1 then
    local result = assert(client.broadcast(ids(), TEXT, { concurrency = connections }))
    assert(result.sent == sends, "not all were sent")
  else
    for _ = 1, sends do assert(client.send(ID, TEXT)) end
  end
  return { statusCode = 200 }
end

return M
