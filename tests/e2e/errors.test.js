'use strict';
// Handler errors: type, message without position, stack with positions; the process goes on.

const assert = require('node:assert/strict');
const { scenario, table } = require('./helper/bootstrap');
const { connect, message } = require('./helper/events');

/** valgrind gives its programs a stack of a fixed size: what needs more cannot be tried there. */
const onRealStack = (rows) => (process.env.MOONWIRE_WRAP ? [] : rows);

/** `code` starts at line 3 of app.lua. */
table([
  { name: 'a string', code: 'error("no such room")', fails: { errorMessage: 'no such room', errorType: 'Error', header: 'Function.Error', stack: /app\.lua:3/ } },
  { name: 'a string without position', code: 'error("no such room", 0)', fails: { errorMessage: 'no such room', errorType: 'Error' } },
  { name: 'a string with a colon', code: 'error("room: 12: full")', fails: { errorMessage: 'room: 12: full' } },
  { name: 'several lines', code: 'error("one\\ntwo")', fails: { errorMessage: 'one\ntwo' } },
  { name: 'an empty string', code: 'error("")', fails: { errorMessage: '', errorType: 'Error', stack: /app\.lua:3/ } },
  { name: 'a type and a message', code: 'error { type = "NotFound", message = "no such room" }',
    fails: { errorMessage: 'no such room', errorType: 'NotFound', header: 'Function.NotFound', stack: /app\.lua:3/ } },
  { name: 'only letters of a type reach the header', code: 'error { type = "Not Found 404!", message = "m" }',
    fails: { errorMessage: 'm', errorType: 'Not Found 404!', header: 'Function.NotFound' } },
  { name: 'a type without letters', code: 'error { type = "404", message = "m" }', fails: { errorType: '404', header: 'Function.Error' } },
  { name: 'a type that would break a header', code: 'error { type = "A\\r\\nX-Evil: 1", message = "m" }',
    fails: { errorType: 'A\r\nX-Evil: 1', header: 'Function.AXEvil' } },
  { name: 'a type in small letters', code: 'error { type = "gone", message = "m" }', fails: { errorType: 'gone', header: /^Function\.[A-Z]/ } },
  { name: 'a table without a type', code: 'error { message = "m" }', fails: { errorMessage: 'm', errorType: 'Error', header: 'Function.Error' } },
  { name: 'a table without anything', code: 'error {}', fails: { errorMessage: /./, errorType: 'Error', header: 'Function.Error' } },
  { name: 'a table with __tostring', code: 'error(setmetatable({}, { __tostring = function() return "I say so" end }))',
    fails: { errorMessage: 'I say so', header: 'Function.Error' } },
  { name: 'a __tostring that fails itself', code: 'error(setmetatable({}, { __tostring = function() error "no" end }))',
    fails: { header: 'Function.Error' } },
  { name: 'a type of 2 MB', code: 'error { type = ("x"):rep(2e6), message = "m" }',
    fails: { errorMessage: 'm', errorType: /^x{1024}$/, header: /^Function\.Xx+$/ } },
  { name: 'a type of control characters', code: 'error { type = ("\\1"):rep(3e5), message = "m" }', fails: { errorMessage: 'm', header: 'Function.Error' } },
  { name: 'what looks like a position of 2 MB', code: 'error(("x"):rep(2e6) .. ".lua:1: m", 0)', fails: { errorMessage: /^x+$/ } },
  { name: 'a number', code: 'error(42)', fails: { errorMessage: /42/, header: 'Function.Error' } },
  { name: 'nil', code: 'error(nil)', fails: { errorMessage: /./, header: 'Function.Error' } },
  { name: 'a boolean', code: 'error(true)', fails: { errorMessage: /true/, header: 'Function.Error' } },
  { name: 'assert with a message', code: 'assert(nil, "must be there")', fails: { errorMessage: 'must be there', errorType: 'Error', stack: /app\.lua:3/ } },
  { name: 'assert without a message', code: 'assert(false)', fails: { errorMessage: 'assertion failed!' } },
  { name: 'an index of nil', code: 'return event.room.name', fails: { errorMessage: /^attempt to index field 'room'/, stack: /app\.lua:3/ } },
  { name: 'arithmetic on a string', code: 'local x = 1\nlocal y\nreturn x + y', fails: { errorMessage: /^attempt to perform arithmetic/, stack: /app\.lua:5/ } },
  { name: 'the stack names the functions on the way', code: 'local function inner() error("deep") end\nlocal function outer() inner() end\nouter()\nreturn 1',
    fails: { errorMessage: 'deep', stack: /app\.lua:3[^]*app\.lua:4[^]*app\.lua:5/ } },
  { name: 'an endless recursion', code: 'local function f() return 1 + f() end\nreturn f()', fails: { errorMessage: /stack overflow/ } },
  { name: 'an endless recursion through coroutines', code: 'local function f() return coroutine.wrap(f)() end\nreturn f()', fails: { errorMessage: /stack overflow/ } },
  ...onRealStack([
    { name: 'an endless recursion through string.gsub', code: 'local function f() return (("x"):gsub("x", f)) end\nreturn f()', fails: { errorMessage: /stack overflow/ } },
    { name: 'an endless recursion through table.sort', code: 'local function f() table.sort({ 2, 1 }, f) return true end\nreturn f()', fails: { errorMessage: /stack overflow/ } },
  ]),
  { name: 'invalid UTF-8 in a message', code: 'error("bad \\255 byte")', fails: { errorMessage: /^bad .* byte$/ } },
  { name: 'NUL in a message', code: 'error("a\\0b")', fails: { errorMessage: 'a\u0000b' } },
  { name: 'a message of 100 KB', code: 'error(("x"):rep(100000))', fails: { errorMessage: /^x{1000,}/ } },
  { name: 'after a wait', code: 'require("moonwire.async").sleep(1)\nerror("late")', fails: { errorMessage: 'late', stack: /app\.lua:4/ } },
  { name: 'in a coroutine', code: 'coroutine.wrap(function() error("inside") end)()', fails: { errorMessage: /inside$/ } },
  { name: 'no value at all', code: 'error()', fails: { errorMessage: 'nil', header: 'Function.Error' } },
  { name: 'NaN', code: 'error(0/0)', fails: { errorMessage: /nan/, header: 'Function.Error' } },
  { name: 'a cdata', code: 'error(1LL)', fails: { errorMessage: /cdata/, header: 'Function.Error' } },
  { name: 'a cdata of a struct whose __tostring fails', code: 'error(require("ffi").metatype("struct { int x; }", { __tostring = error })())', fails: { errorMessage: /cdata/, header: 'Function.Error' } },
  { name: 'a userdata', code: 'error(io.stdout)', fails: { errorMessage: /userdata/, header: 'Function.Error' } },
  { name: 'a thread', code: 'error(coroutine.create(print))', fails: { errorMessage: /thread/, header: 'Function.Error' } },
  { name: 'the thread itself', code: 'error((coroutine.running()))', fails: { errorMessage: /./, header: 'Function.Error' } },
  { name: 'a function', code: 'error(print)', fails: { errorMessage: /function/, header: 'Function.Error' } },
  { name: 'a table of metamethods that all fail', code: 'local m = {}\nfor n in ("index newindex len concat call eq lt le unm add tostring pairs ipairs gc mode metatable name"):gmatch "%a+" do m["__" .. n] = function() error "no" end end\nerror(setmetatable({}, m))',
    fails: { header: 'Function.Error' } },
  { name: 'a table whose metatable is no table', code: 'error(setmetatable({ message = "m" }, { __metatable = false }))', fails: { errorMessage: 'm' } },
  { name: 'a table that contains itself', code: 'local t = {}\nt.t = t\nerror(t)', fails: { errorMessage: /./, header: 'Function.Error' } },
  { name: 'a type that is no string', code: 'error { type = {}, message = "m" }', fails: { errorMessage: 'm', errorType: 'Error', header: 'Function.Error' } },
  { name: 'a type that is a number', code: 'error { type = 404, message = "m" }', fails: { errorMessage: 'm', header: 'Function.Error' } },
  { name: 'a message that is no string', code: 'error { type = "T", message = { "m" } }', fails: { errorMessage: /./, errorType: 'T' } },
  { name: 'a message that is a function', code: 'error { type = "Gone", message = print }', fails: { errorMessage: /function/, header: 'Function.Gone' } },
  { name: 'a __tostring that never ends', code: 'local function f(t) return tostring(t) .. "x" end\nerror(setmetatable({}, { __tostring = f }))', fails: { header: 'Function.Error' } },
  { name: 'a __tostring that yields', code: 'error(setmetatable({}, { __tostring = function() coroutine.yield() end }))', fails: { header: 'Function.Error' } },
  { name: 'a message of 10 MB', code: 'error(("x"):rep(10000000))', fails: { errorMessage: /^x{1000,}$/, header: 'Function.Error' } },
  { name: 'a message of 10 MB in a table', code: 'error { message = ("\\255"):rep(10000000) }', fails: { errorMessage: /^\ufffd+$/ } },
  { name: 'a type of invalid UTF-8', code: 'error { type = "\\255\\254", message = "m" }', fails: { errorMessage: 'm', header: 'Function.Error' } },
  { name: 'a type that only looks like one of the runtime', code: 'error { type = "Runtime.2 x", message = "m" }', fails: { header: /^Runtime\.[A-Z][a-zA-Z]+$/ } },
  { name: 'an error in the handler of errors', code: 'local ok, e = xpcall(error, function() error "again" end)\nerror(e, 0)', fails: { errorMessage: /error/, header: 'Function.Error' } },
  { name: 'a handler of errors that never ends', code: 'local function h() return h() + error "x" end\nlocal ok, e = xpcall(error, h)\nerror(tostring(e), 0)', fails: { errorMessage: /./, header: 'Function.Error' } },
  { name: 'an endless recursion through pcall', code: 'local function f() local ok, e = pcall(f) error(e, 0) end\nreturn f()', fails: { errorMessage: /./, header: 'Function.Error' } },
  { name: 'an endless recursion through a metamethod', code: 'local t\nt = setmetatable({}, { __index = function(_, k) return t[k .. "x"] .. "y" end })\nreturn t.x', fails: { errorMessage: /overflow/, header: 'Function.Error' } },
  { name: 'an endless chain of __index', code: 'local t = {}\nsetmetatable(t, { __index = t })\nreturn t.x', fails: { errorMessage: /loop/ } },
  { name: 'an endless recursion through coroutine.resume', code: 'local function f() local co = coroutine.create(f) local ok, e = coroutine.resume(co) error(e, 0) end\nreturn f()', fails: { errorMessage: /./, header: 'Function.Error' } },
  { name: 'an error object across coroutine.wrap', code: 'coroutine.wrap(function() error { type = "NotFound", message = "inside" } end)()', fails: { errorMessage: 'inside', errorType: 'NotFound', header: 'Function.NotFound' } },
  { name: 'an error object across two of them, after a wait', code: 'local inner = function() require("moonwire.async").sleep(1) error { type = "NotFound", message = "inside" } end\ncoroutine.wrap(function() coroutine.wrap(inner)() end)()',
    fails: { errorMessage: 'inside', errorType: 'NotFound' } },
  { name: 'what was caught and thrown again', code: 'local ok, e = pcall(error, { type = "NotFound", message = "first" })\nerror(e)', fails: { errorMessage: 'first', errorType: 'NotFound' } },
  { name: 'a stack that C functions are part of', code: '("x"):gsub("x", function() error "deep" end)', fails: { errorMessage: 'deep', stack: /app\.lua:3/ } },
  { name: 'a yield to nobody', code: 'coroutine.yield(1)', fails: { errorMessage: /yield/ } },
  { name: 'an error of the library names the caller', code: 'require("moonwire.async").sleep("soon")', fails: { errorMessage: /^async\.sleep: /, stack: /app\.lua:3/ } },
].map((row) => ({ ...row, name: `error: ${row.name}` })));

// return nil, message, code
table([
  { name: 'nil and a message', code: 'return nil, "no such room"', fails: { errorMessage: 'no such room', header: /^Function\./ } },
  { name: 'nil, a message and a code', code: 'return nil, "no such room", "not_found"', fails: { errorMessage: 'no such room', header: /^Function\./ } },
  { name: 'the same for a message', event: message(), code: 'return nil, "no such room", "gone"', fails: { errorMessage: 'no such room' } },
  { name: 'the same for $connect', event: connect(), code: 'return nil, "no such room"', fails: { errorMessage: 'no such room' } },
  { name: 'a code of 2 MB', code: 'return nil, "no such room", ("x"):rep(2e6)', fails: { errorMessage: 'no such room', errorType: /^x{1024}$/ } },
  { name: 'nil and nil is nothing', code: 'return nil, nil', text: 'null' },
].map((row) => ({ ...row, name: `return: ${row.name}` })));

scenario('an error in a module shows the module in the stack', {
  handler: 'app.run',
  files: {
    'app.lua': 'local room = require "lib.room"\nreturn { run = function() return room.open() end }\n',
    'lib/room.lua': 'local M = {}\nfunction M.open()\n  local key\n  return key.name\nend\nreturn M\n',
  },
}, async (lambda) => {
  const reply = await lambda.invoke({});
  assert.equal(reply.kind, 'error');
  assert.match(reply.json.stackTrace.join('\n'), /lib\/room\.lua:4/);
  assert.match(reply.json.errorMessage, /^attempt to index/);
});

scenario('pcall and xpcall catch across waits', {
  code: `local async = require "moonwire.async"
    local ok, message = pcall(function() async.sleep(1) error("caught", 0) end)
    local ok2, traced = xpcall(function() async.sleep(1) error("traced", 0) end, function(m) return m .. "!" end)
    return { ok, message, ok2, traced }`,
}, async (lambda) => {
  assert.deepEqual((await lambda.invoke({})).json, [false, 'caught', false, 'traced!']);
});

scenario('errors and results take turns', { code: 'if event.n % 2 == 0 then error("even") end return event.n' }, async (lambda) => {
  for (let n = 1; n <= 200; n++) {
    const reply = await lambda.invoke({ n });
    assert.equal(reply.kind, n % 2 ? 'response' : 'error');
    assert.deepEqual(n % 2 ? reply.json : reply.json.errorMessage, n % 2 ? n : 'even');
  }
  await lambda.idle();
  assert.equal(lambda.api.connections, 1);
});

// What X-Ray shows: helper/runtime-api.js checks the form of it with every error.
const causeOf = ({ headers }) => JSON.parse(headers['lambda-runtime-function-xray-error-cause']);

scenario('X-Ray: type, message, stack and files of an error', {
  files: {
    'app.lua': 'local room = require "lib.room"\nreturn { run = function() local r = room.open() return r end }\n',
    'lib/room.lua': 'local M = {}\nfunction M.open()\n  error { type = "NotFound", message = "Tür\\127\\r\\n zu" }\nend\nreturn M\n',
  },
}, async (lambda) => {
  const { working_directory: directory, exceptions: [{ type, message, stack }], paths } = causeOf(await lambda.invoke({}));
  assert.deepEqual([directory, type, message], [lambda.root, 'NotFound', 'Tür\u007f\r\n zu']);
  assert.deepEqual(stack.map(({ path, line }) => `${path}:${line}`), ['lib/room.lua:3', 'app.lua:2']);
  assert.deepEqual(paths, ['lib/room.lua', 'app.lua']);
  assert.match(stack[0].label, /open/);
});

for (const [name, code, want] of [
  ['a message of 10 MB', 'error(("ü"):rep(5000000), 0)', /^ü{100,}$/],
  ['invalid UTF-8', 'error(("\\255"):rep(100), 0)', /^\ufffd{100}$/],
  ['control characters', 'error(("\\0\\r\\n\\127"):rep(10000), 0)', /^(\0\r\n\x7f)+/],
  ['nil, message, code', 'return nil, "no such room", "gone"', /^no such room$/],
  ['a result that is no JSON', 'return print', /./],
  ['an endless recursion', 'local function f() return 1 + f() end\nreturn f()', /stack overflow/],
]) {
  scenario(`X-Ray: ${name}`, { code }, async (lambda) => {
    assert.match(causeOf(await lambda.invoke({})).exceptions[0].message, want);
  });
}

scenario('a handler error is logged with its stack', { code: 'error { type = "NotFound", message = "no such room" }' }, async (lambda) => {
  await lambda.invoke({}, { id: 'request-1' });
  await lambda.idle();
  const [record, ...rest] = lambda.records.filter((line) => line.includes('\tERROR\t'));
  assert.deepEqual(rest, []);
  assert.match(record, /\trequest-1\tERROR\t.*no such room/);
  assert.match(record, /app\.lua:3/);
});

scenario('a handler error as a JSON record', {
  code: 'error { type = "NotFound", message = "no such room" }',
  env: { AWS_LAMBDA_LOG_FORMAT: 'JSON' },
}, async (lambda) => {
  await lambda.invoke({}, { id: 'request-1' });
  await lambda.idle();
  const records = lambda.records.map((line) => JSON.parse(line)).filter((record) => record.level === 'ERROR');
  assert.equal(records.length, 1);
  const [{ requestId, errorType, errorMessage, stackTrace }] = records;
  assert.deepEqual([requestId, errorType, errorMessage], ['request-1', 'NotFound', 'no such room']);
  assert.match(stackTrace.join('\n'), /app\.lua:3/);
});
