'use strict';
// steady.js: what has to hold over time: as many invocations at once as there are slots, and memory that does not grow.

const { serve } = require('../lib/lambda.js');
const { plainRow } = require('../lib/compare.js');

const [SLOTS, SLEEP_MS] = [64, 50];
const IDEAL = SLOTS * 1000 / SLEEP_MS;

module.exports = {
  name: 'steady',
  title: 'Over time',
  peers: ['moonwire'],
  async run({ peers: [moonwire], quick, progress }) {
    const total = quick ? 20000 : 200000;
    progress('slots');
    const { per_second: rate } = await serve(moonwire, 'sleep', { invocations: IDEAL * 10, warmup: IDEAL / 2, env: { AWS_LAMBDA_MAX_CONCURRENCY: String(SLOTS) } });
    progress('memory');
    const { errors, memory_kb: { mark, end } } = await serve(moonwire, 'tenth', { invocations: total, mark: 1000, mayFail: true });
    if (errors !== total / 10) throw new Error(`${errors} of ${total} invocations failed instead of a tenth`);
    return [
      plainRow([rate / IDEAL * 100], { what: `${SLOTS} slots that sleep ${SLEEP_MS} ms, of ${IDEAL.toLocaleString('en-US')} a second`, unit: '%', bar: { atLeast: 95, unit: '%' } }),
      plainRow([end / mark], { what: `memory after ${total.toLocaleString('en-US')} invocations, a tenth raising, by that after 1,000`, unit: 'times', bar: { atMost: 1.05 } }),
    ];
  },
};
