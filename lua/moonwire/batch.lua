--- Handlers of events that bring many records.
local async = require "moonwire.async"
local json = require "moonwire.json"
local log = require "moonwire.log"
local describe = require "moonwire.runtime.describe"
local arguments = require "moonwire.runtime.arguments"
local task = require "moonwire.core.task"

--- @class moonwire.batch
local batch = {}

--- A record of an SQS event, as AWS has it, and `json`, the decoded body.
--- @class moonwire.batch.Record: moonwire.event.SqsRecord
--- @field json any decodes the body when it is read first; raises when that is no JSON

--- @class moonwire.batch.Options
--- @field concurrency? integer how many records are at work at once; default 1

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

local function is_of_queue(record)
  return type(record) == "table" and record.eventSource == "aws:sqs" and type(record.messageId) == "string"
    and type(record.body) == "string"
end

-- The records of an event and their ids, which are reported whatever fn does to a record. nil and a sentence when the event is
-- none of a queue.
local function read(event)
  local given = type(event) == "table" and rawget(event, "Records")
  if type(given) ~= "table" then return nil, "the event has no Records" end
  local count, records, ids = 0, {}, {}
  for _ in pairs(given) do count = count + 1 end
  for i = 1, count do
    local record = rawget(given, i)
    if not is_of_queue(record) then
      return nil, ("Records[%d] is not of a queue: eventSource aws:sqs, messageId and body are expected"):format(i)
    end
    records[i], ids[i] = record, record.messageId
  end
  return records, ids
end

local function is_fifo(records)
  return records[1] ~= nil and tostring(records[1].eventSourceARN):sub(-5) == ".fifo"
end

local function with_trace(err)
  return debug.traceback(describe(err), 2)
end

-- Runs fn on a record. True, or false when it failed, which is logged.
local function run(fn, record, id, context)
  local ok, result, message, code = xpcall(fn, with_trace, setmetatable(record, Record), context)
  if ok and (result ~= nil or message == nil) then return true end
  log.error("batch.sqs: a record failed: " .. (ok and describe(message) or result),
    { messageId = id, code = ok and code or nil })
  return false
end

-- Takes records one after the other until there is none, or, when failures stop the rest, one has failed.
local function worker(state, fn, records, context)
  return function()
    while not state.stopped and state.at < #records do
      local at = state.at + 1
      state.at = at
      state.done[at] = run(fn, records[at], state.ids[at], context)
      if state.ordered and not state.done[at] then state.stopped = true end
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
local function answer(state)
  local failures, unfinished = json.array {}, 0
  for i, id in ipairs(state.ids) do
    if state.done[i] == nil then unfinished = unfinished + 1 end
    if not state.done[i] then failures[#failures + 1] = { itemIdentifier = id } end
  end
  if unfinished > 0 then
    log.warn(("batch.sqs: %d of %d records were not processed: %s"):format(unfinished, #state.ids,
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
--- @param options? moonwire.batch.Options
--- @return fun(event: moonwire.event.Sqs, context?: moonwire.Context): moonwire.event.SqsResult handler
function batch.sqs(fn, options)
  local why = check(fn, options)
  if why then error("batch.sqs: " .. why, 2) end
  local concurrency = options and options.concurrency or 1
  return function(event, context)
    local records, ids = read(event)
    if not records then error("batch.sqs: " .. ids .. "; this handler is for the events of an SQS queue", 0) end
    local state = { at = 0, done = {}, ids = ids, ordered = is_fifo(records), stopped = false }
    run_all(state, fn, records, context, state.ordered and 1 or concurrency)
    return answer(state)
  end
end

return batch
