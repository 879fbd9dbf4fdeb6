'use strict';
// curve.js -- the resident memory of a process over many invocations, and whether it is flat.

const fs = require('node:fs');

const TOLERANCE = 0.03;

/** Bytes an invocation: the memory of a small process grows by steps of 100 KB and more, and what leaks is never less than this. */
const UNSEEN = 0.5;

/** What a process has now: resident and proportional memory (KB) and open descriptors. */
function look(pid) {
  const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kb = (name) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(rollup)[1]);
  return { rssKb: kb('Rss'), pssKb: kb('Pss'), descriptors: fs.readdirSync(`/proc/${pid}/fd`).length };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Compares the second fifth of the samples (KB) with the last: the first is the time of growing up. */
function verdict(samples, invocations) {
  const fifth = Math.floor(samples.length / 5);
  const early = median(samples.slice(fifth, 2 * fifth));
  const late = median(samples.slice(samples.length - fifth));
  return { early, late, growth: late / early - 1, flat: late - early <= Math.max(early * TOLERANCE, (invocations * UNSEEN) / 1024) };
}

/** Fewer say nothing about flatness: the process is still growing up. */
const ENOUGH = 500000;

module.exports = { look, verdict, TOLERANCE, ENOUGH };
