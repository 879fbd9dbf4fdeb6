-- verdict.lua: what a result means to whoever called the function as API Gateway or a queue would: a function that has not failed
-- may have refused.
local json = require "moonwire.json"

local verdict = {}

-- A route's: API Gateway accepts numbers, and texts of three digits.
local function of_route(key, result)
  local status = type(result) == "table" and tonumber(result.statusCode)
  if status and status >= 200 and status < 300 then return nil end
  if key == "$connect" then
    return status and ("$connect refuses: its statusCode is %d"):format(status)
      or "$connect refuses: its result has no statusCode, for which the client gets 502"
  end
  if status then return ("the route has failed: its statusCode is %d"):format(status) end
end

-- Of records that come in batches: SQS, Kinesis, DynamoDB streams.
local function of_batch(text, result)
  local failures = type(result) == "table" and result.batchItemFailures
  if type(failures) ~= "table" or not failures[1] then return nil end
  local event = json.decode(text)
  local records = type(event) == "table" and event.Records
  return ("%d of %d records failed"):format(#failures, math.max(type(records) == "table" and #records or 0, #failures))
end

--- Why the result counts as a failure, or nothing.
--- @param route? string the key of the route that was called
--- @param event string JSON
--- @param result string JSON
--- @return string?
function verdict.of(route, event, result)
  local value = json.decode(result)
  if route then return of_route(route, value) end
  return of_batch(event, value)
end

return verdict
