'use strict';
// start.js: how long a new environment takes until it asks for its first event, and what it holds then.

const path = require('node:path');
const { handlers } = require('../lib/place.js');
const { serve } = require('../lib/lambda.js');
const { alternate, rowsOf, plainRow } = require('../lib/compare.js');
const { routesFolder } = require('../lib/routes.js');

const CONNECT = path.join(handlers, 'connect.json'); // $connect: nobody is called

/** One start with each of the handlers; times in us, memory in KB. */
async function startAll(peer, names, folder) {
  const sample = {};
  for (const name of names) {
    const report = await serve(peer, name, { invocations: 0, folder: name === 'routes' ? folder : undefined });
    sample[`${name}_us`] = report.first_next_us;
    sample[`${name}_cpu`] = report.first_cpu_us;
    sample[`${name}_faults`] = report.first_faults;
    sample[`${name}_kb`] = report.memory_kb.next;
  }
  return sample;
}

/** Those that have been measured with a handler, in rows for time, processor time and memory. */
function rowsFor(series, name, what, bars) {
  const some = series.filter(({ samples }) => samples[0][`${name}_us`] !== undefined);
  return [
    ...rowsOf(some, { key: `${name}_us`, what: `exec to the first GET next, ${what}`, unit: 'us', bars }),
    ...rowsOf(some, { key: `${name}_cpu`, what: `the same, processor time, ${what}`, unit: 'us' }),
    ...rowsOf(some, { key: `${name}_faults`, what: `page faults until then, ${what}`, unit: '' }),
    ...rowsOf(some, { key: `${name}_kb`, what: `resident then, ${what}`, unit: 'kb' }),
  ];
}

module.exports = {
  name: 'start',
  title: 'Start',
  peers: ['moonwire', 'raw', 'node'],
  async run({ peers, quick, progress }) {
    const folder = routesFolder();
    const names = (peer) => (peer.kind === 'limit' ? ['echo'] : ['echo', 'chat', 'routes']);
    const programs = peers.map((peer) => ({ peer, measure: () => startAll(peer, names(peer), folder) }));
    const series = await alternate(programs, { rounds: quick ? [5, 15] : [50, 50], key: 'echo_us', progress });
    const ours = series[0];
    const more = ours.samples.map((sample) => sample.chat_us - sample.echo_us);
    const first = [];
    for (let i = 0; i < 5; i += 1) first.push((await serve(ours.peer, 'echo', { invocations: 1, event: CONNECT })).memory_kb.first);
    return [
      ...rowsFor(series, 'echo', 'echo', { raw: { atMost: 4 }, node: { atLeast: 50 } }),
      ...rowsFor(series, 'chat', 'chat', {}),
      plainRow(more, { what: 'chat takes more than echo', unit: 'us', bar: { atMost: 0.5, unit: 'ms', scale: 1000 } }),
      ...rowsFor(series, 'routes', '200 routes', {}),
      plainRow(first, { what: 'resident after the first invocation, echo', unit: 'kb', bar: { atMost: 7, unit: 'MB', scale: 1024 } }),
    ];
  },
};
