'use strict';
// gateway.js: echoes through local gateways: clients send, a handler is invoked and posts to the connection. Clients, gateway and
// environments share the machine, as on a desk.

const { echoFor } = require('../lib/echo.js');
const { resident } = require('../lib/gateway.js');
const { alternate, rowsOf } = require('../lib/compare.js');

const CASES = [
  { sockets: 1, bars: {} },
  { sockets: 100, bars: { moonwire: { atLeast: 3000, unit: 'echoes/s' }, 'serverless-offline': { atLeast: 30 } } },
  { sockets: 1000, bars: {}, tail: { moonwire: { atMost: 3 } } },
  { sockets: 10000, bars: {}, memory: { moonwire: { atMost: 300, unit: 'MB', scale: 1024 } } },
];

/** A gateway of its own for each sample: one that served many is larger. */
async function once(peer, sockets, seconds) {
  const gateway = await peer.gateway();
  try {
    let held;
    const sample = await echoFor(gateway.url, { sockets, seconds: peer.loses ? seconds * 3 : seconds, atOnce: peer.opensAtOnce, loses: peer.loses, meanwhile: () => { held = resident(gateway.pid); } });
    const { own, family } = resident(gateway.pid);
    return { ...sample, tail: sample.p99 / sample.p50, own: Math.max(own, held.own), family: Math.max(family, held.family) };
  } finally {
    await gateway.end();
  }
}

function rowsFor(series, { sockets, bars, tail, memory }) {
  const where = `${sockets.toLocaleString('en-US')} socket${sockets > 1 ? 's' : ''}`;
  return [
    ...rowsOf(series, { key: 'rate', what: `echoes, ${where}`, unit: '/s', more: true, bars }),
    ...rowsOf(series, { key: 'p50', what: `half of them within, ${where}`, unit: 'us' }),
    ...rowsOf(series, { key: 'p99', what: `99 of 100 within, ${where}`, unit: 'us' }),
    ...(tail ? rowsOf(series, { key: 'tail', what: `the one by the other, ${where}`, unit: '', bars: tail }) : []),
    ...rowsOf(series, { key: 'own', what: `resident, the gateway, ${where}`, unit: 'kb', bars: memory }),
    ...rowsOf(series, { key: 'family', what: `resident, with its environments, ${where}`, unit: 'kb' }),
  ];
}

/** Tries again when a client is refused, or nothing comes back: not every gateway stands so much. */
async function patiently(peer, sockets, seconds) {
  for (let tries = 1; ; tries -= 1) {
    try {
      return await once(peer, sockets, seconds);
    } catch (error) {
      if (tries === 0 || peer.kind === 'ours') throw error;
    }
  }
}

module.exports = {
  name: 'gateway',
  title: 'Local gateway',
  peers: ['moonwire', 'serverless-offline'],
  async run({ peers, quick, progress }) {
    const rows = [];
    for (const one of CASES) {
      const able = peers.filter(({ sockets = Infinity }) => one.sockets <= sockets);
      const programs = able.map((peer) => ({ peer, measure: () => patiently(peer, one.sockets, quick ? 2 : 4) }));
      const series = await alternate(programs, { rounds: quick ? [1, 1] : [3, 7], key: 'rate', progress: (text) => progress(`${one.sockets} sockets ${text}`) });
      rows.push(...rowsFor(series, one));
    }
    return rows;
  },
};
