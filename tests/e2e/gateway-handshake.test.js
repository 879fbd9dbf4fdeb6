'use strict';
// The handshake: what $connect returns decides what the client sees.

const test = require('node:test');
const assert = require('node:assert/strict');
const { scenario, withDev, ECHO } = require('./helper/dev');
const { handshake, handshakeBytes, request, upgrade, raw } = require('./helper/client');
const { serve } = require('./helper/server');

/** What $connect runs, and the status that the client sees; 101 is accepted. */
const results = [
  { name: '200', code: 'return { statusCode = 200 }', status: 101 },
  { name: '201', code: 'return { statusCode = 201 }', status: 101 },
  { name: '299', code: 'return { statusCode = 299 }', status: 101 },
  { name: '200 with a body', code: 'return { statusCode = 200, body = "welcome" }', status: 101 },
  { name: 'true', code: 'return true', status: 101 },
  { name: '301', code: 'return { statusCode = 301 }', status: 301 },
  { name: '400', code: 'return { statusCode = 400 }', status: 400 },
  { name: '401', code: 'return { statusCode = 401, body = "who are you?" }', status: 401 },
  { name: '403', code: 'return { statusCode = 403 }', status: 403 },
  { name: '500', code: 'return { statusCode = 500 }', status: 500 },
  { name: '501', code: 'return { statusCode = 501 }', status: 501 },
  { name: 'false', code: 'return false', status: 403 },
  { name: 'error', code: 'error "broken"', status: 502 },
  { name: 'nil, message', code: 'return nil, "broken"', status: 502 },
  { name: 'nothing', code: 'return', status: 502 },
  { name: 'a string', code: 'return "welcome"', status: 502 },
  { name: 'no statusCode', code: 'return { body = "welcome" }', status: 502 },
  { name: 'a body that is a number', code: 'return { statusCode = 200, body = 5 }', status: 502 },
  { name: 'an unknown key', code: 'return { statusCode = 200, connectionId = "x" }', status: 502 },
  { name: 'a status that is none', code: 'return { statusCode = "fine" }', status: 502 },
];
const chosen = ({ name, code }) => `cases[${JSON.stringify(name)}] = function(event) ${code} end`;
const door = {
  more: `local cases = {}\n${results.map(chosen).join('\n')}`,
  routes: { $connect: 'return cases[event.queryStringParameters.case](event)', $disconnect: 'return true', $default: ECHO },
};

scenario('the status is what $connect returns', door, async (dev) => {
  for (const { name, status } of results) {
    assert.equal(await dev.handshake({ path: `?case=${encodeURIComponent(name)}` }), status, name);
  }
  const accepted = results.filter(({ status }) => status === 101).length;
  await dev.invocations(accepted, { route: '$disconnect' });
  assert.equal((await dev.invocations(results.length, { route: '$connect' })).length, results.length);
  const client = await dev.connect({ path: '?case=200' });
  assert.equal(await client.ask('still there'), 'still there');
  await client.close();
  await dev.invocations(accepted + 1, { route: '$disconnect' });
  assert.equal(dev.all({ type: 'invocation', route: '$disconnect' }).length, accepted + 1, '$disconnect is for accepted connections only');
});

scenario('a refusal is JSON, and nothing of the handler but its status', door, async (dev) => {
  const answer = await upgrade(`${dev.url}?case=401`);
  assert.equal(answer.status, 401);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.ok(!answer.body.includes('who are you?'));
  assert.equal(typeof JSON.parse(answer.body).message, 'string');
});

scenario('without a $connect route everybody is let in', { routes: { $default: ECHO } }, async (dev) => {
  const client = await dev.connect();
  assert.equal(await client.ask('hello'), 'hello');
  await client.close();
  const other = await dev.connect();
  assert.equal(await other.ask('hello again'), 'hello again');
  assert.equal(dev.all({ type: 'invocation', route: /\$(dis)?connect/ }).length, 0);
});

scenario('101', door, async (dev) => {
  const answer = await upgrade(`${dev.url}?case=200`, { 'Sec-WebSocket-Extensions': 'permessage-deflate', 'Sec-WebSocket-Protocol': 'chat' });
  assert.equal(answer.status, 101);
  assert.equal(answer.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='); // RFC 6455, section 1.3
  assert.match(answer.headers.upgrade, /^websocket$/i);
  assert.match(answer.headers.connection, /upgrade/i);
  assert.equal(answer.headers['sec-websocket-extensions'], undefined);
  assert.equal(answer.headers['sec-websocket-protocol'], undefined, 'only the handler chooses one');
  assert.match((await dev.line({ type: 'note' })).text, /^the client offered subprotocols and got none: browsers leave at once\. /);
  answer.socket.destroy();
});

const protocols = {
  routes: {
    $connect: `local name = event.queryStringParameters.name
      return { statusCode = 200, headers = { [name] = "chat.v2", ["X-Other"] = "dropped" } }`,
    $default: ECHO,
  },
};
scenario('the subprotocol is the one that the handler returns', protocols, async (dev) => {
  for (const name of ['Sec-WebSocket-Protocol', 'sec-websocket-protocol', 'Sec-Websocket-Protocol']) {
    const client = await dev.connect({ path: `?name=${name}`, protocols: ['chat.v1', 'chat.v2'] });
    assert.equal(client.socket.protocol, 'chat.v2', name);
    assert.equal(await client.ask('hello'), 'hello');
  }
  const answer = await upgrade(`${dev.url}?name=Sec-WebSocket-Protocol`, { 'Sec-WebSocket-Protocol': 'chat.v1, chat.v2' });
  assert.equal(answer.headers['sec-websocket-protocol'], 'chat.v2');
  assert.equal(answer.headers['x-other'], undefined, 'other headers of the handler are dropped');
  assert.deepEqual(dev.all({ type: 'note' }), []);
  answer.socket.destroy();
});

/** Where the API is, and where it is not. */
const paths = [
  { path: '/dev', status: 101 },
  { path: '/', status: 101 },
  { path: '/prod', status: 403 },
  { path: '/dev/extra', status: 403 },
  { path: '/DEV', status: 403 },
  { path: '/devil', status: 403 },
  { path: '/dev/@connections', status: 403 },
];
scenario('paths', { routes: { $default: ECHO } }, async (dev) => {
  for (const { path, status } of paths) assert.equal(await handshake(`ws://127.0.0.1:${dev.port}${path}`), status, path);
});

scenario('a plain GET is told to upgrade', { routes: { $default: ECHO } }, async (dev) => {
  for (const url of [dev.management, `${dev.origin}/`]) assert.equal((await request(url)).status, 426);
});

/** Handshakes that RFC 6455, section 4.2.1, does not allow: refused, and $connect never hears of them. */
const malformed = [
  { name: 'no key', headers: { 'Sec-WebSocket-Key': '' } },
  { name: 'a key that is too short', headers: { 'Sec-WebSocket-Key': 'c2hvcnQ=' } },
  { name: 'two keys', headers: { 'Sec-WebSocket-Key': ['dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBsZSBub25jZQ=='] } },
  { name: 'version 8', headers: { 'Sec-WebSocket-Version': '8' } },
];
scenario('handshakes that are none', { routes: { $connect: 'return true', $default: ECHO } }, async (dev) => {
  for (const { name, headers } of malformed) {
    const { status } = await upgrade(dev.url, headers);
    assert.ok(status >= 400 && status < 500, `${name}: ${status}`);
  }
  assert.equal(await dev.handshake(), 101);
  await dev.invocations(1, { route: '$connect' });
  assert.equal(dev.all({ type: 'invocation' }).length, 1);
});

/* $connect asks a server of ours, which answers when the test wants it to. */

const asks = {
  $connect: 'local answer, why = http.request { url = os.getenv "GATE" } return { statusCode = answer and answer.status or error(why) }',
  $disconnect: 'return true',
  $default: ECHO,
};

/** One test with such a server: body(dev, gate); gate.asked(n) resolves with the n-th question, a function that answers. */
function gated(name, body) {
  test(name, async () => {
    const open = [];
    let wake = () => {};
    const server = await serve((_, response) => { open.push((status) => response.writeHead(status).end()); wake(); });
    const asked = async (n) => {
      while (open.length < n) await new Promise((resolve) => { wake = resolve; });
      return open[n - 1];
    };
    try {
      await withDev({ routes: asks, settings: { environment: { GATE: server.url } } }, (dev) => body(dev, { asked }));
    } finally {
      await server.close();
    }
  });
}

gated('the handshake waits for $connect', async (dev, gate) => {
  let state = 'waiting';
  const handshaken = dev.connect().then((client) => { state = 'open'; return client; });
  const answer = await gate.asked(1);
  assert.equal(state, 'waiting');
  answer(200);
  const client = await handshaken;
  assert.equal(await client.ask('hello'), 'hello');
});

gated('a client that leaves during $connect', async (dev, gate) => {
  const leaver = raw(dev.port, handshakeBytes(dev.port));
  const answer = await gate.asked(1);
  leaver.socket.destroy();
  await leaver.over;
  answer(200);
  await dev.invocations(1, { route: '$connect' });
  const handshaken = dev.connect();
  (await gate.asked(2))(200);
  const client = await handshaken;
  assert.equal(await client.ask('hello'), 'hello');
});

gated('messages sent behind the handshake are not lost', async (dev, gate) => {
  const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]); // "hi", masked with zeros
  const client = raw(dev.port, Buffer.concat([handshakeBytes(dev.port), frame]));
  (await gate.asked(1))(200);
  await dev.line({ type: 'invocation', route: '$default' });
  while (!client.bytes.includes(Buffer.from([0x81, 2, 0x68, 0x69]))) await new Promise((resolve) => client.socket.once('data', resolve));
  client.socket.destroy();
});
