'use strict';
// bootstrap against a Runtime API that knows only the platform's rules (helper/state-machine.js): random invocations, time
// limits, request ids that come again, results that are too large, broken connections. Whatever happens, no answer may be
// the client's own fault, and no caller may get what belongs to another.

const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const net = require('node:net');
const { Lambda, scenario } = require('./helper/bootstrap');
const { SLOW, PATIENCE_MS, patiently } = require('./helper/program');
const { Random } = require('./helper/random');
const { Platform, NEXT, INIT_ERROR } = require('./helper/state-machine');

const SLOTS = 8;
const SEED = process.env.MOONWIRE_SEED ? Number(process.env.MOONWIRE_SEED) : crypto.randomInt(2 ** 32);

/* The rules themselves: clients that break them are noticed, those that keep them are not. */

const POLL = ['GET', NEXT];
const reply = (kind, id, nonce = 'echo', body = '{}') => ['POST', `/2018-06-01/runtime/invocation/${id}/${kind}`, nonce, body];

// Requests, one after the other on one connection. The first event, of the id "1", is there from the beginning on demand; with
// slots it comes when there is a poll. Steps: a request; a function of (platform, invocation). want: the statuses.
const rules = [
  { name: 'a response', steps: [POLL, reply('response', '1')], want: [200, 202] },
  { name: 'an error', steps: [POLL, reply('error', '1')], want: [200, 202] },
  { name: 'a poll before the reply gets the event again', steps: [POLL, POLL], want: [200, 200], fault: /while an event is unanswered/ },
  { name: 'two replies', steps: [POLL, reply('response', '1'), reply('response', '1')], want: [200, 202, 403], fault: /not under way/ },
  { name: 'an error after the response', steps: [POLL, reply('response', '1'), reply('error', '1')], want: [200, 202, 403], fault: /not under way/ },
  { name: 'another id', steps: [POLL, reply('response', '2')], want: [200, 400], fault: /not under way/ },
  { name: 'no invocation id', steps: [POLL, reply('response', '1', null)], want: [200, 410], fault: /without an invocation id/ },
  { name: 'the invocation id of another delivery', steps: [POLL, reply('response', '1', 'x')], want: [200, 410], fault: /another delivery/ },
  { name: 'a late reply', steps: [POLL, (platform, one) => platform.expire(one), reply('response', '1')], want: [200, 410] },
  { name: 'a late reply twice', steps: [POLL, (platform, one) => platform.expire(one), reply('response', '1'), reply('response', '1')], want: [200, 410, 403], fault: /not under way/ },
  { name: 'a result above 6 MB', steps: [POLL, reply('response', '1', 'echo', 'x'.repeat(6 * 1024 * 1024 + 101))], want: [200, 413] },
  { name: 'an error after 413', steps: [POLL, reply('response', '1', 'echo', 'x'.repeat(6 * 1024 * 1024 + 101)), reply('error', '1')], want: [200, 413, 403], fault: /not under way/ },
  { name: 'init/error', steps: [['POST', INIT_ERROR, null, '{}']], want: [202] },
  { name: 'init/error after a poll', steps: [POLL, ['POST', INIT_ERROR, null, '{}']], want: [200, 403], fault: /after a poll/ },
  { name: 'another path', steps: [['GET', '/2018-06-01/next']], want: [404], fault: /no such request/ },
  { name: 'slots: a response', slots: 1, steps: [POLL, reply('response', '1')], want: [200, 202] },
  { name: 'slots: two replies', slots: 1, steps: [POLL, reply('response', '1'), reply('response', '1')], want: [200, 202, 400], fault: /not under way/ },
  { name: 'slots: another id', slots: 1, steps: [POLL, reply('error', '2')], want: [200, 400], fault: /not under way/ },
  { name: 'slots: a late reply', slots: 1, steps: [POLL, (platform, one) => platform.expire(one), reply('response', '1')], want: [200, 410] },
  { name: 'slots: a late reply twice', slots: 1, steps: [POLL, (platform, one) => platform.expire(one), reply('response', '1'), reply('response', '1')], want: [200, 410, 400], fault: /not under way/ },
  { name: 'slots: a poll too many', slots: 1, steps: [POLL, POLL], want: [200, undefined], fault: /more than 1 slots/ },
  { name: 'slots: an error report above 1 MB', slots: 1, steps: [POLL, reply('error', '1', 'echo', 'x'.repeat(1024 * 1024 + 1))], want: [200, 413], fault: /above 1 MB/ },
];

/** Sends a request; resolves with { status, nonce }, or {} when the poll has to wait. */
async function send(socket, platform, [method, target, nonce, body = ''], seen) {
  const echo = nonce === 'echo' ? seen.nonce : nonce;
  const headers = `${echo ? `Lambda-Runtime-Invocation-Id: ${echo}\r\n` : ''}${method === 'POST' ? `Content-Length: ${body.length}\r\n` : ''}`;
  const waiting = platform.idle.length;
  const answered = new Promise((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`);
  const text = await Promise.race([answered, platform.when(() => platform.idle.length > waiting)]);
  if (!text) return {};
  const [, id] = /Invocation-Id: (\S+)/.exec(text) || [];
  return { status: Number(text.split(' ')[1]), nonce: id };
}

for (const { name, slots, steps, want, fault } of rules) {
  test(`the rules: ${name}`, { timeout: PATIENCE_MS }, async () => {
    const platform = await Platform.start({ slots });
    const one = { id: '1', body: Buffer.from('{}') };
    if (slots) platform.onIdle = () => { if (!one.state) platform.invoke(one); };
    else platform.invoke(one);
    const socket = net.connect(platform.server.address().port, '127.0.0.1');
    const seen = {};
    const statuses = [];
    for (const step of steps) {
      if (typeof step === 'function') {
        step(platform, one);
        continue;
      }
      const { status, nonce } = await send(socket, platform, step, seen);
      if (nonce) seen.nonce = nonce;
      statuses.push(status);
    }
    socket.destroy();
    const { violations } = platform;
    platform.dismissed = true;
    await platform.close();
    assert.deepEqual(statuses, want);
    if (fault) assert.match(violations.join('\n'), fault);
    else assert.deepEqual(violations, []);
  });
}

/* bootstrap under these rules */

const HANDLER = `
  local async = require "moonwire.async"
  if context.trace_id == "" or context.tenant_id == "" then error "an empty header is none" end
  if event.ms then async.sleep(event.ms) end
  if event.defer then context:defer(function() async.sleep(event.defer) end) end
  if event.fails == "raise" then error("#" .. event.n .. "." .. ("x"):rep(event.size))
  elseif event.fails == "return" then return nil, "#" .. event.n .. "."
  elseif event.fails == "type" then return print end
  return { n = "#" .. event.n .. ".", text = ("x"):rep(event.size) }`;

/** A random invocation; `ids` are request ids that came before. */
function invocationOf(random, n, ids) {
  const size = random.chance(0.02) ? 7 * 1024 * 1024 : random.chance(0.1) ? random.below(300000) : random.below(100);
  const event = { n, size, ms: random.chance(0.5) ? random.below(8) : undefined, defer: random.chance(0.1) ? random.below(5) : undefined };
  if (random.chance(0.3)) event.fails = random.pick(['raise', 'return', 'type']);
  return {
    id: ids.length && random.chance(0.1) ? random.pick(ids) : `id-${n}`,
    body: Buffer.from(JSON.stringify({ ...event, padding: 'x'.repeat(random.chance(0.05) ? 200000 : 0) })),
    trace: random.chance(0.5) ? `Root=1-${n}` : '',
    tenant: random.chance(0.3) ? `tenant-${n}` : '',
    deliver: n % 300 === 0 ? [{ drop: 'body' }] : random.pick([[], [], [], [{ chunked: [100] }], [{ close: true }]]), // one slot gives up after five in a row
    reply: random.pick([[], [], [], [{ drop: 'request' }], [{ drop: 'upload' }], [{ close: true }]]),
    limit: random.chance(0.2) ? random.below(10) : undefined,
    n, fails: event.fails, large: size > 6 * 1024 * 1024,
  };
}

/** What came back is of this invocation, and what it has to be. */
function check(one, { outcome, body }, managed) {
  if (outcome === 'late' || (outcome === 'lost' && managed)) return;
  const text = body.subarray(0, 1000).toString();
  const large = one.large && one.fails !== 'return' && one.fails !== 'type';
  const allowed = large ? (one.fails ? ['error'] : ['too large']) : [one.fails ? 'error' : 'response'];
  assert.ok(allowed.includes(outcome), `#${one.n}: ${outcome} ${text}`);
  if (one.fails !== 'type') assert.equal(/#(\d+)\./.exec(body)?.[1], String(one.n), text);
}

/** Sends `count` invocations as there is room for them, now and then one more than that. */
async function drive(lambda, random, count) {
  const { api: platform } = lambda;
  const ids = [];
  const underWay = new Map();
  const outcomes = {};
  for (let n = 0; n < count;) {
    const one = invocationOf(random, n, ids.slice(-20).filter((id) => ![...underWay.values()].some((other) => other.id === id && other.state !== 'over')));
    const room = platform.managed ? platform.idle.length > 0 : !platform.current || platform.current.state === 'over';
    const ended = platform.invoke(one);
    if (!room) {
      assert.deepEqual(await ended, { outcome: 'unavailable' });
      await platform.when(() => (platform.managed ? platform.idle.length > 0 : platform.current.state === 'over'));
      continue;
    }
    n++;
    ids.push(one.id);
    if (one.limit !== undefined) setTimeout(() => platform.expire(one), one.limit);
    const checked = ended.then((reply) => {
      check(one, reply, platform.managed);
      outcomes[reply.outcome] = (outcomes[reply.outcome] || 0) + 1;
      underWay.delete(checked);
      platform.look();
    });
    underWay.set(checked, one);
    checked.catch(() => {}); // seen below
    if (random.chance(0.2)) await new Promise((resolve) => setTimeout(resolve, random.below(6)));
  }
  await Promise.all(underWay.keys());
  await platform.when(() => platform.idle.length === platform.slots);
  return outcomes;
}

for (const [name, slots, count] of [['on demand', undefined, 300], [`${SLOTS} slots`, SLOTS, 1000]]) {
  scenario(`${name}: random invocations under the platform's rules, MOONWIRE_SEED=${SEED}`, { api: Platform, code: HANDLER, slots, env: { MOONWIRE_LOG_LEVEL: 'FATAL' } }, async (lambda) => {
    const outcomes = await drive(lambda, new Random(SEED), SLOW > 1 ? count / 10 : count);
    assert.deepEqual(lambda.api.violations, []);
    assert.equal(lambda.ended, undefined);
    for (const outcome of ['response', 'error', 'late']) assert.ok(outcomes[outcome] > 0, `none ended as ${outcome}`);
  });
}

for (const slots of [undefined, 1, SLOTS]) {
  scenario(`${slots || 'no'} slots: a late reply does not reach the invocation that has its request id now`, { api: Platform, code: HANDLER, slots }, async ({ api: platform }) => {
    const make = (n, ms) => ({ id: 'same', body: Buffer.from(JSON.stringify({ n, ms, size: 0 })) });
    const [early, next] = [make(1, 30), make(2, 5)];
    await platform.when(() => platform.idle.length === platform.slots);
    const ended = platform.invoke(early);
    platform.expire(early);
    assert.equal((await ended).outcome, 'late');
    if (slots) await platform.when(() => platform.idle.length > 0); // one slot: it is over there; more: it still runs
    const { outcome, body } = await platform.invoke(next);
    assert.deepEqual([outcome, JSON.parse(body).n], ['response', '#2.']);
    await platform.when(() => platform.idle.length === platform.slots);
  });
}

test('a start that fails is told of once, before any poll, in both modes', { timeout: PATIENCE_MS }, async () => {
  for (const slots of [undefined, SLOTS]) {
    const lambda = await Lambda.start({ api: Platform, files: { 'app.lua': 'error "no"' }, slots });
    const { code } = await patiently(lambda.exit);
    assert.equal(code, 1);
    assert.equal(lambda.api.polls, 0);
    await lambda.stop();
    lambda.check();
  }
});
