'use strict';
// Undeclared globals: one warning per name in production, an error when MOONWIRE_GLOBALS says so, as `moonwire dev` does.

const assert = require('node:assert/strict');
const { scenario, checkFailure } = require('./helper/bootstrap');
const dev = require('./helper/dev');

const ERROR = { MOONWIRE_GLOBALS: 'error' };
const MODULE = 'lua_modules/share/lua/5.1';

/** The messages of WARN records, and the request ids in front of them. */
const warnings = (lambda) => lambda.told.map((line) => line.split('\t')).filter(([, , level]) => level === 'WARN');
const messages = (lambda) => warnings(lambda).map(([, , , message]) => message);

const never = (place, name) => `${place}: global "${name}" was never assigned: a typing error, or a missing \`local\``;
const inside = (place, name) => `${place}: global "${name}" is assigned inside a function, so all invocations share it: `
  + 'a typing error, or a missing `local`; if it is meant, assign it outside of functions first';

/* Warnings. A row: code (the body of app.run, whose first line is 3) or files, what comes back, which warnings. */

const rows = [
  { name: 'a misspelt name', code: 'local counter = 1\nreturn { conter == nil, conter == nil }', want: [true, true], warns: [never('app.lua:4', 'conter')] },
  { name: 'a forgotten local', code: 'user = "ann"\nuser = user .. "a"\nreturn user', want: 'anna', warns: [inside('app.lua:3', 'user')] },
  { name: 'read, then assigned', code: 'n = (n or 0) + 1\nreturn n', want: 1, warns: [never('app.lua:3', 'n'), inside('app.lua:3', 'n')] },
  { name: 'assigned and taken back', code: 'x = 1\nx = nil\nreturn x == nil', want: true, warns: [inside('app.lua:3', 'x')] },
  { name: 'two names', code: 'return { aa == nil, bb == nil, aa == nil }', want: [true, true, true], warns: [never('app.lua:3', 'aa'), never('app.lua:3', 'bb')] },
  { name: 'a call', code: 'return { pcall(function() prnt("x") end) }', check: ([ok, message]) => assert.match(`${ok} ${message}`, /^false app\.lua:3: attempt to call global 'prnt'/), warns: [never('app.lua:3', 'prnt')] },
  { name: 'in a coroutine', code: 'return coroutine.wrap(function() return tostring(conter) end)()', want: 'nil', warns: [never('app.lua:3', 'conter')] },
  { name: 'in a task', code: 'return require("moonwire.async").all { function() return tostring(conter) end }', want: ['nil'], warns: [never('app.lua:3', 'conter')] },
  { name: 'through _G', code: 'return { _G.conter == nil, _G["conter"] == nil }', want: [true, true], warns: [never('app.lua:3', 'conter')] },
  { name: 'through an environment that falls back on _G', warns: [never('app.lua:3', 'conter')], want: [true, 'set'],
    code: 'return setfenv(function() mine = "set" return { conter == nil, mine } end, setmetatable({}, { __index = _G }))()' },
  { name: 'while a file loads', files: { 'app.lua': 'local a = conter\nreturn { run = function() return a == nil end }' }, want: true, warns: [never('app.lua:1', 'conter')] },
  { name: 'in a module of the project', code: 'return require("deep.helper")()', want: 'nil', warns: [never('deep/helper.lua:2', 'conter')],
    more: { 'deep/helper.lua': 'return function()\n  return tostring(conter)\nend' } },
  { name: 'in a file that is run', code: 'dofile(os.getenv "LAMBDA_TASK_ROOT" .. "/run.lua")\nreturn DECLARED', want: 1, warns: [never('run.lua:2', 'conter')],
    more: { 'run.lua': 'DECLARED = 1\nlocal a = conter' } },
  { name: 'a long name is cut', code: 'return _G[("x"):rep(1000)] == nil', want: true, warns: [never('app.lua:3', 'x'.repeat(100))] },
  { name: 'names from outside do not fill the log', code: 'for i = 1, 1000 do if _G["n" .. i] then error "there" end end return 1', want: 1,
    warns: [...Array.from({ length: 100 }, (_, i) => never('app.lua:3', `n${i + 1}`)), 'further undeclared globals are not reported'] },

  { name: 'declared in the main chunk', files: { 'app.lua': 'COUNT = 0\nreturn { run = function() COUNT = COUNT + 1 return COUNT end }' }, want: 1, warns: [] },
  { name: 'declared as nil', files: { 'app.lua': 'COUNT = nil\nreturn { run = function() COUNT = (COUNT or 0) + 1 return COUNT end }' }, want: 1, warns: [] },
  { name: 'declared by a module that is required later', code: 'require "settings"\nreturn SETTING', want: 's', warns: [], more: { 'settings.lua': 'SETTING = "s"' } },
  { name: 'rawset and rawget', code: 'rawset(_G, "mine", 1)\nreturn { mine, rawget(_G, "other") == nil }', want: [1, true], warns: [] },
  { name: 'what later versions of Lua have', code: 'return { _ENV == nil, utf8 == nil, bit32 == nil, warn == nil }', want: [true, true, true, true], warns: [] },
  { name: 'what exists', code: 'return { type(print), type(bit), type(jit), type(_VERSION), type(unpack) }', want: ['function', 'table', 'table', 'string', 'function'], warns: [] },
  { name: 'keys that are no names', code: '_G[1] = "one"\nreturn { _G[1], _G[2] == nil }', want: ['one', true], warns: [] },
  { name: 'code without a file', code: 'return loadstring("made = 1 return tostring(conter)")()', want: 'nil', warns: [] },
  { name: 'a metatable of the user takes its place', code: 'return { conter, other }', want: ['me', 'me'], warns: [],
    files: { 'app.lua': 'setmetatable(_G, { __index = function() return "me" end })\nreturn { run = function() return { conter, other } end }' } },
  { name: 'off', code: 'user = conter\nreturn user == nil', env: { MOONWIRE_GLOBALS: 'off' }, want: true, warns: [] },
  { name: 'warn', code: 'return conter == nil', env: { MOONWIRE_GLOBALS: 'warn' }, want: true, warns: [never('app.lua:3', 'conter')] },
  { name: 'an empty setting is none', code: 'return conter == nil', env: { MOONWIRE_GLOBALS: '' }, want: true, warns: [never('app.lua:3', 'conter')] },
  { name: 'off in capitals', code: 'return conter == nil', env: { MOONWIRE_GLOBALS: 'OFF' }, want: true, warns: [] },
  { name: 'a setting that is none', code: 'return conter == nil', env: { MOONWIRE_GLOBALS: 'strict' }, want: true,
    warns: ['MOONWIRE_GLOBALS is "strict" and counts as not set; it must be error, warn or off', never('app.lua:3', 'conter')] },
];

/* Third parties: nothing is said, in either mode, and what they set is declared. */

const foreign = [
  { name: 'a module in lua_modules', code: 'local m = require "theirs"\nreturn { m.get(), THEIRS, LATER == nil, m.set(), LATER }', want: ['nil', 't', true, true, 'l'],
    more: { [`${MODULE}/theirs.lua`]: 'THEIRS = "t"\nLATER = nil\nlocal M = {}\nfunction M.get() return tostring(conter) end\nfunction M.set() LATER = "l" OTHER = 1 return true end\nreturn M' } },
  { name: 'a file outside of the task root', want: ['nil', 1],
    code: 'local path = os.tmpname()\nlocal file = assert(io.open(path, "w"))\nfile:write "local function f() MADE = 1 return tostring(conter) end return f()"\nfile:close()\n'
      + 'local value = dofile(path)\nos.remove(path)\nreturn { value, MADE }' },
  { name: 'a module of the old style', code: 'local m = require "old.style"\nreturn { m.f(), old.style.f() }', want: [2, 3],
    more: { [`${MODULE}/old/style.lua`]: 'module("old.style", package.seeall)\nlocal n = 0\nfunction f() n = n + 1 g = conter return n + 1 end' } },
  { name: 'a module of the old style in the project', code: 'local m = require "old"\nreturn { m.f(), old.f() }', want: [2, 3],
    more: { 'old.lua': 'module("old", package.seeall)\nlocal n = 0\nfunction f() n = n + 1 return n + 1 end' } },
];
for (const row of foreign) rows.push({ ...row, warns: [] }, { ...row, name: `${row.name}, in error mode`, env: ERROR, warns: [] });

for (const { name, code, more = {}, files, env, want, check, warns } of rows) {

  const all = files || { 'app.lua': `local M = {}\nfunction M.run(event, context)\n${code}\nend\nreturn M\n`, ...more };
  scenario(`globals: ${name}`, { files: all, env }, async (lambda) => {
    const { kind, json, text } = await lambda.invoke({});
    assert.equal(kind, 'response', text);
    if (check) check(json);
    else assert.deepEqual(json, want);
    await lambda.idle();
    assert.deepEqual(messages(lambda), warns);
  });
}

scenario('globals: one warning, however many invocations', { code: 'return conter == nil' }, async (lambda) => {
  for (const id of ['one', 'two', 'three']) assert.equal((await lambda.invoke({}, { id })).json, true);
  await lambda.idle();
  assert.deepEqual(warnings(lambda).map(([, id, , message]) => [id, message]), [['one', never('app.lua:3', 'conter')]]);
});

scenario('globals: one warning, however many invocations at once', {
  slots: 2, code: 'require("moonwire.async").sleep(event.ms)\nreturn { conter == nil, conter == nil }',
}, async (lambda) => {
  const replies = await Promise.all([0, 5, 1].map((ms) => lambda.invoke({ ms })));
  for (const { json } of replies) assert.deepEqual(json, [true, true]);
  await lambda.idle();
  assert.deepEqual(messages(lambda), [never('app.lua:4', 'conter')]);
});

/* Errors */

const text = (message) => message.replace(/^[^ ]+ /, '');
const errors = [
  { name: 'reading', code: '\nlocal counter = 1\nreturn conter', fails: { errorMessage: text(never(':', 'conter')), stack: /^app\.lua:5: / } },
  { name: 'assigning', code: 'user = event', fails: { errorMessage: text(inside(':', 'user')), stack: /^app\.lua:3: / } },
  { name: 'deep inside', code: 'local function f()\n  return conter\nend\nlocal x = f()\nreturn x', fails: { stack: /^app\.lua:4: in function 'f'\napp\.lua:6: in function/ } },
  { name: 'in a coroutine', code: 'return coroutine.wrap(function()\n  return conter\nend)()', fails: { errorMessage: text(never(':', 'conter')), stack: /^app\.lua:4/ } },
];
for (const { name, code, fails } of errors) {
  scenario(`globals, as errors: ${name}`, { code, env: ERROR }, async (lambda) => {
    const reply = await lambda.invoke({});
    assert.equal(reply.kind, 'error', reply.text);
    checkFailure(reply, { ...fails, errorType: 'Error' });
    assert.ok(!reply.json.stackTrace.join('\n').includes('globals'), reply.text);
    assert.equal((await lambda.invoke({})).kind, 'error'); // again: nothing was assigned
    await lambda.idle();
    assert.deepEqual(messages(lambda), []);
  });
}

scenario('globals, as errors: declared ones work', { env: ERROR, files: { 'app.lua': 'COUNT = nil\nreturn { run = function() COUNT = (COUNT or 0) + 1 return COUNT end }' } }, async (lambda) => {
  for (const n of [1, 2]) assert.equal((await lambda.invoke({})).json, n);
});

scenario('globals, as errors: while the handler loads', { env: ERROR, files: { 'app.lua': 'local M = {}\nM.a = conter\nreturn M' } }, async (lambda) => {
  await lambda.exit;
  assert.equal(lambda.api.initErrors.length, 1);
  const [{ headers, body }] = lambda.api.initErrors;
  checkFailure({ headers, json: JSON.parse(body) }, { errorMessage: text(never(':', 'conter')), stack: /^app\.lua:2: in main chunk/ });
});

scenario('globals, as errors: two invocations at once', {
  env: ERROR, slots: 2, code: 'require("moonwire.async").sleep(2)\nif event.bad then return conter end\nreturn "good"',
}, async (lambda) => {
  const [bad, good] = await Promise.all([lambda.invoke({ bad: true }), lambda.invoke({})]);
  assert.deepEqual([bad.kind, good.json], ['error', 'good']);
});

/* moonwire dev */

dev.scenario('globals: moonwire dev makes errors of them', {
  routes: { $default: 'return ws.reply(tostring(conter))' },
}, async (service) => {
  const client = await service.connect();
  client.send('hello');
  const { error } = await service.line({ type: 'invocation', route: '$default', outcome: 'error' });
  assert.equal(error.errorMessage, text(never(':', 'conter')));
});

dev.scenario('globals: moonwire dev, unless the service says otherwise', {
  routes: { $default: 'return ws.reply(tostring(conter))' },
  provider: { environment: { MOONWIRE_GLOBALS: 'warn' } },
}, async (service) => {
  assert.equal(await (await service.connect()).ask('hello'), 'nil');
  const { text: line } = await service.line({ type: 'log', text: /conter/ });
  assert.ok(line.includes('global "conter" was never assigned'), line);
});
