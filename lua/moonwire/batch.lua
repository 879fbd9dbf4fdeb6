--- Handlers of events that bring many records.
local async = require "moonwire.async"
local json = require "moonwire.json"
local log = require "moonwire.log"
local describe = require "moonwire.runtime.describe"
local arguments = require "moonwire.runtime.arguments"
local task = require "moonwire.core.task"

local batch = {}

--- A record of an SQS event, as AWS has it, and `json`, the decoded body.
--- @class moonwire.batch.Record
--- @field messageId string
--- @field body string
--- @field json any decodes the body when it is read first; raises when that is no JSON
--- @field attributes table<string, string>
--- @field eventSourceARN string

-- Records are not begun, and those that wait are given up, as long as this before the handler is stopped; of a time shorter than
-- twice that, half.
local MARGIN_MS = 300

local Record = {}

function Record.__index(record, name)
  if name ~= "json" then return nil end
  local value, why = json.decode(rawget(record, "body"))
  if value == nil then error("the body of the record is not JSON: " .. why, 2) end
  rawset(record, "json", value)
  return value
end

-- A sentence when the event is none of a queue.
local function problem(event)
  local records = type(event) == "table" and rawget(event, "Records")
  if type(records) ~= "table" then return "the event has no Records" end
  for i, record in ipairs(records) do
    if type(record) ~= "table" or record.eventSource ~= "aws:sqs" or type(record.messageId) ~= "string"
      or type(record.body) ~= "string" then
      return ("Records[%d] is not of a queue: eventSource aws:sqs, messageId and body are expected"):format(i)
    end
  end
end

local function is_fifo(records)
  return records[1] ~= nil and tostring(records[1].eventSourceARN):sub(-5) == ".fifo"
end

local function with_trace(err)
  return debug.traceback(describe(err), 2)
end

-- Runs fn on a record. True, or false when it failed, which is logged.
local function run(fn, record, context)
  local ok, result, message, code = xpcall(fn, with_trace, setmetatable(record, Record), context)
  if ok and (result ~= nil or message == nil) then return true end
  log.error("batch.sqs: a record failed: " .. (ok and describe(message) or result),
    { messageId = record.messageId, code = ok and code or nil })
  return false
end

-- Takes records one after the other until there is none, or, when failures stop the rest, one has failed.
local function worker(state, fn, records, context)
  return function()
    while not state.stopped and state.at < #records do
      state.at = state.at + 1
      local record = records[state.at]
      state.done[record] = run(fn, record, context)
      if state.ordered and not state.done[record] then state.stopped = true end
    end
    return true
  end
end

-- Runs the workers, but no longer than there is time.
local function run_all(state, fn, records, context, concurrency)
  local left_ms = task.left_ms()
  local workers = {}
  for i = 1, math.min(concurrency, #records) do workers[i] = worker(state, fn, records, context) end
  if left_ms == math.huge then return async.all(workers) end
  async.race {
    function() return async.all(workers) end,
    function() async.sleep(math.max(0, left_ms - math.min(MARGIN_MS, left_ms / 2))) end,
  }
end

-- The answer for the queue: what is to come again. Logs how many records had no chance.
local function answer(state, records)
  local failures, unfinished = json.array {}, 0
  for _, record in ipairs(records) do
    if state.done[record] == nil then unfinished = unfinished + 1 end
    if not state.done[record] then failures[#failures + 1] = { itemIdentifier = record.messageId } end
  end
  if unfinished > 0 then
    log.warn(("batch.sqs: %d of %d records were not processed: %s"):format(unfinished, #records,
      state.stopped and "they come behind one that failed, in a FIFO queue" or "the time was over"))
  end
  return { batchItemFailures = failures }
end

local OPTIONS = { concurrency = "count" }

local function check(fn, options)
  local why = arguments.type("fn", fn, "function")
  if why or options == nil then return why end
  return arguments.fields("options", options, OPTIONS)
end

--- A handler for the events of an SQS queue that reports which records failed, so that only these come again. The event source
--- mapping has to have ReportBatchItemFailures among its function response types.
---
---     M.work = batch.sqs(function(record, context)
---       local order = record.json
---       ...
---       return nil, "out of stock" -- or error: the record fails
---     end, { concurrency = 10 })
---
--- A record fails when fn raises, or returns nil and a message; that is logged with its messageId. Records of a FIFO queue run
--- one after the other, and after the first failure the rest is reported as failed without being run ("Implementing partial
--- batch responses", Lambda Developer Guide). Records for which there was no time before the deadline are reported as failed;
--- one that waits then is given up. An event that is none of a queue raises.
--- @param fn fun(record: moonwire.batch.Record, context: moonwire.Context): any, string?, string?
--- @param options? { concurrency?: integer } how many records at once; default 1
--- @return fun(event: table, context: moonwire.Context): { batchItemFailures: { itemIdentifier: string }[] }
function batch.sqs(fn, options)
  local why = check(fn, options)
  if why then error("batch.sqs: " .. why, 2) end
  local concurrency = options and options.concurrency or 1
  return function(event, context)
    local wrong = problem(event)
    if wrong then error("batch.sqs: " .. wrong .. "; this handler is for the events of an SQS queue", 0) end
    local records = event.Records
    local state = { at = 0, done = {}, ordered = is_fifo(records), stopped = false }
    run_all(state, fn, records, context, state.ordered and 1 or concurrency)
    return answer(state, records)
  end
end

return batch
