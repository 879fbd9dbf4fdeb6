'use strict';
// context:defer: after an accepted response, in order, before the next poll; and nothing else outlives an invocation.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { scenario, FIXTURES } = require('./helper/bootstrap');

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

scenario('the deadline ends them', DEFER, async (lambda) => {
  await ranBefore(lambda); // started, whatever that took
  const headers = { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + 1500) };
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
