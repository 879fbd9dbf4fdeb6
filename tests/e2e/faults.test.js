'use strict';
// Each fault a hundred times, in random order: every event is answered once and correctly, the handler runs once for it,
// and nothing hangs. What ends the process by design is repeated with fresh processes.
// MOONWIRE_SEED repeats an order.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Lambda } = require('./helper/bootstrap');
const program = require('./helper/program');
const { Random } = require('./helper/random');

/** Nothing else happens where it is slow. */
const TIMES = program.SLOW > 1 ? 3 : 100;
const SEED = Number(process.env.MOONWIRE_SEED || Date.now() % 2 ** 31);

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Counts its runs, all of them and those of one event. */
const COUNTING = `
local runs, of = 0, {}
return { run = function(event)
  runs = runs + 1
  if event.total then return runs end
  of[event.n] = (of[event.n] or 0) + 1
  if event.ms then require("moonwire.async").sleep(event.ms) end
  if event.fail then error("n " .. event.n .. " run " .. of[event.n], 0) end
  return { n = event.n, runs = of[event.n], text = event.text, pad = event.size and ("x"):rep(event.size) }
end }
`;

/** One process at a time is frozen only once. */
class Freezer {
  constructor(lambda, random) {
    Object.assign(this, { pid: lambda.child.pid, random, last: Promise.resolve() });
  }

  state() {
    return /\) (\w)/.exec(fs.readFileSync(`/proc/${this.pid}/stat`, 'latin1'))[1];
  }

  async freeze(meanwhile) {
    process.kill(this.pid, 'SIGSTOP');
    try {
      while (this.state() !== 'T') await sleep(1);
      await meanwhile();
      await sleep(this.random.below(3));
    } finally {
      process.kill(this.pid, 'SIGCONT');
    }
  }

  /** Stops the process, lets meanwhile() happen, and wakes it up, when others have done the same. */
  around(meanwhile) {
    this.last = this.last.then(() => this.freeze(meanwhile));
    return this.last;
  }
}

/** Waits until a poll rests, freezes the process, and ends that poll's connection. */
async function endRestingPoll({ api, freezer }, reset) {
  await api.when(() => api.waiting.length > 0);
  await freezer.around(() => {
    const poll = api.waiting.shift(); // nothing is handed to it any more
    if (!poll) return;
    if (reset) poll.socket.resetAndDestroy();
    else poll.socket.destroy();
  });
}

const MALFORMED = [
  'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'HTTP/1.1 \r\n\r\n', 'HTTP/9.9 200 OK\r\n\r\n', 'HTTP/1.1 abc OK\r\n\r\n', '\0\0\0\0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 'HTTP/1.1 100 -\r\n\r\n'.repeat(30), 'HTTP/1.1 101 -\r\n\r\n',
];
const malformed = (random) => ({ raw: Buffer.from(random.pick(MALFORMED)) });
const chunks = (random) => (random.chance(0.5) ? [1 + random.below(60)] : undefined);
const cut = (random, reset) => ({ drop: random.pick(['status', 'head', 'body', 'end']), reset, chunked: chunks(random) });

/**
 * Each gives the ways in which Lambda behaves for one event (helper/runtime-api.js), and what becomes of its reply.
 * before(run): what happens first. alone: nothing else may be under way.
 */
const faults = {
  'closed before an answer': () => ({ deliver: [{ drop: 'request' }, {}] }),
  'reset before an answer': () => ({ deliver: [{ drop: 'request', reset: true }, {}] }),
  'half an event, closed': ({ random }) => ({ deliver: [cut(random, false), {}] }),
  'half an event, reset': ({ random }) => ({ deliver: [cut(random, true), {}] }),
  'a trickle': ({ random }) => ({ deliver: { pace: 40 + random.below(40), rest: 1, chunked: chunks(random) } }),
  'a trickle byte by byte': ({ random }) => ({ deliver: { pace: 1, chunked: chunks(random) } }),
  'a malformed answer to a poll': ({ random }) => ({ deliver: [malformed(random), {}] }),
  'a malformed answer to a reply': ({ random }) => ({ reply: [{ ...malformed(random), lost: true }] }),
  'interim responses': () => ({ deliver: { before: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(20) } }),
  'a connection that ends behind the event': () => ({ deliver: { hangup: true } }),
  'a connection that ends behind the receipt': () => ({ reply: [{ hangup: true }] }),
  'refused connections': ({ random }) => ({ alone: true, before: ({ api }) => api.down(random.below(120)) }),
  'polls refused with 403 and 503': ({ random }) => ({ before: ({ api }) => api.fault({ status: random.pick([403, 503]) }) }),
  'no event in the answer': ({ random }) => ({ before: ({ api }) => api.fault({ status: random.pick([200, 204]), text: '' }) }),
  'frozen at rest, closed': () => ({ before: (run) => endRestingPoll(run, false) }),
  'frozen at rest, reset': () => ({ before: (run) => endRestingPoll(run, true) }),
  'frozen in an event that goes on': ({ freezer }) => ({ deliver: { half: () => freezer.around(() => {}) } }),
  'frozen in an event, closed': ({ random, freezer }) => ({ deliver: [{ ...cut(random, false), half: () => freezer.around(() => {}) }, {}] }),
  'frozen in an event, reset': ({ freezer }) => ({ deliver: [{ drop: 'body', reset: true, half: () => freezer.around(() => {}) }, {}] }),
  'frozen before the receipt': ({ freezer }) => ({ reply: [{ hold: () => freezer.around(() => {}) }] }),
  'frozen before the receipt, closed': ({ freezer }) => ({ reply: [{ hold: () => freezer.around(() => {}), drop: 'request' }] }),
  'frozen before the receipt, reset': ({ freezer }) => ({ reply: [{ hold: () => freezer.around(() => {}), drop: 'request', reset: true }] }),
  'frozen while the receipt is cut off': ({ freezer }) => ({ reply: [{ half: () => freezer.around(() => {}), drop: 'head' }] }),
  'reset while a reply is sent': () => ({ reply: [{ drop: 'upload' }] }),
  'half a receipt': ({ random }) => ({ reply: [{ drop: random.pick(['status', 'head', 'end']), reset: random.chance(0.5) }] }),
  'a reply that is answered with 503': () => ({ reply: [{ status: 503, lost: true }] }),
  'a reply that arrived twice': () => ({ reply: [{ drop: 'request' }, { status: 403 }], refused: true }),
  'a refused reply': ({ random }) => ({ reply: [{ status: random.pick([400, 403, 410, 413]) }], refused: true }),
  'a large reply, refused early': () => ({ size: 600000, reply: [{ status: 413, early: 'close' }], early: true, refused: true }),
};

/** One event with what the fault makes of it, and what must come back. */
async function suffer(run, name, n) {
  const { random, api } = run;
  const { before, size, early, refused, deliver, reply } = faults[name](run);
  const fail = !early && random.chance(0.2);
  const text = 'ü'.repeat(random.below(100));
  if (before) await before(run);
  const event = { n, text, fail, size, ms: random.chance(0.3) ? random.below(4) : undefined };
  const got = await api.invoke(event, { deliver, reply });
  const where = `${name}, event ${n}`;
  assert.equal(got.kind, fail ? 'error' : 'response', where);
  assert.equal(got.accepted, !refused, where);
  if (early) return;
  if (fail) assert.equal(got.json.errorMessage, `n ${n} run 1`, where);
  else assert.deepEqual(got.json, { n, runs: 1, text }, where);
}

/** An ordinary event in between. */
async function ordinary({ api }, n) {
  const { kind, json, accepted } = await api.invoke({ n, text: 'ordinary' });
  assert.deepEqual([kind, json, accepted], ['response', { n, runs: 1, text: 'ordinary' }, true], `event ${n}`);
}

function shuffled(random, list) {
  for (let i = list.length - 1; i > 0; i--) {
    const k = random.below(i + 1);
    [list[i], list[k]] = [list[k], list[i]];
  }
  return list;
}

/** All of them so many times, `slots` at once, with an ordinary event behind each. */
async function sufferAll(run, times, slots) {
  const { random, api } = run;
  const names = Object.keys(faults).flatMap((name) => Array(times).fill(name));
  const order = shuffled(random, names);
  let n = 0;
  const next = () => { n += 1; return n; };
  while (order.length) {
    const alone = faults[order[0]](run).alone;
    const until = alone ? 1 : order.slice(0, slots).findIndex((name) => faults[name](run).alone);
    const round = order.splice(0, until < 0 ? slots : until);
    if (alone) await api.idle();
    await Promise.all(round.map(async (name) => {
      await suffer(run, name, next());
      await ordinary(run, next());
    }));
  }
  await api.idle();
  assert.equal((await api.invoke({ total: true })).json, n + 1, 'the handler ran more often than there were events');
}

/** Runs body(lambda) against one bootstrap and says how to do it again when it fails. */
async function against(options, seed, body) {
  const lambda = await Lambda.start(options);
  try {
    await program.patiently(body(lambda, new Random(seed)), program.PATIENCE_MS * 3);
    await lambda.stop();
    lambda.check();
  } catch (error) {
    await lambda.stop().catch(() => {});
    const hint = `MOONWIRE_SEED=${SEED} (here ${seed})\n--- stderr\n${lambda.bytes('stderr').toString().slice(-4000)}`;
    throw Object.assign(error, { message: `${error.message}\n${hint}`, stack: `${error.stack}\n${hint}` });
  }
}

/** The modes go on at the same time: nearly all of it is waiting. */
const modes = [
  ...[1, 2, 3].map((i) => ({ name: `on demand, process ${i}`, times: Math.ceil(TIMES / 3), slots: 1 })),
  ...[1, 2].map((i) => ({ name: `with 8 slots, process ${i}`, times: Math.ceil(TIMES / 2), slots: 8, options: { slots: 8 } })),
];
const sufferIn = ({ times, slots, options }, seed) => (
  against({ files: { 'app.lua': COUNTING }, ...options }, seed, (lambda, random) => (
    sufferAll({ api: lambda.api, lambda, random, freezer: new Freezer(lambda, random) }, times, slots))));

// What ends the process by design: it ends soon, with a status other than 0 and one line that says why.
const ends = {
  'nobody listens any more': async ({ api }) => { await api.idle(); await api.close(); },
  'every poll is closed': ({ api }) => { for (let i = 0; i < 30; i++) api.fault({ drop: 'request' }); },
  'every poll is cut off': ({ api, random }) => { for (let i = 0; i < 30; i++) api.fault(cut(random, true)); },
  'every answer is malformed': ({ api, random }) => { for (let i = 0; i < 30; i++) api.fault(malformed(random)); },
  'every poll is refused': ({ api, random }) => { for (let i = 0; i < 30; i++) api.fault({ status: random.pick([400, 403, 503]) }); },
  'every reply is lost': ({ api, random }) => { api.push({ n: 0 }, { reply: Array(30).fill({ drop: random.pick(['request', 'status', 'upload']) }) }); },
  'every reply is answered with 503': ({ api }) => { api.push({ n: 0 }, { reply: Array(30).fill({ status: 503, lost: true }) }); },
  '500 to a poll': ({ api }) => { api.fault({ status: 500 }); },
  '500 to a reply': ({ api }) => { api.push({ n: 0 }, { reply: [{ status: 500 }] }); },
};

async function endOnce(name, seed) {
  const options = { files: { 'app.lua': COUNTING } };
  await against(options, seed, async (lambda, random) => {
    const { api } = lambda;
    if (random.chance(0.7)) await api.invoke({ n: 1 });
    await ends[name]({ api, random });
    const { code, signal } = await lambda.exit;
    assert.ok(code > 0 && !signal, `${name}: status ${code}, signal ${signal}`);
    const said = lambda.records.filter((line) => /\t(ERROR|FATAL)\t/.test(line));
    assert.equal(said.length, 1, `${name}: ${lambda.stderr}`);
    assert.ok(api.requests.length <= 20, `${name}: ${api.requests.length} requests`);
  });
}

async function endAll() {
  const random = new Random(SEED);
  const order = shuffled(random, Object.keys(ends).flatMap((name) => Array(TIMES).fill(name)));
  let seed = SEED;
  const worker = async () => {
    while (order.length) {
      seed += 1;
      await endOnce(order.pop(), seed);
    }
  };
  await Promise.all(Array.from({ length: 24 }, worker));
}

test(`faults and ends ${TIMES} times each, in random order`, { concurrency: true }, async (t) => {
  await Promise.all([
    ...modes.map((mode, i) => t.test(`${Object.keys(faults).length} faults ${mode.name}`, () => sufferIn(mode, SEED + i))),
    t.test(`${Object.keys(ends).length} ends`, endAll),
  ]);
});
