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

  it("reports the ids that came, whatever becomes of a record", function()
    local same = record("m-3", "")
    local result = batch.sqs(function(r)
      r.messageId = nil
      return nil, "no"
    end) { Records = { record("m-1", ""), record("m-2", ""), same, same } }
    assert.equal('{"batchItemFailures":[{"itemIdentifier":"m-1"},{"itemIdentifier":"m-2"},{"itemIdentifier":"m-3"},'
      .. '{"itemIdentifier":"m-3"}]}', json.encode(result))
  end)

  local strange = {
    { "no event", nil, "the event has no Records" },
    { "an event of something else", { detail = {} }, "the event has no Records" },
    { "null as Records", { Records = json.null }, "the event has no Records" },
    { "Records of another service", { Records = { { eventSource = "aws:s3" } } }, "Records[1] is not of a queue" },
    { "a hole", { Records = { record("m-1", ""), nil, record("m-3", "") } }, "Records[2] is not of a queue" },
    { "a hole at the end", { Records = { [1] = record("m-1", ""), [3] = record("m-3", "") } }, "Records[2] is not of a queue" },
    { "names among them", { Records = { record("m-1", ""), other = record("m-2", "") } }, "Records[2] is not of a queue" },
  }
  for _, case in ipairs(strange) do
    it("refuses " .. case[1], function()
      local work = batch.sqs(function() error "not reached" end)
      local ok, message = pcall(function() return work(case[2]), 1 end)
      assert.equal(false, ok)
      assert.equal("batch.sqs: " .. case[3], message:sub(1, #case[3] + 11))
    end)
  end
end)
