'use strict';
// run-e2e.js FILE...: the end-to-end tests, several files at once, with Node's test runner and its spec reporter.
// `node --test` runs one file after the other on two cores; most of a test's time is waiting.

const path = require('node:path');
const { run } = require('node:test');
const { spec: Spec } = require('node:test/reporters');

const FILES_AT_ONCE = Number(process.env.MOONWIRE_SLOW) > 1 ? 2 : 3; // there it is not waiting, but work

const tests = run({ files: process.argv.slice(2).map((file) => path.resolve(file)), concurrency: FILES_AT_ONCE });
tests.on('test:fail', () => { process.exitCode = 1; });
tests.compose(new Spec()).pipe(process.stdout);
