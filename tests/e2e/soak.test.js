'use strict';
// The soak test (tests/soak): a short run in each mode, so that it stays usable; and its judgement of curves.

const test = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { BUILD, PATIENCE_MS, ROOT } = require('./helper/program');
const { verdict } = require('../soak/curve');

const soak = (...args) => spawnSync('tests/soak/run', args, {
  cwd: ROOT, env: { ...process.env, MOONWIRE_BUILD: path.relative(ROOT, BUILD) }, encoding: 'utf8', timeout: 2 * PATIENCE_MS,
});

for (const mode of ['on-demand', 'concurrent']) {
  test(`${mode}: every answer is right, no rule is broken`, () => {
    const { stdout, stderr } = soak('--json', '--mode', mode, '--invocations', '2000');
    const [{ wrong, violations, outcomes, rows, sends }] = JSON.parse(stdout || assert.fail(stderr));
    assert.deepEqual([wrong, violations], [[], []]);
    assert.equal(Object.values(outcomes).reduce((sum, count) => sum + count), 2000);
    assert.equal(rows.length, 20);
    assert.ok(outcomes.response > 1000 && outcomes.error > 50 && sends > 100);
  });
}

const line = (from, to) => Array.from({ length: 100 }, (_, i) => from + (to - from) * i / 99);
const curves = [
  ['level', line(7000, 7000), true],
  ['falling', line(9000, 7000), true],
  ['a start below', [...line(3000, 7000).slice(0, 20), ...line(7000, 7000).slice(20)], true],
  ['a peak', line(7000, 7000).map((kb, i) => (i === 90 ? 20000 : kb)), true],
  ['rising by 3 %', line(7000, 7000 * 1.03), true],
  ['rising by 6 %', line(7000, 7000 * 1.06), false],
  ['a step of less than half a byte an invocation', line(7000, 7000).map((kb, i) => (i < 80 ? kb : kb + 400)), true, 1e6],
  ['more than that', line(7000, 7000).map((kb, i) => (i < 80 ? kb : kb + 600)), false, 1e6],
  ['a step', line(7000, 7000).map((kb, i) => (i < 80 ? kb : kb + 300)), false],
];
for (const [name, samples, flat, invocations = 0] of curves) {
  test(`a curve: ${name}`, () => assert.equal(verdict(samples, invocations).flat, flat));
}

for (const args of [['--mode', 'both'], ['--invocations', 'many'], ['--seed', 'x'], ['--else']]) {
  test(`refused: ${args.join(' ')}`, () => {
    const { status, stderr } = soak(...args);
    assert.equal(status, 1);
    assert.match(stderr, /^soak: /);
  });
}
