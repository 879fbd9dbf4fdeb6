'use strict';
// The console's side of the control port: the page, who may call, what the calls tell.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { scenario, withDev, service, ECHO } = require('./helper/dev');
const { request } = require('./helper/client');
const { call } = require('./helper/console');

const echo = { routes: { $default: ECHO } };

scenario('the page is there for everybody on this machine', echo, async (dev) => {
  const { status, headers, body } = await request(`${dev.controlUrl}/`);
  assert.equal(status, 200);
  assert.match(body, /^<!doctype html>/i);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.deepEqual(
    ['cache-control', 'x-content-type-options', 'referrer-policy', 'cross-origin-resource-policy', 'x-frame-options'].map((name) => headers[name]),
    ['no-store', 'nosniff', 'no-referrer', 'same-origin', 'DENY'],
  );
  const policy = headers['content-security-policy'];
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /);
  assert.ok(policy.includes(`ws://127.0.0.1:${dev.port} ws://localhost:${dev.port}`), policy);
  assert.ok(!body.includes(dev.token));
  assert.equal((await request(`${dev.controlUrl}/console/console.html`)).body, body);
  for (const path of ['/console/', '/console/none.js', '/console/../console.html', '/console/%2e%2e/console.html', '/consoles']) {
    assert.equal((await request(dev.controlUrl + path)).status, 404, path);
  }
  assert.equal((await request(`${dev.controlUrl}/`, { method: 'POST', body: '{}' })).status, 405);
  assert.equal((await request(`${dev.controlUrl}/`, { headers: { Host: 'evil.example' } })).status, 403);
});

scenario('whoever has the token may do what signed calls may', echo, async (dev) => {
  assert.equal((await call(dev, 'service')).json.service, 'tested');
  assert.deepEqual((await call(dev, 'connections')).json, { connections: [] });
  for (const token of ['', 'x', `${dev.token}x`, dev.token.slice(1), dev.token.toUpperCase()]) {
    const { status, json } = await call(dev, 'service', { token });
    assert.deepEqual([status, Object.keys(json)], [401, ['message']], token);
  }
  assert.equal((await call(dev, 'console/state', { token: null })).status, 401);
  assert.equal((await call(dev, 'service', { token: null })).status, 403); // as ever
  assert.equal((await call(dev, 'console/none')).status, 404);
});

scenario('the token alone is not enough for a page of another site', echo, async (dev) => {
  for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }, { Host: 'evil.example' }]) {
    const { status, body } = await call(dev, 'service', { headers });
    assert.equal(status, 403, JSON.stringify(headers));
    assert.ok(!body.includes('tested'));
  }
});

/** What the feed has behind `after`: waits for it for a while. */
async function feed(dev, after, wait = 20000) {
  const { status, json, body } = await call(dev, `console/feed?wait_ms=${wait}${after === undefined ? '' : `&after=${after}`}`);
  assert.equal(status, 200, body);
  return json;
}

/** A poll whose page goes away: resolves, once it is sent, with a function that leaves. */
function abandoned(dev, after) {
  return new Promise((resolve) => {
    const poll = http.get(`${dev.controlUrl}/_control/console/feed?after=${after}&wait_ms=20000`, { headers: { Authorization: `Bearer ${dev.token}` }, agent: false });
    poll.on('error', () => {});
    poll.on('finish', () => resolve(() => poll.destroy()));
  });
}

/** Reads the feed until `find(records)` gives something; `find` sees all records that have come. */
async function follow(dev, find, after) {
  const all = [];
  for (let next = after; ;) {
    const answer = await feed(dev, next);
    all.push(...answer.records);
    next = answer.next;
    const found = find(all);
    if (found) return found;
  }
}

scenario('the feed has the records in their order, once', echo, async (dev) => {
  const client = await dev.connect();
  await client.ask('before anybody looks');
  const first = await follow(dev, (records) => records.find(({ type, route }) => type === 'invocation' && route === '$default') && records);
  for (let i = 0; i < 20; i++) await client.ask(`message ${i}`);
  const { next: last } = await feed(dev, first.at(-1).seq);
  assert.ok(last > first.at(-1).seq);
  const { run, records, next, lost } = await feed(dev);
  assert.match(run, /^[0-9a-f-]{36}$/);
  assert.deepEqual(records.map(({ seq }) => seq), records.map((_, i) => i + 1));
  assert.deepEqual([next, lost], [records.at(-1).seq, 0]);
  assert.ok(records.filter(({ type }) => type === 'invocation').length > 1);
  const lines = dev.all({ type: 'invocation' });
  for (const { seq, ...record } of records.filter(({ type }) => type === 'invocation')) {
    assert.deepEqual(record, lines.find(({ requestId }) => requestId === record.requestId));
  }
  assert.deepEqual((await feed(dev, next + 100)).records, []); // a number of another run: at once
  for (const query of ['after=x', 'after=-1', 'wait_ms=soon']) assert.equal((await call(dev, `console/feed?${query}`)).status, 400, query);
});

scenario('a poll waits for news, and its end', echo, async (dev) => {
  const { next } = await feed(dev);
  const waiting = feed(dev, next);
  await (await dev.connect()).ask('hello');
  const { records } = await waiting;
  assert.ok(records.length > 0);
});

scenario('sixteen polls wait, the last ones to come; the others are told that there is nothing yet', echo, async (dev) => {
  const { next } = await feed(dev);
  const before = [];
  const polls = Array.from({ length: 100 }, async () => { const answer = await feed(dev, next); before.push(answer); });
  while (before.length < 84) await new Promise((resolve) => { setImmediate(resolve); });
  assert.equal((await call(dev, 'connections')).status, 200);
  assert.ok(before.length === 84 && before.every(({ records, next: again, lost }) => records.length === 0 && again === next && lost === 0));
  await (await dev.connect()).ask('hello');
  await Promise.all(polls);
  assert.ok(before.slice(84).length === 16 && before.slice(84).every(({ records }) => records.length > 0));
});

scenario('how things are: GET console/state', echo, async (dev) => {
  const client = await dev.connect();
  await client.ask('hello');
  const { json: state } = await call(dev, 'console/state');
  assert.equal(state.service, 'tested');
  assert.equal(state.websocketUrl, dev.url);
  assert.equal(state.generation, 1);
  assert.equal(state.loadError, null);
  assert.deepEqual(state.routes, [{ routeKey: '$default', function: 'app', handler: 'app.main', twoWay: false }]);
  assert.deepEqual(state.functions, [{ name: 'app', handler: 'app.main', routed: true, memoryMb: 1024, timeoutS: 25 }]);
  assert.equal(state.environments.length, 1);
  assert.deepEqual(state.environments.map(({ function: name, number, generation, invocations, places }) => [name, number, generation, invocations, places]), [['app', 1, 1, 1, 1]]);
  assert.match(state.environments[0].state, /^(idle|busy)$/);
  assert.deepEqual(state.connections.map(({ state: is }) => is), ['open']);
  assert.deepEqual(state.faults, (await call(dev, 'faults')).json);
});

const MARKUP = '<script>alert(1)</script> "quoted" \u0000\u001b[31m \ud83d\ude00';

scenario('connections, messages and calls of @connections are records while somebody watches', {
  routes: {
    $default: `ws.reply(event.body) print("said <b>", event.body) return true`,
    both: { code: 'return { statusCode = 200, body = "two-way" }', twoWay: true },
    fails: 'error "no"',
  },
}, async (dev) => {
  const { next } = await feed(dev);
  const client = await dev.connect({ headers: { Origin: 'http://localhost:5173' } });
  await client.ask(MARKUP);
  await client.ask('x'.repeat(5000));
  await client.ask({ action: 'both' });
  await client.ask({ action: 'fails' });
  await client.close(4001, 'enough');
  const over = (all) => all.some(({ event }) => event === 'closed') && all.filter(({ type }) => type === 'invocation').length === 4;
  const records = await follow(dev, (all) => over(all) && all, next);
  const plain = (type) => records.filter((record) => record.type === type).map(({ seq, time, tookMs, ...rest }) => rest);
  const [opened, closed] = plain('connection');
  const { connectionId } = opened;
  assert.match(connectionId, /^[\w-]{15}=$/);
  assert.deepEqual([opened, closed], [
    { type: 'connection', event: 'opened', connectionId, sourceIp: '127.0.0.1', origin: 'http://localhost:5173' },
    { type: 'connection', event: 'closed', connectionId, sourceIp: '127.0.0.1', code: 4001, reason: 'enough' },
  ]);
  const ids = Object.fromEntries(records.filter(({ type }) => type === 'invocation').map(({ requestId, route }) => [requestId, route]));
  const frames = plain('frame').map(({ type, requestId, ...rest }) => ({ ...rest, route: ids[requestId] }));
  const long = { bytes: 5000, text: 'x'.repeat(4096), truncated: true };
  const short = (text, bytes = Buffer.byteLength(text)) => ({ bytes, text });
  const of = (direction, rest, route, via) => ({ connectionId, direction, ...rest, route, ...(via && { via }) });
  const [error] = frames.filter(({ via }) => via === 'error');
  assert.match(error.text, /Internal server error/);
  assert.deepEqual(frames, [
    of('in', short(MARKUP), '$default'), of('out', short(MARKUP), '$default', 'post'),
    of('in', long, '$default'), of('out', long, '$default', 'post'),
    of('in', short('{"action":"both"}'), 'both'), of('out', short('two-way'), 'both', 'route_response'),
    of('in', short('{"action":"fails"}'), 'fails'), of('out', short(error.text), 'fails', 'error'),
  ]);
  const said = records.filter(({ type, route }) => type === 'invocation' && route === '$default');
  assert.deepEqual(plain('send'), [Buffer.byteLength(MARKUP), 5000].map((bytes, i) => ({ type: 'send', connectionId, status: 200, bytes, requestId: said[i].requestId })));
  for (const { sends, sendsMs, handlerMs, durationMs } of said) assert.ok(sends === 1 && sendsMs > 0 && Math.abs(sendsMs + handlerMs - durationMs) < 0.01);
  assert.ok(records.some(({ type, text }) => type === 'log' && text.startsWith('said <b>\t<script>')));

  assert.equal(await dev.handshake({ headers: { Origin: 'https://evil.example' } }), 403);
  const refused = await follow(dev, (all) => all.find(({ event }) => event === 'refused'), records.at(-1).seq);
  assert.deepEqual([refused.status, refused.origin], [403, 'https://evil.example']);
  assert.match(refused.reason, /--allow-origin/);

  const { totals } = (await call(dev, 'console/state')).json;
  assert.ok(totals.connectionMinutes > 0 && totals.gbSeconds > 0);
  assert.deepEqual({ ...totals, connectionMinutes: 0, gbSeconds: 0 }, {
    invocations: 4, billedRequests: 4, failures: 1, sends: 2, gone: 0, throttled: 0,
    messagesIn: 4, messagesOut: 4, meteredMessages: 8, connectionMinutes: 0, gbSeconds: 0,
  });
});

const FAILING = ['return function(event)', '  print("about to <fail>", "\\255")', '  error("no room", 0 + 1)', 'end'].join('\n');

scenario('an invocation as a whole, and once more', {
  files: {
    ...service({ routes: { $default: 'return require "deep"(event)', ok: 'print(event.body) return true' } }), 'deep.lua': FAILING,
  },
}, async (dev) => {
  const client = await dev.connect();
  await client.ask('hello');
  const [{ requestId }] = await dev.invocations(1);
  const { status, json } = await call(dev, `console/invocation?request_id=${requestId}`);
  assert.equal(status, 200);
  assert.equal(json.record.requestId, requestId);
  assert.equal(JSON.parse(json.event).body, 'hello');
  assert.equal(JSON.parse(json.result).errorMessage, 'no room');
  assert.ok(json.logs.length >= 1 && json.logs.every((line) => line.requestId === requestId));
  assert.ok(json.logs.some(({ text }) => text === 'about to <fail>\t\ufffd'));
  const [first] = json.stack;
  assert.match(first.frame, /deep\.lua:3/);
  assert.deepEqual([first.place, first.source], ['deep.lua:3', FAILING.split('\n').map((text, i) => ({ number: i + 1, text, ...(i === 2 && { wrong: true }) }))]);

  fs.writeFileSync(path.join(dev.directory, 'deep.lua'), '\n\n\n-- another file\nreturn function() return true end');
  await dev.line({ type: 'reload', event: 'done' });
  const again = (await call(dev, `console/invocation?request_id=${requestId}`)).json;
  assert.deepEqual(again.stack, json.stack, 'the lines are those of the code that ran');

  const resent = await call(dev, `console/resend?request_id=${requestId}`, { method: 'POST' });
  assert.equal(resent.status, 200);
  const line = await dev.line({ type: 'invocation', requestId: resent.json.requestId });
  assert.deepEqual([line.route, line.outcome, line.generation], ['$default', 'result', 2]);
  assert.match(line.note, /sent again/);
  const copy = (await call(dev, `console/invocation?request_id=${resent.json.requestId}`)).json;
  assert.deepEqual([copy.event, copy.stack], [json.event, []]);

  for (const [method, target] of [['GET', 'invocation'], ['POST', 'resend']]) {
    assert.equal((await call(dev, `console/${target}?request_id=none`, { method })).status, 404);
    assert.equal((await call(dev, `console/${target}`, { method })).status, 404);
  }
  assert.equal((await call(dev, `console/resend?request_id=${requestId}`)).status, 405);
});

scenario('code that cannot be loaded is there until it is mended', echo, async (dev) => {
  const file = path.join(dev.directory, 'app.lua');
  const sound = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, 'local a = 1\nlocal <b> = 2\nreturn {}');
  await dev.line({ type: 'reload', event: 'refused' });
  const { loadError, generation } = (await call(dev, 'console/state')).json;
  assert.equal(generation, 1);
  assert.deepEqual([loadError.changed, loadError.place, loadError.line], ['app.lua', 'app.lua:2', 'local <b> = 2']);
  assert.match(loadError.error.errorMessage, /app\.lua:2/);
  assert.deepEqual(loadError.source.map(({ number, wrong }) => [number, wrong]), [[1, undefined], [2, true], [3, undefined]]);
  fs.writeFileSync(file, `${sound}\n`);
  await dev.line({ type: 'reload', event: 'done' });
  const after = (await call(dev, 'console/state')).json;
  assert.equal(after.loadError, null);
  assert.ok(after.generation > 1);
});

const ROOMS = `
local app = require "moonwire.app"
return app {
  ["$connect"] = function() return true end,
  join = function(conn, message) assert(conn:join(message.room)) return { joined = message.room } end,
}`;

scenario('rooms and their members', {
  files: {
    'serverless.yml': 'service: tested\nprovider: { name: aws }\nfunctions: { app: { handler: app, events: [ websocket: $connect, websocket: $disconnect, websocket: $default ] } }\n',
    'app.lua': ROOMS,
  },
}, async (dev) => {
  const before = (await call(dev, 'console/rooms')).json;
  assert.match(before.store, /^sqlite:\//);
  assert.deepEqual([before.note, before.rooms, before.users], [undefined, [], 0]);
  const clients = await Promise.all([dev.connect(), dev.connect()]);
  for (const client of clients) await client.ask({ action: 'join', room: '<lobby> "1"' });
  await clients[0].ask({ action: 'join', room: 'attic' });
  const { rooms } = (await call(dev, 'console/rooms')).json;
  const ids = (await call(dev, 'connections')).json.connections.map(({ connectionId }) => connectionId).sort();
  assert.deepEqual(rooms.map(({ name, count }) => [name, count]), [['<lobby> "1"', 2], ['attic', 1]]);
  assert.deepEqual(rooms[0].members.map(({ connectionId }) => connectionId).sort(), ids);
  for (const client of clients) await client.close();
  const store = before.store.slice('sqlite:'.length);
  fs.rmSync(store);
  execFileSync('mkfifo', [store]); // whoever opened it would wait for ever
  assert.deepEqual((await call(dev, 'console/rooms')).json.rooms, []);
});

const LOUD = 'for i = 1, 500 do print(("x"):rep(100), i) end return true';

scenario('what is kept is bounded, and a page is told what it has missed', { routes: { $default: LOUD } }, async (dev) => {
  const { next } = await feed(dev);
  const client = await dev.connect();
  for (let round = 1; round <= 10; round++) { // 50,000 lines; standard output has to be read meanwhile
    for (let i = 0; i < 10; i++) client.send('hello');
    await dev.when(() => dev.lines.length > 5010 * round);
  }
  const answer = await feed(dev, next);
  assert.ok(answer.lost > 40000, `${answer.lost} lost`);
  let last = answer;
  for (;;) {
    const more = await feed(dev, last.next, 0);
    if (more.records.length === 0) break;
    assert.equal(more.records[0].seq, last.next + 1);
    assert.equal(more.lost, 0);
    assert.ok(JSON.stringify(more.records).length < 1.2 * 1024 * 1024);
    last = more;
  }
  assert.equal(answer.next - next, answer.lost + answer.records.length);
  const { oldest, next: newest } = (await call(dev, 'console/state')).json;
  assert.ok(newest - oldest + 1 <= 5000);
});

scenario('without a page nothing is recorded of messages, and invocations are there all the same', echo, async (dev) => {
  const client = await dev.connect();
  for (let i = 0; i < 700; i++) await client.ask('hello');
  const { records, next, lost } = await feed(dev);
  assert.ok(!records.some(({ type }) => type === 'frame' || type === 'send' || type === 'connection'));
  assert.equal(records.filter(({ type }) => type === 'invocation').length + lost + records.filter(({ type }) => type !== 'invocation').length, next);
  assert.ok(records.filter(({ type }) => type === 'invocation').length >= 500);
});

test('the end of moonwire dev answers polls that wait', () => withDev(echo, async (dev) => {
  const { next } = await feed(dev);
  const before = dev.descriptors();
  const waiting = Array.from({ length: 20 }, () => feed(dev, next)); // more than may wait: the first ones are answered
  await Promise.all(waiting.slice(0, 4));
  const leaving = await Promise.all([1, 2, 3].map(() => abandoned(dev, next)));
  for (const leave of leaving) leave();
  await dev.stop();
  for (const { records } of await Promise.all(waiting)) assert.deepEqual(records, []);
  assert.ok(before > 0);
}));

const HOSTILE = ['ws.reply("\\255\\254 <img src=x onerror=alert(1)>")', 'print("\\255\\27[2J\\0 </script>")', 'error("\\255 <b>")'].join('\n');

scenario('whatever bytes clients and handlers write, answers are JSON in UTF-8', { routes: { $default: HOSTILE } }, async (dev) => {
  const { next } = await feed(dev);
  const client = await dev.connect();
  client.send('<svg onload=alert(1)>\u2028');
  const records = await follow(dev, (all) => all.some(({ type }) => type === 'invocation') && all, next);
  assert.ok(records.some(({ type, text }) => type === 'frame' && text === '\ufffd\ufffd <img src=x onerror=alert(1)>'));
  assert.ok(records.some(({ type, text }) => type === 'log' && text === '\ufffd\u001b[2J\u0000 </script>'));
  const { requestId } = records.find(({ type }) => type === 'invocation');
  const { headers, json } = await call(dev, `console/invocation?request_id=${requestId}`);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(JSON.parse(json.event).body, '<svg onload=alert(1)>\u2028');
  client.drop();
});

const APP = ['local app = require "moonwire.app"', 'return app {', '  ["$connect"] = function() return true end,', '  fails = function()', '    error "in the app"', '  end,', '}'].join('\n');

scenario('of an app, which answers although a route has failed, the stack is that of its log; its table is replaced by the store of the run', {
  files: {
    'serverless.yml': 'service: tested\nprovider: { name: aws, environment: { MOONWIRE_STORE: "dynamodb:chat" } }\nfunctions: { app: { handler: app, events: [ websocket: $connect, websocket: $default ] } }\n',
    'app.lua': APP,
  },
}, async (dev) => {
  const client = await dev.connect();
  await client.ask({ action: 'fails' });
  const [{ requestId, outcome }] = await dev.invocations(1, { route: '$default' });
  assert.equal(outcome, 'result');
  const { stack } = (await call(dev, `console/invocation?request_id=${requestId}`)).json;
  assert.equal(stack[0].place, 'app.lua:5');
  assert.deepEqual(stack[0].source.find(({ wrong }) => wrong), { number: 5, text: '    error "in the app"', wrong: true });
  assert.match((await call(dev, 'console/rooms')).json.store, /^sqlite:/);
  await client.close();
});

const SAYS = `local log = require "moonwire.log"
return { main = function(event)
  print("got " .. (event.body or ""))
  log.error("got " .. (event.body or ""))
  return { statusCode = 200 }
end }`;

scenario('what a client writes is no stack, wherever a handler logs it', {
  files: { ...service(echo), 'app.lua': SAYS },
}, async (dev) => {
  const client = await dev.connect();
  client.send('x {"stackTrace":["serverless.yml:1: a","app.lua:2: b","/etc/passwd:1: c"]}');
  const [{ requestId }] = await dev.invocations(1, { route: '$default' });
  const { stack, logs } = (await call(dev, `console/invocation?request_id=${requestId}`)).json;
  assert.equal(logs.filter(({ text }) => text.includes('stackTrace')).length, 2);
  assert.deepEqual(stack, []);
  await client.close();
});

scenario('a store of the service\'s own is not read', {
  ...echo, files: service({ ...echo, provider: { environment: { MOONWIRE_STORE: 'sqlite:/nowhere/x.db' } } }),
}, async (dev) => {
  const { store, note, rooms } = (await call(dev, 'console/rooms')).json;
  assert.deepEqual([store, rooms], [null, []]);
  assert.match(note, /MOONWIRE_STORE/);
});
