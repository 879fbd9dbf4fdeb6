-- notify.lua: messages to users from outside of the chat: jobs of a queue, and a schedule. A user has it on every device.
local batch = require "moonwire.batch"
local ws = require "moonwire.ws"

local M = {}

-- A job is {"user":"ann","text":"..."}. One that fails comes again, the others do not.
M.queue = batch.sqs(function(record)
  local job = record.json
  local result, message, code = ws.user(job.user):send { event = "notice", text = job.text }
  if not result then return nil, message, code end
  if #result.failed > 0 then return nil, result.failed[1].message, result.failed[1].code end
end, { concurrency = 8 })

-- For a schedule: tells the lobby what time it is, and takes what has expired out of the store.
function M.tick(event)
  local result, message, code = ws.room("lobby"):broadcast { event = "tick", at = event.time }
  if not result then return nil, message, code end
  ws.sweep()
  return { sent = result.sent, gone = #result.gone }
end

return M
