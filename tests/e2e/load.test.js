'use strict';
// Many sockets at once: every reply arrives, each its own, and nothing is left of them afterwards.

const assert = require('node:assert/strict');
const { scenario, ECHO } = require('./helper/dev');
const { SLOW, PATIENCE_MS } = require('./helper/program');

const SOCKETS = SLOW > 1 ? 50 : 1000;
const MESSAGES = 20;
const ENVIRONMENTS = 10;

/** What one more environment may cost the gateway: two pipes, its process, its polls, its calls of @connections. */
const DESCRIPTORS_EACH = 5;

/** All messages go out at once; their replies may come in any order. */
async function converse(client, number) {
  const sent = Array.from({ length: MESSAGES }, (_, i) => `socket ${number}, message ${i}, ${'.'.repeat((number * 7 + i * 131) % 500)}`);
  for (const text of sent) client.send(text);
  const received = [];
  for (let i = 0; i < MESSAGES; i++) received.push(await client.next());
  assert.deepEqual(received.sort(), sent.sort());
}

/** Opens them a few at a time, as a browser's users do, but all of them are open in the end. */
async function openAll(dev, count) {
  const clients = [];
  for (let i = 0; i < count; i += 100) {
    clients.push(...await Promise.all(Array.from({ length: Math.min(100, count - i) }, () => dev.connect())));
  }
  return clients;
}

scenario(`${SOCKETS} sockets, ${MESSAGES} messages each`, {
  routes: { $connect: 'return true', $disconnect: 'return true', $default: ECHO },
  args: ['--max-environments', String(ENVIRONMENTS)],
  patience: 10 * PATIENCE_MS,
}, async (dev) => {
  const first = await dev.connect();
  await first.ask('warm');
  const before = dev.descriptors();
  const clients = await openAll(dev, SOCKETS);
  assert.ok(dev.descriptors() >= before + SOCKETS);
  await Promise.all(clients.map(converse));
  for (const client of clients) assert.deepEqual(client.received, [], 'more came than was sent');
  await Promise.all(clients.map((client) => client.close(1000)));
  await dev.invocations(SOCKETS, { route: '$disconnect' });
  await dev.invocations(SOCKETS * MESSAGES + 1, { route: '$default' });
  const lines = await dev.invocations(SOCKETS * (MESSAGES + 2) + 2);
  assert.deepEqual(lines.filter((line) => line.outcome !== 'result'), []);
  assert.equal(lines.length, SOCKETS * (MESSAGES + 2) + 2);
  assert.equal(new Set(lines.map((line) => line.requestId)).size, lines.length);
  const numbers = new Set(lines.map((line) => line.environment));
  assert.ok(numbers.size > 1 && numbers.size <= ENVIRONMENTS, `${numbers.size} environments`);
  const after = dev.descriptors();
  assert.ok(after <= before + (numbers.size - 1) * DESCRIPTORS_EACH, `${before} descriptors before, ${after} after`);
  assert.equal(await first.ask('still there'), 'still there');
});

scenario(`${SOCKETS} sockets that drop without a word`, { routes: { $disconnect: 'return true', $default: ECHO } }, async (dev) => {
  const clients = await openAll(dev, SOCKETS);
  await Promise.all(clients.map((client) => client.ask('hello')));
  await Promise.all(clients.map((client) => client.drop()));
  await dev.invocations(SOCKETS, { route: '$disconnect' });
  assert.equal(await (await dev.connect()).ask('hello'), 'hello');
});

scenario('Ctrl-C with many sockets open and much waiting', { routes: { $default: 'async.sleep(600000)', echo: ECHO }, settings: { timeout: 900 } }, async (dev) => {
  const clients = await openAll(dev, Math.min(200, SOCKETS));
  for (const client of clients) client.send('wait');
  await dev.connect();
  await dev.stop();
  await Promise.all(clients.map((client) => client.closed));
});
