-- post.lua: messages over TLS to the server of the environment's PORT, for bench_tls.js.
local ws = require "moonwire.ws"

local client = ws.client { endpoint = "https://" .. os.getenv "HOST_AND_PORT" .. "/prod", region = "eu-central-1" }
local ID, TEXT = "BFaT_fALIAMCKug=", ("x"):rep(200)

local function report(format, ...)
  local file = assert(io.open(os.getenv "REPORT", "w"))
  file:write(format:format(...), "\n")
  file:close()
end

local M = {}

--- COUNT messages, one after the other; reports processor time per message, in ns, without the first WARM ones.
function M.series()
  local count, warm, from = tonumber(os.getenv "COUNT"), tonumber(os.getenv "WARM"), os.clock()
  for i = 1, count do
    if i == warm + 1 then from = os.clock() end
    assert(client.send(ID, TEXT))
  end
  report("%.0f", (os.clock() - from) / (count - warm) * 1e9)
end

--- One message to COUNT connections; reports processor time per message, in ns, and the most memory there was, in KB.
function M.broadcast()
  local count, sent = tonumber(os.getenv "COUNT"), 0
  local from = os.clock()
  local result = assert(client.broadcast(function()
    sent = sent + 1
    return sent <= count and ID or nil
  end, TEXT))
  assert(result.sent == count, "not all were sent")
  local status = assert(io.open "/proc/self/status")
  report("%.0f %s", (os.clock() - from) / count * 1e9, status:read "*a":match "VmHWM:%s*(%d+)")
  status:close()
end

return M
