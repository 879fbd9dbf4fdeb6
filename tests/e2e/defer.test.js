'use strict';
// context:defer: after an accepted response, in order, before the next poll; and nothing else outlives an invocation.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { scenario, FIXTURES } = require('./helper/bootstrap');
const { SLOW } = require('./helper/program');

const DEFER = { root: FIXTURES, handler: 'defer.run' };

/** What ran before the next event came. */
async function ranBefore(lambda) {
  const reply = await lambda.invoke({ run: 'report' });
  assert.equal(reply.kind, 'response', reply.text);
  return reply.json;
}

scenario('deferred functions run in order, before the next event', DEFER, async (lambda) => {
  assert.equal((await lambda.invoke({ run: 'order' })).json, 'replied');
  assert.deepEqual(await ranBefore(lambda), ['handler', 'first', 'second', 'third']);
});

scenario('each invocation has its own', DEFER, async (lambda) => {
  for (const id of ['one', 'two', 'three']) {
    await lambda.invoke({ run: 'context' }, { id });
    assert.deepEqual(await ranBefore(lambda), [id]);
  }
});

for (const status of [400, 403, 410, 413]) {
  scenario(`not when the response is refused with ${status}`, DEFER, async (lambda) => {
    await lambda.invoke({ run: 'order' }, { reply: { status } });
    assert.deepEqual(await ranBefore(lambda), ['handler']);
  });
}

for (const run of ['error', 'fail']) {
  scenario(`not when the handler fails (${run})`, DEFER, async (lambda) => {
    assert.equal((await lambda.invoke({ run })).kind, 'error');
    assert.deepEqual(await ranBefore(lambda), []);
  });
}

scenario('not before Lambda has the response, and no poll before they have ended', DEFER, async (lambda) => {
  const file = path.join(os.tmpdir(), `moonwire-gate-${process.pid}`);
  let accept;
  const hold = new Promise((resolve) => { accept = resolve; });
  try {
    const reply = lambda.invoke({ run: 'gate', file }, { reply: { hold } });
    await lambda.api.when(() => lambda.api.requests.some(({ method }) => method === 'POST'));
    await new Promise((resolve) => setTimeout(resolve, 100)); // time to do it wrong
    assert.equal(lambda.stdout, '');
    accept();
    await reply;
    await lambda.wrote('stdout', /deferred begins\n/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(lambda.api.polls, 1);
    fs.writeFileSync(file, '');
    await lambda.idle();
    assert.equal(lambda.stdout, 'deferred begins\ndeferred ends\n');
    assert.equal(lambda.api.polls, 2);
  } finally {
    fs.rmSync(file, { force: true });
  }
});

scenario('a deferred function that fails is logged, the next still runs', DEFER, async (lambda) => {
  await lambda.invoke({ run: 'broken' }, { id: 'request-1' });
  assert.deepEqual(await ranBefore(lambda), ['before', 'after']);
  assert.match(lambda.stderr, /\trequest-1\t(ERROR|WARN)\t.*deferred went wrong/);
});

scenario('whatever one raises, the next still runs', {
  code: `local hostile = { __tostring = function() error {} end, __index = function() error {} end }
    for _, err in ipairs { setmetatable({}, hostile), { type = "Full", message = "no room" }, newproxy(true), 5, false } do
      context:defer(function() error(err) end)
    end
    context:defer(function() coroutine.yield() end)
    context:defer(function() print "last" end)`,
}, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  assert.equal(lambda.stdout, 'last\n');
  const said = lambda.records.map((record) => /context:defer failed: (.*?)\r/.exec(record)[1].replace(/0x\w+/, ''));
  assert.deepEqual(said, ['(error value is a table)', 'Full: no room', 'userdata: ', 'app.lua:5: 5', 'false',
    'app.lua:7: coroutine.yield was called outside of a coroutine: a handler waits with async.sleep, ws.send and so on']);
});

scenario('what one returns as nil and a message is logged with its code, the next still runs', {
  code: `for _, results in ipairs { { nil, "lost", "gone" }, { nil, "no code" }, { nil }, { false, "no failure" }, { true, "fine" } } do
      context:defer(function() return unpack(results, 1, 3) end)
    end
    context:defer(function() return nil, { type = "Full", message = "no room" }, "full" end)
    context:defer(function() print "last" end)`,
}, async (lambda) => {
  await lambda.invoke({}, { id: 'request-1' });
  await lambda.idle();
  assert.equal(lambda.stdout, 'last\n');
  assert.deepEqual(lambda.records.map((record) => record.split('\t').slice(1).join(' ')), [
    'request-1 ERROR a function given to context:defer failed: lost {"code":"gone"}',
    'request-1 ERROR a function given to context:defer failed: no code',
    'request-1 ERROR a function given to context:defer failed: Full: no room {"code":"full"}',
  ]);
});

scenario('so is what async.spawn started, unless somebody waits for it', {
  code: `local async = require "moonwire.async"
    local function fail() return nil, "lost", "gone" end
    async.spawn(fail)
    async.spawn(function() return nil end)
    async.all { function() return async.spawn(fail):wait() == nil end, function() return true end }
    async.all { fail }
    async.spawn(function() return false, "no failure" end)
    async.sleep(5)`,
}, async (lambda) => {
  await lambda.invoke({}, { id: 'request-1' });
  await lambda.idle();
  assert.deepEqual(lambda.records.map((record) => record.split('\t').slice(1).join(' ')),
    ['request-1 ERROR a function given to async.spawn failed: lost {"code":"gone"}']);
});

scenario('an error whose message names its type says it once', {
  code: `context:defer(function() error { type = "X", message = "dynamodb:Scan: X: no (HTTP 400)" } end)
    context:defer(function() error { type = "X", message = "dynamodb:Scan: X (HTTP 400)" } end)
    context:defer(function() error { type = "X", message = "dynamodb:Scan: Xylophone" } end)`,
}, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  const said = lambda.records.map((record) => /context:defer failed: (.*?)\r/.exec(record)[1]);
  assert.deepEqual(said, ['dynamodb:Scan: X: no (HTTP 400)', 'dynamodb:Scan: X (HTTP 400)', 'X: dynamodb:Scan: Xylophone']);
});

for (const [call, want] of [
  ['context.defer(print)', 'call it with a colon: context:defer(fn)'],
  ['context.get_remaining_time_in_millis()', 'call it with a colon: context:get_remaining_time_in_millis()'],
]) {
  scenario(`${call} raises at the caller`, { code: call }, async (lambda) => {
    const { json } = await lambda.invoke({});
    assert.equal(json.errorMessage, want);
    assert.match(json.stackTrace.join('\n'), /app\.lua:\d+/);
  });
}

scenario('what a function given to async.spawn raises is logged, whatever it is', {
  code: `local async = require "moonwire.async"
    async.spawn(function() error { type = "Full", message = "no room" } end)
    async.spawn(function() error(setmetatable({}, { __tostring = function() error {} end })) end)
    async.sleep(5)`,
}, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  assert.deepEqual(lambda.records.map((record) => /async\.spawn failed: (.*?)\r/.exec(record)[1]),
    ['Full: no room', '(error value is a table)']);
});

scenario('the deadline ends them', DEFER, async (lambda) => {
  await ranBefore(lambda); // started, whatever that took
  const headers = { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + 1500 * SLOW) };
  await lambda.invoke({ run: 'endless' }, { id: 'request-1', headers });
  assert.deepEqual(await ranBefore(lambda), ['started']);
  assert.match(lambda.stderr, /\trequest-1\t(ERROR|WARN)\t.*deadline/);
});

scenario('what is no function raises at the caller', DEFER, async (lambda) => {
  const reply = await lambda.invoke({ run: 'wrong' });
  assert.equal(reply.kind, 'error');
  assert.equal(reply.json.errorMessage, 'context:defer: fn must be a function, got string');
  assert.match(reply.json.stackTrace.join('\n'), /defer\.lua:\d+/);
});

for (const run of ['spawn', 'spawn_later']) {
  scenario(`what async.spawn started ends with its invocation (${run})`, DEFER, async (lambda) => {
    assert.equal((await lambda.invoke({ run, ms: 20 })).kind, 'response');
    assert.deepEqual((await lambda.invoke({ run: 'sleep', ms: 150 })).json, []);
    assert.equal(lambda.stdout, '');
  });
}

scenario('what async.spawn started ends with an invocation that fails', {
  code: `local async = require "moonwire.async"
    if event.wait then async.sleep(150) return "quiet" end
    async.spawn(function() async.sleep(20) print "outlived" end)
    error "no"`,
}, async (lambda) => {
  assert.equal((await lambda.invoke({})).kind, 'error');
  assert.equal((await lambda.invoke({ wait: true })).json, 'quiet');
  assert.equal(lambda.stdout, '');
});

scenario('a handler that has returned leaves no coroutine behind: a thousand spawns', {
  code: `local async = require "moonwire.async"
    for _ = 1, 1000 do async.spawn(function() async.sleep(3600 * 1000) end) end
    async.sleep(1)
    return collectgarbage("count")`,
}, async (lambda) => {
  const sizes = [];
  for (let i = 0; i < 20; i++) sizes.push((await lambda.invoke({})).json);
  assert.ok(sizes[19] < sizes[4] * 3, `Lua memory in KB: ${sizes.map(Math.round)}`);
});
