'use strict';
// Messages: which route gets them, what comes back, which ones end the connection.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { scenario, ECHO } = require('./helper/dev');

const FRAME_MAX = 32 * 1024;
const MESSAGE_MAX = 128 * 1024;

/** Each route answers with its name. */
const named = (...routes) => Object.fromEntries(routes.map((route) => [route, 'return ws.reply(event.requestContext.routeKey)']));

/** A route selection expression, the routes besides $default, and which of them messages reach. */
const selections = [
  {
    name: 'the default expression',
    routes: ['join', '1', 'true', '[a, b]', 'Join', 'with space', 'ünï', '$default'],
    messages: [
      ['{"action":"join"}', 'join'], ['{"action":"Join"}', 'Join'], ['{"action":"JOIN"}', '$default'], ['{"action":"joi\\u006e","x":1}', 'join'],
      ['{"action":1}', '1'], ['{"action":true}', 'true'], ['{"action":["a","b"]}', '[a, b]'], ['{"action":"with space"}', 'with space'],
      ['{"action":"ünï"}', 'ünï'], ['{"action":""}', '$default'], ['{"action":null}', '$default'], ['{"action":"leave"}', '$default'],
      ['{"other":"join"}', '$default'], ['{"action":"$default"}', '$default'], ['{"action":"$connect"}', '$default'], ['{"action":"$disconnect"}', '$default'],
      ['hello', '$default'], ['', '$default'], ['{"action":"join"', '$default'], ['"join"', '$default'], ['join', '$default'], ['[]', '$default'],
      [' {"action":"join"} ', 'join'], ['{"action":"join"} x', '$default'],
    ],
  },
  {
    name: 'a nested path',
    expression: '$request.body.meta.kind',
    routes: ['chat', '$default'],
    messages: [['{"meta":{"kind":"chat"}}', 'chat'], ['{"meta":"chat"}', '$default'], ['{"kind":"chat"}', '$default'], ['{"meta":{}}', '$default']],
  },
  {
    name: 'several variables',
    expression: '${request.body.a}-${request.body.b.c}',
    routes: ['x-y', 'x-', '$default'],
    messages: [['{"a":"x","b":{"c":"y"}}', 'x-y'], ['{"a":"x"}', 'x-'], ['{"b":{"c":"y"}}', '$default']],
  },
  { name: 'a constant', expression: 'always', routes: ['always', '$default'], messages: [['{"action":"join"}', 'always']] },
];
for (const { name, expression, routes, messages } of selections) {
  const provider = expression ? { websocketsApiRouteSelectionExpression: expression } : {};
  scenario(`route selection: ${name}`, { routes: named(...routes), provider }, async (dev) => {
    const client = await dev.connect();
    for (const [text, route] of messages) assert.equal(await client.ask(text), route, text);
  });
}

/* Error frames */

const frame = (message, connectionId, requestId) => `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;

scenario('no route and no $default: a Forbidden frame, and no invocation', { routes: named('join') }, async (dev) => {
  const client = await dev.connect();
  const text = await client.ask('{"action":"leave"}');
  const { connectionId, requestId } = JSON.parse(text);
  for (const id of [connectionId, requestId]) assert.match(id, /^[A-Za-z0-9_-]{15}=$/);
  assert.equal(text, frame('Forbidden', connectionId, requestId));
  const note = await dev.line({ type: 'note' });
  assert.deepEqual([note.connectionId, note.text], [connectionId, 'the message selects the route "leave": there is none, and no $default']);
  assert.equal(await client.ask('{"action":"join"}'), 'join');
  assert.notEqual(JSON.parse(await client.ask('hello')).requestId, requestId);
  const [line, ...more] = await dev.invocations(1);
  assert.deepEqual([line.connectionId, line.route, more], [connectionId, 'join', []]);
});

/** What handlers do, and the frame that follows. Each first prints its ids, so that the frame can be foretold. */
const failures = [
  { name: 'error', code: 'error "broken"' },
  { name: 'nil, message', code: 'return nil, "broken"' },
  { name: 'false', code: 'return false' },
  { name: 'a string', code: 'return "text"' },
  { name: 'a table without statusCode', code: 'return { body = "text" }' },
  { name: 'an unknown key', code: 'return { statusCode = 200, ConnectionId = "x", Data = "y" }' },
  { name: 'a body that is a number', code: 'return { statusCode = 200, body = 5 }' },
  { name: 'a value that is not JSON', code: 'return { statusCode = 200, body = print }' },
  { name: 'os.exit', code: 'os.exit(3)' },
];
const failing = Object.fromEntries(failures.map(({ name, code }) => [name, code]));
const failingTwoWay = Object.fromEntries(failures.map(({ name, code }) => [`2 ${name}`, { code, twoWay: true }]));
const ids = 'local c = event.requestContext print("ids " .. c.connectionId .. " " .. c.requestId)\n';
const withIds = (routes) => Object.fromEntries(Object.entries(routes).map(([route, of]) => [route, of.code ? { ...of, code: ids + of.code } : ids + of]));
scenario('failures: an error frame on any route, and the socket stays open', { routes: { ...withIds({ ...failing, ...failingTwoWay }), $default: ECHO } }, async (dev) => {
  const client = await dev.connect();
  let printed = 0;
  for (const action of Object.keys({ ...failing, ...failingTwoWay })) {
    const text = await client.ask({ action });
    printed += 1;
    const logs = await dev.when(() => {
      const found = dev.all({ type: 'log', text: /^ids / });
      return found.length >= printed && found;
    });
    const [, connectionId, requestId] = logs[printed - 1].text.split(' ');
    assert.equal(text, frame('Internal server error', connectionId, requestId), action);
    assert.equal(await client.ask('still there'), 'still there');
  }
});

/* Results that are none of the client's business */

const silent = [
  'return { statusCode = 200, body = "unseen" }', 'return { statusCode = 201 }', 'return { statusCode = 301, headers = { Location = "x" } }',
  'return { statusCode = 401, body = "unseen" }', 'return { statusCode = 500, body = "unseen" }', 'return', 'return true',
  'return { statusCode = 200, isBase64Encoded = false, multiValueHeaders = {}, headers = {}, body = "" }',
];
const silentRoutes = Object.fromEntries(silent.map((code, i) => [`silent${i}`, code]));
const TOLD = 'for i = 1, tonumber(event.body:match "%d") do assert(ws.reply "sorry") end return { statusCode = 400 }';
const OTHER = 'assert(ws.send(json.decode(event.body).to, "not yours")) return { statusCode = 400 }';
scenario('a failing status is told of, and what the function itself has said to its client', { routes: { told: TOLD, other: OTHER, $default: 'return ws.reply(event.requestContext.connectionId)' } }, async (dev) => {
  const [client, other] = [await dev.connect(), await dev.connect()];
  const to = await other.ask('id');
  for (const [message, words] of [
    [{ action: 'told', n: 0 }, 'API Gateway tells the client nothing of it, the route is one-way'], [{ action: 'told', n: 1 }, 'the function itself has sent the client 1 message meanwhile'],
    [{ action: 'told', n: 2 }, 'the function itself has sent the client 2 messages meanwhile'], [{ action: 'other', to }, 'API Gateway tells the client nothing of it, the route is one-way'],
  ]) {
    const lines = () => dev.all({ type: 'invocation' }).filter(({ route }) => route !== '$default');
    const before = lines().length;
    client.send(message);
    await dev.when(() => lines().length > before);
    assert.equal(lines().at(-1).note, `statusCode 400: ${words}`);
  }
});

scenario('one-way routes say nothing', { routes: { ...silentRoutes, $default: ECHO } }, async (dev) => {
  const client = await dev.connect();
  for (const action of Object.keys(silentRoutes)) {
    client.send({ action });
    const { note = '' } = await dev.line({ type: 'invocation', route: action });
    const [, status] = /statusCode = ([345]\d\d)/.exec(silentRoutes[action]) || [];
    if (status) assert.equal(note, `statusCode ${status}: API Gateway tells the client nothing of it, the route is one-way`);
    else assert.doesNotMatch(note, /statusCode/);
    assert.equal(await client.ask('next'), 'next', action);
  }
});

scenario('the action of a message on $default is shown', { routes: { own: ECHO, $default: ECHO } }, async (dev) => {
  const client = await dev.connect();
  for (const action of ['wave', 'own']) await client.ask(JSON.stringify({ action }));
  await client.ask('text');
  const lines = await dev.invocations(3);
  assert.deepEqual(lines.map(({ route, action }) => [route, action]), [['$default', 'wave'], ['own', undefined], ['$default', undefined]]);
});

const twoWay = {
  text: 'return { statusCode = 200, body = "the answer" }',
  table: 'return { statusCode = 200, body = { answer = { 1, 2 } } }',
  failed: 'return { statusCode = 500, body = "sorry" }',
  missing: 'return { statusCode = 200 }',
  both: 'ws.reply("first") return { statusCode = 200, body = "second" }',
  large: `return { statusCode = 200, body = ("x"):rep(${MESSAGE_MAX}) }`,
  larger: `return { statusCode = 200, body = ("x"):rep(${MESSAGE_MAX + 1}) }`,
};
const twoWayRoutes = Object.fromEntries(Object.entries(twoWay).map(([route, code]) => [route, { code, twoWay: true }]));
scenario('two-way routes answer with the body', { routes: { ...twoWayRoutes, $default: ECHO } }, async (dev) => {
  const client = await dev.connect();
  const ask = (action) => client.ask({ action });
  assert.equal(await ask('text'), 'the answer');
  assert.equal(await ask('table'), '{"answer":[1,2]}');
  assert.equal(await ask('failed'), 'sorry');
  assert.equal(await ask('missing'), '');
  assert.equal(await ask('both'), 'first');
  assert.equal(await client.next(), 'second');
  assert.equal(await ask('large'), 'x'.repeat(MESSAGE_MAX));
  assert.equal(JSON.parse(await ask('larger')).message, 'Internal server error');
  assert.match((await dev.line({ type: 'invocation', route: 'larger' })).note, /131073 bytes, more than the 131072/);
});

/* Sizes and frames */

const echo = { routes: { $default: ECHO, $disconnect: 'return true' } };
const letters = (length) => crypto.randomBytes(length).toString('hex').slice(0, length);

scenario('messages up to 128 KB, in frames up to 32 KB', echo, async (dev) => {
  const client = await dev.connect();
  for (const [length, size] of [[1, 1], [125, 125], [126, 126], [FRAME_MAX, FRAME_MAX], [65536, FRAME_MAX], [MESSAGE_MAX, FRAME_MAX], [1000, 1], [MESSAGE_MAX, 1000]]) {
    const text = letters(length);
    client.sendFragments(Buffer.from(text), size);
    assert.ok(await client.next() === text, `${length} bytes in frames of ${size}`);
  }
});

scenario('a letter may lie across two frames, and a ping between them', echo, async (dev) => {
  const client = await dev.connect();
  const pong = new Promise((resolve) => client.socket.once('pong', (data) => resolve(data.toString())));
  const bytes = Buffer.from('aü🌙');
  client.send(bytes.subarray(0, 2), { fin: false });
  client.socket.ping('between');
  client.send(bytes.subarray(2, 5), { fin: false });
  client.send(bytes.subarray(5), { fin: true });
  assert.equal(await pong, 'between');
  assert.equal(await client.next(), 'aü🌙');
});

scenario('ping and pong', echo, async (dev) => {
  const client = await dev.connect();
  for (const data of ['', 'x', 'y'.repeat(125)]) {
    const pong = new Promise((resolve) => client.socket.once('pong', (answer) => resolve(answer.toString())));
    client.socket.ping(data);
    assert.equal(await pong, data);
  }
  client.socket.pong('nobody asked');
  assert.equal(await client.ask('hello'), 'hello');
  assert.equal((await dev.invocations(1)).length, 1, 'pings are not messages');
});

/** What API Gateway does not take: the connection is closed with this code, and the handler does not hear of it. */
const refused = [
  { name: 'a frame of more than 32 KB', send: (client) => client.send('x'.repeat(FRAME_MAX + 1)), code: 1009 },
  { name: 'a frame of 1 MB', send: (client) => client.send('x'.repeat(1024 * 1024)), code: 1009 },
  { name: 'a message of more than 128 KB', send: (client) => client.sendFragments(Buffer.alloc(MESSAGE_MAX + 1, 'x'), FRAME_MAX), code: 1009 },
  { name: 'a binary message', send: (client) => client.send(Buffer.from('hello'), { binary: true }), code: 1003 },
  { name: 'an empty binary message', send: (client) => client.send(Buffer.alloc(0), { binary: true }), code: 1003 },
  { name: 'bytes that are not UTF-8', send: (client) => client.send(Buffer.from([0x68, 0xff, 0x69])), code: 1007 },
  { name: 'a surrogate', send: (client) => client.send(Buffer.from([0xed, 0xa0, 0x80])), code: 1007 },
  { name: 'half a letter', send: (client) => client.send(Buffer.from([0xe2, 0x82])), code: 1007 },
];
for (const { name, send, code } of refused) {
  scenario(`${name}: ${code}`, echo, async (dev) => {
    const other = await dev.connect();
    const client = await dev.connect();
    send(client);
    client.send('never heard');
    assert.equal((await client.closed).code, code);
    await dev.line({ type: 'invocation', route: '$disconnect' });
    assert.equal(dev.all({ type: 'invocation', route: '$default' }).length, 0);
    assert.equal(await other.ask('hello'), 'hello');
  });
}

const sender = {
  routes: {
    id: 'return ws.reply(event.requestContext.connectionId)',
    $default: 'local ok, _, code = ws.send(event.body, "x") return ws.reply(ok and "sent" or code)',
    $disconnect: 'return true',
  },
};
scenario('a socket that is being closed is gone for who sends to it', sender, async (dev) => {
  const [client, other] = [await dev.connect(), await dev.connect()];
  const id = await client.ask({ action: 'id' });
  assert.equal(await other.ask(id), 'sent');
  client.socket.pause(); // it does not answer the close frame
  client.send(Buffer.from('hello'), { binary: true });
  while (await other.ask(id) === 'sent');
  assert.equal(await other.ask(id), 'gone');
  assert.equal(dev.all({ type: 'invocation', route: '$disconnect' }).length, 0, 'it is not closed yet');
  client.socket.resume();
  assert.equal((await client.closed).code, 1003);
});

/* Environments that end */

const sleeper = {
  routes: {
    pid: 'ws.reply(tostring(ffi.C.getpid())) async.sleep(600000) return ws.reply "woke up"',
    $default: ECHO,
  },
};
scenario('kill -9 in the middle of an invocation: an error frame, and the next message works', { ...sleeper, settings: { timeout: 900 } }, async (dev) => {
  const client = await dev.connect();
  for (let round = 0; round < 3; round++) {
    const pid = Number(await client.ask({ action: 'pid' }));
    process.kill(pid, 'SIGKILL');
    const { message } = await client.nextJson();
    assert.equal(message, 'Internal server error');
    assert.equal(await client.ask('next'), 'next');
  }
  await dev.invocations(3, { route: 'pid', outcome: 'crashed' });
  await dev.invocations(3, { route: '$default', outcome: 'result' });
});

scenario('a handler that waits until its timeout is ended by bootstrap, which goes on', { ...sleeper, settings: { timeout: 1 } }, async (dev) => {
  const client = await dev.connect();
  const pid = Number(await client.ask({ action: 'pid' }));
  const { message, connectionId, requestId } = await client.nextJson();
  assert.equal(message, 'Internal server error');
  for (const id of [connectionId, requestId]) assert.match(id, /^[A-Za-z0-9_-]{15}=$/);
  const { outcome, error } = await dev.line({ type: 'invocation', route: 'pid' });
  assert.deepEqual([outcome, error.errorType], ['error', 'Function.Timeout']);
  assert.equal(await client.ask('next'), 'next');
  assert.equal(Number(await client.ask({ action: 'pid' })), pid);
});

/** Nothing but a signal stops this: Lua's patterns try all ways. */
const STUCK = 'local found = ("a"):rep(60):find(("a-"):rep(40) .. "b")';
scenario('a function that cannot be stopped is killed at its timeout', { routes: { stuck: `ws.reply("stuck") ${STUCK}`, $default: ECHO }, settings: { timeout: 1 } }, async (dev) => {
  const client = await dev.connect();
  assert.equal(await client.ask({ action: 'stuck' }), 'stuck');
  assert.equal((await client.nextJson()).message, 'Internal server error');
  assert.equal((await dev.line({ type: 'invocation', route: 'stuck' })).outcome, 'timed_out');
  assert.ok(dev.lines.some(({ text }) => /still is in find, called at/.test(text)), 'the log says where it was');
  assert.equal(await client.ask('next'), 'next');
});

scenario('a handler that spins is stopped too', { routes: { spin: 'while true do pcall(error) end', $default: ECHO }, settings: { timeout: 1 } }, async (dev) => {
  const client = await dev.connect();
  assert.equal((await client.askJson({ action: 'spin' })).message, 'Internal server error');
  assert.equal(await client.ask('next'), 'next');
});

/** Out of the reach of a signal to its process group. */
const LEAVES = 'local ffi = require "ffi" ffi.cdef "int getpid(void); int getppid(void); int getpgid(int); int setpgid(int, int);" '
  + 'ffi.C.setpgid(0, ffi.C.getpgid(ffi.C.getppid())) ws.reply(tostring(ffi.C.getpid())) ' + STUCK;
scenario('a handler that leaves its process group is stopped too', { routes: { leave: LEAVES, $default: ECHO }, settings: { timeout: 1 } }, async (dev) => {
  const client = await dev.connect();
  const pid = Number(await client.ask({ action: 'leave' }));
  assert.equal((await client.nextJson()).message, 'Internal server error');
  await dev.line({ type: 'environment', event: 'ended' });
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  await client.ask({ action: 'leave' }); // and Ctrl-C finds the next one
});

for (const megabytes of [7, 9, 33]) {
  scenario(`a result of ${megabytes} MB: one invocation, one failure`, { routes: { large: `print("once") return { statusCode = 200, body = ("x"):rep(${megabytes} * 1000000) }`, $default: ECHO } }, async (dev) => {
    const client = await dev.connect();
    assert.equal((await client.askJson({ action: 'large' })).message, 'Internal server error');
    const line = await dev.line({ type: 'invocation', route: 'large' });
    assert.deepEqual([line.outcome, line.error.errorType], ['error', 'Function.ResponseSizeTooLarge']);
    assert.equal(await client.ask('next'), 'next');
    assert.equal(dev.lines.filter(({ type, text }) => type === 'log' && text === 'once').length, 1);
  });
}

scenario('a file that cannot be loaded', { files: { 'serverless.yml': 'service: s\nprovider: { name: aws }\nfunctions:\n  app:\n    handler: app.main\n    events:\n      - websocket: $default\n', 'app.lua': 'local x =' } }, async (dev) => {
  const client = await dev.connect();
  assert.equal((await client.askJson('hello')).message, 'Internal server error');
  const line = await dev.line({ type: 'invocation', route: '$default' });
  assert.match(JSON.stringify(line.error), /app\.lua:1/, 'the developer sees why');
  assert.equal(line.outcome, 'init_error');
});

scenario('messages of one socket are handled side by side', { routes: { wait: 'async.sleep(600000)', $default: ECHO }, settings: { timeout: 900 } }, async (dev) => {
  const client = await dev.connect();
  client.send({ action: 'wait' });
  client.send({ action: 'wait' });
  assert.equal(await client.ask('past them'), 'past them');
});
