'use strict';
// openssl.js: the limit of sends: raw sockets for invocations, bare OpenSSL for messages.

const { program } = require('../lib/native.js');
const { firstLine } = require('../lib/machine.js');

module.exports = {
  name: 'openssl', title: 'bare OpenSSL', kind: 'limit',
  missing: () => null,
  versions: () => ({ OpenSSL: firstLine('openssl', ['version'])?.split(' ')[1] }),
  serve: () => ({ command: [program('raw_client_tls')], env: {} }),
};
