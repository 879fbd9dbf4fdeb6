'use strict';
// redirect.js -- fixtures/redirect.c for a program under test: every name is this machine, and it is seen what is opened.

const fs = require('node:fs');
const path = require('node:path');
const { FIXTURES, compileLibrary, writeFiles } = require('./program');

const folder = writeFiles({});
const library = path.join(folder, 'redirect.so');
compileLibrary(path.join(FIXTURES, 'redirect.c'), library, '-ldl');
process.on('exit', () => fs.rmSync(folder, { recursive: true }));

let count = 0;

/** { env, opened }: env sends port 443 of any host to this port (none: nothing is sent elsewhere); opened() lists the files. */
function redirect(port) {
  const log = path.join(folder, `opened-${count += 1}`);
  const asan = [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0'].filter(Boolean).join(':'); // ours is loaded before its library
  return {
    env: { LD_PRELOAD: library, REDIRECT_LOG: log, ASAN_OPTIONS: asan, ...(port && { REDIRECT_PORT: String(port) }) },
    opened: () => fs.readFileSync(log, 'utf8').split('\n').filter(Boolean),
  };
}

module.exports = { redirect };
