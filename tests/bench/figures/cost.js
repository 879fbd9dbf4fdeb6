'use strict';
// cost.js: what a million messages cost on AWS, from what `small` has measured and list prices: 128 MB, x86_64, without a free tier. New
// environments are not in it: how many there are depends on the traffic, and Lambda gives them more of a processor while they start.

const { prices } = require('../lib/prices.js');

const MEMORY_GB = 128 / 1024;
const MILLION = 1e6;

const CASES = [
  { what: 'one send', sends: 1 },
  { what: '100 sends', sends: 100 },
];

/** Dollars for a million invocations of so many billed microseconds. */
const duration = (us, table) => us / 1e6 * MEMORY_GB * MILLION * table.gbSecond.x86_64;
const withAll = (us, sends, table) => duration(us, table) + table.requestsPerMillion + (1 + sends) * table.messagesPerMillion;

function rowsFor(billed, { what, sends }, table) {
  const each = (how, price) => billed.map((row) => ({
    ...row, what: how, unit: '$', bar: undefined, min: price(row.min), median: price(row.median), p90: price(row.p90),
  }));
  const all = each(`a million messages, each with ${what}: with API Gateway's messages and Lambda's requests`, (us) => withAll(us, sends, table));
  const [ours] = all;
  return [
    ...each(`a million messages, each with ${what}: Lambda's time`, (us) => duration(us, table)),
    ...all.map((row) => (row === ours ? row : { ...row, n: 1, ratio: { oursAbove: false, value: row.median / ours.median } })),
  ];
}

module.exports = {
  name: 'cost',
  title: 'Cost',
  peers: ['moonwire', 'node'],
  needs: ['small'],
  async run({ results, peers }) {
    const table = await prices();
    const titles = peers.map(({ title }) => title);
    const small = results.find(({ name }) => name === 'small')?.rows ?? [];
    return CASES.flatMap((one) => {
      const billed = small.filter(({ what, program }) => what === `the same as it is billed, ${one.what}` && titles.includes(program));
      return billed.length > 0 ? rowsFor(billed, one, table) : [];
    });
  },
};
