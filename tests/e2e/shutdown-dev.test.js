'use strict';
// on_shutdown under `moonwire dev`: the local Lambda knows the extension, so that the functions run at Ctrl-C.

const assert = require('node:assert/strict');
const { scenario, ECHO } = require('./helper/dev');

const lambda = 'local lambda = require "moonwire.lambda"\n';
const bye = { routes: { $default: ECHO }, more: `${lambda}lambda.on_shutdown(function() print "bye" end)` };

for (const signal of ['SIGINT', 'SIGTERM']) {
  scenario(`${signal}: what on_shutdown prints appears`, bye, async (dev) => {
    const client = await dev.connect();
    assert.equal(await client.ask('hello'), 'hello');
    await dev.stop(signal);
    assert.equal(dev.all({ type: 'log', text: 'bye' }).length, 1, dev.report());
    assert.deepEqual(dev.all({ type: 'environment', event: 'ended' }).map(({ exitStatus }) => exitStatus), [0]);
    assert.doesNotMatch(dev.report(), /the extension for on_shutdown/);
  });
}

scenario('text: it appears, too', { ...bye, text: true }, async (dev) => {
  assert.equal(await (await dev.connect()).ask('hello'), 'hello');
  await dev.stop();
  assert.match(dev.stdout, /\bbye\b/);
});

scenario('several environments say it, each once', { ...bye, routes: { $default: `async.sleep(300) ${ECHO}` } }, async (dev) => {
  const clients = await Promise.all([1, 2, 3].map(() => dev.connect()));
  await Promise.all(clients.map((client) => client.ask('hello')));
  await dev.stop();
  const environments = dev.all({ type: 'log', text: 'bye' }).map(({ environment }) => environment);
  assert.equal(new Set(environments).size, environments.length);
  assert.ok(environments.length >= 2, dev.report());
});

scenario('Ctrl-C while an invocation waits', { ...bye, routes: { $default: 'ws.reply "waiting" async.sleep(20000)' } }, async (dev) => {
  assert.equal(await (await dev.connect()).ask('hello'), 'waiting');
  await dev.stop();
  assert.equal(dev.all({ type: 'log', text: 'bye' }).length, 1, dev.report());
});

scenario('a function that takes too long is cut off', {
  ...bye, more: `${lambda}lambda.on_shutdown(function() print "begun" async.sleep(20000) print "never" end)`,
}, async (dev) => {
  assert.equal(await (await dev.connect()).ask('hello'), 'hello');
  await dev.stop();
  assert.equal(dev.all({ type: 'log', text: 'begun' }).length, 1);
  assert.equal(dev.all({ type: 'log', text: 'never' }).length, 0);
  assert.equal(dev.all({ type: 'log', text: /cut off/ }).length, 1, dev.report());
});
