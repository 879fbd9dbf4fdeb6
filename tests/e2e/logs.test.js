'use strict';
// Logs: one record, one line, on standard error; print at once, on standard output.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/bootstrap');

const JSON_LOGS = { AWS_LAMBDA_LOG_FORMAT: 'JSON' };
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const LOG = 'local log = require "moonwire.log"\n';

/** A text record's parts. */
function parts(line) {
  const [timestamp, requestId, level, ...message] = line.split('\t');
  return { timestamp, requestId, level, message: message.join('\t') };
}

/** Runs the code once and resolves with the records. */
function logging(name, { code, env, ...rest }, check) {
  scenario(name, { code: LOG + code, env, ...rest }, async (lambda) => {
    await lambda.invoke({}, { id: 'request-1', ...rest.options });
    await lambda.idle();
    check(lambda.records, lambda);
  });
}

logging('text: time, request id, level, message', { code: 'log.info("hello")' }, (records) => {
  assert.equal(records.length, 1);
  const { timestamp, ...rest } = parts(records[0]);
  assert.match(timestamp, STAMP);
  assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 24 * 3600e3, timestamp);
  assert.deepEqual(rest, { requestId: 'request-1', level: 'INFO', message: 'hello' });
});

logging('text: fields follow as JSON', { code: 'log.warn("lost", { code = "gone", n = 3 })' }, (records) => {
  const { level, message } = parts(records[0]);
  assert.equal(level, 'WARN');
  assert.match(message, /^lost \{.*\}$/);
  assert.deepEqual(JSON.parse(message.slice('lost '.length)), { code: 'gone', n: 3 });
});

logging('text: a message of several lines stays one record', { code: 'log.error("one\\ntwo\\r\\nthree")' }, (records) => {
  assert.equal(records.length, 1);
  assert.match(records[0], /one[^]*two[^]*three/);
});

logging('text: the request id inside coroutines and tasks', { code: `
  coroutine.wrap(function() log.info("wrap") end)()
  require("moonwire.async").all { function() log.info("task") end }
  context:defer(function() log.info("deferred") end)` }, (records) => {
  assert.deepEqual(records.map((line) => [parts(line).requestId, parts(line).message]),
    ['wrap', 'task', 'deferred'].map((message) => ['request-1', message]));
});

scenario('text: "-" while no invocation runs', {
  files: { 'app.lua': `${LOG}log.info("loading")\nreturn { run = function() return 1 end }` },
}, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  assert.deepEqual({ ...parts(lambda.records[0]), timestamp: '' }, { timestamp: '', requestId: '-', level: 'INFO', message: 'loading' });
});

logging('JSON: one object with everything', { code: 'log.error("lost", { code = "gone", n = 3, list = { 1 } })', env: JSON_LOGS }, (records) => {
  assert.equal(records.length, 1);
  const { timestamp, ...rest } = JSON.parse(records[0]);
  assert.match(timestamp, STAMP);
  assert.deepEqual(rest, { level: 'ERROR', requestId: 'request-1', message: 'lost', code: 'gone', n: 3, list: [1] });
});

for (const [name, fields, want] of [
  ['of the record', { requestId: 'forged', level: 'FATAL', a: 1 }, { fields: { requestId: 'forged', level: 'FATAL', a: 1 } }],
  ['of the record that is null', { timestamp: null }, { fields: { timestamp: null } }],
  ['that is almost one of the record', { Level: 'FATAL', fields: 2 }, { Level: 'FATAL', fields: 2 }],
]) {
  scenario(`JSON: a field with a name ${name}`, { code: `${LOG}log.info("got", event)`, env: JSON_LOGS }, async (lambda) => {
    await lambda.invoke(fields, { id: 'request-1' });
    await lambda.idle();
    const { timestamp, ...rest } = JSON.parse(lambda.records[0]);
    assert.match(timestamp, STAMP);
    assert.deepEqual(rest, { level: 'INFO', requestId: 'request-1', message: 'got', ...want });
    assert.equal(lambda.records[0].match(/"requestId":"request-1"/g).length, 1);
  });
}

logging('JSON: a list', { code: 'log.info("got", { 1, 2 })', env: JSON_LOGS }, (records) => {
  assert.deepEqual(JSON.parse(records[0]).fields, [1, 2]);
});

logging('JSON: the tenant', {
  code: 'log.info("x")',
  env: JSON_LOGS,
  options: { headers: { 'Lambda-Runtime-Aws-Tenant-Id': 'blue' } },
}, (records) => {
  assert.equal(JSON.parse(records[0]).tenantId, 'blue');
});

logging('JSON: the format in small letters', { code: 'log.info("x")', env: { AWS_LAMBDA_LOG_FORMAT: 'json' } }, (records) => {
  assert.equal(JSON.parse(records[0]).message, 'x');
});

logging('JSON: quotes, control characters, NUL and line ends', { code: 'log.info("a\\"b\\\\c\\nd\\0e\\127f\\1")', env: JSON_LOGS }, (records) => {
  assert.equal(records.length, 1);
  assert.equal(JSON.parse(records[0]).message, 'a"b\\c\nd\u0000e\u007ff\u0001');
});

scenario('JSON: bytes that are not UTF-8 are replaced', { code: `${LOG}log.info("bad \\255 byte", { f = "\\254" })`, env: JSON_LOGS }, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  new TextDecoder('utf-8', { fatal: true }).decode(lambda.bytes('stderr')); // throws at what is not UTF-8
  assert.match(JSON.parse(lambda.records[0]).message, /^bad .+ byte$/);
});

for (const env of [{}, JSON_LOGS]) {
  logging(`${env === JSON_LOGS ? 'JSON' : 'text'}: a message of 1 MB is cut to one line`, { code: 'log.info(("x"):rep(2 ^ 20))', env }, (records) => {
    assert.equal(records.length, 1);
    assert.ok(records[0].length < 256 * 1024 && records[0].length > 1000, `${records[0].length} bytes`);
    if (env === JSON_LOGS) assert.equal(JSON.parse(records[0]).level, 'INFO');
    assert.match(records[0], /truncated|cut/);
  });
}

// Levels.
const ALL = 'for _, level in ipairs { "trace", "debug", "info", "warn", "error", "fatal" } do log[level](level) end';
for (const [env, want] of [
  [{}, ['info', 'warn', 'error', 'fatal']],
  [{ AWS_LAMBDA_LOG_LEVEL: 'TRACE' }, ['trace', 'debug', 'info', 'warn', 'error', 'fatal']],
  [{ AWS_LAMBDA_LOG_LEVEL: 'DEBUG' }, ['debug', 'info', 'warn', 'error', 'fatal']],
  [{ AWS_LAMBDA_LOG_LEVEL: 'WARN' }, ['warn', 'error', 'fatal']],
  [{ AWS_LAMBDA_LOG_LEVEL: 'error' }, ['error', 'fatal']],
  [{ AWS_LAMBDA_LOG_LEVEL: 'FATAL' }, ['fatal']],
  [{ AWS_LAMBDA_LOG_LEVEL: 'WARN', ...JSON_LOGS }, ['warn', 'error', 'fatal']],
  [{ MOONWIRE_LOG_LEVEL: 'DEBUG' }, ['debug', 'info', 'warn', 'error', 'fatal']],
  [{ MOONWIRE_LOG_LEVEL: 'error' }, ['error', 'fatal']],
]) {
  logging(`levels: ${JSON.stringify(env)}`, { code: ALL, env }, (records) => {
    const messages = records.map((line) => (env.AWS_LAMBDA_LOG_FORMAT ? JSON.parse(line).message : parts(line).message));
    assert.deepEqual(messages, want);
  });
}

for (const [name, value, want] of [
  ['AWS_LAMBDA_LOG_LEVEL', 'LOUD', 'not set'],
  ['MOONWIRE_LOG_LEVEL', 'LOUD', 'not set'],
  ['AWS_LAMBDA_LOG_FORMAT', 'XML', 'Text'],
]) {
  logging(`settings: ${name}=${value} is warned about and counts as ${want}`, { code: ALL, env: { [name]: value } }, (records) => {
    assert.match(records[0], new RegExp(`\tWARN\t.*${name}.*${value}.*${want}`));
    assert.deepEqual(records.slice(1).map((line) => parts(line).message), ['info', 'warn', 'error', 'fatal']);
  });
}

// print
scenario('print: plain text, arguments apart by tabs', { code: 'print("hello", 1, nil, true, { } ~= nil)\nprint()\nprint("two\\nlines")' }, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  assert.equal(lambda.stdout, 'hello\t1\tnil\ttrue\ttrue\n\ntwo\nlines\n');
  assert.deepEqual(lambda.records, []);
});

scenario('print: __tostring is asked', { code: 'print(setmetatable({}, { __tostring = function() return "me" end }))' }, async (lambda) => {
  await lambda.invoke({});
  await lambda.wrote('stdout', /me\n/);
  assert.equal(lambda.stdout, 'me\n');
});

scenario('print: at once, even when the process dies the next moment', {
  code: 'print("last words")\nlocal ffi = require "ffi"\nffi.cdef "void _exit(int);"\nffi.C._exit(7)',
}, async (lambda) => {
  lambda.api.push({});
  assert.deepEqual(await lambda.exit, { code: 7, signal: null });
  assert.equal(lambda.stdout, 'last words\n');
});

scenario('print: while the module loads', {
  files: { 'app.lua': 'print("loading")\nreturn { run = function() return 1 end }' },
}, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  assert.equal(lambda.stdout, 'loading\n');
});

scenario('print: an INFO record in JSON format', { code: 'print("two\\nlines", 3)', env: JSON_LOGS }, async (lambda) => {
  await lambda.invoke({}, { id: 'request-1' });
  await lambda.idle();
  assert.equal(lambda.records.length, 1);
  const { timestamp, ...rest } = JSON.parse(lambda.records[0]);
  assert.match(timestamp, STAMP);
  assert.deepEqual(rest, { level: 'INFO', requestId: 'request-1', message: 'two\nlines\t3' });
});

scenario('load failures are one JSON record', { handler: 'app.run', files: { 'app.lua': 'error "TABLE is not set"' }, env: JSON_LOGS }, async (lambda) => {
  await lambda.exit;
  const records = lambda.records.map((line) => JSON.parse(line)).filter(({ level }) => level === 'ERROR' || level === 'FATAL');
  assert.equal(records.length, 1);
  assert.match(records[0].errorMessage, /TABLE is not set/);
  assert.ok(Array.isArray(records[0].stackTrace));
});

scenario('a quiet handler writes nothing but the init line', { code: 'return 1' }, async (lambda) => {
  for (let i = 0; i < 5; i++) await lambda.invoke({});
  await lambda.idle();
  assert.deepEqual([lambda.stdout, lambda.stderr], ['', `${lambda.initLine}\n`]);
});

scenario('nobody reads the output any more: the function goes on', { code: `${LOG}print("lost")\nlog.info("lost")\nreturn "on"` }, async (lambda) => {
  await lambda.invoke({});
  lambda.child.stdout.destroy();
  lambda.child.stderr.destroy();
  for (let i = 0; i < 3; i++) assert.equal((await lambda.invoke({})).json, 'on');
});

// Whatever goes wrong, no credential is written: scenario() looks for them in all output.
scenario('at the lowest level, with errors and lost connections, no secret is written', {
  code: 'if event.bad then error("bad") end return event',
  env: { MOONWIRE_LOG_LEVEL: 'TRACE', AWS_LAMBDA_LOG_LEVEL: 'TRACE' },
}, async (lambda) => {
  await lambda.invoke({ bad: true });
  await lambda.invoke({}, { deliver: [{ drop: 'head' }, {}], reply: { status: 400 } });
  await lambda.invoke({});
  await lambda.idle();
});

scenario('what io.write was given is out before the next invocation', { code: 'io.write("partial ")\nreturn 1' }, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  assert.equal(lambda.stdout, 'partial ');
});
