'use strict';
// table.js -- counts.txt: one line for each thing that is counted, and what the numbers depend on.

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const GROWTH = 0.02; // what chance and a change elsewhere may add

const HEAD = '# Instructions, system calls and readings of the clock, on x86_64. Written by `make counts WRITE=1`; docs/performance.md says what they are.\n';

/** { versions: { gcc: '...' }, counts: { name: { instructions, calls, clocks } } } */
function readTable(file) {
  const table = { versions: {}, counts: {} };
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  for (const [kind, ...fields] of text.split('\n').map((line) => line.split('\t'))) {
    if (kind === 'with') [, table.versions[fields[0]]] = fields;
    if (kind === 'count') table.counts[fields[0]] = { instructions: Number(fields[1]), ...(fields[2] && { calls: Number(fields[2]), clocks: Number(fields[3]) }) };
  }
  return table;
}

function writeTable(file, { versions, counts }) {
  const lines = [
    ...Object.entries(versions).map(([name, version]) => `with\t${name}\t${version}\n`),
    ...Object.entries(counts).map(([name, { instructions, calls, clocks }]) => `count\t${name}\t${instructions}${calls === undefined ? '' : `\t${calls}\t${clocks}`}\n`),
  ];
  fs.writeFileSync(file, HEAD + lines.join(''));
}

/** What is linked in, the compiler, and valgrind, whose processor and C library everything runs on. */
function versions(build) {
  const first = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' }).stdout.split('\n')[0];
  const components = fs.readFileSync(path.join(build, 'components'), 'utf8').split('\n').map((line) => line.split('\t')).filter(([who]) => who === 'both');
  return {
    gcc: first('gcc', '-dumpfullversion'),
    libc: first('getconf', 'GNU_LIBC_VERSION').replace('glibc ', ''),
    ...Object.fromEntries(components.map(([, name, , , , version]) => [name, version])),
    valgrind: first('valgrind', '--version').replace('valgrind-', ''),
  };
}

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

function change(before, now, show) {
  if (before === undefined || before === now) return show(now);
  const percent = (now / before - 1) * 100;
  return `${show(before)} -> ${show(now)} (${percent > 0 ? '+' : ''}${percent.toFixed(1)} %)`;
}

/** The change as text, and whether it is one for the worse. */
function compare(before = {}, now) {
  const calls = now.calls === undefined ? '' : `; system calls ${change(before.calls, now.calls, String)}, clock ${change(before.clocks, now.clocks, String)}`;
  return {
    text: change(before.instructions, now.instructions, grouped) + calls,
    worse: now.instructions > before.instructions * (1 + GROWTH) || now.calls > before.calls + 0.9,
  };
}

module.exports = { readTable, writeTable, versions, compare };
