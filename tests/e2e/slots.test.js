'use strict';
// AWS_LAMBDA_MAX_CONCURRENCY: several invocations at once in one process, each with its own context.

const assert = require('node:assert/strict');
const { scenario, FIXTURES } = require('./helper/bootstrap');

function slots(n, handler, more = {}) {
  return { root: FIXTURES, handler: `slots.${handler}`, slots: n, ...more };
}

for (const n of [1, 2, 8, 64]) {
  scenario(`${n} slots: as many polls, as many handlers at the same time`, slots(n, 'meet'), async (lambda) => {
    await lambda.idle();
    assert.equal(lambda.api.waiting.length, n);
    for (let round = 0; round < 3; round++) {
      const replies = await Promise.all(Array.from({ length: n }, () => lambda.invoke({ n })));
      assert.ok(replies.every(({ json }) => json === n));
    }
    await lambda.idle();
    assert.equal(lambda.api.connections, n);
  });
}

for (const value of ['0', '-1', 'many', '1.5', '9'.repeat(30), '']) {
  scenario(`AWS_LAMBDA_MAX_CONCURRENCY="${value}" means one slot${value && ', and is warned about'}`, {
    code: 'return "served"',
    env: { AWS_LAMBDA_MAX_CONCURRENCY: value },
  }, async (lambda) => {
    await Promise.all([1, 2, 3].map(async () => assert.equal((await lambda.invoke({})).json, 'served')));
    await lambda.idle();
    if (!value) assert.deepEqual(lambda.records, []);
    for (const record of lambda.records.map((line) => JSON.parse(line))) {
      assert.equal(record.level, 'WARN');
      assert.match(record.message, /AWS_LAMBDA_MAX_CONCURRENCY/);
    }
    assert.equal(lambda.records.length, value ? 1 : 0);
  });
}

scenario('contexts and logs do not mix', slots(8, 'own', { env: { AWS_LAMBDA_LOG_FORMAT: 'JSON' } }), async (lambda) => {
  const ns = Array.from({ length: 200 }, (_, n) => n);
  await Promise.all(ns.map(async (n) => {
    const headers = { 'Lambda-Runtime-Trace-Id': `Root=${n}` };
    const { json } = await lambda.invoke({ n, ms: (n * 7) % 20 }, { id: `request-${n}`, headers });
    assert.deepEqual(json, { n, same: true, id: `request-${n}`, trace: `Root=${n}` });
  }));
  await lambda.idle();
  const records = lambda.records.map((line) => JSON.parse(line));
  assert.equal(records.length, 600);
  for (const { requestId, n } of records) assert.equal(requestId, `request-${n}`);
});

scenario('a failing invocation does not disturb the others', slots(8, 'mixed'), async (lambda) => {
  await Promise.all(Array.from({ length: 400 }, async (_, n) => {
    const reply = await lambda.invoke({ n, ms: n % 5 });
    if (n % 10) assert.equal(reply.json, n);
    else assert.equal(reply.json.errorMessage, `tenth ${n}`);
  }));
});

scenario('lost connections and refusals on one slot do not disturb the others', slots(8, 'mixed'), async (lambda) => {
  const faults = [
    { deliver: [{ drop: 'request' }, {}] }, { deliver: [{ drop: 'body' }, {}] }, { reply: [{ drop: 'upload' }] },
    { reply: [{ drop: 'request' }] }, { reply: [{ status: 410 }] }, { deliver: { close: true } }, { reply: { hangup: true } }, {},
  ];
  await Promise.all(Array.from({ length: 160 }, async (_, i) => {
    const n = i * 10 + 1;
    assert.equal((await lambda.invoke({ n, ms: i % 5 }, faults[i % faults.length])).json, n);
  }));
  await lambda.idle();
});

scenario('the same request id twice at once, apart by invocation id', slots(2, 'meet'), async (lambda) => {
  const replies = await Promise.all([1, 2].map(() => lambda.invoke({ n: 2 }, { id: 'same' })));
  assert.deepEqual(replies.map(({ json }) => json), [2, 2]);
});

scenario('a module that two invocations ask for while it loads is loaded once', slots(4, 'lazy'), async (lambda) => {
  const replies = await Promise.all(Array.from({ length: 4 }, () => lambda.invoke({})));
  for (const reply of replies) assert.deepEqual(reply.json, [1, 1], reply.text);
});

scenario('what one invocation spawned ends with it while another still runs', slots(2, 'spawn'), async (lambda) => {
  const waiting = lambda.invoke({ ms: 200 });
  assert.equal((await lambda.invoke({ spawn: true })).json, 'spawned');
  assert.equal((await waiting).json, 'waited');
  assert.deepEqual(lambda.records.map((line) => JSON.parse(line)).filter(({ level }) => level === 'INFO'), []);
});

scenario('deferred functions of one slot let the other serve', slots(2, 'defer'), async (lambda) => {
  await lambda.invoke({ n: 1, defer: true, ms: 400 });
  for (let n = 2; n < 12; n++) assert.equal((await lambda.invoke({ n })).json, n);
  assert.deepEqual(lambda.records, []);
  await lambda.idle();
  assert.deepEqual(lambda.records.map((line) => JSON.parse(line).message), ['deferred']);
});

scenario('the trace id is in the environment only where there is one invocation at a time', slots(2, 'trace'), async (lambda) => {
  assert.deepEqual((await lambda.invoke({})).json, {});
});
