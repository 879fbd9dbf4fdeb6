'use strict';
// Memory: what a function may not exceed is an error of one invocation, and not the end of the process.

const assert = require('node:assert/strict');
const { scenario, moduleOf } = require('./helper/bootstrap');

/** Ways to take memory until there is none: each a body of a handler. */
const HOGS = {
  tables: 'local t = {} while true do t[#t + 1] = { 1, 2, 3 } end',
  'one table': 'local t, n = {}, 0 while true do n = n + 1 t[n] = n end',
  'a hash': 'local t, n = {}, 0 while true do n = n + 1 t["k" .. n] = n end',
  'long strings': 'local t = {} while true do t[#t + 1] = ("x"):rep(1e6 + #t) end',
  'one string': 'local s = "x" while true do s = s .. s end',
  'a string buffer': 'local t = {} while true do t[#t + 1] = ("y"):rep(1e5) .. #t local _ = table.concat(t) end',
  closures: 'local t = {} while true do local n = #t t[n + 1] = function() return n end end',
  coroutines: 'local t = {} while true do t[#t + 1] = coroutine.create(function() end) end',
  tasks: 'local async = require "moonwire.async" while true do async.spawn(function() async.sleep(1e6) end) end',
  'cdata': 'local ffi = require "ffi" local t = {} while true do t[#t + 1] = ffi.new("char[100000]") end',
  'a generator': 'local t = {} coroutine.wrap(function() while true do t[#t + 1] = { 1 } end end)()',
  'a task': 'local async = require "moonwire.async" async.all { function() local t = {} while true do t[#t + 1] = { 1 } end end }',
  'a task beside others': 'local async = require "moonwire.async" local keep = {} async.all { function() async.sleep(1e6) end, function() while true do keep[#keep + 1] = {} end end }',
  'a handler of errors that would spin': 'local t = {} xpcall(function() while true do t[#t + 1] = {} end end, function() while true do end end) error("not enough memory", 0)',
  'words of an error': 'error(setmetatable({}, { __tostring = function() local t = {} while true do t[#t + 1] = ("x"):rep(1e6) .. #t end end }))',
  'finalizers': 'local ffi = require "ffi" local t = {} while true do t[#t + 1] = ffi.gc(ffi.new("char[100000]"), function() end) end',
  'json.encode': 'local json = require "moonwire.json" local t = {} for i = 1, 1e5 do t[i] = ("z"):rep(50) end local k = {} while true do k[#k + 1] = json.encode(t) .. #k end',
  'json.decode': 'local json = require "moonwire.json" local text = json.encode { ("x"):rep(1000), { 1, 2, 3 } } local k = {} while true do k[#k + 1] = json.decode(text) end',
  'a deep recursion with tables': 'local function f(n) local t = { n, {}, {}, {} } local r = f(n + 1) return { t, r } end f(1)',
  'events': 'local kept = {} for i = 1, 1e9 do kept[#kept + 1] = { event, i } end',
};
const code = `if event.run then return (loadstring("local event, context = ... " .. event.run, "=hog"))(event, context) end return "served"`;

for (const slots of [undefined, 4]) {
  scenario(`not enough memory is an error like any other (${slots ? 'many at once' : 'one at a time'})`, { files: { 'app.lua': moduleOf(code) }, slots, env: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '64' } }, async (lambda) => {
    for (const [name, run] of Object.entries(HOGS)) {
      const reply = await lambda.invoke({ run });
      assert.equal(reply.kind, 'error', name);
      const { errorType, errorMessage } = reply.json;
      if (name === 'words of an error') assert.equal(errorMessage, '(error value is a table)');
      else if (name === 'a deep recursion with tables' && errorType === 'Error') assert.match(errorMessage, /stack overflow/);
      else assert.deepEqual([errorType, errorMessage, reply.headers['lambda-runtime-function-error-type']],
        ['Runtime.OutOfMemory', "not enough memory: Lua may take 40 MB of the function's memory", 'Runtime.OutOfMemory'], name);
      assert.equal((await lambda.invoke({})).json, 'served', name);
    }
  });
}

scenario('a pcall catches it, and what it held is given back', { code: `
  for i = 1, 5 do
    local ok, message = pcall(function() local t = {} while true do t[#t + 1] = ("x"):rep(1e6 + #t) end end)
    if ok or message ~= "not enough memory" then return { i, ok, message } end
    collectgarbage()
  end
  return collectgarbage("count") < 20000` }, async (lambda) => {
  assert.equal((await lambda.invoke({})).json, true);
});

scenario('memory that a module keeps ends the environment, behind the report', {
  files: { 'app.lua': `KEPT = {}\n${moduleOf('while event.keep do KEPT[#KEPT + 1] = { 1, 2, 3 } end return "served"')}` }, env: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '64' },
}, async (lambda) => {
  assert.equal((await lambda.invoke({})).json, 'served');
  assert.equal((await lambda.invoke({ keep: true })).json.errorType, 'Runtime.OutOfMemory');
  assert.deepEqual(await lambda.exit, { code: 1, signal: null });
  assert.match(lambda.stderr, /FATAL\tLua holds most of its memory even after all garbage was collected/);
});

// Garbage does not count: 70 MB that live, and much more that does not.
scenario('a function that holds much and throws away more is served', { code: `
  local held = {}
  for i = 1, 70 do held[i] = ("x"):rep(1e6) .. i end
  local n = 0
  for i = 1, 2e6 do local t = { i, { i } } n = n + #t end
  for i = 1, 300 do local s = ("y"):rep(1e6) .. i n = n + #s end
  return n` }, async (lambda) => {
  for (let i = 0; i < 3; i++) {
    const reply = await lambda.invoke({});
    assert.equal(reply.kind, 'response', reply.text);
  }
});

scenario('at load time it is an init error', { files: { 'app.lua': 'local t = {} while true do t[#t + 1] = { 1 } end' } }, async (lambda) => {
  await lambda.exit;
  const [report] = lambda.api.initErrors;
  assert.equal(JSON.parse(report.body).errorType, 'Runtime.OutOfMemory');
});

scenario('a function of 1 GB may take more', { code: 'local t = {} for i = 1, 300 do t[i] = ("x"):rep(1e6) .. i end return #t', env: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024' } }, async (lambda) => {
  assert.equal((await lambda.invoke({})).json, 300);
});

scenario('without a size, or with one that is none, there is no limit', { code: 'local t = {} for i = 1, 300 do t[i] = ("x"):rep(1e6) .. i end return #t', env: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: 'much' } }, async (lambda) => {
  assert.equal((await lambda.invoke({})).json, 300);
  await lambda.idle();
  assert.match(lambda.stderr, /\tWARN\tAWS_LAMBDA_FUNCTION_MEMORY_SIZE must be .*: memory is not limited/);
});

// Finalizers that raise, wherever the collector runs them.
scenario('a finalizer that raises costs at most the invocation it meets', { code: `
  for i = 1, 50 do getmetatable(newproxy(true)).__gc = function() error { "finalizer" } end end
  local keep = {}
  for i = 1, event.n do keep[i] = { tostring(i) } end
  return keep` }, async (lambda) => {
  const kinds = { response: 0, error: 0 };
  for (let n = 0; n < 200; n++) {
    const reply = await lambda.invoke({ n: n * 7 });
    kinds[reply.kind]++;
    if (reply.kind === 'error') assert.match(reply.text, /finalizer/);
  }
  assert.ok(kinds.response > 0 && kinds.error > 0, JSON.stringify(kinds));
  assert.equal(lambda.ended, undefined);
});

scenario('os.exit leaves a line', { code: 'io.write("last words\\n")\nos.exit(3)' }, async (lambda) => {
  lambda.api.push({}, { id: 'request-1' });
  assert.deepEqual(await lambda.exit, { code: 3, signal: null });
  assert.match(lambda.stderr, /\trequest-1\tFATAL\tos\.exit was called at app\.lua:4: the environment ends\n/);
  assert.equal(lambda.stdout, 'last words\n');
});
