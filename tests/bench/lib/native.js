'use strict';
// native.js: the programs in C: servers, and the limits. Compiled when they are older than their sources.

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { BENCH, BUILD } = require('./place.js');

// Name: sources, and what else the compiler is told.
const PROGRAMS = {
  runtime_api_server: [['servers/runtime_api_server.c', 'servers/child.c']],
  machine_costs: [['servers/machine_costs.c']],
  tls_server: [['servers/tls_server.c'], '-lssl', '-lcrypto', '-lpthread'],
  raw_client: [['peers/raw_client.c']],
  raw_client_tls: [['peers/raw_client.c', 'peers/tls_sends.c'], '-DTLS', '-l:libssl.a', '-l:libcrypto.a', '-lpthread'],
};

const program = (name) => path.join(BUILD, 'bench', name);

function isOld(target, sources) {
  if (!fs.existsSync(target)) return true;
  const { mtimeMs } = fs.statSync(target);
  return sources.some((source) => fs.statSync(source).mtimeMs > mtimeMs);
}

function compile() {
  fs.mkdirSync(path.join(BUILD, 'bench'), { recursive: true });
  for (const [name, [sources, ...options]] of Object.entries(PROGRAMS)) {
    const files = sources.map((file) => path.join(BENCH, file));
    const headers = files.map((file) => file.replace(/c$/, 'h')).filter((file) => fs.existsSync(file));
    if (!isOld(program(name), [...files, ...headers])) continue;
    const { status } = spawnSync(process.env.CC || 'cc', ['-std=c11', '-O2', '-Wall', '-Wextra', '-o', program(name), ...files, ...options], { stdio: 'inherit' });
    if (status !== 0) throw new Error(`${name} cannot be compiled`);
  }
}

module.exports = { compile, program };
