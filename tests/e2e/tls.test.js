'use strict';
// TLS: which servers are trusted, which are refused before a byte of the request has left, and handshakes that fail.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { Lambda, writeFiles, SECRETS } = require('./helper/bootstrap');
const { patiently } = require('./helper/program');
const { certificate, authority } = require('./helper/certificate');
const { serve } = require('./helper/server');
const { serveTls, serveHello } = require('./helper/tls-server');

const CODE = `local http, ws = require "moonwire.http", require "moonwire.ws"
  local function outcome(ok, message, code)
    if ok then return { body = ok ~= true and ok.body or "sent" } end
    return { message = message, code = code }
  end
  if event.send then return outcome(ws.client { endpoint = event.url .. "/prod", region = "eu-central-1" }.send("X1a=", "hello")) end
  return outcome(http.request { url = event.url .. "/?secret=1", headers = { Authorization = "mine" }, connect_timeout_ms = event.patience })`;

const HOUR_MS = 3600e3;
const root = authority();
const middle = authority({ issuer: root });
const ours = certificate({ issuer: root });
const others = authority();
const alone = certificate();
const folder = writeFiles({ 'roots.pem': root.cert + alone.cert, 'others.pem': others.cert, 'empty.pem': '', 'noise.pem': 'no certificate\n' });
test.after(() => fs.rmSync(folder, { recursive: true }));
const ROOTS = path.join(folder, 'roots.pem');

/** One test: body(ask, server), where ask(event) resolves with what came of a request; start() makes the server. */
function scenario(name, { start, env = { SSL_CERT_FILE: ROOTS } }, body) {
  test(name, async () => {
    const server = await start();
    const lambda = await Lambda.start({ code: CODE, env: { AWS_MAX_ATTEMPTS: '1', ...env } });
    const ask = async (event) => {
      const reply = await lambda.invoke({ url: server.url, ...event });
      assert.equal(reply.kind, 'response', reply.text);
      return reply.json;
    };
    try {
      await patiently(body(ask, server));
      await lambda.stop();
      lambda.check();
    } finally {
      await lambda.stop().catch(() => {});
      await server.close();
    }
  });
}

/* Trusted. localhost: the name is asked for instead of the address. */

const trusted = [
  { name: 'its authority is in the bundle', tls: ours },
  { name: 'it vouches for itself, and is in the bundle', tls: alone },
  { name: 'a name instead of an address', tls: ours, localhost: true },
  { name: 'an authority in between', tls: (({ key, cert }) => ({ key, cert: cert + middle.cert }))(certificate({ issuer: middle })) },
  { name: 'a joker for one label', tls: certificate({ issuer: root, addresses: ['127.0.0.1'], hosts: ['*.example', 'localhost'] }), localhost: true },
  { name: 'TLS 1.2 and nothing else', tls: { ...ours, maxVersion: 'TLSv1.2' } },
  { name: 'TLS 1.3 and nothing else', tls: { ...ours, minVersion: 'TLSv1.3' } },
  { name: 'an RSA key', tls: certificate({ issuer: root, rsa: 2048 }) },
  ...['sha384', 'sha512'].map((hash) => ({ name: `a signature of ${hash}`, tls: certificate({ issuer: root, hash }) })),
  { name: 'AWS_CA_BUNDLE', tls: ours, env: { AWS_CA_BUNDLE: ROOTS } },
  { name: 'AWS_CA_BUNDLE comes before SSL_CERT_FILE', tls: ours, env: { AWS_CA_BUNDLE: ROOTS, SSL_CERT_FILE: path.join(folder, 'others.pem') } },
];
for (const { name, tls, env, localhost } of trusted) {
  scenario(`trusted: ${name}`, { start: () => serveTls(tls), env }, async (ask, server) => {
    const url = localhost ? `https://localhost:${server.port}` : server.url;
    assert.deepEqual(await ask({ url }), { body: 'over TLS' });
    assert.deepEqual(await ask({ url, send: true }), { body: 'sent' });
    assert.equal(server.handshakes, 1);
  });
}

/* Refused: each fails with `code`, and a sentence of one line that matches `why`. Then a plain server is asked, and serves. */

async function refuses(ask, server, { why, url = server.url, handshakes = 3 }) {
  for (const [event, what] of [[{}, 'http.request'], [{ send: true }, 'client.send'], [{}, 'http.request']]) {
    const result = await ask({ url, ...event });
    assert.equal(result.code, 'network', JSON.stringify(result));
    assert.match(result.message, why);
    assert.match(result.message, /^[a-z.]+: [^\n]+$/);
    assert.ok(result.message.startsWith(what) || event.send, result.message);
    for (const secret of [...SECRETS, 'secret', 'mine']) assert.ok(!result.message.includes(secret), result.message);
  }
  if (handshakes) assert.equal(server.handshakes, handshakes);
  const healthy = await serve((request, response) => response.end('healthy'));
  assert.deepEqual(await ask({ url: healthy.url }), { body: 'healthy' });
  await healthy.close();
}

const dated = (from, until) => certificate({ issuer: root, from: new Date(Date.now() + from * HOUR_MS), until: new Date(Date.now() + until * HOUR_MS) });
const refused = [
  { name: 'it has expired', tls: dated(-48, -1), why: /certificate has expired/ },
  { name: 'it is not yet valid', tls: dated(1, 48), why: /certificate is not yet valid/ },
  { name: 'it is for another address', tls: certificate({ issuer: root, addresses: ['127.0.0.2'] }), why: /127\.0\.0\.1/ },
  { name: 'it is for another name', tls: certificate({ issuer: root, hosts: ['example.com'] }), localhost: true, why: /'localhost'/ },
  { name: 'it names the address as a host', tls: certificate({ issuer: root, addresses: [], hosts: ['127.0.0.1'] }), why: /127\.0\.0\.1/ },
  { name: 'it is for another name, TLS 1.2', tls: { ...certificate({ issuer: root, hosts: ['example.com'] }), maxVersion: 'TLSv1.2' }, localhost: true, why: /'localhost'/ },
  { name: 'it is for no name', tls: certificate({ issuer: root, addresses: [], hosts: [] }), localhost: true, why: /'localhost'/ },
  { name: 'its authority is not in the bundle', tls: certificate({ issuer: others }), why: /unable to get local issuer certificate/ },
  { name: 'it vouches for itself', tls: certificate(), why: /self-signed certificate/ },
  { name: 'the authority in between is not sent', tls: certificate({ issuer: middle }), why: /unable to get local issuer certificate/ },
  { name: 'it is signed by one that may not sign', tls: (({ key, cert }) => ({ key, cert: cert + ours.cert }))(certificate({ issuer: ours })), why: /invalid CA certificate/ },
  { name: 'its key is short', tls: { ...certificate({ issuer: root, rsa: 1024 }), ciphers: 'DEFAULT@SECLEVEL=0' }, why: /key too (weak|small)/ },
  { name: 'its signature is one of SHA-1', tls: { ...certificate({ issuer: root, hash: 'sha1' }), ciphers: 'DEFAULT@SECLEVEL=0' }, why: /digest algorithm too weak|md too weak/ },
  { name: 'no bundle is there', tls: ours, env: { SSL_CERT_FILE: path.join(folder, 'none.pem') }, why: /none\.pem/, handshakes: 0 },
  { name: 'AWS_CA_BUNDLE is not there, and not passed over', tls: ours, env: { AWS_CA_BUNDLE: path.join(folder, 'none.pem'), SSL_CERT_FILE: ROOTS }, why: /none\.pem/, handshakes: 0 },
  { name: 'the bundle is empty', tls: ours, env: { SSL_CERT_FILE: path.join(folder, 'empty.pem') }, why: /empty\.pem/, handshakes: 0 },
  { name: 'the bundle is none', tls: ours, env: { SSL_CERT_FILE: path.join(folder, 'noise.pem') }, why: /noise\.pem/, handshakes: 0 },
  { name: 'the system knows nothing of it', tls: ours, env: {}, why: /certificate/ },
  { name: 'it speaks TLS 1.1 at most', tls: { ...ours, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, why: /protocol/ },
  { name: 'it does not encrypt', tls: { ...ours, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-NULL-SHA@SECLEVEL=0' }, why: /handshake failure/ },
];
for (const { name, tls, env, localhost, why, handshakes } of refused) {
  scenario(`refused: ${name}`, { start: () => serveTls(tls), env }, async (ask, server) => {
    await refuses(ask, server, { why, handshakes, url: localhost ? `https://localhost:${server.port}` : server.url });
    assert.equal(server.bytes, '');
  });
}

/* Handshakes that come to nothing */

/** Hands on this many bytes of what a good server says, then closes. */
const cutAfter = (count) => async () => {
  const good = await serveTls(ours);
  const server = await serveHello((socket, hello) => {
    let left = count;
    const behind = net.connect(good.port, '127.0.0.1', () => behind.write(hello));
    behind.on('data', (bytes) => {
      socket.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) { behind.destroy(); socket.end(); }
    });
  });
  return { ...server, get handshakes() { return server.handshakes; }, close: () => Promise.all([server.close(), good.close()]) };
};
const says = (...bytes) => () => serveHello((socket) => socket.end(Buffer.from(bytes)));
const spoiled = [
  { name: 'is closed at once', start: () => serveHello((socket) => socket.destroy()), why: /closed within the TLS handshake/ },
  { name: 'is reset', start: () => serveHello((socket) => socket.resetAndDestroy()), why: /reset/i },
  { name: 'is cut within the first record', start: cutAfter(30), why: /closed within the TLS handshake/ },
  { name: 'is cut behind the first record', start: cutAfter(200), why: /closed within the TLS handshake/ },
  { name: 'is cut within the certificate', start: cutAfter(500), why: /closed within the TLS handshake/ },
  { name: 'gets plain HTTP', start: () => serveHello((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')), why: /wrong version number/ },
  { name: 'gets noise', start: says(...Array.from({ length: 1000 }, (_, i) => (i * 7919 + 5) % 256)), why: /SSL/ },
  { name: 'gets zeros', start: says(...Array(1000).fill(0)), why: /SSL/ },
  { name: 'gets a record that is too long', start: says(0x16, 3, 3, 0xff, 0xff, ...Array(1000).fill(2)), why: /SSL/ },
  { name: 'gets another message than ServerHello', start: says(0x16, 3, 3, 0, 4, 2, 0, 0, 0), why: /SSL/ },
  { name: 'is refused by an alert', start: says(0x15, 3, 3, 0, 2, 2, 40), why: /handshake failure/ },
];
for (const { name, start, why } of spoiled) {
  scenario(`a handshake that ${name}`, { start }, (ask, server) => refuses(ask, server, { why }));
}

scenario('a handshake that gets no answer ends in time', { start: () => serveHello(() => {}) }, async (ask) => {
  const result = await ask({ patience: 200 });
  assert.equal(result.code, 'timeout', result.message);
  assert.match(result.message, /^http\.request: https:\/\/127\.0\.0\.1:\d+: [^\n]+$/);
});

scenario('a plain server behind https', { start: () => serve((request, response) => response.end()) }, async (ask, server) => {
  const result = await ask({ url: server.url.replace('http:', 'https:') });
  assert.equal(result.code, 'network', result.message);
  assert.equal(server.requests.length, 0);
});
