'use strict';
// Handlers: names, require, context, events, coroutines, and what happens when a handler cannot be loaded.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { Lambda, scenario, table, checkFailure, writeFiles, ROOT, FIXTURES } = require('./helper/bootstrap');
const { compileLibrary } = require('./helper/program');
const { ARN } = require('./helper/runtime-api');
const { connect, message, disconnect, requestContext } = require('./helper/events');

const RUN = 'return { run = function() return "ran" end }';

// Names.
table([
  { name: 'file.function', handler: 'app.run', files: { 'app.lua': RUN } },
  { name: 'folder/file.function', handler: 'handlers/chat.run', files: { 'handlers/chat.lua': RUN } },
  { name: 'folder/folder/file.function', handler: 'a/b/c.run', files: { 'a/b/c.lua': RUN } },
  { name: 'a folder with init.lua', handler: 'handlers/chat.run', files: { 'handlers/chat/init.lua': RUN } },
  { name: 'the file comes before the folder', handler: 'chat.run', files: { 'chat.lua': RUN, 'chat/init.lua': 'error "wrong one"' } },
  { name: 'a file that returns a function', handler: 'handlers/chat', files: { 'handlers/chat.lua': 'return function() return "ran" end' } },
  { name: 'a folder whose init.lua returns a function', handler: 'chat', files: { 'chat/init.lua': 'return function() return "ran" end' } },
  { name: 'a name with dashes and digits', handler: 'my-app_2.run', files: { 'my-app_2.lua': RUN } },
  { name: 'a function that a metatable finds', handler: 'app.run', files: { 'app.lua': 'return setmetatable({}, { __index = function() return function() return "ran" end end })' } },
  { name: 'a byte order mark is no syntax error', handler: 'app.run', files: { 'app.lua': `\ufeff${RUN}` } },
  { name: 'a first line with #!', handler: 'app.run', files: { 'app.lua': `#!/usr/bin/env luajit\n${RUN}` } },
].map((row) => ({ ...row, name: `handler name: ${row.name}`, want: 'ran' })));

// require
const LIB = 'return { origin = "lua" }';
const REQUIRE = { 'app.lua': 'local room = require "lib.room"\nreturn { run = function() return room.origin end }' };
table([
  { name: '?.lua', files: { 'lib/room.lua': LIB } },
  { name: '?/init.lua', files: { 'lib/room/init.lua': LIB } },
  { name: 'lua/?.lua', files: { 'lua/lib/room.lua': LIB } },
  { name: 'lua_modules/share/lua/5.1/?.lua', files: { 'lua_modules/share/lua/5.1/lib/room.lua': LIB } },
  { name: 'lua_modules/share/lua/5.1/?/init.lua', files: { 'lua_modules/share/lua/5.1/lib/room/init.lua': LIB } },
  { name: 'the root comes before lua_modules', files: { 'lib/room.lua': LIB, 'lua_modules/share/lua/5.1/lib/room.lua': 'error "wrong one"' } },
].map((row) => ({ ...row, name: `require: ${row.name}`, files: { ...REQUIRE, ...row.files }, want: 'lua' })));

/** A task root whose lua_modules hold the compiled fixtures/room.c. */
function rootWithCModule() {
  const root = writeFiles({ ...REQUIRE, 'lua_modules/lib/lua/5.1/lib/.keep': '' });
  const library = path.join(root, 'lua_modules/lib/lua/5.1/lib/room.so');
  compileLibrary(path.join(FIXTURES, 'room.c'), library);
  return root;
}
const C_ROOT = rootWithCModule();
table([{ name: 'require: lua_modules/lib/lua/5.1/?.so', root: C_ROOT, want: 'made in C' }]);
process.on('exit', () => fs.rmSync(C_ROOT, { recursive: true }));

table([
  { name: 'a module is loaded once', files: { 'm.lua': 'COUNT = (COUNT or 0) + 1\nreturn { COUNT }' },
    code: 'local a, b = require "m", require "m"\nreturn { rawequal(a, b), COUNT }', want: [true, 1] },
  { name: 'a module that returns nothing is true', files: { 'm.lua': 'LOADED = "yes"' }, code: 'return { require "m", LOADED }', want: [true, 'yes'] },
  { name: 'a module gets its name', files: { 'lib/m.lua': 'return { (...) }' }, code: 'return require "lib.m"', want: ['lib.m'] },
  { name: 'a module that waits while it loads', files: { 'm.lua': 'require("moonwire.async").sleep(5)\nreturn { "waited" }' },
    code: 'return require "m"', want: ['waited'] },
  { name: 'a module that waits inside a module that waits', files: {
    'outer.lua': 'local a = require "moonwire.async"\na.sleep(1)\nlocal i = require "inner"\na.sleep(1)\nreturn { i[1] .. " outer" }',
    'inner.lua': 'require("moonwire.async").sleep(1)\nreturn { "inner" }' },
    code: 'return require "outer"', want: ['inner outer'] },
  { name: 'package.preload is asked first', files: { 'm.lua': 'return { "file" }' },
    code: 'package.preload.m = function() return { "preload" } end\nreturn require "m"', want: ['preload'] },
  { name: 'package.loaded answers without a file', files: {}, code: 'package.loaded.m = { "loaded" }\nreturn require "m"', want: ['loaded'] },
  { name: 'a missing module says where it was looked for', files: {}, code: 'local ok, e = pcall(require, "nowhere.to")\nreturn { ok, e }',
    check: ([ok, text]) => { assert.equal(ok, false); assert.match(text, /nowhere\.to/); assert.match(text, /nowhere\/to\.lua/); } },
  { name: 'an error while a module loads names the file and can be tried again', files: { 'm.lua': 'N = (N or 0) + 1\nif N == 1 then error "first" end\nreturn { N }' },
    code: 'local ok, e = pcall(require, "m")\nreturn { ok, e, require("m")[1] }',
    check: ([ok, text, n]) => { assert.equal(ok, false); assert.match(text, /m\.lua:2: first/); assert.equal(n, 2); } },
  { name: 'a syntax error in a module names file and line', files: { 'm.lua': 'return {\n  ]\n' }, code: 'local ok, e = pcall(require, "m")\nreturn { ok, e }',
    check: ([ok, text]) => { assert.equal(ok, false); assert.match(text, /m\.lua:2/); } },
  { name: 'two modules that require each other do not hang', files: { 'a.lua': 'return require "b"', 'b.lua': 'return require "a"' },
    code: 'local ok, e = pcall(require, "a")\nreturn { ok, e }', check: ([ok, text]) => { assert.equal(ok, false); assert.match(text, /loop/); } },
  { name: 'LuaJIT: goto, bit, ffi, table.new', files: {}, code: `
      local ffi, bit, new = require "ffi", require "bit", require "table.new"
      do goto over end
      error "not here"
      ::over::
      return { ffi.sizeof("int64_t"), bit.band(12, 10), #new(4, 0) }`, want: [8, 8, 0] },
].map((row) => ({ ...row, name: `require: ${row.name}` })).map(({ code, files, check, ...row }) => ({
  ...row, check, files: { ...files, 'app.lua': `return { run = function(event, context)\n${code}\nend }` },
})));

const STRAY = writeFiles({ 'stray.lua': 'return {}' });
process.on('exit', () => fs.rmSync(STRAY, { recursive: true }));
scenario('require: the working directory is not searched', {
  files: { 'app.lua': 'return { run = function() return (pcall(require, "stray")) end }' },
  cwd: STRAY,
}, async (lambda) => {
  assert.equal((await lambda.invoke({})).json, false);
});

// The context.
const CONTEXT = { root: FIXTURES, handler: 'context.run' };
const TRACE = 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1';

scenario('context: every field', CONTEXT, async (lambda) => {
  const deadline = Date.now() + 45000;
  const { json } = await lambda.invoke({}, {
    id: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
    headers: {
      'Lambda-Runtime-Deadline-Ms': String(deadline),
      'Lambda-Runtime-Aws-Tenant-Id': 'blue',
      'Lambda-Runtime-Client-Context': '{"client":{"app_title":"Moon"},"custom":{"n":1,"list":[]},"env":{}}',
      'Lambda-Runtime-Cognito-Identity': '{"cognitoIdentityId":"eu-central-1:1","cognitoIdentityPoolId":"eu-central-1:2"}',
    },
  });
  const { remaining, memory_limit_in_mb: memory, environment_trace: _, ...fields } = json;
  assert.ok(Number.isInteger(remaining) && remaining > 0 && remaining <= 45000, `remaining is ${remaining}`);
  assert.equal(Number(memory), 128);
  assert.deepEqual(fields, {
    aws_request_id: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
    invoked_function_arn: ARN,
    function_name: 'chat',
    function_version: '7',
    log_group_name: '/aws/lambda/chat',
    log_stream_name: '2026/11/21/[7]0123456789abcdef',
    trace_id: TRACE,
    tenant_id: 'blue',
    client_context: { client: { app_title: 'Moon' }, custom: { n: 1, list: [] }, env: {} },
    identity: { cognitoIdentityId: 'eu-central-1:1', cognitoIdentityPoolId: 'eu-central-1:2' },
    deadline_ms: deadline,
    cold_start: true,
  });
});

const OPTIONAL = ['Trace-Id', 'Aws-Tenant-Id', 'Client-Context', 'Cognito-Identity', 'Invocation-Id'].map((n) => `Lambda-Runtime-${n}`);
for (const [what, value] of [['an empty header', ''], ['a missing header', null]]) {
  scenario(`context: ${what} is an absent field`, CONTEXT, async (lambda) => {
    await lambda.invoke({}); // sets what must not stay
    const headers = Object.fromEntries(OPTIONAL.map((name) => [name, value]));
    const { json } = await lambda.invoke({}, { headers });
    for (const name of ['trace_id', 'tenant_id', 'client_context', 'identity', 'environment_trace']) {
      assert.ok(!(name in json), `${name} is ${JSON.stringify(json[name])}`);
    }
  });
}

// AWS's own clients set it for the X-Ray SDKs: per invocation, and never to a stale value.
scenario('context: _X_AMZN_TRACE_ID is the trace id, or unset', CONTEXT, async (lambda) => {
  const seen = [];
  for (const trace of ['Root=1', null, 'Root=2', '']) {
    const { json } = await lambda.invoke({}, { headers: { 'Lambda-Runtime-Trace-Id': trace } });
    seen.push(json.environment_trace);
  }
  assert.deepEqual(seen, ['Root=1', undefined, 'Root=2', undefined]);
});

scenario('context: header names in any case', CONTEXT, async (lambda) => {
  for (const headerCase of ['upper', 'lower']) {
    const { json } = await lambda.invoke({}, { id: headerCase, deliver: { headerCase } });
    assert.deepEqual([json.aws_request_id, json.invoked_function_arn], [headerCase, ARN]);
  }
});

scenario('context: an event without a deadline is served', CONTEXT, async (lambda) => {
  for (const value of [null, '', 'soon']) {
    const reply = await lambda.invoke({}, { headers: { 'Lambda-Runtime-Deadline-Ms': value } });
    assert.equal(reply.json.remaining, 900000, reply.text); // Lambda's longest
  }
});

scenario('context: a deadline that has passed leaves nothing, not less', CONTEXT, async (lambda) => {
  const { json } = await lambda.invoke({}, { headers: { 'Lambda-Runtime-Deadline-Ms': String(Date.now() - 5000) } });
  assert.equal(json.remaining, 0);
});

scenario('context: a client context that is not JSON does no harm', CONTEXT, async (lambda) => {
  const reply = await lambda.invoke({}, { headers: { 'Lambda-Runtime-Client-Context': '{oops' } });
  assert.equal(reply.kind, 'response');
});

scenario('context: only the first invocation is a cold start', CONTEXT, async (lambda) => {
  const seen = [];
  for (let i = 0; i < 3; i++) seen.push((await lambda.invoke({})).json.cold_start);
  assert.deepEqual(seen, [true, false, false]);
});

scenario('context: the environment need not name log group and stream', {
  ...CONTEXT,
  env: { AWS_LAMBDA_LOG_GROUP_NAME: null, AWS_LAMBDA_LOG_STREAM_NAME: null, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: null },
}, async (lambda) => {
  const { json } = await lambda.invoke({});
  for (const name of ['log_group_name', 'log_stream_name', 'memory_limit_in_mb']) assert.ok(!(name in json), name);
});

// The event.
const HEADERS = connect({ 'X-Custom-Token': 'abc', Origin: 'https://app.example' });
table([
  { name: 'headers in their own case', event: HEADERS, code: 'return { statusCode = 200, body = event.headers["X-Custom-Token"] }', body: 'abc' },
  { name: 'headers in small letters', event: HEADERS, code: 'return { statusCode = 200, body = event.headers["x-custom-token"] }', body: 'abc' },
  { name: 'the finder of headers is given something else', event: HEADERS,
    code: 'local find = getmetatable(event.headers).__index\nreturn { statusCode = 200, body = select(2, pcall(find, 5, "x")) }',
    body: "bad argument #1 to '?' (table expected, got number)" },
  { name: 'headers in capitals', event: HEADERS, code: 'return { statusCode = 200, body = event.headers["X-CUSTOM-TOKEN"] }', body: 'abc' },
  { name: 'headers by a name', event: HEADERS, code: 'return { statusCode = 200, body = event.headers.origin }', body: 'https://app.example' },
  { name: 'headers that are not there are nil', event: HEADERS, code: 'return { statusCode = 200, body = tostring(event.headers.nope) }', body: 'nil' },
  { name: 'pairs shows every header once, as it came', event: HEADERS, code: `
      local names = {}
      for name in pairs(event.headers) do names[#names + 1] = name end
      table.sort(names)
      return { statusCode = 200, body = table.concat(names, " ") }`, body: 'Host Origin X-Custom-Token X-Forwarded-Port X-Forwarded-Proto' },
  { name: 'null members of a WebSocket event are dropped', event: { ...message(), requestContext: { ...requestContext, messageId: null, identity: { sourceIp: '192.0.2.1', user: null } } },
    code: 'return { statusCode = 200, body = tostring(event.requestContext.messageId) .. tostring(event.requestContext.identity.user) }', body: 'nilnil' },
  { name: 'a message is a string', event: message('{"action":"x"}'), code: 'return { statusCode = 200, body = type(event.body) .. event.body }', body: 'string{"action":"x"}' },
].map(({ body, ...row }) => ({ ...row, name: `event: ${row.name}`, want: { statusCode: 200, body } })));

table([
  { name: 'null members of other events stay', event: { a: null, b: [null] },
    code: 'local null = require("moonwire.json").null\nreturn { event.a == null, event.b[1] == null }', want: [true, true] },
  { name: 'headers of other events in any case', event: { headers: { 'X-Token': 'abc' } },
    code: 'return { event.headers["x-token"], event.headers["X-TOKEN"], event.headers["X-Token"] }', want: ['abc', 'abc', 'abc'] },
  { name: 'headers come out as they went in', event: { headers: { 'X-Token': 'abc' } }, code: 'local _ = event.headers["x-token"]\nreturn event',
    want: { headers: { 'X-Token': 'abc' } } },
  { name: 'multiValueHeaders in any case', event: { multiValueHeaders: { 'X-Token': ['a', 'b'] } }, code: 'return event.multiValueHeaders["x-token"]', want: ['a', 'b'] },
  { name: 'headers that are no object do no harm', event: { headers: 'none', multiValueHeaders: [1] }, code: 'return event', want: { headers: 'none', multiValueHeaders: [1] } },
  { name: 'headers that are null do no harm', event: { headers: null }, code: 'return event', want: { headers: null } },
  { name: 'another content type is the text itself', options: { body: Buffer.from('a,b\n1,2\n'), headers: { 'Content-Type': 'text/csv' } },
    code: 'return event', want: 'a,b\n1,2\n' },
  { name: 'JSON with a character set is JSON', options: { headers: { 'Content-Type': 'application/json; charset=utf-8' } }, event: { n: 1 },
    code: 'return event.n', want: 1 },
  { name: 'no content type is JSON', options: { headers: { 'Content-Type': null } }, event: { n: 1 }, code: 'return event.n', want: 1 },
  { name: 'a list knows its length', event: { list: [1, null, 3] }, code: 'return #event.list', want: 3 },
].map((row) => ({ ...row, name: `event: ${row.name}` })));

// Coroutines of the user.
table([
  { name: 'wrap', want: 15 },
  { name: 'nested', want: [11, 12, 21, 22, 31, 32] },
  { name: 'resume', want: ['suspended', [true, 3], 'suspended', [true, 'back', 'end'], 'dead', [false, 'cannot resume dead coroutine'], 'dead'] },
  { name: 'failing', want: [[false, 'inside'], 'dead', [false, 'wrapped']] },
  { name: 'nils', want: [2, 4, 3, 1] },
  { name: 'running', want: true },
  { name: 'abandoned', want: 1 },
].map(({ name, want }) => ({ name: `coroutine with waits: ${name}`, root: FIXTURES, handler: `generator.${name}`, want })));

scenario('globals and upvalues live as long as the environment', {
  files: { 'app.lua': 'local n = 0\nreturn function() n = n + 1 return n end' },
  handler: 'app',
}, async (lambda) => {
  for (const n of [1, 2, 3]) assert.equal((await lambda.invoke({})).json, n);
});

// What cannot be loaded.
const failures = [
  { name: 'no file', handler: 'handlers/chat.join', files: {}, type: 'ImportModuleError', message: [/handlers\/chat\.lua/, /handlers\/chat\/init\.lua/] },
  { name: 'no file, no function', handler: 'nope', files: {}, type: 'ImportModuleError', message: [/nope\.lua/] },
  { name: 'a syntax error', files: { 'app.lua': 'local M = {}\nfunction M.run( return end\n' }, type: 'UserCodeSyntaxError', message: [/app\.lua:2/] },
  { name: 'no such function', handler: 'app.jion', files: { 'app.lua': 'return { join = print, leave = print, version = 3 }' },
    type: 'HandlerNotFound', message: [/jion/, /join/, /leave/, /^(?!.*version)/s] },
  { name: 'a file without functions', files: { 'app.lua': 'return {}' }, type: 'HandlerNotFound', message: [/run/] },
  { name: 'a member that is not a function', files: { 'app.lua': 'return { run = "later" }' }, type: 'HandlerNotFound', message: [/run/] },
  { name: 'a file that returns nothing', files: { 'app.lua': 'local M = {}\nfunction M.run() end\n' }, type: 'HandlerNotFound', message: [/return/] },
  { name: 'a file that returns a number', files: { 'app.lua': 'return 5' }, type: 'HandlerNotFound', message: [/number/] },
  { name: 'a table named without a function', handler: 'app', files: { 'app.lua': 'return { join = print }' }, type: '(HandlerNotFound|MalformedHandlerName)', message: [/join/] },
  { name: 'an empty name', handler: '', files: {}, type: 'MalformedHandlerName', message: [/_HANDLER|handler/i] },
  { name: 'no name', env: { _HANDLER: null }, files: {}, type: 'MalformedHandlerName', message: [/_HANDLER|handler/i] },
  { name: 'a name that ends in a dot', handler: 'app.', files: { 'app.lua': RUN }, type: 'MalformedHandlerName', message: [/app\./] },
  { name: 'a name that starts with a dot', handler: '.run', files: {}, type: 'MalformedHandlerName', message: [/\.run/] },
  { name: 'a name outside the task root', handler: '../app.run', files: { 'app.lua': RUN }, type: 'MalformedHandlerName', message: [/\.\./] },
  { name: 'a missing module', files: { 'app.lua': 'local x = require "lib.nowhere"' }, type: '\\w+', message: [/lib\.nowhere/, /lib\/nowhere\.lua/] },
  { name: 'an error at load', files: { 'app.lua': 'local M = {}\nerror "TABLE is not set"\nreturn M' }, type: '\\w+', message: [/^TABLE is not set/], stack: /app\.lua:2/ },
  { name: 'an error at load after a wait', files: { 'app.lua': 'require("moonwire.async").sleep(2)\nerror "TABLE is not set"' }, type: '\\w+', message: [/TABLE is not set/] },
  { name: 'an error object at load', files: { 'app.lua': 'error { type = "Config", message = "no table" }' }, type: '\\w+', message: [/no table/] },
];
for (const { name, type, message: wanted, stack = /(?:)/, ...options } of failures) {
  scenario(`load failure: ${name}`, options, async (lambda) => {
    assert.deepEqual(await lambda.exit, { code: 1, signal: null });
    assert.equal(lambda.api.initErrors.length, 1);
    const [{ headers, body }] = lambda.api.initErrors;
    const report = { headers, json: JSON.parse(body) };
    checkFailure(report, { header: new RegExp(`^(Runtime|Function)\\.${type}$`), stack });
    if (type !== '\\w+') checkFailure(report, { header: /^Runtime\./ });
    for (const pattern of wanted) assert.match(report.json.errorMessage, pattern);
    assert.match(lambda.stderr, wanted[0].source.startsWith('^') ? /./ : wanted[0]); // the log says it too
  });
}

scenario('load failure: a refused report changes nothing', { handler: 'nope.run', files: {} }, async (lambda) => {
  lambda.api.initReply.push({ status: 403 });
  assert.deepEqual(await lambda.exit, { code: 1, signal: null });
  assert.equal(lambda.api.initErrors.length, 1);
});

scenario('no Runtime API address: one line names the variable', { code: 'return 1', env: { AWS_LAMBDA_RUNTIME_API: null } }, async (lambda) => {
  const { code, signal } = await lambda.exit;
  assert.ok(code > 0 && !signal, `status ${code}, signal ${signal}`);
  assert.equal(lambda.records.length, 1);
  assert.match(lambda.records[0], /AWS_LAMBDA_RUNTIME_API/);
});

// The example handlers, with a server that plays @connections.
async function withConnections(handler, body) {
  const posts = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (bytes) => parts.push(bytes));
    request.on('end', () => {
      posts.push({ url: request.url, text: Buffer.concat(parts).toString() });
      response.writeHead(server.status || 200).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${server.address().port}/prod`;
  const lambda = await Lambda.start({ root: ROOT, handler, env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: endpoint } });
  try {
    await body(lambda, posts, server);
    await lambda.stop();
    lambda.check();
  } finally {
    await lambda.stop();
    server.closeAllConnections();
    server.close();
  }
}

const CONNECTION = '/prod/@connections/BFaT_fALIAMCKug%3D';

test('handlers/echo.lua', async () => {
  await withConnections('handlers/echo.default', async (lambda, posts, server) => {
    assert.deepEqual((await lambda.invoke(connect())).json, { statusCode: 200 });
    assert.deepEqual((await lambda.invoke(message('{"say":"Grüße"}'))).json, { statusCode: 200 });
    assert.deepEqual(posts, [{ url: CONNECTION, text: '{"say":"Grüße"}' }]);
    server.status = 410;
    assert.deepEqual((await lambda.invoke(message('to nobody'))).json, { statusCode: 200 });
    assert.deepEqual((await lambda.invoke(disconnect())).json, { statusCode: 200 });
  });
});

test('handlers/hello.lua: the door', async () => {
  await withConnections('handlers/hello.connection', async (lambda) => {
    assert.deepEqual((await lambda.invoke(connect())).json, { statusCode: 500 });
    assert.deepEqual((await lambda.invoke(connect({ token: 'wrong' }))).json, { statusCode: 500 });
    assert.deepEqual((await lambda.invoke(connect({ token: 'open sesame' }))).json, { statusCode: 200 });
    assert.deepEqual((await lambda.invoke(connect({ Token: 'open sesame' }))).json, { statusCode: 200 });
    assert.deepEqual((await lambda.invoke(disconnect())).json, { statusCode: 200 });
  });
});

test('handlers/hello.lua: the mirror', async () => {
  await withConnections('handlers/hello.default', async (lambda, posts) => {
    assert.deepEqual((await lambda.invoke(message('look'))).json, { statusCode: 200 });
    assert.deepEqual(JSON.parse(posts[0].text), message('look'));
  });
});

test('handlers/hello.lua: foo', async () => {
  await withConnections('handlers/hello.foo', async (lambda, posts) => {
    assert.deepEqual((await lambda.invoke(message('{"action":"foo"}', { routeKey: 'foo' }))).json, { statusCode: 200 });
    assert.match(posts[0].text, /\{"action":"foo"\}$/);
  });
});

scenario('a handler file may be named like a standard library', {
  handler: 'string.run', files: { 'string.lua': 'return { run = function() return ("it is %s"):format("mine") end }' },
}, async (lambda) => {
  assert.equal((await lambda.invoke({})).json, 'it is mine');
});

scenario('the record of a load failure says its message once, and the rest as JSON', {
  handler: 'app.run', files: { 'app.lua': 'error("no such luck")' },
}, async (lambda) => {
  await lambda.exit;
  const [, message, fields] = /\tERROR\t(.*?) (\{.*\})$/.exec(lambda.records[0]);
  assert.equal(message, 'no such luck');
  assert.deepEqual(Object.keys(JSON.parse(fields)), ['errorType', 'stackTrace']);
});
