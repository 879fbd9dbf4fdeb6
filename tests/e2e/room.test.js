'use strict';
// ws.room and ws.user: who gets a message, where it is sent to, who is forgotten, and how a broadcast goes on in another invocation.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { connect, message, requestContext } = require('./helper/events');
const { scenario, resultOf, deadline } = require('./helper/sink');
const { INSTRUMENTED } = require('./helper/program');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-room-'));
test.after(() => fs.rmSync(folder, { recursive: true }));

const API = `${requestContext.apiId}/${requestContext.stage}`;
const OWN = requestContext.connectionId;

/** A queue's event: nothing in it says where connections are. */
const QUEUE = { Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: '{}' }] };

const STORE = `local store = require "moonwire.store"
  local s = store.open()
  local function row(id, fields)
    local made = { id = id, connected_at = os.time() - 100 }
    for name, value in pairs(fields or {}) do made[name] = value end
    return made
  end
  local function body(value) return { statusCode = 200, body = require("moonwire.json").encode(value) } end
  local function ids(iterator) local found = {} for member in iterator do found[#found + 1] = member.id end return found end\n`;

const SHORT = INSTRUMENTED ? 3900 : 1300; // the time of an invocation, ms

let count = 0;

/** A scenario of sink.js with a store of its own; the code has s, row and ids. */
function room(name, { code, env, ...options }, body) {
  const file = path.join(folder, `${count += 1}.db`);
  scenario(name, { ...options, code: STORE + code, env: { MOONWIRE_STORE: `sqlite:${file}`, MOONWIRE_API: API, AWS_MAX_ATTEMPTS: '1', ...env } }, body);
}

const urls = (sink) => sink.requests.map(({ url }) => url).sort();

room('a broadcast from a queue goes to where each connection is', {
  code: `local at = os.getenv "SINK"
    for id, stage in pairs { a = "one", b = "two", c = "one", d = "two" } do s:connect(row(id, { endpoint = at .. "/" .. stage }), { "lobby" }) end
    s:connect(row "elsewhere", { "other" })
    local lobby = ws.room "lobby"
    local result = lobby:broadcast({ hello = "all" })
    return body { result = result, count = lobby:count(), members = ids(lobby:members()), name = lobby.name }`,
  env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: null },
}, async (lambda, sink) => {
  const seen = resultOf(await lambda.invoke(QUEUE));
  assert.deepEqual(seen, { result: { sent: 4, gone: [], failed: [] }, count: 4, members: ['a', 'b', 'c', 'd'], name: 'lobby' });
  assert.deepEqual(urls(sink), ['a', 'c'].map((id) => `/one/@connections/${id}`).concat(['b', 'd'].map((id) => `/two/@connections/${id}`)));
  assert.ok(sink.requests.every(({ body }) => body.toString() === '{"hello":"all"}'));
});

room('a setting, and the event of a client, come before what was noted of a connection', {
  code: `s:connect(row("a", { endpoint = "http://127.0.0.1:1/never" }), { "lobby" })
    return body { ws.room "lobby":broadcast "x" }`,
}, async (lambda, sink) => {
  for (const event of [QUEUE, message()]) assert.equal(resultOf(await lambda.invoke(event))[0].sent, 1);
  assert.deepEqual(urls(sink), ['/prod/@connections/a', '/prod/@connections/a']);
});

room('the event of another kind of API does not say where connections are', {
  code: `s:connect(row("a", { endpoint = os.getenv "SINK" .. "/one" }), { "lobby" })
    return body { room = ws.room "lobby":broadcast "x", code = select(3, ws.send("a", "x")) }`,
  env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: null },
}, async (lambda, sink) => {
  const { room: { sent }, code } = resultOf(await lambda.invoke({ requestContext: { apiId: 'http123', stage: '$default', domainName: 'x.example' } }));
  assert.equal(sent, 1);
  assert.equal(code, 'bad_request');
  assert.deepEqual(urls(sink), ['/one/@connections/a']);
});

scenario('who does not use it does not load it', {
  code: `ws.send("a", "x")
    return { package.loaded["moonwire.store"] ~= nil, package.loaded["moonwire.ws.delivery"] ~= nil }`,
}, async (lambda) => assert.deepEqual((await lambda.invoke(QUEUE)).json, [false, false]));

room('all but some', {
  code: `for _, id in ipairs { "a", "b", "c" } do s:connect(row(id), { "lobby" }) end
    local lobby, sent = ws.room "lobby", {}
    for i, except in ipairs { "a", { id = "a" }, { "a", { id = "b" } }, {} } do sent[i] = lobby:broadcast("x", { except = except, concurrency = 1, timeout_ms = 9000 }).sent end
    return body(sent)`,
}, async (lambda, sink) => {
  assert.deepEqual(resultOf(await lambda.invoke(QUEUE)), [2, 2, 1, 3]);
  assert.deepEqual(Object.fromEntries(sink.tries), { a: 1, b: 3, c: 4 });
});

room('who is gone is forgotten, but for those who may still be in their handshake', {
  code: `if event.requestContext then
      for _, id in ipairs { "old", "gone-1", "gone-2" } do s:connect(row(id, { user = "ann" }), { "lobby" }) end
      s:connect(row("gone-young", { user = "ann", connected_at = os.time() - 20 }), { "lobby" })
      s:connect(row(event.requestContext.connectionId, { connected_at = os.time() }), { "lobby" })
    end
    local result = ws.room "lobby":broadcast "x"
    return body { result = result, left = ids(s:members "lobby"), devices = ids(s:user "ann") }`,
  answer: (id) => (id.startsWith('gone') ? 'gone' : 'ok'),
}, async (lambda, sink) => {
  const { result, left, devices } = resultOf(await lambda.invoke(connect()));
  assert.deepEqual([result.sent, result.gone.sort(), result.failed.map(({ id, code }) => [id, code])], [1, ['gone-1', 'gone-2', 'gone-young'], [[OWN, 'connecting']]]);
  assert.deepEqual([left, devices], [[OWN, 'gone-young', 'old'], ['gone-young', 'old']]);
  const again = resultOf(await lambda.invoke(QUEUE));
  assert.deepEqual([again.result.sent, again.result.gone], [2, ['gone-young']]);
  assert.equal(sink.tries.get('gone-1'), 1);
});

room('a user has it on all devices', {
  code: `for _, id in ipairs { "phone", "desk", "gone" } do s:connect(row(id, { user = "ann" })) end
    s:connect(row("other", { user = "ben" }))
    local ann = ws.user "ann"
    return body { first = ann:send { n = 1 }, but = ann:send("x", { except = { id = "desk" } }), nobody = ws.user "eve":send "x", id = ann.id }`,
  answer: (id) => (id === 'gone' ? 'gone' : 'ok'),
}, async (lambda, sink) => {
  const { first, but, nobody, id } = resultOf(await lambda.invoke(QUEUE));
  assert.deepEqual(first, { sent: 2, gone: ['gone'], failed: [] });
  assert.deepEqual([but, nobody, id], [{ sent: 1, gone: [], failed: [] }, { sent: 0, gone: [], failed: [] }, 'ann']);
  assert.deepEqual(Object.fromEntries(sink.tries), { phone: 2, desk: 1, gone: 1 });
});

room('what has expired is swept away', {
  code: `s:connect(row("old", { expires_at = os.time() - 5 }), { "lobby" })
    s:connect(row "new", { "lobby" })
    return body { ws.sweep(), ws.sweep(), ws.room "lobby":count() }`,
}, async (lambda) => assert.deepEqual(resultOf(await lambda.invoke(QUEUE)), [1, 0, 1]));

room('what there is no time for is left', {
  code: `for i = 1, 9 do s:connect(row("c" .. i), { "lobby" }) end
    local result = ws.room "lobby":broadcast("x", { concurrency = 2 })
    return body { sent = result.sent, failed = #result.failed, rest = ids(function() local id = result.rest() return id and { id = id } end) }`,
  answer: () => 'silent',
}, async (lambda, sink) => {
  const { sent, failed, rest } = resultOf(await lambda.invoke(QUEUE, deadline(SHORT)));
  assert.deepEqual([sent, failed, rest], [0, 2, ['c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9']]);
  assert.deepEqual(urls(sink), ['/prod/@connections/c1', '/prod/@connections/c2']);
});

for (const [name, failsAt] of [['ends a broadcast: what was done is told, and who is left', 2], ['before the first member means that nothing was sent', 0]]) {
  room(`a store that fails ${name}`, {
    code: `local members = { "a", "b", "c", "d" }
      local fake = { forget = function() end }
      local function open(after)
        local at, given = 0, 0
        while after and members[at] ~= after do at = at + 1 end
        return function()
          if given == ${failsAt} then error({ type = "throttled", code = "throttled", message = "store:members: too much" }, 0) end
          at, given = at + 1, given + 1
          return { id = members[at], connected_at = 0 }
        end
      end
      local delivery = require "moonwire.ws.delivery"
      local job = delivery.new { store = fake, text = "x", except = {}, pace = {}, open = open }
      local result, message, code, part = delivery.run(job)
      local found = { result == nil, message, code, part.sent }
      if ${failsAt} == 0 then return body(found) end
      found[5], found[6] = part.rest(), part.rest()
      local ok, err = pcall(part.rest)
      found[7], found[8] = ok, err.code
      return body(found)`,
  }, async (lambda) => {
    const seen = resultOf(await lambda.invoke(QUEUE));
    assert.deepEqual(seen.slice(0, 4), [true, 'store:members: too much', 'throttled', failsAt]);
    if (failsAt > 0) assert.deepEqual(seen.slice(4), ['c', 'd', false, 'throttled']);
  });
}

/* Going on in another invocation */

const MEMBERS = 8;
const IDS = Array.from({ length: MEMBERS }, (_, i) => `c${i + 1}`);

const JOIN = `for i = 1, ${MEMBERS} do s:connect(row("c" .. i), { "lobby" }) end\n`;

/** Lambda takes the invocation; each connection gets this answer. */
const taking = (answer) => (id, tries, response) => (id.startsWith('invocations') ? void response.writeHead(202).end() : answer(id, tries, response));

/** Slower than a broadcast has time for, so that it gets on by a few members in each invocation. */
const slowly = (id, tries, response) => void setTimeout(() => response.end(), SHORT / 13);

const isInvoke = ({ url }) => url.includes('/functions/');
const invokes = (sink) => sink.requests.filter(isInvoke);
const receivers = (sink) => new Set(sink.requests.filter((request) => !isInvoke(request)).map(({ url }) => url.split('/').pop()));

room('a broadcast goes on in as many invocations as it needs', {
  code: `${JOIN} return body { ws.room "lobby":broadcast({ text = "h\\0\\"" }, { continue = true, concurrency = 1, except = { { id = "c3" }, "nobody" } }) }`,
  answer: taking(slowly),
}, async (lambda, sink) => {
  const [result] = resultOf(await lambda.invoke(QUEUE, deadline(SHORT)));
  assert.deepEqual([result.continued, result.rest, result.sent >= 1], [true, undefined, true]);
  for (let at = 0; at < invokes(sink).length; at++) {
    const { url, headers, body } = invokes(sink)[at];
    assert.deepEqual([url, headers['x-amz-invocation-type']], ['/2015-03-31/functions/chat/invocations?Qualifier=7', 'Event']);
    const event = JSON.parse(body);
    assert.equal(event['moonwire:broadcast'].hop, at + 1);
    const reply = await lambda.invoke(event, deadline(SHORT));
    assert.equal(reply.text, 'null');
  }
  assert.deepEqual([...receivers(sink)].sort(), IDS.filter((id) => id !== 'c3'));
  assert.ok(sink.requests.every((request) => isInvoke(request) || request.body.toString() === '{"text":"h\\u0000\\""}'));
  await lambda.idle();
  assert.match(lambda.stderr, /INFO\troom:broadcast: continued \{.*"room":"lobby"/);
});

room('it takes along who came too late, and who is elsewhere', {
  code: `local at = os.getenv "SINK"
    for i, stage in ipairs { "one", "two", "one", "one", "two" } do s:connect(row("c" .. i, { endpoint = at .. "/" .. stage }), { "lobby" }) end
    return body { ws.room "lobby":broadcast("x", { continue = true, concurrency = 1, timeout_ms = 60000 }) }`,
  answer: taking((id) => (id === 'c1' ? 'silent' : 'ok')),
  env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: null },
}, async (lambda, sink) => {
  const [result] = resultOf(await lambda.invoke(QUEUE, deadline(SHORT)));
  assert.deepEqual([result.continued, result.sent, result.failed.map(({ id, code }) => [id, code])], [true, 0, [['c1', 'timeout']]]);
  const event = JSON.parse(invokes(sink)[0].body);
  const one = `${sink.server.url}/one`;
  assert.deepEqual(event, { 'moonwire:broadcast': {
    scope: API, room: 'lobby', text: 'x', hop: 1, except: [], pace: { concurrency: 1, timeout_ms: 60000 }, last: 'c3', over: false,
    groups: [{ endpoint: `${sink.server.url}/two`, ids: ['c2'] }, { endpoint: one, ids: ['c3'] }],
  } });
  assert.equal((await lambda.invoke(event)).text, 'null');
  assert.deepEqual(urls(sink).filter((url) => !url.startsWith('/2015')), ['/one/@connections/c1', '/one/@connections/c3', '/one/@connections/c4', '/two/@connections/c2', '/two/@connections/c5']);
  assert.equal(invokes(sink).length, 1);
});

room('the ninth invocation is not begun', {
  code: 'error "the handler is not called"',
  answer: () => 'silent',
}, async (lambda, sink) => {
  const groups = [{ ids: ['c1', 'c2'] }];
  const reply = await lambda.invoke({ 'moonwire:broadcast': { scope: API, room: 'lobby', text: 'x', hop: 8, over: true, groups, pace: { concurrency: 1 } } }, deadline(SHORT));
  assert.equal(reply.text, 'null');
  await lambda.idle();
  assert.match(lambda.stderr, /WARN\troom:broadcast: the time was over, and it is not continued any more: who is left does not get the message \{.*"hop":8/);
  assert.equal(invokes(sink).length, 0);
});

room('what cannot be handed over is left to the caller', {
  code: `${JOIN} local result = ws.room "lobby":broadcast("x", { continue = true, concurrency = 1 })
    return body { continued = result.continued or false, rest = ids(function() local id = result.rest() return id and { id = id } end) }`,
  answer: (id, tries, response) => (id.startsWith('invocations') ? void response.writeHead(403, { 'x-amzn-ErrorType': 'AccessDeniedException' }).end('{"Message":"no"}') : 'silent'),
}, async (lambda, sink) => {
  const { continued, rest } = resultOf(await lambda.invoke(QUEUE, deadline(SHORT)));
  assert.deepEqual([continued, rest], [false, IDS.slice(1)]);
  assert.equal(invokes(sink).length, 1);
  await lambda.idle();
  assert.match(lambda.stderr, /WARN\troom:broadcast: it cannot be continued: lambda:Invoke: AccessDeniedException/);
});

const relayed = { scope: API, room: 'lobby', text: 'forged', hop: 1, over: false, groups: [] };
const forged = [
  ['a message of a client', message(JSON.stringify({ 'moonwire:broadcast': relayed }))],
  ['an event of a client with that member', { ...message('x'), 'moonwire:broadcast': relayed }],
  ['a member of another type', { 'moonwire:broadcast': 'x' }],
  ['a member that is missing', { 'moonwire:broadcast': { ...relayed, scope: undefined } }],
  ['a field of another type', { 'moonwire:broadcast': { ...relayed, hop: '1' } }],
  ['a field that there is not', { 'moonwire:broadcast': { ...relayed, more: 1 } }],
];
room('only an event of that very form is taken for one', {
  code: 's:connect(row "a", { "lobby" }) return body { "handler" }',
}, async (lambda, sink) => {
  for (const [what, event] of forged) assert.deepEqual(resultOf(await lambda.invoke(event)), ['handler'], what);
  assert.equal(sink.requests.length, 0);
  assert.equal((await lambda.invoke({ 'moonwire:broadcast': relayed })).text, 'null');
  assert.deepEqual(urls(sink), ['/prod/@connections/a']);
});
