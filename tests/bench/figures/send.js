'use strict';
// send.js: messages to clients (PostToConnection) over TLS, signed: in an invocation, in a series, in a broadcast.

const { serve } = require('../lib/lambda.js');
const { withServer, sending } = require('../lib/sends.js');
const { alternate, rowsOf } = require('../lib/compare.js');

// An environment that serves invocations with a few sends each.
const INVOCATIONS = [
  { sends: 1, what: 'one send', invocations: 1500, warmup: 500, bars: { node: { atLeast: 10 } } },
  { sends: 10, what: 'ten sends', invocations: 200, warmup: 50, bars: {} },
];

// Invocations with very many, so that the send is all that counts.
const SERIES = [
  { connections: 1, bars: { openssl: { atMost: 2.5 }, node: { atLeast: 20 } } },
  { connections: 16, bars: {} },
  { connections: 64, bars: {} },
];
const SERIES_SENDS = 1000;
const BROADCAST = 10000;

async function invocation(peer, server, { sends, invocations, warmup }) {
  const { us, cpu_us: cpu } = await serve(peer, 'send', { invocations, warmup, env: sending(server, sends) });
  return { us, cpu };
}

/** The second of two invocations: connections are open, code is compiled. */
async function series(peer, server, connections) {
  const { us, cpu_us: cpu } = await serve(peer, 'send', { invocations: 2, warmup: 1, env: sending(server, SERIES_SENDS, connections) });
  return { cpu: cpu / SERIES_SENDS, rate: SERIES_SENDS / us * 1e6 };
}

/** The first, as a chat has it: handshakes are included. */
async function broadcast(peer, server) {
  const { cpu_us: cpu, us, memory_kb: { most } } = await serve(peer, 'send', { invocations: 1, env: sending(server, BROADCAST, 32) });
  return { cpu: cpu / BROADCAST, seconds: us / 1e6, most };
}

async function measure({ peers, quick, progress }, server) {
  const rows = [];
  const sdk = peers.filter(({ kind }) => kind !== 'limit');
  const rounds = quick ? [2, 3] : [5, 15];
  for (const one of INVOCATIONS) {
    const programs = peers.map((peer) => ({ peer, measure: () => invocation(peer, server, one) }));
    const found = await alternate(programs, { rounds, key: 'cpu', progress: (text) => progress(`${one.what} ${text}`) });
    rows.push(...rowsOf(found, { key: 'cpu', what: `one invocation with ${one.what}, processor time`, unit: 'us', bars: one.bars }));
    rows.push(...rowsOf(found, { key: 'us', what: `the same, time, ${one.what}`, unit: 'us' }));
  }
  for (const { connections, bars } of SERIES) {
    const programs = peers.map((peer) => ({ peer, measure: () => series(peer, server, connections) }));
    const found = await alternate(programs, { rounds, key: 'cpu', progress: (text) => progress(`${connections} connections ${text}`) });
    const where = connections === 1 ? 'one connection' : `${connections} connections`;
    rows.push(...rowsOf(found, { key: 'cpu', what: `one send, processor time, ${where}`, unit: 'us', bars }));
    rows.push(...rowsOf(found, { key: 'rate', what: `sends, ${where}`, unit: '/s', more: true }));
  }
  const programs = sdk.map((peer) => ({ peer, measure: () => broadcast(peer, server) }));
  const found = await alternate(programs, { rounds: quick ? [1, 1] : [3, 5], key: 'cpu', progress: (text) => progress(`broadcast ${text}`) });
  rows.push(...rowsOf(found, { key: 'cpu', what: 'broadcast to 10,000, 32 at once, processor time of a message', unit: 'us' }));
  rows.push(...rowsOf(found, { key: 'most', what: 'most memory of it', unit: 'kb', bars: { moonwire: { atMost: 16, unit: 'MB', scale: 1024 } } }));
  return rows;
}

module.exports = {
  name: 'send',
  title: 'Sends over TLS',
  peers: ['moonwire', 'openssl', 'node'],
  run: (bench) => withServer(bench.peers[0], (server) => measure(bench, server)),
};
