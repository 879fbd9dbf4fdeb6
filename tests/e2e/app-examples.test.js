'use strict';
// The example service: the chat with its page, echo beside it, notices to users, the authorizer. And AWS's sample chat application
// (aws-samples/simple-websockets-chat-app) as an app.

const assert = require('node:assert/strict');
const test = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');
const { createHash } = require('node:crypto');
const { SignJWT } = require('jose');
const { WebSocket } = require('ws');
const { scenario } = require('./helper/dev');
const { examples } = require('./helper/examples');
const program = require('./helper/program');

const { ROOT } = program;
const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const lines = (text) => text.trimEnd().split('\n').length;

test('the examples are short', () => {
  for (const name of ['chat', 'notify', 'door', 'echo']) assert.ok(lines(read(`handlers/${name}.lua`)) < 60, name);
});

test('the page has the hash of its script, and sets text as text', () => {
  const page = read('handlers/chat.html');
  const [, script] = /<script>([^]*?)<\/script>/.exec(page);
  const hash = createHash('sha256').update(script).digest('base64');
  assert.ok(page.includes(`default-src 'none'; script-src 'sha256-${hash}'; connect-src ws: wss:`), `the hash is ${hash}`);
  assert.doesNotMatch(page, /innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|\son\w+=|style=/);
});

/** The page without a browser: as much of a document as its script touches. Returns what it shows, and its fields and buttons. */
function open(address) {
  const elements = {};
  const shown = { lines: [], watchers: [] };
  const element = (id) => ({ value: id === 'room' ? 'lobby' : '', on: {}, addEventListener(name, fn) { this.on[name] = fn; }, append({ textContent }) {
    shown.lines.push(textContent);
    for (const watcher of shown.watchers) watcher();
  } });
  const document = { getElementById: (id) => { elements[id] = elements[id] || element(id); return elements[id]; }, createElement: () => ({}) };
  const [, script] = /<script>([^]*?)<\/script>/.exec(read('handlers/chat.html'));
  vm.runInNewContext(script, { document, WebSocket, encodeURIComponent, JSON });
  elements.address = { value: address };
  shown.fill = (id, value) => { document.getElementById(id).value = value; };
  shown.fire = (id, name) => elements[id].on[name]({ preventDefault() {} });
  shown.line = (...texts) => new Promise((resolve) => {
    const look = () => texts.some((text) => shown.lines.includes(text)) && resolve();
    shown.watchers.push(look);
    look();
  });
  return shown;
}

const named = (dev, name) => dev.connect({ path: `?name=${name}` });

scenario('the example service: chat and echo', { directory: ROOT, args: ['--no-reload'] }, async (dev) => {
  const [ann, bob] = [await named(dev, 'ann'), await named(dev, 'bob')];
  assert.equal(await ann.ask('hello'), 'hello'); // as the README says
  assert.match(await bob.ask({ action: 'foo' }), /^hello from foo/);
  assert.equal((await bob.askJson({ action: 'mirror' })).requestContext.routeKey, 'mirror');

  const room = 'lobby';
  assert.deepEqual(await ann.askJson({ action: 'join', room }), { room, event: 'welcome', name: 'ann', here: 1 });
  assert.deepEqual(await bob.askJson({ action: 'join', room }), { room, event: 'welcome', name: 'bob', here: 2 });
  assert.deepEqual(await ann.nextJson(), { room, event: 'joined', name: 'bob', here: 2 });
  bob.send({ action: 'say', room, text: 'hi, <b>all</b>' });
  for (const client of [ann, bob]) assert.deepEqual(await client.nextJson(), { room, event: 'said', name: 'bob', text: 'hi, <b>all</b>' });
  const { names } = await ann.askJson({ action: 'who', room });
  assert.deepEqual(names.sort(), ['ann', 'bob']);

  assert.equal((await ann.askJson({ action: 'say', room, text: 'x'.repeat(501) })).error, 'invalid');
  assert.equal((await ann.askJson({ action: 'say', room: 'attic', text: 'x' })).error, 'not_a_member');
  assert.equal(await dev.handshake({ path: '?name=' }), 400);
  await bob.drop();
  assert.deepEqual(await ann.nextJson(), { room, event: 'left', name: 'bob', here: 1 });

  const page = open(dev.url);
  page.fill('name', '<i>eve</i>');
  page.fire('enter', 'submit');
  await page.line('You are in lobby as <i>eve</i>; 2 here');
  page.fill('text', 'hi');
  page.fire('say', 'submit');
  await page.line('<i>eve</i>: hi');
  page.fire('who', 'click');
  await page.line('In lobby: ann, <i>eve</i>', 'In lobby: <i>eve</i>, ann');

  const commands = read('README.md').match(/^moonwire invoke .*/gm);
  assert.equal(commands.length, 2);
  const { port } = new URL(dev.controlUrl);
  for (const command of commands) {
    const line = command.replace('moonwire', program.command('moonwire').join(' '));
    await promisify(execFile)('bash', ['-c', `${line} --control-port ${port}`], { cwd: ROOT, env: { PATH: process.env.PATH, ...program.tools() } });
  }
});

const [, yaml] = /```yaml\n(# serverless\.yml[^]*?)```/.exec(read('README.md'));
const shown = examples('README.md').find(({ code }) => code.startsWith('-- chat.lua'));
const rooms = examples('README.md').find(({ code }) => code.startsWith('-- rooms.lua'));

scenario('the service of the README', { files: { 'serverless.yml': yaml, 'chat.lua': shown.code } }, async (dev) => {
  const client = await named(dev, 'ann');
  assert.deepEqual(await client.nextJson(), { greeting: 'hello', name: 'ann' });
  assert.deepEqual(await client.askJson('hi'), { you_said: 'hi', you_are: 'ann' });
  assert.deepEqual(Object.keys(await client.askJson({ action: 'ask' })), ['time']);
});

scenario('the first example of the README', { files: { 'serverless.yml': yaml, 'chat.lua': rooms.code } }, async (dev) => {
  const [ann, bob] = [await dev.connect(), await dev.connect()];
  for (const client of [ann, bob]) {
    assert.deepEqual(Object.keys(await client.nextJson()), ['hello']);
    assert.deepEqual(await client.askJson({ action: 'join', room: 'lobby' }), { joined: 'lobby' });
  }
  bob.send({ action: 'say', room: 'lobby', text: 'hi' });
  assert.deepEqual(await ann.nextJson(), { text: 'hi' });
});

/** A service around files of the examples. */
const service = (functions, files) => ({
  files: { 'serverless.yml': JSON.stringify({ service: 'shown', provider: { name: 'aws', timeout: 25, environment: { ISSUER: 'https://issuer.example' } }, functions }), ...files },
});
const websockets = (...routes) => routes.map((websocket) => ({ websocket }));

/** `moonwire invoke` against this moonwire dev. Resolves with the result of the function. */
async function invoke(dev, ...args) {
  const [name, ...before] = program.command('moonwire');
  const all = [...before, 'invoke', '--control-port', new URL(dev.controlUrl).port, '--json', ...args];
  const { stdout } = await promisify(execFile)(name, all, { cwd: dev.directory, env: { PATH: process.env.PATH, ...program.tools() } });
  return JSON.parse(stdout).result;
}

const notified = service({
  chat: { handler: 'handlers/chat', events: websockets('$connect', '$disconnect', '$default') },
  notify: { handler: 'handlers/notify.queue' },
  tick: { handler: 'handlers/notify.tick' },
}, { 'handlers/chat.lua': read('handlers/chat.lua'), 'handlers/notify.lua': read('handlers/notify.lua') });

scenario('notices: jobs of a queue reach every device of a user, a schedule the lobby', notified, async (dev) => {
  const [phone, laptop, bob] = [await named(dev, 'ann'), await named(dev, 'ann'), await named(dev, 'bob')];
  const job = (body) => invoke(dev, 'notify', '--event', 'sqs', '--body', body);
  assert.deepEqual(await job('{"user":"ann","text":"your order is ready"}'), { batchItemFailures: [] });
  for (const client of [phone, laptop]) assert.deepEqual(await client.nextJson(), { event: 'notice', text: 'your order is ready' });
  assert.deepEqual(await job('{"user":"nobody","text":"x"}'), { batchItemFailures: [] });
  await assert.rejects(job('no JSON'), { code: 1, stderr: 'moonwire invoke: 1 of 1 records failed\n' });

  await phone.askJson({ action: 'join', room: 'lobby' });
  assert.deepEqual(await invoke(dev, 'tick', '--event', 'schedule'), { sent: 1, gone: 0 });
  const { event, at } = await phone.nextJson();
  assert.equal(event, 'tick');
  assert.match(at, /^\d{4}-\d\d-\d\dT[\d:]+Z$/);
  assert.equal(bob.received.length, 0); // neither was for him
});

const SECRET = 'a secret of thirty-two bytes, or more';
const guarded = service({
  chat: {
    handler: 'handlers/chat',
    events: websockets({ route: '$connect', authorizer: { name: 'door', identitySource: ['route.request.querystring.token'] } }, '$disconnect', '$default'),
  },
  door: { handler: 'handlers/door' },
}, {
  'handlers/chat.lua': read('handlers/chat.lua'),
  'handlers/door.lua': read('handlers/door.lua').replace(/issuer = .*?, audience/, `issuer = false, secret = "${SECRET}", audience`),
});

scenario('the authorizer: the user of the chat is that of the token', guarded, async (dev) => {
  const token = await new SignJWT({ name: 'Ann' }).setProtectedHeader({ alg: 'HS256' }).setSubject('ann').setAudience('moonwire-example')
    .setExpirationTime('1h').sign(Buffer.from(SECRET));
  assert.equal(await dev.handshake({ path: '?name=ann' }), 401);
  assert.equal(await dev.handshake({ path: `?token=${token}x` }), 401);
  const client = await dev.connect({ path: `?name=mallory&token=${token}` });
  assert.deepEqual(await client.askJson({ action: 'join', room: 'lobby' }), { room: 'lobby', event: 'welcome', name: 'ann', here: 1 });
});

/** A token as `moonwire token` makes it with nothing but a name. */
async function tokenOf(dev, sub) {
  const [name, ...before] = program.command('moonwire');
  const args = [...before, 'token', '--sub', sub, '--control-port', new URL(dev.controlUrl).port];
  return (await promisify(execFile)(name, args, { env: { PATH: process.env.PATH, ...program.tools() } })).stdout.trim();
}

// serverless.yml of the examples with its authorizer, as the comment at $connect has it.
const YAML = read('serverless.yml');
const [, behind] = /- websocket: \$connect # with (\{.*\})$/m.exec(YAML);
const WITH_DOOR = YAML.replace(/- websocket: \$connect .*/, `- websocket: ${behind}`)
  .replace(/^functions:$/m, '$&\n  door:\n    handler: handlers/door');
const HANDLERS = Object.fromEntries(fs.readdirSync(path.join(ROOT, 'handlers')).map((name) => [`handlers/${name}`, read(`handlers/${name}`)]));

scenario('the door of the examples takes what `moonwire token` makes', { files: { 'serverless.yml': WITH_DOOR, ...HANDLERS } }, async (dev) => {
  assert.equal(await dev.handshake({ path: '?token=x' }), 401);
  const client = await dev.connect({ path: `?token=${await tokenOf(dev, 'ann')}` });
  assert.equal((await client.askJson({ action: 'join', room: 'lobby' })).name, 'ann');
});

const signed = examples('docs/gateway.md').find(({ heading }) => heading === 'Signing in locally');

scenario('so does the app of docs/gateway.md, with the service of the README', { files: { 'serverless.yml': yaml, 'chat.lua': signed.code } }, async (dev) => {
  assert.equal(await dev.handshake(), 401);
  const client = await dev.connect({ path: `?token=${await tokenOf(dev, 'ann')}` });
  assert.deepEqual(await client.nextJson(), { hello: 'ann' });

  const token = await tokenOf(dev, 'bob');
  for (const option of [['--query', `token=${token}`], ['--header', `Authorization=Bearer ${token}`]]) {
    assert.equal((await invoke(dev, '--route', '$connect', ...option)).statusCode, 200);
  }
  await assert.rejects(invoke(dev, '--route', '$connect'), { code: 1, stderr: 'moonwire invoke: $connect refuses: its statusCode is 401\n' });
});

/**
 * The sample: $connect stores the connection, sendmessage posts `data` to all, $disconnect deletes it. At fb1f0d6 it reads one page of the table
 * only, and after a 410 it deletes the row of the sender instead of the dead one's, so that every message afterwards fails again.
 */
const SAMPLE = `local app = require "moonwire.app"

return app {
  ["$connect"] = function(conn)
    return conn:join "all"
  end,
  sendmessage = { schema = { data = "string" }, run = function(conn, message)
    assert(conn:room("all"):broadcast(message.data))
  end },
}
`;

// Connections that are gone, in front of the others (members come by id) and more of them than a page of the store has.
const SEED = `local store = require "moonwire.store"
return require "moonwire.app" {
  seed = function(_, message)
    local s = store.open()
    for i = 1, message.count do
      assert(s:connect({ id = ("------gone%04dA="):format(i), connected_at = os.time() - 60 }, { "all" }))
    end
    return { count = s:count "all" }
  end,
  look = function(conn)
    local s, ids = store.open(), {}
    for member in s:members "all" do ids[#ids + 1] = member.id end
    return { ids = ids, me = conn.id }
  end,
}`;
const GONE = 450;
const sample = service({
  sample: { handler: 'sample', events: websockets('$connect', '$disconnect', 'sendmessage') },
  test: { handler: 'seed', events: websockets('seed', 'look') },
}, { 'sample.lua': SAMPLE, 'seed.lua': SEED });

scenario('AWS\'s sample chat application, without its two bugs', sample, async (dev) => {
  assert.ok(lines(SAMPLE) < 40);
  const clients = [];
  for (let i = 0; i < 5; i++) clients.push(await dev.connect());
  const [sender] = clients;
  assert.deepEqual(await sender.askJson({ action: 'seed', count: GONE }), { count: GONE + clients.length });

  sender.send({ action: 'sendmessage', data: 'hello' });
  for (const client of clients) assert.equal(await client.next(), 'hello'); // those behind the first page, too
  const [sent] = await dev.invocations(1, { route: 'sendmessage' });
  assert.equal(sent.outcome, 'result');

  const { ids, me } = await sender.askJson({ action: 'look' });
  assert.equal(ids.length, clients.length); // the dead ones went ...
  assert.ok(ids.includes(me), 'and the sender stayed');
  assert.ok(!ids.some((id) => id.includes('gone')));

  await clients.pop().close();
  await dev.invocations(1, { route: '$disconnect' });
  assert.equal((await sender.askJson({ action: 'look' })).ids.length, clients.length);
  sender.send({ action: 'sendmessage', data: 'again' });
  for (const client of clients) assert.equal(await client.next(), 'again');
});
