'use strict';
// GET console/routes: the routes of apps, each with a message that gets there, and what handlers that are no apps, or do not load, do to it.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { withDev } = require('./helper/dev');
const { call } = require('./helper/console');

const NAME = '<img src=x onerror=alert(1)>"\u202e';

const CHAT = `
local app = require "moonwire.app"
print("loaded " .. arg_of)
return app {
  ["$connect"] = function() return true end,
  say = { schema = { room = "string 1..40", text = "string<=500", ["to?"] = "string" }, run = function(conn, message) return { said = message.text } end },
  join = function(conn, message) return { joined = true } end,
  ["${NAME.replace(/"/g, '\\"')}"] = { schema = { x = "<b>|</script>" }, run = function() return { odd = true } end },
  taken = function() return { error = "another function has this route" } end,
  huge = { schema = { x = "string>=9000" }, run = function() end },
  ["\\255"] = function() end,
}`.replace('arg_of', 'os.getenv "WHO"');

const yaml = (functions, expression) => JSON.stringify({
  service: 'tested', provider: { name: 'aws', ...(expression && { websocketsApiRouteSelectionExpression: expression }), environment: { WHO: 'tested' } },
  functions: Object.fromEntries(Object.entries(functions).map(([name, { handler = name, events }]) => [name, { handler, events: events.map((websocket) => ({ websocket })) }])),
});

/** While it is there, handlers misbehave. Outside of the service, whose copy follows it only after a while. */
const FLAG = path.join(os.tmpdir(), `moonwire-console-routes-${process.pid}`);

const LUA = {
  'chat.lua': CHAT,
  'ugly.lua': `if io.open("${FLAG}") then error(setmetatable({}, { __index = function() error "no" end })) end return function() return true end`,
  'plain.lua': 'io.output(io.stderr) print(("x"):rep(1000)) io.stdout:write("{}\\n\\27[2J<script>") return function() return true end',
  'ends.lua': `if io.open("${FLAG}") then os.exit(7) end return function() return true end`,
  'raises.lua': `if io.open("${FLAG}") then error { message = "no <b>\\255" } end return function() return true end`,
  'floods.lua': `while io.open("${FLAG}") do print(("x"):rep(60000)) end return function() return true end`,
};

const FUNCTIONS = {
  chat: { events: ['$connect', 'join', '$default'] }, chatToo: { handler: 'chat', events: ['also'] }, plain: { events: ['taken'] },
  ends: { events: ['one'] }, raises: { events: ['two'] }, floods: { events: ['three'] },
  ugly: { events: ['four'] },
};

/** The answer when all is known. */
async function routes(dev) {
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    const { status, json } = await call(dev, 'console/routes');
    assert.equal(status, 200);
    if (!json.pending) return json;
    await new Promise((resolve) => { setTimeout(resolve, wait); });
  }
}

const messages = ({ apps }) => Object.fromEntries(apps.find(({ handler }) => handler === 'chat').routes.map(({ route, message }) => [route, message]));

test('routes of apps have messages that get there; what does not load is told, and each generation is read once', () => withDev({
  files: { 'serverless.yml': yaml(FUNCTIONS), ...LUA },
}, async (dev) => {
  const loads = () => dev.all({ type: 'log', text: 'loaded tested' }).length;
  assert.equal((await call(dev, 'console/routes', { token: null })).status, 401);
  await dev.when(() => dev.all({ type: 'log', text: /is ready/ }).length === 7);
  fs.writeFileSync(FLAG, '');
  const first = await routes(dev);
  fs.rmSync(FLAG);
  assert.deepEqual([first.generation, first.apps.map(({ handler }) => handler)], [1, ['chat', 'plain', 'ends', 'raises', 'floods', 'ugly']]);
  const [chat, plain, ends, raises, floods, ugly] = first.apps;
  assert.deepEqual(plain, { handler: 'plain', routes: [] });
  assert.match(ends.problem, /status 7/);
  assert.equal(raises.problem, 'no <b>\ufffd');
  assert.match(ugly.problem, /no text was raised/);
  assert.match(floods.problem, /wrote more than 2048 KB/);
  const { source, ...say } = chat.routes.find(({ route }) => route === 'say');
  assert.deepEqual(say, { route: 'say', action: 'action', message: '{"action":"say","room":"...","text":"..."}', schema: 'room: string 1..40, text: string<=500, to?: string' });
  assert.match(source, /^chat\.lua:\d+$/);
  assert.deepEqual(messages(first), { // neither "taken", which goes to another function, nor a name that is no text
    say: say.message, join: '{"action":"join"}', huge: undefined, [NAME]: JSON.stringify({ action: NAME, x: '<b>' }),
  });
  const client = await dev.connect();
  for (const message of Object.values(messages(first)).filter(Boolean)) {
    const answer = await client.ask(message);
    assert.match(answer, /said|joined|odd/, message);
  }
  assert.deepEqual(await routes(dev), first);
  const ready = () => dev.all({ type: 'log', text: /chat is ready/ }).length; // environments, of which one may just begin
  await dev.when(() => loads() === ready());

  const { json: state } = await call(dev, 'console/state');
  assert.deepEqual(state.routes.map(({ routeKey, message }) => [routeKey, message]).filter(([, message]) => message), ['join', 'also', 'taken', 'one', 'two', 'three', 'four'].map((key) => [key, JSON.stringify({ action: key })]));

  const only = { chat: { events: ['$connect', 'v1.join', '$default'] } };
  fs.writeFileSync(path.join(dev.directory, 'serverless.yml'), yaml(only, 'v1.$request.body.head.kind'));
  await dev.line({ type: 'reload', event: 'done' });
  const second = await routes(dev);
  assert.deepEqual([second.generation > 1, second.apps.length], [true, 1]);
  assert.deepEqual(Object.keys(messages(second)).sort(), [NAME, 'huge', 'join', 'say', 'taken'].sort());
  assert.deepEqual([messages(second).say, messages(second).join], [say.message, '{"action":"join"}']);
  const typed = await dev.connect();
  assert.match(await typed.ask(messages(second).say), /said/);
  const routed = (await call(dev, 'console/state')).json.routes.find(({ routeKey }) => routeKey === 'v1.join');
  assert.equal(routed.message, '{"head":{"kind":"join"}}');

  const apart = { chat: { events: ['$connect', 'all'] } }; // the route of the API leads to the app, which has none of its name
  fs.writeFileSync(path.join(dev.directory, 'serverless.yml'), yaml(apart, '$request.body.kind'));
  await dev.when(() => dev.all({ type: 'reload', event: 'done' }).length === 2);
  assert.equal(messages(await routes(dev)).say, '{"kind":"all","action":"say","room":"...","text":"..."}');
  await client.close();
  await typed.close();
}));

const HANGS = 'if io.open("hang") then while true do end end return require "moonwire.app" { $ROUTE = function() end }';
const hangs = (route) => HANGS.replace('$ROUTE', route);

test('a handler that never comes to an end holds nothing up, and goes with its generation, or with moonwire dev', () => withDev({
  files: { 'serverless.yml': yaml({ app: { events: ['$default'] } }), 'app.lua': hangs('one') },
}, async (dev) => {
  fs.writeFileSync(path.join(dev.directory, 'hang'), '');
  assert.deepEqual((await call(dev, 'console/routes')).json, { generation: 1, pending: true, apps: [] });
  fs.rmSync(path.join(dev.directory, 'hang')); // its process may have seen it by now or not
  const client = await dev.connect();
  fs.writeFileSync(path.join(dev.directory, 'app.lua'), hangs('two'));
  await dev.line({ type: 'reload', event: 'done' });
  const { apps } = await routes(dev);
  assert.deepEqual(apps[0].routes.map(({ route, message }) => [route, message]), [['two', '{"action":"two"}']]);
  fs.writeFileSync(path.join(dev.directory, 'app.lua'), hangs('three'));
  await dev.when(() => dev.all({ type: 'reload', event: 'done' }).length === 2);
  fs.writeFileSync(path.join(dev.directory, 'hang'), '');
  assert.equal((await call(dev, 'console/routes')).json.pending, true); // ... and is left behind
  await client.close();
}));
