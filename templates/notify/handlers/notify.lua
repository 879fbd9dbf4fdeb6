-- notify.lua: jobs of the queue become messages to users, on all of their devices.
-- moonwire invoke notify --event sqs --body '{"user":"ann","text":"your order is ready"}'
local batch = require "moonwire.batch"
local log = require "moonwire.log"
local ws = require "moonwire.ws"

local M = {}

-- A job that fails comes again, and the others do not. A user who is not there is no failure.
M.queue = batch.sqs(function(record)
  local job = record.json
  if type(job.user) ~= "string" or type(job.text) ~= "string" then return nil, "a job has a user and a text", "bad_job" end
  -- With the id of the job a page that gets it twice drops one (web/moonwire.js): a queue may bring a job again.
  local result, message, code = ws.user(job.user):send { event = "notice", mid = record.messageId, text = job.text }
  if not result then return nil, message, code end
  if #result.failed > 0 then return nil, result.failed[1].message, result.failed[1].code end
  log.info("told", { user = job.user, devices = result.sent })
end, { concurrency = 8 })

return M
