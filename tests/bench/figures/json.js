'use strict';
// json.js: decoding and encoding, of a message's event and of 100 KB. Each in a process of its own, in turns.

const { spawnSync } = require('node:child_process');
const { alternate, rowsOf } = require('../lib/compare.js');
const { processors } = require('../lib/machine.js');
const { messageEvent, orders } = require('../lib/events.js');
const { scratchFile } = require('../lib/place.js');

const CASES = [{ name: 'event', what: 'an event of 600 bytes' }, { name: 'large', what: '100 KB' }];

function once(peer, file) {
  const { command, env = {} } = peer.json();
  const { status, stdout, stderr } = spawnSync('taskset', ['-c', String(processors().pop()), ...command, file], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${peer.title}: ${stderr.slice(-1000)}`);
  const [decode, encode] = stdout.trim().split(' ').map(Number);
  return { decode, encode };
}

module.exports = {
  name: 'json',
  title: 'JSON',
  peers: ['moonwire', 'lua-cjson', 'node'],
  async run({ peers, quick, progress }) {
    const files = { event: scratchFile('event.json', messageEvent()), large: scratchFile('orders.json', orders()) };
    const bars = { 'lua-cjson': { atLeast: 1 } };
    const rows = [];
    for (const { name, what } of CASES) {
      const programs = peers.map((peer) => ({ peer, measure: () => once(peer, files[name]) }));
      const series = await alternate(programs, { rounds: quick ? [3, 5] : [11, 31], key: 'decode', progress: (text) => progress(`${what} ${text}`) });
      rows.push(...rowsOf(series, { key: 'decode', what: `decoding ${what}`, unit: 'us', bars }), ...rowsOf(series, { key: 'encode', what: `encoding ${what}`, unit: 'us', bars }));
    }
    return rows;
  },
};
