'use strict';
// warm.js: one invocation of an environment that has served many: nobody is called, or 100 KB go in and out.

const { serve } = require('../lib/lambda.js');
const { alternate, rowsOf } = require('../lib/compare.js');
const { largeEvent } = require('../lib/events.js');

const CASES = [
  { handler: 'answer', what: 'no call', invocations: 11000, warmup: 1000, bars: { raw: { atMost: 1.5 }, node: { atLeast: 2.5 } } },
  { handler: 'same', what: '100 KB in and out', invocations: 400, warmup: 100, event: largeEvent, bars: {} },
];

async function measure(peer, { handler, invocations, warmup, event }) {
  const { us, cpu_us: cpu } = await serve(peer, handler, { invocations, warmup, event: event?.() });
  return { us, cpu };
}

module.exports = {
  name: 'warm',
  title: 'Warm invocations',
  peers: ['moonwire', 'raw', 'node'],
  async run({ peers, quick, progress }) {
    const rows = [];
    for (const one of CASES) {
      const programs = peers.map((peer) => ({ peer, measure: () => measure(peer, one) }));
      const series = await alternate(programs, { rounds: quick ? [3, 5] : [7, 21], key: 'us', progress: (text) => progress(`${one.what} ${text}`) });
      rows.push(
        ...rowsOf(series, { key: 'us', what: `one invocation, ${one.what}`, unit: 'us', bars: one.bars }),
        ...rowsOf(series, { key: 'cpu', what: `the same, processor time, ${one.what}`, unit: 'us' }),
      );
    }
    return rows;
  },
};
