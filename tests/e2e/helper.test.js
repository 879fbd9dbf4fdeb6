'use strict';
// The scripted Runtime API server itself: every rule it watches is broken here on purpose, and must be written down.

const test = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');
const { RuntimeApi } = require('./helper/runtime-api');

const NEXT = '/2018-06-01/runtime/invocation/next';

/** A request as bytes; `headers` replace or (null) remove the right ones. */
function request(api, method, target, { headers = {}, body = '' } = {}) {
  const all = { Host: api.address, 'User-Agent': 'moonwire/0.1.0', ...(method === 'POST' && { 'Content-Type': 'application/json', 'Content-Length': body.length }), ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

const next = (api, options) => request(api, 'GET', NEXT, options);

/** A reply to the first invocation, right unless told otherwise. */
function reply(api, { kind = 'response', id = 'id-1', body = '{}', headers } = {}) {
  const nonce = api.invocations[0].nonce;
  return request(api, 'POST', `/2018-06-01/runtime/invocation/${id}/${kind}`, { headers: { 'Lambda-Runtime-Invocation-Id': nonce, ...headers }, body });
}

const REPORT = '{"errorMessage":"m","errorType":"Error","stackTrace":["a.lua:1"]}';
const failure = (api, more) => reply(api, { kind: 'error', body: REPORT, ...more, headers: { 'Lambda-Runtime-Function-Error-Type': 'Function.Error', ...more?.headers } });
const initError = (api, more) => request(api, 'POST', '/2018-06-01/runtime/init/error', { body: REPORT, ...more, headers: { 'Lambda-Runtime-Function-Error-Type': 'Runtime.ImportModuleError', ...more?.headers } });

// Requests of one connection, each sent after the answer to the one before.
const cases = [
  { name: 'nothing wrong: a response', send: [next, reply, next], violation: null },
  { name: 'nothing wrong: an error', send: [next, failure, next], violation: null },
  { name: 'nothing wrong: an init error', send: [initError], violation: null },
  { name: 'no User-Agent', send: [(api) => next(api, { headers: { 'User-Agent': null } })], violation: /User-Agent/ },
  { name: 'another User-Agent', send: [(api) => next(api, { headers: { 'User-Agent': 'curl/7.88.1' } })], violation: /User-Agent/ },
  { name: 'another Host', send: [(api) => next(api, { headers: { Host: 'localhost' } })], violation: /Host/ },
  { name: 'Expect', send: [next, (api) => reply(api, { headers: { Expect: '100-continue' } })], violation: /Expect/ },
  { name: 'Transfer-Encoding', send: [next, (api) => reply(api, { headers: { 'Transfer-Encoding': 'chunked' } })], violation: /Transfer-Encoding/ },
  { name: 'a header twice', send: [(api) => next(api, { headers: { host: api.address } })], violation: /twice/ },
  { name: 'a poll with a body', send: [(api) => next(api, { headers: { 'Content-Length': 2 }, body: '{}' })], violation: /has a body/ },
  { name: 'another path', send: [(api) => request(api, 'GET', '/2018-06-01/runtime/next')], violation: /unknown request/ },
  { name: 'a reply without a content type', send: [next, (api) => reply(api, { headers: { 'Content-Type': null } })], violation: /Content-Type/ },
  { name: 'a reply without an invocation id', send: [next, (api) => reply(api, { headers: { 'Lambda-Runtime-Invocation-Id': null } })], violation: /invocation id/ },
  { name: 'a reply with another invocation id', send: [next, (api) => reply(api, { headers: { 'Lambda-Runtime-Invocation-Id': 'x' } })], violation: /invocation id/ },
  { name: 'a reply to nobody', send: [next, (api) => reply(api, { id: 'id-2' })], violation: /no such invocation/ },
  { name: 'two replies', send: [next, reply, reply], violation: /second reply/ },
  { name: 'a poll before the reply', send: [next, next], violation: /more than 1 slots/ },
  { name: 'an error without a type', send: [next, (api) => failure(api, { headers: { 'Lambda-Runtime-Function-Error-Type': null } })], violation: /error type/ },
  { name: 'an error type that Lambda drops', send: [next, (api) => failure(api, { headers: { 'Lambda-Runtime-Function-Error-Type': 'Function.not_found' } })], violation: /error type/ },
  { name: 'an error report without a stack', send: [next, (api) => failure(api, { body: '{"errorMessage":"m","errorType":"E"}' })], violation: /error report/ },
  { name: 'an error report that is not JSON', send: [next, (api) => failure(api, { body: 'm' })], violation: /not JSON/ },
  { name: 'an init error after a poll', send: [next, reply, initError], violation: /init\/error after/ },
  { name: 'two init errors', send: [initError, initError], violation: /second init/ },
  { name: 'a poll after an init error', send: [initError, next], violation: /after init\/error/ },
];

/** Sends the bytes; resolves when the server has dealt with them. */
function exchange(api, socket, bytes) {
  const seen = api.requests.length;
  socket.write(bytes);
  return api.when(() => api.requests.length > seen);
}

for (const { name, send, violation } of cases) {
  test(`the scripted server: ${name}`, async () => {
    const api = await RuntimeApi.start();
    api.push({}, { id: 'id-1' });
    const socket = net.connect(api.address.split(':')[1], '127.0.0.1').on('error', () => {}).resume();
    try {
      for (const make of send) await exchange(api, socket, make(api));
      if (violation) assert.match(api.violations.join('\n'), violation);
      else assert.deepEqual(api.violations, []);
    } finally {
      socket.destroy();
      await api.close();
    }
  });
}

test('the scripted server: more polls than slots', async () => {
  const api = await RuntimeApi.start({ slots: 2 });
  const sockets = [1, 2, 3].map(() => net.connect(api.address.split(':')[1], '127.0.0.1'));
  for (const socket of sockets) socket.write(next(api));
  await api.when(() => api.polls === 3);
  assert.match(api.violations.join('\n'), /more than 2 slots/);
  for (const socket of sockets) socket.destroy();
  await api.close();
});
