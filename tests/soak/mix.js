'use strict';
// mix.js -- the events of the soak test: what comes how often, and what has to come back.

const { Random } = require('../e2e/helper/random');
const events = require('../e2e/helper/events');

/** How often, kind (a function of handler.lua), how it comes, and what comes back when it is no response with its number. */
const KINDS = [
  [200, 'echo', 'message'],
  [4, 'large', 'message', { size: [100, 100000] }],
  [0.2, 'large', 'message', { size: [900000, 1000000] }],
  [40, 'nothing', 'message', { silent: true }],
  [20, 'accepted', 'disconnect', { silent: true }],
  [60, 'shapes', 'plain'],
  [20, 'text', 'plain'],
  [60, 'headers', 'connect'],
  [20, 'nothing', 'connect', { silent: true }], // refuses, and is warned about
  [60, 'context', 'message'],
  [20, 'raise', 'message', { error: true }],
  [10, 'raise_table', 'plain', { error: true }],
  [5, 'raise_object', 'plain', { error: true }],
  [5, 'raise_nothing', 'disconnect', { error: true, silent: true }],
  [20, 'returns_failure', 'message', { error: true }],
  [10, 'bad_result', 'message', { error: true, silent: true }],
  [0.2, 'overflow', 'plain', { error: true, silent: true }],
  [5, 'nested_failure', 'message', { error: true }],
  [30, 'sleep', 'message'],
  [30, 'all', 'message'],
  [15, 'all_fails', 'plain'],
  [15, 'race', 'message'],
  [20, 'spawn', 'plain'],
  [15, 'left_behind', 'message'],
  [5, 'spawn_fails', 'message'],
  [20, 'coroutines', 'message'],
  [20, 'defer', 'connect'],
  [5, 'defer_fails', 'message'],
  [20, 'log', 'message'],
  [20, 'print', 'message'],
  [20, 'crypto', 'message'],
  [20, 'json', 'plain'],
  [3, 'load', 'plain'],
  [50, 'send', 'message'],
  [30, 'reply', 'message'],
  [10, 'gone', 'disconnect'],
  [5, 'throttled', 'message'],
  [5, 'manage', 'message'],
  [4, 'broadcast', 'message'],
  [10, 'fetch', 'plain'],
  [1, 'fetch_fails', 'plain'],
];

/** What the platform does to an invocation, in thousandths of them. The function never sees why. */
const TREATMENTS = [
  [0.3, { deliver: [{ drop: 'body' }] }],
  [1, { reply: [{ drop: 'request' }] }],
  [1, { reply: [{ status: 410 }] }],
  [1, { reply: [{ status: 413 }] }],
  [1, { reply: [{ status: 400 }] }],
  [2, { reply: [{ close: true }] }],
  [2, { deliver: [{ close: true }] }],
  [2, { deliver: [{ chunked: [1000, 7, 4096] }] }],
  [0.3, { reply: [{ status: 202, hangup: true }] }],
];

const TEXT = 'Grüße, "all" of\tyou \\ 😀. '.repeat(40000);

/** A function that picks from [[weight, ...], ...]. */
function picker(rows, total = rows.reduce((sum, [weight]) => sum + weight, 0)) {
  return (random) => {
    let at = random.next() * total;
    return rows.find(([weight]) => (at -= weight) < 0);
  };
}

class Mix {
  constructor(seed) {
    this.random = new Random(seed);
    this.count = 0;
    this.kind = picker(KINDS);
    this.treatment = picker(TREATMENTS, 1000);
  }

  id(prefix) {
    return `${prefix}${this.random.below(2 ** 32).toString(36)}${this.count.toString(36)}=`;
  }

  /** The event itself: an object. */
  event(form, call) {
    const { random } = this;
    if (form === 'plain') return call;
    const event = events[form]();
    Object.assign(event.requestContext, { connectionId: call.id, requestId: this.id('r'), extendedRequestId: this.id('x'), apiId: `api${random.below(5)}` });
    if (form === 'message') event.body = JSON.stringify(call);
    else event.headers = { ...event.headers, 'X-Call': JSON.stringify(call), 'sec-websocket-protocol': 'chat', [`X-${random.below(1e6)}`]: 'once' };
    return event;
  }

  /** The next invocation, for Platform.invoke (state-machine.js); `expected` says what has to come back. */
  next() {
    const { random } = this;
    const [, kind, form, { size: [least, most] = [0, 300], ...expected } = {}] = this.kind(random);
    const n = 1e8 + this.count++;
    const length = least + random.below(most - least + 1);
    const call = { kind, n, ms: random.below(3), size: 1 + random.below(20), id: this.id('c'), text: TEXT.slice(0, length) };
    const [, treatment] = this.treatment(random) || [];
    return {
      id: `8476a536-e9f4-11e8-9739-${this.count.toString(16).padStart(12, '0')}`,
      body: Buffer.from(JSON.stringify(this.event(form, call))),
      trace: random.chance(0.9) ? `Root=1-5bef4de7-ad49b0e87f6e${this.count.toString(16).padStart(12, '0')};Sampled=1` : '',
      tenant: random.chance(0.3) ? `tenant-${random.below(100000)}` : '',
      client: random.chance(0.02) ? JSON.stringify({ custom: { n } }) : '',
      identity: random.chance(0.02) ? JSON.stringify({ cognitoIdentityId: `id ${n}` }) : '',
      ...(treatment && JSON.parse(JSON.stringify(treatment))), // the server uses the ways up
      expected: { kind, n, ...expected },
    };
  }
}

/** A sentence when what came back is not what has to, else nothing. */
function judge({ expected: { kind, n, error, silent } }, { outcome, body }) {
  if (outcome === 'lost') return undefined;
  const text = body ? body.toString() : '';
  if (outcome === (error ? 'error' : 'response') && (silent || text.includes(String(n)))) return undefined;
  return `${kind} ${n}: ${outcome} ${text.slice(0, 200)}`;
}

module.exports = { Mix, judge };
