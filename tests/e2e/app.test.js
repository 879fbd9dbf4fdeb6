'use strict';
// moonwire.app through the local gateway, with its store: what clients see of routes, refusals, greetings, rooms, data and tokens.

const assert = require('node:assert/strict');
const test = require('node:test');
const { SignJWT } = require('jose');
const { scenario, withDev } = require('./helper/dev');
const { database } = require('./helper/counterparts');
const { scenario: bootstrap } = require('./helper/bootstrap');
const events = require('./helper/events');
const { SLOW } = require('./helper/program');

const ORIGIN = 'https://app.example';
const SECRET = 'a secret of thirty-two bytes, or more';

/** How $connect may end, by ?case=; the status that the client sees. Each one joins the hall first. */
const endings = [
  { name: 'true', code: 'return true', status: 101 },
  { name: 'greeting', code: 'return { hello = conn.id }', status: 101 },
  { name: 'proxy', code: 'return { statusCode = 200 }', status: 101 },
  { name: 'nil and a message', code: 'return nil, "no"', status: 403 },
  { name: 'nil, a message and a code', code: 'return nil, "no", "throttled"', status: 500 },
  { name: 'false', code: 'return false', status: 403 },
  { name: 'refuse', code: 'return conn:refuse(429)', status: 429 },
  { name: 'refuse and true', code: 'conn:refuse(402) return true', status: 402 },
  { name: 'raise', code: 'error "no"', status: 500 },
  { name: 'forgotten', code: '', status: 500 },
  { name: 'proxy refuses', code: 'return { statusCode = 418 }', status: 418 },
];

const CHAT = `
local app, json, store = require "moonwire.app", require "moonwire.json", require "moonwire.store"
local cases = {}
${endings.map(({ name, code }) => `cases[${JSON.stringify(name)}] = function(conn) ${code} end`).join('\n')}

local chat = app {
  ["$connect"] = { origins = { "${ORIGIN}" }, protocols = { "chat.v1" }, run = function(conn, request, context)
    local case = request.query.case or "true"
    conn:join "hall"
    conn.data.case = case
    if case == "late" then
      conn:join "late"
      context:defer(function() assert(conn:room("late"):broadcast "news") end) -- before the greetings: it is a member by then
      conn:send "first"
      conn:send { second = true }
    end
    if case == "late" then return { third = request.protocol } end
    return cases[case](conn)
  end },
  ["$disconnect"] = function(conn, reason)
    require("moonwire.log").info("left", { code = reason.code, case = conn.data.case, rooms = conn:rooms() })
  end,
  count = function(_, message) return { count = store.open():count(message.room) } end,
  join = { schema = { room = "string 1..20" }, run = function(conn, message) assert(conn:join(message.room)) return { rooms = conn:rooms() } end },
  leave = function(conn, message) assert(conn:leave(message.room)) return { rooms = conn:rooms() } end,
  keep = function(conn, message)
    for name, value in pairs(message.data) do conn.data[name] = value ~= json.null and value or nil end
    return true
  end,
  push = function(conn, message)
    conn.data.list = conn.data.list or json.array {}
    table.insert(conn.data.list, message.value)
    if message.fail then return nil, "not this time", message.fail end
    return { length = #conn.data.list }
  end,
  data = function(conn) return { data = conn.data } end,
  up = function(conn) return { n = conn:update("n", function(n) return (n or 0) + 1 end) } end,
  ask = { reply = "body", run = function(_, message) if message.fail then error "secret" end return { asked = message.x } end },
  fail = function() error "secret words" end,
  unsendable = function() return ("x"):rep(140000) end,
  bye = function(conn) conn:send "bye" assert(conn:close()) end,
  ["$default"] = function(_, message) return { default = message } end,
}
return chat
`;

const service = {
  files: {
    'serverless.yml': JSON.stringify({
      service: 'tested',
      provider: { name: 'aws' },
      functions: {
        chat: {
          handler: 'chat', timeout: 25,
          events: ['$connect', '$disconnect', '$default', { route: 'ask', routeResponseSelectionExpression: '$default' }].map((websocket) => ({ websocket })),
        },
      },
    }),
    'chat.lua': CHAT,
  },
  args: ['--allow-origin', '*'], // $connect decides, as on AWS
};

const connect = (dev, options = {}) => dev.connect({ origin: ORIGIN, ...options });
const ofCase = (name) => ({ path: `?case=${encodeURIComponent(name)}` });
const logged = (dev, text) => dev.line({ type: 'log', text });

scenario('$connect: who comes in, and who joins', service, async (dev) => {
  let members = 0;
  const observer = await connect(dev);
  members += 1;
  const clients = [];
  for (const { name, status } of endings) {
    if (status === 101) {
      clients.push(await connect(dev, ofCase(name)));
      members += 1;
    } else {
      assert.equal(await dev.handshake({ origin: ORIGIN, ...ofCase(name) }), status, name);
    }
    assert.deepEqual(await observer.askJson({ action: 'count', room: 'hall' }), { count: members }, name);
  }
  assert.deepEqual(await clients[1].nextJson(), { hello: (await clients[1].askJson({ action: 'fail' })).connectionId });
  await logged(dev, /ERROR.*\$connect failed: the route returned nothing, so the connection is refused: return true, or a greeting, to accept it/);

  for (const origin of [undefined, 'https://evil.example', `${ORIGIN}.evil.example`]) assert.equal(await dev.handshake({ origin }), 403);
  assert.equal(await dev.handshake({ origin: ORIGIN, protocols: ['bearer.secret'] }), 403);
  const late = await connect(dev, { ...ofCase('late'), protocols: ['bearer.secret', 'chat.v1'] });
  assert.equal(late.socket.protocol, 'chat.v1');
  assert.deepEqual([await late.next(), await late.next(), await late.next(), await late.next()], ['news', 'first', '{"second":true}', '{"third":"chat.v1"}']);

  await late.close(4001, 'enough');
  await logged(dev, /left .*"case":"late"/);
  assert.match((await logged(dev, /left .*4001/)).text, /"rooms":\["hall","late"\]/);
  await dev.invocations(1, { route: '$disconnect' });
  assert.deepEqual(await observer.askJson({ action: 'count', room: 'hall' }), { count: members });
});

scenario('messages: routes, replies, failures', service, async (dev) => {
  const client = await connect(dev);
  assert.deepEqual(await client.askJson('hello'), { default: 'hello' });
  assert.deepEqual(await client.askJson([1]), { default: [1] });
  assert.deepEqual(await client.askJson({ action: '$connect' }), { default: { action: '$connect' } });
  assert.deepEqual(await client.askJson({ action: 'ask', x: 1 }), { asked: 1 });
  const asked = await client.askJson({ action: 'ask', fail: true });
  assert.deepEqual([asked.message, asked.error], ['Internal server error', 'internal']);

  const failed = await client.askJson({ action: 'fail' });
  assert.deepEqual(Object.keys(failed).sort(), ['connectionId', 'error', 'message', 'requestId']);
  assert.deepEqual([failed.message, failed.error], ['Internal server error', 'internal']);
  const { text } = await logged(dev, /secret words/);
  assert.ok(text.includes(failed.requestId) && text.includes(failed.connectionId), text); // API Gateway's ids, in the log, too
  assert.match(text, /ERROR.*fail failed: .*chat\.lua:\d+: secret words.*"stackTrace":\["chat\.lua:\d+/);

  const invalid = await client.askJson({ action: 'join', room: '' });
  assert.deepEqual([invalid.message, invalid.error], ['room must have 1 to 20 characters', 'invalid']);
  assert.equal((await client.askJson({ action: 'unsendable' })).error, 'too_large');
  assert.equal(await client.ask({ action: 'bye' }), 'bye');
  await client.closed;
  await dev.invocations(1, { route: '$disconnect' });
});

async function lasts(dev) {
  const client = await connect(dev);
  const data = async () => (await client.askJson({ action: 'data' })).data;
  assert.deepEqual(await client.askJson({ action: 'join', room: 'attic' }), { rooms: ['attic', 'hall'] });
  assert.deepEqual(await client.askJson({ action: 'leave', room: 'hall' }), { rooms: ['attic'] });
  assert.deepEqual(await client.askJson({ action: 'push', value: 'a' }), { length: 1 });
  assert.deepEqual(await client.askJson({ action: 'push', value: 'b' }), { length: 2 });
  assert.equal((await client.askJson({ action: 'push', value: 'c', fail: 'full' })).error, 'full'); // what failed is not saved
  client.send({ action: 'keep', data: { a: { b: [] }, case: null } });
  await dev.when(() => dev.all({ type: 'invocation' }).length === 7);
  assert.deepEqual(await data(), { list: ['a', 'b'], a: { b: [] } });

  const all = await Promise.all(Array.from({ length: 20 }, () => client.askJson({ action: 'up' })));
  assert.deepEqual(all.map(({ n }) => n).sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i + 1)); // several environments
  assert.equal((await data()).n, 20);
}

scenario('rooms and data last from message to message', service, lasts);

test('... with a store in DynamoDB, too', async () => {
  const { env, close } = await database();
  try {
    const yaml = JSON.parse(service.files['serverless.yml']);
    yaml.provider.environment = { MOONWIRE_STORE: 'dynamodb:connections', ...env };
    await withDev({ ...service, files: { ...service.files, 'serverless.yml': JSON.stringify(yaml) } }, lasts);
  } finally {
    await close();
  }
});

// Tokens

scenario('the console is no foreign page, and the log says why a message has no route', { files: {
  'serverless.yml': 'service: tested\nprovider: { name: aws }\nfunctions:\n  hall: { handler: hall, events: [ { websocket: $connect }, { websocket: $default } ] }\n',
  'hall.lua': 'return require "moonwire.app" { ["$connect"] = { origins = { "https://app.example" }, run = function() return true end } }\n',
} }, async (dev) => {
  assert.equal(await dev.handshake({ origin: 'http://127.0.0.1:1' }), 403);
  const client = await dev.connect({ origin: dev.controlUrl });
  for (const [message, why] of [
    ['{"action":"Join"}', /failed: the app has no route "Join", and no \$default/],
    ['{"type":"join"}', /failed: the message has no "action", and there is no \$default/],
    ["{'action':'join'}", /failed: the message is no JSON object, and there is no \$default/],
  ]) {
    assert.equal((await client.askJson(message)).error, 'unknown_action');
    await logged(dev, why);
  }
});

const GUARDED = `
local app, auth, store, json = require "moonwire.app", require "moonwire.auth", require "moonwire.store", require "moonwire.json"
return app {
  ["$connect"] = { auth = auth.jwt { issuer = false, audience = "chat", secret = "${SECRET}" }, run = function(conn) return { hello = conn.user.name } end },
  ["$default"] = function(conn)
    local row = store.open():get(conn.id)
    return { user = conn.user, row = { user = row.user, expires_at = row.expires_at, life = row.expires_at - row.connected_at } }
  end,
}
`;
const guarded = (code = GUARDED) => ({
  files: {
    'serverless.yml': `service: tested
provider: { name: aws }
functions:
  door: { handler: door, timeout: 25, events: [ { websocket: $connect }, { websocket: $disconnect }, { websocket: $default } ] }
`,
    'door.lua': code,
  },
});

const now = () => Math.floor(Date.now() / 1000);
const token = (exp, claims = {}) => new SignJWT({ name: 'Ann', ...claims }).setProtectedHeader({ alg: 'HS256' })
  .setSubject('ann').setAudience('chat').setExpirationTime(exp).sign(Buffer.from(SECRET));

scenario('auth: the user comes from the token, and later from the store', guarded(), async (dev) => {
  const exp = now() + 600;
  const good = await token(exp);
  assert.equal(await dev.handshake(), 401);
  assert.equal(await dev.handshake({ path: `?token=${good}x` }), 401);
  await logged(dev, /INFO.*\$connect failed: auth: .*signature/);
  const client = await dev.connect({ headers: { Authorization: `Bearer ${good}` } });
  assert.deepEqual(await client.nextJson(), { hello: 'Ann' });
  const { user, row } = await client.askJson('who am I?');
  assert.deepEqual(user, { id: 'ann', sub: 'ann', name: 'Ann', aud: 'chat', exp });
  assert.deepEqual([row.user, row.expires_at], ['ann', exp]);
  const long = await dev.connect({ path: `?token=${await token(now() + 86400)}` });
  await long.next();
  assert.equal((await long.askJson('x')).row.life, 7200);
  assert.ok(!(dev.stdout + dev.stderr).includes(good), 'a token was logged');
});

scenario('auth: when the token has expired the next message ends the connection', guarded(), async (dev) => {
  const client = await dev.connect({ path: `?token=${await token(now() - 5)}` }); // clocks may differ by a minute
  assert.deepEqual(await client.nextJson(), { hello: 'Ann' });
  const told = await client.askJson('still there?');
  assert.deepEqual([told.message, told.error], ['Unauthorized', 'expired']);
  await client.closed;
  await dev.invocations(1, { route: '$disconnect' });
  await logged(dev, /INFO.*\$default failed: the token of the connection has expired/);
});

/** The same behind a Lambda authorizer whose principal is the same for all. */
const behind = () => {
  const { files } = guarded();
  return { files: {
    'serverless.yml': `${files['serverless.yml'].replace('websocket: $connect', 'websocket: { route: $connect, authorizer: { name: gate, identitySource: [] } }')}  gate: { handler: gate }\n`,
    'door.lua': files['door.lua'],
    'gate.lua': 'return function(event) return require "moonwire.auth".allow(event, { principal = "api-client", context = { tier = "free" } }) end',
  } };
};

scenario('auth behind an authorizer: the user is that of the token, in messages, too', behind(), async (dev) => {
  const client = await dev.connect({ path: `?token=${await token(now() + 600)}` });
  await client.next();
  assert.equal((await client.askJson('who am I?')).user.id, 'ann');
});

scenario('auth behind an authorizer: the token ends the connection', behind(), async (dev) => {
  const client = await dev.connect({ path: `?token=${await token(now() - 5)}` });
  await client.next();
  assert.equal((await client.askJson('still there?')).error, 'expired');
  await client.closed;
});

const STAYS = GUARDED.replace('run =', 'close_expired = false, run =').replace(' return { user', ' if true then return { life = row.expires_at - row.connected_at } end return { user');
scenario('auth: unless close_expired = false', guarded(STAYS), async (dev) => {
  const client = await dev.connect({ path: `?token=${await token(now() - 5)}` });
  await client.next();
  assert.deepEqual(await client.askJson('x'), { life: 7200 });
});

// Without a store

const ECHO = 'return require "moonwire.app" { ["$connect"] = function() return true end, ["$default"] = { reply = "body", run = function(_, message) return message end } }';
bootstrap('an app that needs no store works without one', { files: { 'echo.lua': ECHO }, handler: 'echo' }, async (lambda) => {
  assert.deepEqual((await lambda.invoke(events.connect())).json, { statusCode: 200 });
  assert.deepEqual((await lambda.invoke(events.message('hello'))).json, { statusCode: 200, body: 'hello' });
  assert.deepEqual((await lambda.invoke(events.disconnect())).json, { statusCode: 200 });
});

const NEEDS = 'return require "moonwire.app" { ["$connect"] = function(conn) conn:join "lobby" return true end }';
bootstrap('one that needs a store names the setting', { files: { 'rooms.lua': NEEDS }, handler: 'rooms' }, async (lambda) => {
  assert.deepEqual((await lambda.invoke(events.connect())).json, { statusCode: 500 });
  await lambda.wrote('stderr', /\$connect failed: .*MOONWIRE_STORE is not set/);
});

bootstrap('a lack of time and of memory are no failures of the app: the runtime reports them', {
  files: { 'busy.lua': 'return require "moonwire.app" { spin = function() while true do end end, eat = function() local t = {} while true do t[#t + 1] = ("x"):rep(1000000) .. #t end end }' },
  handler: 'busy',
}, async (lambda) => {
  const spun = await lambda.invoke(events.message('{"action":"spin"}'), { headers: { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + 1000 * SLOW) } });
  assert.deepEqual([spun.kind, spun.json.errorType], ['error', 'Function.Timeout']);
  const ate = await lambda.invoke(events.message('{"action":"eat"}'));
  assert.deepEqual([ate.kind, ate.json.errorType], ['error', 'Runtime.OutOfMemory']);
});

scenario('text: the route of the app, and beneath its failure the lines of the service', {
  files: {
    'serverless.yml': 'service: tested\nprovider: { name: aws }\nfunctions: { rooms: { handler: rooms, events: [ websocket: $default ] } }\n',
    'rooms.lua': 'local function inner(conn) undeclared = conn end\nreturn require "moonwire.app" {\n say = function(conn) inner(conn) return true end }',
  },
  text: true,
}, async (dev) => {
  const client = await dev.connect();
  assert.equal((await client.askJson({ action: 'say' })).error, 'internal');
  await dev.when(() => /^\S+ {2}\$default say .*\n {10}statusCode 500: the function itself has sent the client 1 message meanwhile\n {10}ERROR say failed: .*\{"error":"internal"\}\n {16}rooms\.lua:1: .*\n {16}rooms\.lua:3: /m.test(dev.stdout));
  assert.doesNotMatch(dev.stdout, /stackTrace|moonwire\/app/);
});

const WRONG = 'return require "moonwire.app" {\n say = { schema = { text = "strng" }, run = function() end } }';
bootstrap('a route that is wrong: the init error names it, with its file', { files: { 'wrong.lua': WRONG }, handler: 'wrong' }, async (lambda) => {
  await lambda.exit;
  const { errorMessage, stackTrace } = JSON.parse(lambda.api.initErrors[0].body);
  assert.match(errorMessage, /^app: route say: schema\.text: unknown type "strng"; there are any, /);
  assert.equal(stackTrace[0], 'wrong.lua:2');
});

bootstrap('an app that is named with a function', { files: { 'wrong.lua': ECHO }, handler: 'wrong.default' }, async (lambda) => {
  await lambda.exit;
  assert.equal(JSON.parse(lambda.api.initErrors[0].body).errorMessage, 'handler "wrong.default": wrong.lua returns an app; name it without .default');
});
