'use strict';
// batch.sqs: a handler for the events of a queue that reports which records failed.

const test = require('node:test');
const assert = require('node:assert/strict');
const program = require('./helper/program');
const { Lambda, checkFailure } = require('./helper/bootstrap');

const ARN = 'arn:aws:sqs:eu-central-1:123456789012:orders';

/** An event as Lambda delivers it ("Using Lambda with Amazon SQS", Lambda Developer Guide); bodies are texts. */
function eventOf(bodies, arn = ARN) {
  return {
    Records: bodies.map((body, i) => ({
      messageId: `m-${i + 1}`, receiptHandle: `h-${i + 1}`, body, attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1545082649183' },
      messageAttributes: {}, md5OfBody: 'x', eventSource: 'aws:sqs', eventSourceARN: arn, awsRegion: 'eu-central-1',
    })),
  };
}

/** What each word of a body makes of its record. */
const MODULE = `local async, batch, log = require "moonwire.async", require "moonwire.batch", require "moonwire.log"
local at_once, most = 0, 0
local ways = {
  ok = function() end,
  value = function() return { any = "value" } end,
  no = function() return false end,
  raise = function() error "it broke" end,
  table = function() error { type = "NotFound", message = "no order" } end,
  refuse = function() return nil, "out of stock", "stock" end,
  json = function(record) assert(record.json.order == 7 and record.json == record.json) end,
  yield = function()
    at_once = at_once + 1
    most = math.max(most, at_once)
    async.sleep(1)
    at_once = at_once - 1
  end,
  hang = function() async.sleep(1e9) end,
}
local function work(record, context)
  print("ran " .. record.messageId .. " " .. context.aws_request_id:sub(1, 0))
  local way = record.body:match "^%a+" or "json"
  return ways[way](record)
end
local M = { one = batch.sqs(work), many = batch.sqs(work, { concurrency = 4 }) }
function M.any(event, context)
  if event.most then return most end
  return (event.many and M.many or M.one)(event.event, context)
end
return M
`;

/** One test with one bootstrap; body(run, lambda): run(bodies, { many, arn, invocation }) resolves with the failed ids. */
function scenario(name, body) {
  test(name, { timeout: 120000 }, async () => {
    const lambda = await Lambda.start({ files: { 'app.lua': MODULE }, handler: 'app.any' });
    const run = async (bodies, { many = false, arn, invocation } = {}) => {
      const reply = await lambda.invoke({ many, event: eventOf(bodies, arn) }, invocation);
      assert.equal(reply.kind, 'response', reply.text);
      assert.deepEqual(Object.keys(reply.json), ['batchItemFailures']);
      assert.ok(Array.isArray(reply.json.batchItemFailures), 'an array, also when it is empty');
      return reply.json.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    };
    try {
      await program.patiently(body(run, lambda));
      await lambda.stop();
      lambda.check();
    } catch (error) {
      await lambda.stop().catch(() => {});
      throw Object.assign(error, { stack: `${error.stack}\n--- stderr\n${lambda.stderr.slice(-4000)}` });
    }
  });
}

const CASES = [
  ['nothing fails', ['ok', 'value', 'no', 'yield', '{"order":7}'], []],
  ['no records', [], []],
  ['every kind of failure', ['ok', 'raise', 'table', 'refuse', 'ok', '{"order":8}', '{order'], ['m-2', 'm-3', 'm-4', 'm-6', 'm-7']],
  ['all fail', ['raise', 'refuse'], ['m-1', 'm-2']],
];
scenario('what failed is reported, and nothing else', async (run) => {
  for (const [name, bodies, failed] of CASES) {
    for (const many of [false, true]) assert.deepEqual(await run(bodies, { many }), failed, `${name}, ${many ? 'several at once' : 'one by one'}`);
  }
});

scenario('a failure is logged with its message and its place', async (run, lambda) => {
  await run(['raise', 'table', 'refuse', '{order']);
  await lambda.idle();
  assert.match(lambda.stderr, /\tERROR\tbatch\.sqs: a record failed: app\.lua:\d+: it broke[^\n]*"messageId":"m-1"/);
  assert.match(lambda.stderr, /\tERROR\tbatch\.sqs: a record failed: NotFound: no order[^\n]*"messageId":"m-2"/);
  assert.match(lambda.stderr, /\tERROR\tbatch\.sqs: a record failed: out of stock \{.*"messageId":"m-3"/);
  assert.match(lambda.stderr, /"code":"stock"/);
  assert.match(lambda.stderr, /\tERROR\tbatch\.sqs: a record failed: app\.lua:\d+: the body of the record is not JSON: line 1[^\n]*"messageId":"m-4"/);
});

scenario('several at once, and never more than asked for', async (run, lambda) => {
  await run(Array(20).fill('yield'));
  assert.equal((await lambda.invoke({ most: true })).json, 1);
  await run(Array(20).fill('yield'), { many: true });
  assert.equal((await lambda.invoke({ most: true })).json, 4);
});

scenario('a FIFO queue: in order, and nothing behind a failure', async (run, lambda) => {
  const arn = `${ARN}.fifo`;
  assert.deepEqual(await run(['ok', 'yield', 'refuse', 'ok', 'ok'], { arn, many: true }), ['m-3', 'm-4', 'm-5']);
  await lambda.idle();
  assert.deepEqual(lambda.stdout.match(/m-\d/g), ['m-1', 'm-2', 'm-3']);
  assert.match(lambda.stderr, /\tWARN\tbatch\.sqs: 2 of 5 records were not processed: they come behind one that failed/);
  assert.equal((await lambda.invoke({ most: true })).json, 1);
});

scenario('what waits when the time is over comes again, what is done does not', async (run, lambda) => {
  const soon = () => ({ headers: { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + 3000) } });
  assert.deepEqual(await run(['ok', 'hang', 'ok'], { invocation: soon() }), ['m-2', 'm-3']);
  assert.deepEqual(await run(['hang', 'ok', 'hang', 'ok', 'refuse'], { invocation: soon(), many: true }), ['m-1', 'm-3', 'm-5']);
  await lambda.idle();
  assert.match(lambda.stderr, /\tWARN\tbatch\.sqs: 2 of 3 records were not processed: the time was over/);
  assert.deepEqual(await run(['ok']), []);
});

scenario('events that are none of a queue', async (_, lambda) => {
  const wrong = [
    [null, 'the event has no Records'], [{}, 'the event has no Records'], [{ Records: 'x' }, 'the event has no Records'],
    [{ Records: [{ eventSource: 'aws:kinesis' }] }, 'Records\\[1\\] is not of a queue'],
    [{ Records: [eventOf(['ok']).Records[0], { eventSource: 'aws:sqs' }] }, 'Records\\[2\\] is not of a queue'],
  ];
  for (const [event, why] of wrong) {
    const reply = await lambda.invoke({ event });
    assert.equal(reply.kind, 'error', reply.text);
    checkFailure(reply, { errorMessage: new RegExp(`^batch\\.sqs: ${why}.*; this handler is for the events of an SQS queue$`) });
  }
});
