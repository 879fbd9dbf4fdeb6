'use strict';
// The connection store as functions have it under `moonwire dev`: one file for all processes, the API of the event. Then its
// settings, and processes that die.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { Lambda } = require('./helper/bootstrap');
const { withDev, service } = require('./helper/dev');
const events = require('./helper/events');
const program = require('./helper/program');

const MORE = `local store = require "moonwire.store"
local function ids(iterator)
  local found = json.array {}
  for member in iterator do found[#found + 1] = member.id end
  return found
end`;

const ROUTES = {
  $connect: 'return store.open():connect({ id = event.requestContext.connectionId, user = "ann", data = { n = 0 } }, { "hall" })',
  $disconnect: 'return store.open():disconnect(event.requestContext.connectionId)',
  $default: `local s, id, m = store.open(), event.requestContext.connectionId, json.decode(event.body)
    local result = { pid = tonumber(ffi.C.getpid()) }
    if m.join then assert(s:join(id, m.join)) end
    if m.leave then assert(s:leave(id, m.leave)) end
    if m.add then result.n = assert(s:update(m.add, "n", function(n) return n + 1 end)) end
    if m.members then result.ids = ids(s:members(m.members)) end
    if m.user then result.ids = ids(s:user(m.user)) end
    if m.settings then
      local api = os.getenv "MOONWIRE_API"
      result.event, result.named = #ids(s:members "hall"), #ids(store.open(api):members "hall")
      result.store, result.api = os.getenv "MOONWIRE_STORE", api
      result.here = event.requestContext.apiId .. "/" .. event.requestContext.stage
    end
    result.id = id
    return ws.reply(result)`,
};

/** A transaction can take so long that many of them would not come to their turn in five seconds. */
const PARALLEL = program.SLOW > 1 ? 6 : 50;

test('functions find a store', async (t) => {
  let file;
  await withDev({ routes: ROUTES, more: MORE, args: ['--max-environments', String(PARALLEL)] }, async (dev) => {
    await t.test('that is a private file, and names their API', async () => {
      const client = await dev.connect();
      const seen = await client.askJson({ settings: true });
      assert.match(seen.store, /^sqlite:\/.*\/moonwire-dev-\w+\/connections\.db$/);
      file = seen.store.slice('sqlite:'.length);
      assert.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700);
      assert.deepEqual([seen.api, seen.event, seen.named], [seen.here, 1, 1]);
      await client.close();
    });

    await t.test(`${PARALLEL} invocations at once lose nothing`, async () => {
      const clients = await Promise.all(Array.from({ length: PARALLEL }, () => dev.connect()));
      const joined = await Promise.all(clients.map((client) => client.askJson({ join: 'room' })));
      const members = async (room) => (await clients[0].askJson({ members: room })).ids;
      const ids = (found) => found.map(({ id }) => id).sort();
      assert.ok(new Set(joined.map(({ pid }) => pid)).size > 1, 'several processes');
      assert.deepEqual(await members('room'), ids(joined));
      assert.deepEqual(await members('hall'), ids(joined));

      const isOdd = (_, i) => i % 2 === 1;
      await Promise.all(clients.map((client, i) => client.askJson(isOdd(0, i) ? { leave: 'room' } : { join: 'other' })));
      assert.deepEqual(await members('room'), ids(joined.filter((_, i) => i % 2 === 0)));
      assert.deepEqual(await members('other'), ids(joined.filter((_, i) => i % 2 === 0)));
      assert.deepEqual((await clients[0].askJson({ user: 'ann' })).ids, ids(joined));

      const counted = await Promise.all(clients.slice(0, 6).map((client) => client.askJson({ add: joined[0].id })));
      assert.deepEqual(counted.map(({ n }) => n).sort((a, b) => a - b), [1, 2, 3, 4, 5, 6]);

      await Promise.all(clients.slice(1).map((client) => client.close()));
      await dev.invocations(PARALLEL, { route: '$disconnect' });
      assert.deepEqual(await members('hall'), [joined[0].id]);
      await clients[0].close();
    });

    await t.test('that stays when the code changes', async () => {
      const client = await dev.connect();
      const before = await client.askJson({ join: 'kept' });
      fs.appendFileSync(path.join(dev.directory, 'app.lua'), '\n-- changed\n');
      await dev.line({ type: 'reload' });
      const after = await client.askJson({ members: 'kept' });
      assert.deepEqual(after.ids, [before.id]);
      assert.notEqual(after.pid, before.pid);
      await client.close();
    });
  });
  assert.ok(!fs.existsSync(path.dirname(file)), 'it goes with its folder');
});

test('serverless.yml may name another store, and another API', async () => {
  const provider = { environment: { MOONWIRE_STORE: 'sqlite:own.db', MOONWIRE_API: 'a1b2c3d4e5/prod' } };
  const files = service({ routes: ROUTES, more: MORE, provider });
  await withDev({ files }, async (dev) => {
    const client = await dev.connect();
    const seen = await client.askJson({ settings: true });
    assert.deepEqual([seen.store, seen.api], ['sqlite:own.db', 'a1b2c3d4e5/prod']);
    assert.deepEqual([seen.event, seen.named], [1, 0], 'the event says which API it is');
    assert.ok(fs.existsSync(path.join(dev.directory, 'own.db')), 'below the folder of the service');
  });
});

// Without a gateway

test('which API it is', () => inFolder(async (folder) => {
  const app = 'local store = require "moonwire.store" return { main = function() return store.open().scope end }';
  const env = { MOONWIRE_STORE: `sqlite:${folder}/s.db`, MOONWIRE_API: 'a1b2c3d4e5/prod' };
  const lambda = await Lambda.start({ files: { 'app.lua': app }, handler: 'app.main', env });
  const ask = async (event) => (await lambda.invoke(event)).json;
  try {
    const message = events.message('hello');
    const { apiId, stage } = message.requestContext;
    assert.equal(await ask({ Records: [] }), 'a1b2c3d4e5/prod', 'of a queue');
    assert.equal(await ask({ requestContext: { apiId: 'http', stage: '$default', http: {} } }), 'a1b2c3d4e5/prod', 'of an HTTP API');
    assert.equal(await ask({ requestContext: 'odd' }), 'a1b2c3d4e5/prod');
    assert.equal(await ask({ type: 'REQUEST', methodArn: 'arn:x', requestContext: message.requestContext }), `${apiId}/${stage}`, 'of an authorizer');
    await lambda.stop();
    lambda.check();
  } finally {
    await lambda.stop().catch(() => {});
  }
}));

/** Starts `moonwire lua -e code`. Returns the child, with its output under `all` and the promise `over`. */
function lua(code, env, cwd) {
  const [name, ...before] = program.command('moonwire');
  const child = program.keep(spawn(name, [...before, 'lua', '-e', code], { cwd, env: { PATH: process.env.PATH, ...program.tools(), ...env } }));
  child.all = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { child.all += text; });
  child.over = program.patiently(new Promise((resolve) => { child.on('close', (code, signal) => resolve(signal || code)); }));
  return child;
}

/** Calls body(folder) with an empty folder. */
async function inFolder(body) {
  const folder = program.writeFiles({});
  try {
    await body(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const STORE = { MOONWIRE_STORE: 'sqlite:s.db' };
const AWS = 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod';
const OPEN = 'local s = require("moonwire.store").open() assert(s:connect({ id = "a" }, { "r" })) print(s.scope)';
const NO_LIBRARY = 'require("ffi").load = function() error("libsqlite3.so.0: cannot open shared object file: No such file or directory", 0) end ';

/** code, env, and what it says. */
const settings = [
  { name: 'nothing', code: OPEN, env: {}, says: /store\.open: MOONWIRE_STORE is not set: it says where connections are kept, sqlite:PATH or dynamodb:TABLE; moonwire dev sets it by itself\n/ },
  { name: 'an empty store', code: OPEN, env: { MOONWIRE_STORE: '' }, says: /store\.open: MOONWIRE_STORE is not set/ },
  { name: 'a store of another kind', code: OPEN, env: { MOONWIRE_STORE: 'redis:x' }, says: /MOONWIRE_STORE must be sqlite:PATH or dynamodb:TABLE, got "redis:x"\n/ },
  { name: 'a store without a place', code: OPEN, env: { MOONWIRE_STORE: 'sqlite:' }, says: /MOONWIRE_STORE must be sqlite:PATH or dynamodb:TABLE, got "sqlite:"\n/ },
  { name: 'no API', code: OPEN, env: STORE, says: /store\.open: no WebSocket event is being handled, so MOONWIRE_API must name the API: API_ID\/STAGE, such as a1b2c3d4e5\/prod\n/ },
  { name: 'an API of another form', code: OPEN, env: { ...STORE, MOONWIRE_API: 'x' }, says: /MOONWIRE_API must have the form API_ID\/STAGE, such as a1b2c3d4e5\/prod, got "x"\n/ },
  { name: 'an API', code: OPEN, env: { ...STORE, MOONWIRE_API: 'x/y' }, says: /^x\/y\n$/ },
  { name: "AWS's endpoint", code: OPEN, env: { ...STORE, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: AWS }, says: /^a1b2c3d4e5\/prod\n$/ },
  { name: 'an API before an endpoint', code: OPEN, env: { ...STORE, MOONWIRE_API: 'x/y', AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: AWS }, says: /^x\/y\n$/ },
  { name: 'another endpoint', code: OPEN, env: { ...STORE, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://127.0.0.1:3001/dev' }, says: /MOONWIRE_API must name the API/ },
  { name: 'a wrong argument', code: 'require("moonwire.store").open "x"', env: STORE, says: /-e:1: store\.open: api must have the form API_ID\/STAGE/ },
  { name: 'no library', code: NO_LIBRARY + OPEN, env: { ...STORE, MOONWIRE_API: 'x/y' },
    says: /store:connect: the file s\.db, which MOONWIRE_STORE names, cannot be opened: libsqlite3\.so\.0 cannot be loaded, which a store in a file needs: install the package libsqlite3-0, or let MOONWIRE_STORE name a table \(cannot open shared object file: No such file or directory\)\n/ },
];

for (const { name, code, env, says } of settings) {
  test(`set to ${name}`, () => inFolder(async (folder) => {
    const child = lua(code, env, folder);
    const status = await child.over;
    assert.match(program.withoutTools(child.all), says);
    assert.equal(status, /^\^/.test(says.source) ? 0 : 1);
  }));
}

test('a process that is killed in a transaction keeps nobody out, and leaves nothing', { skip: program.WRAP.length > 0 && 'the tool would be killed' }, () => inFolder(async (folder) => {
  const env = { ...STORE, MOONWIRE_API: 'x/y' };
  assert.equal(await lua(OPEN, env, folder).over, 0);
  const holder = lua(`local database = require "moonwire.store.sqlite_database"
    local db = assert(database.open "s.db")
    database.transaction(db, function()
      database.run(db, "DELETE FROM connection")
      print "locked" io.stdout:flush()
      while true do end
    end)`, env, folder);
  await program.patiently(new Promise((resolve) => { holder.stdout.once('data', resolve); }));
  const waiter = lua('local s = require("moonwire.store").open() print(s:count "r") io.stdout:flush() print(s:join("a", "q"), s:count "r")', env, folder);
  await program.patiently(new Promise((resolve) => { waiter.stdout.once('data', resolve); })); // it reads, and has to wait to write
  holder.kill('SIGKILL');
  assert.equal(await holder.over, 'SIGKILL');
  assert.equal(await waiter.over, 0);
  assert.equal(program.withoutTools(waiter.all), '1\ntrue\t1\n');
}));

test('processes that begin at once make the file together', () => inFolder(async (folder) => {
  const env = { ...STORE, MOONWIRE_API: 'x/y' };
  const code = (i) => `local s = require("moonwire.store").open() assert(s:connect({ id = "c${i}" }, { "r" }))`;
  const children = Array.from({ length: program.SLOW > 1 ? 3 : 12 }, (_, i) => lua(code(i), env, folder));
  const statuses = await Promise.all(children.map((child) => child.over));
  assert.deepEqual(statuses, children.map(() => 0), children.map((child) => child.all).join(''));
  const counter = lua('print(require("moonwire.store").open():count "r")', env, folder);
  await counter.over;
  assert.equal(program.withoutTools(counter.all), `${children.length}\n`);
}));
