'use strict';
// sends.js: the other end of messages over TLS: a server that takes them, on the processor of all others (lib/lambda.js says why).

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { certificate } = require('../../e2e/helper/certificate.js');
const { scratchFile } = require('./place.js');
const { processors } = require('./machine.js');
const { program } = require('./native.js');
const { serve } = require('./lambda.js');

const AMAZON = '/usr/share/ca-certificates/mozilla'; // of the package ca-certificates

/** A certificate of its own, and those that Moonwire trusts anyway: nobody is to start with fewer roots than on AWS. */
function writeCertificates() {
  const { key, cert } = certificate();
  const amazon = fs.readdirSync(AMAZON).filter((name) => /^Amazon_Root|^Starfield_Services/.test(name)).map((name) => fs.readFileSync(path.join(AMAZON, name), 'utf8'));
  return { key: scratchFile('key.pem', key), cert: scratchFile('cert.pem', cert), roots: scratchFile('roots.pem', cert + amazon.join('')) };
}

/** The environment in which a peer sends `sends` messages in each invocation, over so many connections. */
function sending({ port, roots, request }, sends, connections = 1) {
  return {
    SENDS: String(sends), CONNECTIONS: String(connections), ENDPOINT: `https://localhost:${port}/prod`,
    AWS_CA_BUNDLE: roots, NODE_EXTRA_CA_CERTS: roots, // Moonwire, Node.js
    TLS_PORT: String(port), TLS_ROOTS: roots, TLS_REQUEST: request, // bare OpenSSL
  };
}

/** Starts the server, and has Moonwire send one message, whose bytes the limit repeats. Resolves with { port, roots, request, firstNs, end }. */
async function startServer(moonwire) {
  const { key, cert, roots } = writeCertificates();
  const [request, first] = [scratchFile('request'), scratchFile('first', '')];
  const child = spawn('taskset', ['-c', String(processors().pop()), program('tls_server'), cert, key, '--dump', request, '--first', first], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (bytes) => resolve(Number(bytes)));
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`tls_server ended with ${status}`)));
  });
  const server = {
    port, roots, request,
    firstNs: () => Number(fs.readFileSync(first, 'utf8').trim().split('\n').pop().split(' ')[1]), // of the last connection, CLOCK_MONOTONIC
    end: () => { child.removeAllListeners('exit'); child.kill(); },
  };
  await serve(moonwire, 'send', { invocations: 1, env: sending(server, 1) });
  return server;
}

/** Calls work(server) while there is one. */
async function withServer(moonwire, work) {
  const server = await startServer(moonwire);
  try {
    return await work(server);
  } finally {
    server.end();
  }
}

module.exports = { withServer, sending };
