-- batch.sqs without a queue: arguments, and handlers called as functions. The deadline, FIFO queues and the log are in
-- tests/e2e/batch-sqs.test.js.
local batch = require "moonwire.batch"
local json = require "moonwire.json"

local function record(id, body)
  return { messageId = id, body = body, eventSource = "aws:sqs", eventSourceARN = "arn:aws:sqs:eu-central-1:1:orders" }
end

describe("batch.sqs refuses", function()
  local cases = {
    { "no function", {}, "fn must be a function, got nil" },
    { "options that are none", { print, 5 }, "options must be a table, got number" },
    { "an unknown option", { print, { concurency = 5 } }, "options has an unknown field: concurency" },
    { "no workers", { print, { concurrency = 0 } }, "concurrency must be from 1" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local ok, message = pcall(function() return batch.sqs(unpack(case[2], 1, 2)), 1 end)
      assert.equal(false, ok)
      assert.matches("batch_spec%.lua:%d+: batch%.sqs: ", message)
      assert.truthy(message:find(case[3], 1, true), message)
    end)
  end
end)

describe("a handler of batch.sqs", function()
  it("reports nothing as an array", function()
    local result = batch.sqs(function() end) { Records = { record("m-1", "x") } }
    assert.equal('{"batchItemFailures":[]}', json.encode(result))
  end)

  it("gives records their body, decoded when asked for", function()
    local seen = {}
    local result = batch.sqs(function(r) seen[#seen + 1] = r.json.n + #r.body end) {
      Records = { record("m-1", '{"n":1}'), record("m-2", "[]"), record("m-3", '{"n":3}') },
    }
    assert.same({ 8, 10 }, seen)
    assert.equal('{"batchItemFailures":[{"itemIdentifier":"m-2"}]}', json.encode(result))
  end)

  it("gives its context to every record", function()
    local context, seen = {}, {}
    batch.sqs(function(_, given) seen[#seen + 1] = given end, { concurrency = 2 })({ Records = { record("a", ""), record("b", "") } }, context)
    assert.equal(2, #seen)
    assert.truthy(seen[1] == context and seen[2] == context)
  end)
end)
