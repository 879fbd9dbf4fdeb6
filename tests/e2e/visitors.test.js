'use strict';
// Who gets nothing from either port: a page of another site, a name that somebody points here (DNS rebinding), a caller
// without a signature.

const assert = require('node:assert/strict');
const { scenario, ECHO } = require('./helper/dev');
const { request } = require('./helper/client');

const UPGRADE = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
const EVIL = 'https://evil.example';
const strangers = [
  { name: 'a page of another site', headers: { Origin: EVIL } },
  { name: 'a sandboxed frame of it', headers: { Origin: 'null' } },
  { name: 'a page whose name leads here', headers: { Host: 'evil.example:3001', Origin: 'http://evil.example:3001' } },
  { name: 'that name without an origin', headers: { Host: 'evil.example' } },
];
const echo = { routes: { $default: ECHO } };

/** Everything that a request to the control port could be about. */
const controls = [
  { path: '/' }, { path: '/_control/service' }, { path: '/_runtime/app/00000000000000000000000000000000/2018-06-01/runtime/invocation/next' },
  { path: '/2015-03-31/functions/app/invocations', method: 'POST', body: '{}' },
];

scenario('a page of another site opens no WebSocket, and the terminal says how to let it in', echo, async (dev) => {
  for (const { name, headers } of strangers) {
    const { status, body, socket } = await request(dev.management, { headers: { ...UPGRADE, ...headers } });
    assert.deepEqual({ name, status, body, socket }, { name, status: 403, body: '{"message":"Forbidden"}', socket: undefined });
    const { text } = await dev.line({ type: 'note' });
    assert.match(text, headers.Origin === EVIL ? /^a page of https:\/\/evil\.example was refused: --allow-origin https:\/\/evil\.example lets it in$/ : /--allow-origin /, name);
  }
});

scenario('it gets nothing by plain HTTP', echo, async (dev) => {
  for (const { name, headers } of strangers) {
    const { status, body, headers: got } = await request(dev.management, { headers });
    assert.deepEqual({ name, status, body }, { name, status: 403, body: '{"message":"Forbidden"}' });
    assert.equal(got['access-control-allow-origin'], undefined, name);
  }
});

scenario('pages of this machine connect', echo, async (dev) => {
  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080', 'file://']) {
    const client = await dev.connect({ headers: { Origin: origin } });
    assert.equal(await client.ask('hello'), 'hello');
    await client.close();
  }
});

scenario('--allow-origin lets in whom it names', { ...echo, args: ['--allow-origin', 'https://app.example', '--allow-origin', 'null'] }, async (dev) => {
  assert.equal(await dev.handshake({ headers: { Origin: 'https://app.example' } }), 101);
  assert.equal(await dev.handshake({ headers: { Host: 'app.example' } }), 101);
  assert.equal(await dev.handshake({ headers: { Origin: 'null' } }), 101);
  assert.equal(await dev.handshake({ headers: { Origin: EVIL } }), 403);
});

scenario('--allow-origin * lets everybody in', { ...echo, args: ['--allow-origin', '*'] }, async (dev) => {
  for (const { headers } of strangers) assert.equal(await dev.handshake({ headers }), 101);
});

scenario('the control port answers no stranger, and nobody without a signature', echo, async (dev) => {
  for (const { name, headers } of [...strangers, { name: 'a request for another site', headers: { 'Sec-Fetch-Site': 'cross-site' } }]) {
    for (const { path, ...options } of controls) {
      const { status, body, headers: got } = await request(dev.controlUrl + path, { ...options, headers });
      assert.equal(status, 403, `${name}: ${path}`);
      assert.equal(body, '{"message":"Forbidden: this port answers to programs on this machine"}', `${name}: ${path}`);
      assert.equal(got['access-control-allow-origin'], undefined, `${name}: ${path}`);
    }
  }
  for (const { path, ...options } of controls) {
    const { status, body } = await request(dev.controlUrl + path, options);
    assert.ok(status === 403 || status === 404 || path === '/', `${path}: ${status}`); // the page has no secrets, and asks for a token
    assert.ok(!body.includes('tested'), `${path}: ${body}`); // the service's name
  }
});

scenario('@connections takes no signature of a page', echo, async (dev) => {
  for (const { name, headers } of strangers.filter((stranger) => stranger.headers.Origin)) {
    const { status, body } = await request(`${dev.management}/@connections/AAAAAAAAAAAAAAA=`, { headers });
    assert.deepEqual({ name, status, body }, { name, status: 403, body: '{"message":"Forbidden"}' });
  }
});

scenario('a page of another site embeds nothing of an HTTP route', {
  files: { 'serverless.yml': 'service: tested\nprovider: { name: aws }\nfunctions: { app: { handler: app.main, events: [ httpApi: GET /secret ] } }\n', 'app.lua': 'return { main = function() return "secret" end }' },
}, async (dev) => {
  const embedded = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' };
  assert.equal((await request(`${dev.origin}/secret`, { headers: embedded })).status, 403);
  assert.equal((await request(`${dev.origin}/secret`, { headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' } })).body, 'secret');
  assert.equal((await dev.invocations(1)).length, 1);
});

scenario('@connections answers nobody without a signature', echo, async (dev) => {
  const client = await dev.connect();
  for (const method of ['GET', 'POST', 'DELETE']) {
    const { status } = await request(`${dev.management}/@connections/AAAAAAAAAAAAAAA=`, { method, body: method === 'POST' ? 'x' : undefined });
    assert.equal(status, 403);
  }
  assert.equal(await client.ask('still here'), 'still here');
  await client.close();
});
