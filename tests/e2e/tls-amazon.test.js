'use strict';
// TLS to Amazon's servers: their roots are asked first, then the bundle. No certificate of Amazon's can be had for a test:
// what is seen here is how often a handshake is tried, and what is opened.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { Lambda, writeFiles } = require('./helper/bootstrap');
const { patiently } = require('./helper/program');
const { certificate, authority } = require('./helper/certificate');
const { redirect } = require('./helper/redirect');
const { serve } = require('./helper/server');
const { serveTls, serveHello } = require('./helper/tls-server');

const AMAZON = 'abc.execute-api.eu-central-1.amazonaws.com';
const CODE = `local http, ws, async = require "moonwire.http", require "moonwire.ws", require "moonwire.async"
  local function outcome(ok, message, code)
    if ok then return { body = ok ~= true and ok.body or "sent" } end
    return { message = message, code = code }
  end
  local function request() return outcome(http.request { url = event.url, connect_timeout_ms = event.patience }) end
  local function send() return outcome(ws.client { endpoint = event.url .. "/prod", region = "eu-central-1" }.send("X1a=", "hello")) end
  local function sleep() async.sleep(event.limit) return { code = "limit" } end
  if event.send then return send() end
  if event.limit then return async.race { request, sleep } end
  local all = {}
  for i = 1, event.count or 1 do all[i] = request end
  local results = async.all(all)
  return event.count and results or results[1]`;

const root = authority();
const ours = certificate({ issuer: root, hosts: [AMAZON, 'example.com'] });
const folder = writeFiles({ 'roots.pem': root.cert, 'others.pem': authority().cert });
test.after(() => fs.rmSync(folder, { recursive: true }));
const [ROOTS, OTHERS, NONE] = ['roots.pem', 'others.pem', 'none.pem'].map((name) => path.join(folder, name));
const trusting = (file) => ({ SSL_CERT_FILE: file });

/** One test: body(ask, server, opened), where ask(event) resolves with what came of a request to Amazon's server. */
function scenario(name, { start = () => serveTls({ ...ours, keep: false }), env = trusting(ROOTS) }, body) {
  test(name, async () => {
    const server = await start();
    const elsewhere = redirect(server.port);
    const lambda = await Lambda.start({ code: CODE, env: { ...elsewhere.env, ...env } });
    const ask = async (event) => {
      const reply = await lambda.invoke({ url: `https://${AMAZON}`, ...event });
      assert.equal(reply.kind, 'response', reply.text);
      return reply.json;
    };
    try {
      await patiently(body(ask, server, elsewhere.opened));
      await lambda.stop();
      lambda.check();
    } finally {
      await lambda.stop().catch(() => {});
      await server.close();
    }
  });
}

const OVER_TLS = { body: 'over TLS' };

/* When the bundle is asked */

scenario('the bundle is asked by a second handshake, from then on at once', {}, async (ask, server, opened) => {
  assert.deepEqual(await ask({}), OVER_TLS);
  assert.equal(server.handshakes, 2);
  assert.deepEqual(await ask({ send: true }), { body: 'sent' });
  assert.equal(server.handshakes, 3);
  assert.deepEqual(await ask({ url: 'https://dynamodb.eu-central-1.amazonaws.com' }).then(({ code }) => code), 'network'); // another name
  assert.equal(server.handshakes, 4);
  assert.deepEqual(await ask({}), OVER_TLS);
  assert.equal(server.handshakes, 5);
  assert.equal(opened().filter((file) => file === ROOTS).length, 1);
});

scenario('calls of ws do so, too', {}, async (ask, server) => {
  assert.deepEqual(await ask({ send: true }), { body: 'sent' });
  assert.equal(server.handshakes, 2);
  assert.equal(server.bytes.match(/POST /g).length, 1);
});

scenario('several first calls at once ask it each', {}, async (ask, server) => {
  assert.deepEqual(await ask({ count: 3 }), [OVER_TLS, OVER_TLS, OVER_TLS]);
  assert.equal(server.handshakes, 6);
  assert.deepEqual(await ask({ count: 3 }), [OVER_TLS, OVER_TLS, OVER_TLS]);
  assert.equal(server.handshakes, 9);
});

scenario('AWS_CA_BUNDLE is asked at once', { env: { AWS_CA_BUNDLE: ROOTS } }, async (ask, server) => {
  assert.deepEqual(await ask({}), OVER_TLS);
  assert.equal(server.handshakes, 1);
});

scenario('AWS_CA_BUNDLE has the last word', { env: { AWS_CA_BUNDLE: OTHERS, SSL_CERT_FILE: ROOTS } }, async (ask, server, opened) => {
  assert.equal((await ask({})).code, 'network');
  assert.equal(server.handshakes, 1);
  assert.equal(server.bytes, '');
  assert.ok(!opened().includes(ROOTS));
});

scenario('nobody vouches: the next call tries both again', { env: trusting(OTHERS) }, async (ask, server) => {
  for (const send of [false, true, false]) {
    const before = server.handshakes;
    const result = await ask({ send });
    assert.equal(result.code, 'network');
    assert.match(result.message, /^[a-z.]+: https:\/\/abc\.execute-api\.eu-central-1\.amazonaws\.com: SSL certificate problem: [^\n]+$/);
    assert.equal(server.handshakes, before + 2);
  }
  assert.equal(server.bytes, '');
});

const strangers = [
  'example.com', `${AMAZON}.example`, 'evilamazonaws.com', `${AMAZON}@example.com`, `${AMAZON}:443@example.com`,
];
for (const host of strangers) {
  scenario(`Amazon's roots are not asked for ${host}`, { env: trusting(OTHERS) }, async (ask, server) => {
    const result = await ask({ url: `https://${host}` });
    assert.equal(result.code, 'network', result.message);
    assert.equal(server.handshakes, 1);
  });
}

/* Hosts that could be read in two ways are no hosts. */
scenario("a host that only looks like Amazon's gets no handshake", {}, async (ask, server) => {
  const hosts = ['a@x.amazonaws.com@example.com', '[::1]x.amazonaws.com', 'example.com%2f.amazonaws.com', 'example.com%00.amazonaws.com',
    'example.com\\.amazonaws.com', 'example.com;.amazonaws.com', 'example.com:.amazonaws.com'];
  for (const host of hosts) assert.equal((await ask({ url: `https://${host}/` })).code, 'bad_request', host);
  assert.equal(server.handshakes, 0);
});

/* What a bundle is not asked for, or does not answer, says nothing about it */

scenario('a bundle that cannot be read is no answer', { env: trusting(NONE) }, async (ask, server) => {
  const result = await ask({});
  assert.equal(result.code, 'network');
  assert.match(result.message, /none\.pem/);
  fs.copyFileSync(ROOTS, NONE);
  assert.deepEqual(await ask({}), OVER_TLS);
  fs.rmSync(NONE);
  assert.equal(server.handshakes, 4); // were it one, the second call would have made one alone
});

/** A good server behind one that is asked about each connection first: before(number, socket, pass). */
async function behind(before) {
  const good = await serveTls({ ...ours, keep: false });
  const server = await serveHello((socket, hello) => before(server.handshakes, socket, () => {
    const onward = net.connect(good.port, '127.0.0.1', () => onward.write(hello));
    onward.on('error', () => {});
    socket.pipe(onward).pipe(socket);
  }));
  const close = () => Promise.all([server.close(), good.close()]);
  return { port: server.port, close, get handshakes() { return server.handshakes; } };
}

scenario('nor is a second handshake that breaks', {
  start: () => behind((number, socket, pass) => (number === 2 ? socket.destroy() : pass())),
}, async (ask, server) => {
  assert.equal((await ask({})).code, 'network');
  assert.equal(server.handshakes, 2);
  assert.deepEqual(await ask({}), OVER_TLS);
  assert.equal(server.handshakes, 4);
});

scenario('both handshakes share the time of one', {
  start: () => behind((number, socket, pass) => { if (number === 1) setTimeout(pass, 600); }),
}, async (ask) => assert.equal((await ask({ patience: 1000, limit: 1400 })).code, 'timeout'));

scenario('a call that is cancelled in its second handshake leaves nothing', {
  start: () => behind((number, socket, pass) => { if (number !== 2) pass(); }),
}, async (ask, server) => {
  assert.equal((await ask({ limit: 300 })).code, 'limit');
  while (server.handshakes < 2) assert.equal((await ask({ limit: 300 })).code, 'limit');
  assert.deepEqual(await ask({}), OVER_TLS);
});

/* What is opened */

scenario('the bundle is read once', {}, async (ask, server, opened) => {
  const url = 'https://example.com';
  assert.deepEqual(await ask({ url, count: 20 }), Array(20).fill(OVER_TLS));
  assert.equal(server.handshakes, 20);
  assert.deepEqual(await ask({ url, count: 20 }), Array(20).fill(OVER_TLS));
  assert.equal(opened().filter((file) => file === ROOTS).length, 1);
});

scenario('nothing of TLS is opened before the first call by https, and never a configuration', {}, async (ask, server, opened) => {
  const plain = await serve((request, response) => response.end('plain'));
  assert.deepEqual(await ask({ url: plain.url }), { body: 'plain' });
  assert.deepEqual(await ask({ url: plain.url, send: true }), { body: 'sent' });
  await plain.close();
  assert.ok(opened().some((file) => file.endsWith('app.lua')));
  assert.deepEqual(opened().filter((file) => /\.(cnf|pem|crt)$|ssl/.test(file)), []);
  assert.deepEqual(await ask({}), OVER_TLS);
  assert.deepEqual(opened().filter((file) => /\.(cnf|pem|crt)$|ssl/.test(file)), [ROOTS]);
});
