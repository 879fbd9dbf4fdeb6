'use strict';
// small.js: what a function of 128 MB does, with a fourteenth of a processor: starts, and what is billed for an invocation.

const { serve } = require('../lib/lambda.js');
const { withServer, sending } = require('../lib/sends.js');
const { withShare } = require('../lib/small.js');
const { alternate, rowsOf } = require('../lib/compare.js');

const GAP_US = 100000; // between two messages: all that Lambda gives of a processor has come back by then
const CASES = [
  { name: 'none', what: 'no call', sends: 0, invocations: 20, warmup: 200 },
  { name: 'one', what: 'one send', sends: 1, invocations: 20, warmup: 100 },
  { name: 'hundred', what: '100 sends', sends: 100, invocations: 4, warmup: 2 },
];

/** exec to the first GET next, and to the first message. */
async function start(peer, server, group) {
  const { first_next_us: next } = await serve(peer, 'echo', { invocations: 0, group });
  const { started_ns: started } = await serve(peer, 'send', { invocations: 1, group, env: sending(server, 1) });
  return { next, send: (server.firstNs() - started) / 1000 };
}

/** Invocations with a pause before each, as messages come; what they took, and what Lambda counts of it. */
async function paced(peer, server, group, { sends, invocations, warmup }) {
  const report = await serve(peer, sends ? 'send' : 'answer', {
    invocations: invocations + warmup, warmup, gap: GAP_US, group, env: sends ? sending(server, sends, Math.min(sends, 32)) : {},
  });
  return { us: report.duration_us, billed: report.billed_ms * 1000 };
}

async function measure({ peers, quick, progress }, server, group) {
  const some = (except) => peers.filter(({ name }) => name !== except);
  const rounds = quick ? [2, 3] : [5, 11];
  const starts = await alternate(some('raw').map((peer) => ({ peer, measure: () => start(peer, server, group) })),
    { rounds, key: 'send', progress: (text) => progress(`start ${text}`) });
  const rows = [
    ...rowsOf(starts, { key: 'next', what: 'exec to the first GET next, echo', unit: 'us' }),
    ...rowsOf(starts, { key: 'send', what: 'exec to the first send over TLS', unit: 'us', bars: { openssl: { atMost: 3 }, node: { atLeast: 10 } } }),
  ];
  for (const one of CASES) {
    const programs = some(one.sends ? 'raw' : 'openssl').map((peer) => ({ peer, measure: () => paced(peer, server, group, one) }));
    const series = await alternate(programs, { rounds: quick ? [1, 1] : [3, 7], key: 'us', progress: (text) => progress(`${one.what} ${text}`) });
    rows.push(...rowsOf(series, { key: 'us', what: `an invocation with ${one.what}`, unit: 'us' }));
    rows.push(...rowsOf(series, { key: 'billed', what: `the same as it is billed, ${one.what}`, unit: 'us' }));
  }
  return rows;
}

module.exports = {
  name: 'small',
  title: 'With 1/14 of a processor',
  peers: ['moonwire', 'raw', 'openssl', 'node'],
  run: async (bench) => (await withShare((group) => withServer(bench.peers[0], (server) => measure(bench, server, group)))) ?? [],
};
