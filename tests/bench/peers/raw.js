'use strict';
// raw.js: the limit: a program in C that does what the kernel makes one do, and nothing else.

const { program } = require('../lib/native.js');

module.exports = {
  name: 'raw', title: 'raw sockets', kind: 'limit',
  missing: () => null,
  versions: () => ({}),
  serve: (handler) => ({ command: [program('raw_client')], env: handler === 'same' ? { SAME: '1' } : {} }),
};
