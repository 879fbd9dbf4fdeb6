'use strict';
// TLS sessions: a later handshake with the same server is shorter, in every way that TLS has for it; what was refused stays so.

const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { Lambda, writeFiles } = require('./helper/bootstrap');
const { patiently } = require('./helper/program');
const { certificate, authority } = require('./helper/certificate');
const { serveTls } = require('./helper/tls-server');

const CODE = `local http, ws, async = require "moonwire.http", require "moonwire.ws", require "moonwire.async"
  local function outcome(ok, message, code) return ok and "ok" or code end
  local function request() return outcome(http.request { url = event.url }) end
  if event.send then return outcome(ws.client { endpoint = event.url .. "/prod", region = "eu-central-1" }.send("X1a=", "hello")) end
  if event.together then return async.all { request, request, request } end
  return request()`;

const root = authority();
const ours = certificate({ issuer: root });
const folder = writeFiles({ 'roots.pem': root.cert });
test.after(() => fs.rmSync(folder, { recursive: true }));

/** One test: body(ask, server, another), another being a server of the same kind. */
function scenario(name, options, body) {
  test(name, async () => {
    const [server, another] = [await serveTls({ ...ours, keep: false, ...options }), await serveTls({ ...ours, keep: false, ...options })];
    const lambda = await Lambda.start({ code: CODE, env: { SSL_CERT_FILE: path.join(folder, 'roots.pem') } });
    const ask = async (event) => {
      const reply = await lambda.invoke({ url: server.url, ...event });
      assert.equal(reply.kind, 'response', reply.text);
      return reply.json;
    };
    try {
      await patiently(body(ask, server, another));
      await lambda.stop();
      lambda.check();
    } finally {
      await lambda.stop().catch(() => {});
      await Promise.all([server.close(), another.close()]);
    }
  });
}

// A ticket of TLS 1.3 is used once (RFC 8446, appendix C.4). A server gives the next one with each handshake; Node's does so with
// whole ones only, and every second handshake is one.
const kinds = [
  { name: 'TLS 1.3', options: { minVersion: 'TLSv1.3' }, want: [false, true, false, true, false] },
  { name: 'TLS 1.2, tickets', options: { maxVersion: 'TLSv1.2' }, want: [false, true, true, true, true] },
  { name: 'TLS 1.2, the server remembers', want: [false, true, true, true, true],
    options: { maxVersion: 'TLSv1.2', secureOptions: crypto.constants.SSL_OP_NO_TICKET, remembers: true } },
];
for (const { name, options, want } of kinds) {
  scenario(`resumed: ${name}`, options, async (ask, server) => {
    for (const event of [{}, {}, { send: true }, { send: true }, {}]) assert.equal(await ask(event), 'ok');
    assert.deepEqual(server.reused, want);
    assert.deepEqual(await ask({ together: true }), ['ok', 'ok', 'ok']);
    assert.equal(server.reused.length, 8);
    assert.ok(server.reused.slice(5).some(Boolean));
  });

  scenario(`not resumed with another server: ${name}`, options, async (ask, server, another) => {
    for (const url of [server.url, another.url, another.url, server.url]) assert.equal(await ask({ url }), 'ok');
    assert.deepEqual([server.reused, another.reused], [[false, true], [false, true]]);
  });

  scenario(`resumed under the name that it was checked for: ${name}`, options, async (ask, server) => {
    const named = server.url.replace('127.0.0.1', 'localhost');
    for (const url of [server.url, named, named]) assert.equal(await ask({ url }), 'ok');
    assert.deepEqual(server.reused, [false, false, true]);
  });

  scenario(`a wrong name is refused each time: ${name}`, { ...options, ...certificate({ issuer: root, hosts: ['example.com'] }) }, async (ask, server) => {
    const named = server.url.replace('127.0.0.1', 'localhost');
    for (let i = 0; i < 4; i++) assert.equal(await ask({ url: named }), 'network');
    assert.equal(await ask({}), 'ok'); // the address is right
    assert.equal(await ask({ url: named }), 'network');
    assert.equal(server.handshakes, 6);
    assert.equal(server.bytes.match(/GET /g).length, 1);
  });
}

for (const { name, options } of kinds.slice(0, 2)) {
  scenario(`a server that has forgotten its keys gets a whole handshake: ${name}`, options, async (ask, server) => {
    assert.equal(await ask({}), 'ok');
    server.forget();
    assert.equal(await ask({}), 'ok');
    assert.equal(await ask({}), 'ok');
    assert.deepEqual(server.reused, [false, false, true]);
  });
}
