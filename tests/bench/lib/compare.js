'use strict';
// compare.js: measures programs side by side and says how they compare. Programs take turns (A B C A B C ...), so that a machine
// that is busy is busy for all; a ratio is the median of the ratios of neighbours; it goes on until the ratios are steady.

const { spread, ratioOf } = require('./statistics.js');

const STEADY_PERCENT = 4; // half of the interval of 95 %
const PATIENCE_MS = 45000; // for one comparison, when the least has been done

/** Whether each ratio to Moonwire's, the first, is known well enough. */
function isSteady(series, key) {
  const [ours, ...others] = series;
  return others.every(({ samples }) => ratioOf(ours.samples.map((s) => s[key]), samples.map((s) => s[key])).percent <= STEADY_PERCENT);
}

/** One more sample. Others may fail, and are out of the comparison then; Moonwire may not. */
async function addSample(one) {
  try {
    one.samples.push(await one.measure());
  } catch (error) {
    if (one.peer.kind === 'ours') throw error;
    one.failed = true;
    process.exitCode = 1;
    process.stderr.write(`\n${one.peer.title} is left out here: ${error.message}\n`);
  }
}

/**
 * programs: [{ peer, measure }] with Moonwire first; measure() gives a sample, an object of numbers. rounds: [least, most]; between the two it
 * ends as soon as the ratios of `key` are steady, or when it has taken long. progress(text) is told each round. Resolves with
 * [{ peer, samples }], of those that have not failed.
 */
async function alternate(programs, { rounds: [least, most], key, progress }) {
  let running = programs.map(({ peer, measure }) => ({ peer, measure, samples: [] }));
  const end = Date.now() + PATIENCE_MS;
  for (let round = 0; round < most; round += 1) {
    progress(`${round + 1}/${most}`);
    for (const one of running) await addSample(one);
    running = running.filter(({ failed }) => !failed);
    if (round + 1 >= least && (Date.now() > end || isSteady(running, key))) break;
  }
  return running;
}

/**
 * What a bar asks for, in words, and whether a number meets it. bar: { atMost } or { atLeast }, and the unit when it is one for Moonwire
 * alone and not for a ratio: `scale` of the row's are one of it.
 */
function judge({ atMost, atLeast, unit = 'times', scale = 1 }, number) {
  const limit = atMost ?? atLeast;
  const text = `${atMost === undefined ? 'at least' : 'at most'} ${limit.toLocaleString('en-US')} ${unit}`;
  return { text, met: atMost === undefined ? number / scale >= limit : number / scale <= limit };
}

/**
 * The rows of one comparison: what each program takes, or does in a second (`more` is better), and its ratio to Moonwire: how many times
 * what a limit takes Moonwire does, and how many times what Moonwire takes others do that are used instead. So it is nearly always above 1.
 * bars: by the name of the peer.
 */
function rowsOf(series, { key, what, unit, more = false, bars = {} }) {
  const values = series.map(({ samples }) => samples.map((sample) => sample[key]));
  return series.map(({ peer }, i) => {
    const row = { what, unit, program: peer.title, kind: peer.kind, ...spread(values[i]) };
    if (i === 0) return bars[peer.name] ? { ...row, bar: judge(bars[peer.name], row.median) } : row;
    const oursAbove = (peer.kind === 'limit') !== more;
    row.ratio = { oursAbove, ...(oursAbove ? ratioOf(values[0], values[i]) : ratioOf(values[i], values[0])) };
    if (bars[peer.name]) row.bar = judge(bars[peer.name], row.ratio.value);
    return row;
  });
}

/** A row of a number that is compared with nobody's but its bar. */
function plainRow(values, { what, unit, program = 'Moonwire', bar }) {
  const row = { what, unit, program, kind: 'ours', ...spread(values) };
  return bar ? { ...row, bar: judge(bar, row.median) } : row;
}

module.exports = { alternate, rowsOf, plainRow };
