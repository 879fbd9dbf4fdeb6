'use strict';
// The deadline: what waits is ended, what spins is stopped, what cannot be stopped is named; and the next event is served.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/bootstrap');
const { SLOW } = require('./helper/program');
const { serve } = require('./helper/server');

/** Time for a handler, in milliseconds: more where everything is slow. bootstrap keeps 200 of it. */
const TIME = SLOW > 1 ? 2000 : 800;
const soon = () => ({ headers: { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + TIME) } });

/** Names of ways to waste time, with code that begins in a line of its own; `spin` is there for them. */
const SPINS = {
  'a loop': 'while true do end',
  'a compiled loop': 'local n = 0 for i = 1, 1e15 do n = n + i % 7 end return n',
  'a loop of pcalls': 'while true do pcall(error) end',
  'a pcall': 'local ok = pcall(spin) return "caught"',
  'a returned pcall': 'return pcall(spin)',
  'pcalls inside each other': 'local function f() pcall(f) spin() end f()',
  'an xpcall whose handler spins': 'xpcall(spin, function() spin() end) return "caught"',
  'a coroutine': 'coroutine.wrap(function() coroutine.yield(1) end)() coroutine.wrap(function() spin() end)()',
  'a coroutine in a coroutine': 'coroutine.wrap(function() coroutine.wrap(spin)() end)()',
  'endless coroutines': 'while true do coroutine.wrap(function() coroutine.yield() end)() end',
  'a callback of table.sort': 'table.sort({ 3, 2, 1 }, function(a, b) spin() return a < b end)',
  'a callback of string.gsub': '("x"):gsub("x", function() spin() end)',
  'a metamethod': 'local t = setmetatable({}, { __index = function() spin() end }) return t.x',
  'an iterator': 'for _ in function() return 1 end do end',
  'endless allocation': 'local t while true do t = { t and 1 } end',
  'calls without end': 'local function f() return f() end return f()',
  'a task': 'async.spawn(spin) async.sleep(1e6)',
  'a task of async.all': 'async.all { function() async.sleep(1e6) end, spin }',
  'a race': 'async.race { function() async.sleep(1e6) end, function() pcall(spin) spin() end }',
  'after a wait': 'async.sleep(1) spin()',
  'a wait that ends in time for nothing': 'async.sleep(1) while true do async.sleep(0) end',
};
const WAITS = {
  'a sleep': 'async.sleep(1e6)',
  'a sleep in a coroutine': 'coroutine.wrap(function() async.sleep(1e6) end)()',
  'tasks': 'async.all { function() async.sleep(1e6) end, function() async.sleep(1e6) end }',
  'a handle': 'async.spawn(function() async.sleep(1e6) end):wait()',
  'a sleep below a pcall': 'pcall(async.sleep, 1e6)',
};

const HEAD = `local async = require "moonwire.async"
local http = require "moonwire.http"
local function spin() while true do end end
local M, ways = {}, {}
`;
/** A module whose function run does what event.way says. */
function module(ways) {
  const functions = Object.entries(ways).map(([name, code]) => `ways[${JSON.stringify(name)}] = function(event, context)\n${code}\nend\n`);
  return `${HEAD}${functions.join('')}function M.run(event, context)\nif not event.way then return "served" end\nreturn ways[event.way](event, context)\nend\nreturn M\n`;
}

function isTimeout(reply, verb) {
  assert.equal(reply.kind, 'error', reply.text);
  assert.equal(reply.headers['lambda-runtime-function-error-type'], 'Function.Timeout');
  assert.equal(reply.json.errorType, 'Function.Timeout');
  assert.match(reply.json.errorMessage, new RegExp(`^the handler had not ended \\d+ ms before the deadline and was stopped: it was ${verb} at app\\.lua:\\d+$`));
  assert.match(reply.json.stackTrace.join('\n'), /app\.lua:\d+: in function/);
}

const verbOf = (way) => (way in SPINS && !/^a wait/.test(way) ? 'running' : '(running|waiting)');
for (const slots of [undefined, 4]) {
  const where = slots ? 'many at once' : 'one at a time';
  for (const [kind, ways] of [['spins', SPINS], ['waits', WAITS]]) {
    scenario(`a handler that ${kind} is stopped in time, and the next is served (${where})`, { files: { 'app.lua': module(ways) }, slots }, async (lambda) => {
      await lambda.invoke({});
      for (const way of Object.keys(ways)) {
        isTimeout(await lambda.invoke({ way }, soon()), verbOf(way));
        assert.equal((await lambda.invoke({})).json, 'served', way);
      }
      await lambda.idle();
      assert.equal(lambda.records.filter((record) => /ERROR/.test(record)).length, Object.keys(ways).length, lambda.stderr);
    });
  }
}

scenario('the stack says where it was: the innermost coroutine first, then the tasks', {
  files: { 'app.lua': module({ nested: 'local inner = coroutine.wrap(function()\nasync.sleep(1e6)\nend)\nasync.spawn(function()\nasync.sleep(2e6)\nend)\ninner()' }) },
}, async (lambda) => {
  const reply = await lambda.invoke({ way: 'nested' }, soon());
  const lines = reply.json.stackTrace.filter((line) => /^app\.lua|^\(task\)/.test(line)).map((line) => line.replace(/: in function.*/, ''));
  assert.deepEqual(lines, ['app.lua:7', 'app.lua:12', '(task): a function that it started', 'app.lua:10']);
});

scenario('transfers of a handler that is stopped are cancelled', {
  files: { 'app.lua': module({ get: 'local answer = http.request { url = event.url, timeout_ms = 60000 } return answer' }) },
}, async (lambda) => {
  let closed;
  const left = new Promise((resolve) => { closed = resolve; });
  const server = await serve((request, response) => response.on('close', closed));
  try {
    await lambda.invoke({});
    isTimeout(await lambda.invoke({ way: 'get', url: `${server.url}/` }, soon()), 'waiting');
    await left;
    assert.equal((await lambda.invoke({})).json, 'served');
  } finally {
    await server.close();
  }
});

// While one spins nobody else can be served; they are afterwards, and none of their data is lost.
scenario('others wait for one that spins, and are served', { files: { 'app.lua': module({ ...SPINS, echo: 'async.sleep(event.ms) return event.n' }) }, slots: 8 }, async (lambda) => {
  await lambda.invoke({});
  const spinning = lambda.invoke({ way: 'a loop' }, soon());
  const others = Array.from({ length: 30 }, (_, n) => lambda.invoke({ way: 'echo', n, ms: n % 5 }));
  isTimeout(await spinning, 'running');
  assert.deepEqual((await Promise.all(others)).map(({ json }) => json), Array.from({ length: 30 }, (_, n) => n));
});

for (const [kind, code] of [['waits', 'async.sleep(1e6)'], ['spins', 'spin()'], ['spins below a pcall', 'while true do pcall(spin) end']]) {
  scenario(`a deferred function that ${kind} is cut off, and the next event is served`, {
    files: { 'app.lua': module({ defer: `context:defer(function()\n${code}\nend)\ncontext:defer(function() print "never" end)\nreturn "replied"` }) },
  }, async (lambda) => {
    await lambda.invoke({});
    assert.equal((await lambda.invoke({ way: 'defer' }, soon())).json, 'replied');
    assert.equal((await lambda.invoke({})).json, 'served');
    await lambda.idle();
    assert.match(lambda.stderr, /\tWARN\t.*cut off at the deadline, at app\.lua:[37]\n/);
    assert.equal(lambda.stdout, '');
  });
}

// Lua's patterns backtrack without end, and no hook can reach them.
const STUCK = 'local found = ("a"):rep(60):find(("a-"):rep(40) .. "b")';
for (const slots of [undefined, 4]) {
  scenario(`a C function that goes on is named, and ends the process (${slots ? 'many at once' : 'one at a time'})`, {
    files: { 'app.lua': module({ stuck: STUCK, nested: `coroutine.wrap(function()\n${STUCK}\nend)()` }) }, slots,
  }, async (lambda) => {
    await lambda.invoke({});
    lambda.api.push({ way: slots ? 'nested' : 'stuck' }, { id: 'request-1', ...soon() });
    const { code, signal } = await lambda.exit;
    assert.deepEqual([code, signal], [1, null]);
    const at = slots ? 10 : 6;
    const [error, fatal] = lambda.records.filter((record) => /request-1/.test(record));
    assert.match(error, new RegExp(`ERROR.*the handler still is in find, called at app\\.lua:${at}, which cannot be stopped there`));
    assert.match(fatal, new RegExp(`FATAL.*the handler still is in string\.find, called at app\\.lua:${at} for a second more: the process ends`));
  });
}

scenario('a C function that was called as `return f(...)` is named, too', { files: { 'app.lua': module({ stuck: STUCK.replace('local found =', 'return') }) } }, async (lambda) => {
  lambda.api.push({ way: 'stuck' }, soon());
  assert.equal((await lambda.exit).code, 1);
  assert.match(lambda.stderr, /FATAL.*the handler still is in string\.find for a second more/);
});

// What an error says of itself is code of the user: it has the rest of the time, and no more.
for (const [name, words] of [
  ['spins', 'while true do end'],
  ['spins below a pcall', 'while true do pcall(function() while true do end end) end'],
]) {
  scenario(`an error object whose __tostring ${name}`, {
    files: { 'app.lua': module({ words: `error(setmetatable({}, { __tostring = function() ${words} end }))` }) },
  }, async (lambda) => {
    await lambda.invoke({});
    const reply = await lambda.invoke({ way: 'words' }, soon());
    assert.deepEqual([reply.kind, reply.json.errorMessage], ['error', '(error value is a table)']);
    assert.equal((await lambda.invoke({})).json, 'served');
  });
}

scenario('what was nested when the time was over does not count for ever', {
  files: { 'app.lua': module({
    nest: 'local function deep(n) if n == 0 then spin() end return coroutine.wrap(function() return deep(n - 1) end)() end return deep(event.n)',
    fine: 'local function deep(n) if n == 0 then return 0 end return 1 + coroutine.wrap(function() return deep(n - 1) end)() end return deep(event.n)',
  }) },
}, async (lambda) => {
  await lambda.invoke({});
  for (let i = 0; i < 3; i++) isTimeout(await lambda.invoke({ way: 'nest', n: 4000 }, soon()), 'running');
  assert.equal((await lambda.invoke({ way: 'fine', n: 4000 })).json, 4000);
});

scenario('what io.write has buffered belongs to the invocation that was stopped', {
  files: { 'app.lua': module({ write: 'io.write "of the first" async.sleep(1e6)', print: 'print "of the second"' }) },
}, async (lambda) => {
  await lambda.invoke({});
  isTimeout(await lambda.invoke({ way: 'write' }, { ...soon(), reply: { hold: lambda.wrote('stdout', /of the first/) } }), 'waiting');
  await lambda.invoke({ way: 'print' });
  await lambda.idle();
  assert.equal(lambda.stdout, 'of the firstof the second\n');
});

scenario('no hook stays behind: a long calculation after a time-out is not stopped', {
  files: { 'app.lua': module({ 'a loop': SPINS['a loop'], count: 'local n = 0 for i = 1, 3e8 do n = n + i % 3 end return n' }) },
}, async (lambda) => {
  for (let i = 0; i < 3; i++) {
    isTimeout(await lambda.invoke({ way: 'a loop' }, soon()), 'running');
    assert.equal((await lambda.invoke({ way: 'count' })).json, 3e8);
  }
});

scenario('an event that we came to too late has failed, and does not run without a limit', { files: { 'app.lua': module({ ...SPINS, busy: 'local stop = os.clock() + event.s while os.clock() < stop do end return "done"' }) }, slots: 2 }, async (lambda) => {
  await lambda.invoke({});
  const busy = lambda.invoke({ way: 'busy', s: TIME / 1000 + 0.3 });
  const late = await lambda.invoke({ way: 'a loop' }, soon());
  assert.deepEqual([late.kind, late.json.errorType], ['error', 'Function.Timeout']);
  assert.equal((await busy).json, 'done');
  assert.equal((await lambda.invoke({})).json, 'served');
});

scenario('an error object whose __tostring is stuck in C ends the process', {
  files: { 'app.lua': module({ words: `error(setmetatable({}, { __tostring = function() ${STUCK} return found end }))` }) },
}, async (lambda) => {
  await lambda.invoke({});
  lambda.api.push({ way: 'words' }, soon());
  assert.equal((await lambda.exit).code, 1);
  assert.match(lambda.stderr, /FATAL.*still is in find, called at app/);
});

scenario('a deadline in the past says that clocks differ: served, and warned about once', { code: 'return event.n' }, async (lambda) => {
  for (const n of [1, 2]) {
    const headers = { 'Lambda-Runtime-Deadline-Ms': String(Date.now() - 3600e3) };
    assert.equal((await lambda.invoke({ n }, { headers })).json, n);
  }
  await lambda.idle();
  assert.equal(lambda.records.filter((record) => /clocks of this machine and of the platform differ/.test(record)).length, 1);
});

scenario('a second before and after: one long and many short invocations share the timer', { files: { 'app.lua': module({ wait: 'async.sleep(event.ms) return event.ms' }) } }, async (lambda) => {
  for (let i = 0; i < 40; i++) assert.equal((await lambda.invoke({ way: 'wait', ms: 20 }, soon())).json, 20);
});
