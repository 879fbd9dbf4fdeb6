--- Metrics in CloudWatch, through the log: lines in its embedded metric format, from which CloudWatch takes the values.
---
---   metrics.count("Joined")
---   metrics.put("QueueLength", #queue, "Count")
---   metrics.put("Latency", ms, "Milliseconds", { Table = "rooms" })
---
--- What an invocation gave is written before its reply is posted, and what its deferred functions gave after them, with the
--- ids of the invocation. The namespace is the variable MOONWIRE_METRICS, or "Moonwire". docs/metrics.md has the rest.
---
--- An argument that CloudWatch would not take raises: it drops such values without a word.
local core = require "moonwire.core.metrics"

--- @class moonwire.metrics
local metrics = {}

--- Raises at the caller of the public function that called this one.
local function check(what, name, value, wanted)
  if type(value) ~= wanted then
    error(("%s: %s must be a %s, got %s"):format(what, name, wanted, type(value)), 3)
  end
end

--- The same.
local function add(what, ...)
  local ok, message = core.add(...)
  if not ok then
    error(what .. ": " .. message, 3)
  end
end

--- Counts: all that is counted under one name in an invocation makes one value.
--- @param name string 1 to 255 bytes, UTF-8 without control characters
--- @param n? number how much to add; default 1
function metrics.count(name, n)
  if n == nil then
    n = 1
  end
  check("metrics.count", "name", name, "string")
  check("metrics.count", "n", n, "number")
  add("metrics.count", true, name, n, "Count")
end

--- One value. Several of one name in an invocation are all kept, so that CloudWatch knows minimum, maximum and percentiles.
--- @param name string 1 to 255 bytes, UTF-8 without control characters
--- @param value number from -2^360 to 2^360
--- @param unit? moonwire.metrics.Unit default `"None"`
--- @param dimensions? table<string, string> at most 30, printable ASCII, in place of the usual one, `FunctionName`; `{}` for
--- none. Each combination of values is a metric of its own and paid for as one: never an id of a connection or a user
function metrics.put(name, value, unit, dimensions)
  if unit == nil then
    unit = "None"
  end
  check("metrics.put", "name", name, "string")
  check("metrics.put", "value", value, "number")
  check("metrics.put", "unit", unit, "string")
  if dimensions ~= nil then
    check("metrics.put", "dimensions", dimensions, "table")
  end
  add("metrics.put", false, name, value, unit, dimensions)
end

return metrics
