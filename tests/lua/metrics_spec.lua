-- moonwire.metrics: what arguments may be. What is written is seen end to end (tests/e2e/metrics.test.js).
local metrics = require "moonwire.metrics"

-- Calls fn in a function of this file; returns the message without its position, which must be that of the call.
local function refusal(fn, ...)
  local args, n = { ... }, select("#", ...)
  local ok, message = pcall(function()
    fn(unpack(args, 1, n)) -- here
    return nil
  end)
  assert.equal(false, ok)
  local line = debug.getinfo(1, "l").currentline - 4
  local position = ("metrics_spec.lua:%d: "):format(line)
  assert.truthy(message:find(position, 1, true))
  return message:sub(select(2, message:find(position, 1, true)) + 1)
end

local many = {}
for i = 1, 31 do
  many["d" .. i] = "x"
end

describe("metrics.count refuses", function()
  local cases = {
    { "name must be a string, got nil" },
    { "name must be a string, got number", 1 },
    { "name must not be empty", "" },
    { "name must not be \"_aws\"", "_aws" },
    { "name must be UTF-8 without control characters", "a\nb" },
    { "name is longer than 255 bytes", ("x"):rep(256) },
    { "n must be a number, got string", "a", "1" },
    { "n must be a finite number from -2^360 to 2^360", "a", 0 / 0 },
    { "n must be a finite number from -2^360 to 2^360", "a", math.huge },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      assert.equal("metrics.count: " .. case[1], refusal(metrics.count, case[2], case[3]))
    end)
  end
end)

describe("metrics.put refuses", function()
  local cases = {
    { "name must be a string, got nil" },
    { "value must be a number, got nil", "a" },
    { "value must be a number, got string", "a", "1" },
    { "value must be a finite number from -2^360 to 2^360", "a", -math.huge },
    { "unit must be a string, got number", "a", 1, 1 },
    { "unit \"ms\" is none of CloudWatch's (Count, Milliseconds, Bytes, Percent, Count/Second ...)", "a", 1, "ms" },
    { "dimensions must be a table, got string", "a", 1, "None", "x" },
    { "dimensions must be at most 30", "a", 1, "None", many },
    { "dimensions: a name must be a string, got number", "a", 1, "None", { "x" } },
    { "dimensions: the value of \"Room\" must be a string, got number", "a", 1, "None", { Room = 1 } },
    { "dimensions: the value of \"Room\" must not be empty", "a", 1, "None", { Room = "" } },
    { "dimensions: the value of \"Room\" must be printable ASCII", "a", 1, "None", { Room = "caf\195\169" } },
    { "name \"Room\" is also the name of a dimension", "Room", 1, "None", { Room = "x" } },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      assert.equal("metrics.put: " .. case[1], refusal(metrics.put, case[2], case[3], case[4], case[5]))
    end)
  end
end)
