'use strict';
// What a handler returns, and what Lambda gets: DESIGN "Handlers", results; JSON in both directions, byte for byte.

const assert = require('node:assert/strict');
const { scenario, table } = require('./helper/bootstrap');
const { connect, message, disconnect, authorizer } = require('./helper/events');

const OK = { statusCode: 200 };

// A WebSocket event's result.
table([
  { name: '$connect: true accepts', event: connect(), code: 'return true', want: OK },
  { name: '$connect: false refuses', event: connect(), code: 'return false', want: { statusCode: 403 } },
  { name: '$connect: a table goes out as it is', event: connect(), code: 'return { statusCode = 401 }', want: { statusCode: 401 } },
  {
    name: '$connect: a forgotten return lets nobody in, and the log says why',
    event: connect(),
    code: 'local x = 1',
    want: null,
    log: /\tWARN\t.*(return|nothing|nil)/,
  },
  { name: '$connect: an explicit nil lets nobody in', event: connect(), code: 'return nil', want: null, log: /\tWARN\t/ },
  {
    name: '$connect: headers of the handshake response survive',
    event: connect({ 'Sec-WebSocket-Protocol': 'chat.v1' }),
    code: 'return { statusCode = 200, headers = { ["Sec-WebSocket-Protocol"] = "chat.v1" } }',
    want: { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'chat.v1' } },
  },
  { name: 'a message: nothing means 200', event: message(), code: 'local x = 1', want: OK },
  { name: 'a message: true means 200', event: message(), code: 'return true', want: OK },
  { name: 'a message: a status goes out as it is', event: message(), code: 'return { statusCode = 500 }', want: { statusCode: 500 } },
  {
    name: 'a message: a string body stays a string',
    event: message(),
    code: 'return { statusCode = 200, body = "[1]" }',
    want: { statusCode: 200, body: '[1]' },
  },
  {
    name: 'a message: a table body is encoded into a string',
    event: message(),
    code: 'return { statusCode = 200, body = { said = "hi" } }',
    want: { statusCode: 200, body: '{"said":"hi"}' },
  },
  {
    name: 'a message: a list as body is encoded into a string',
    event: message(),
    code: 'return { statusCode = 200, body = { 1, 2, 3 } }',
    want: { statusCode: 200, body: '[1,2,3]' },
  },
  { name: 'a route with a name counts as a message', event: message('{}', { routeKey: 'join' }), code: 'return', want: OK },
  { name: '$disconnect: nothing means 200', event: disconnect(), code: '', want: OK },
  { name: '$disconnect: true means 200', event: disconnect(), code: 'return true', want: OK },
  { name: 'an authorizer gets no default: nothing is null', event: authorizer(), code: '', want: null },
  { name: 'an authorizer gets no default: true is true', event: authorizer(), code: 'return true', want: true },
  { name: 'an authorizer gets no default: false is false', event: authorizer(), code: 'return false', want: false },
  {
    name: 'an authorizer: its policy goes out as it is',
    event: authorizer(),
    code: `return { principalId = "u1", context = { n = "1" }, policyDocument = { Version = "2012-10-17",
      Statement = { { Action = "execute-api:Invoke", Effect = "Allow", Resource = event.methodArn } } } }`,
    want: {
      principalId: 'u1',
      context: { n: '1' },
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: authorizer().methodArn }],
      },
    },
  },
]);

// Any other event's result.
table([
  { name: 'nothing is null', code: '', text: 'null' },
  { name: 'nil is null', code: 'return nil', text: 'null' },
  { name: 'true', code: 'return true', text: 'true' },
  { name: 'false', code: 'return false', text: 'false' },
  { name: 'a string', code: 'return "hello"', text: '"hello"' },
  { name: 'an empty string', code: 'return ""', text: '""' },
  { name: 'an integer has no point', code: 'return 3.0', text: '3' },
  { name: 'a negative fraction', code: 'return -0.5', text: '-0.5' },
  { name: '2^53', code: 'return 2 ^ 53', text: '9007199254740992' },
  { name: 'a fraction keeps all its digits', code: 'return 0.1 + 0.2', text: '0.30000000000000004' },
  { name: 'json.null', code: 'return { a = require("moonwire.json").null }', text: '{"a":null}' },
  { name: 'an empty table is an object', code: 'return {}', text: '{}' },
  { name: 'json.array is an array', code: 'return require("moonwire.json").array {}', text: '[]' },
  { name: 'a list is an array', code: 'return { 1, "b", { c = true } }', text: '[1,"b",{"c":true}]' },
  { name: 'statusCode means nothing here', code: 'return { statusCode = 200, body = { 1 } }', want: { statusCode: 200, body: [1] } },
]);

// An event that goes in comes out.
const mirrors = [
  ['null', null],
  ['a number', 12.5],
  ['a string', 'a "quoted" \\ line\nand \u0001 control'],
  ['an empty array', []],
  ['an empty object', {}],
  ['empties inside', { list: [], object: {}, deep: [[], {}] }],
  ['null members', { a: null, b: [null, 1, null] }],
  ['NUL', 'before\u0000after'],
  ['a NUL in a key', { 'k\u0000ey': 1 }],
  ['text beyond ASCII', 'Grüße 🌙 \u2028'],
  ['large and small numbers', [9007199254740992, -9007199254740992, 1e300, 5e-324, 0.1]],
  ['keys that differ by case', { Key: 1, key: 2, KEY: 3 }],
  ['keys that look like numbers', { 1: 'one', 2: 'two' }],
  ['a hundred levels', JSON.parse('['.repeat(100) + ']'.repeat(100))],
];
table(mirrors.map(([name, event]) => ({ name: `mirror: ${name}`, event, code: 'return event', want: event,
  options: { body: Buffer.from(JSON.stringify(event)) } })));

// Strings of an event as bytes: hex of what Lua sees, and the bytes of what goes out again.
const HEX = 'return (event.s:gsub(".", function(c) return ("%02x"):format(c:byte()) end))';
table([
  { name: 'Lua sees NUL', event: { s: 'a\u0000b' }, code: HEX, want: '610062' },
  { name: 'Lua sees UTF-8', event: { s: 'ü🌙' }, code: HEX, want: 'c3bcf09f8c99' },
  { name: 'Lua sees escaped surrogates as UTF-8', options: { body: Buffer.from('{"s":"\\ud83c\\udf19"}') }, code: HEX, want: 'f09f8c99' },
  {
    name: 'Lua sees invalid UTF-8 as it came',
    options: { body: Buffer.from('{"s":"\xff\x00\xc3("}'.replace('\x00', '\\u0000'), 'latin1') },
    code: HEX,
    want: 'ff00c328',
  },
  { name: 'C0 80 in an event is not taken for NUL', options: { body: Buffer.from('{"s":"\xc0\x80"}', 'latin1') }, code: HEX, want: 'c080' },
]);

scenario('invalid UTF-8 goes out as it came', { code: 'return event.s' }, async (lambda) => {
  const bytes = Buffer.from('"\xff\xfe tail \xc3"', 'latin1');
  const reply = await lambda.invoke(null, { body: Buffer.concat([Buffer.from('{"s":'), bytes, Buffer.from('}')]) });
  assert.deepEqual(reply.body, bytes);
});

scenario('every size comes through exactly, both ways', { code: 'return event.body' }, async (lambda) => {
  for (const size of [0, 1, 4096, 60000, 65535, 65536, 65537, 131072, 1 << 20, 6 * 1024 * 1024 - 100]) {
    const body = 'moonwire '.repeat(Math.ceil(size / 9)).slice(0, size);
    for (const deliver of [{}, { chunked: [8192] }]) {
      const reply = await lambda.invoke({ body }, { deliver });
      assert.equal(reply.kind, 'response');
      assert.equal(reply.json.length, size);
      assert.ok(reply.json === body, `${size} bytes differ`);
    }
  }
});

scenario('128 KB of every byte that JSON can hold', { code: 'return event.body' }, async (lambda) => {
  const body = Array.from({ length: 131072 }, (_, i) => String.fromCharCode(i % 256)).join('');
  const reply = await lambda.invoke({ body });
  assert.ok(reply.json === body);
});

// What JSON cannot say is an error that names the place.
table([
  { name: 'NaN', code: 'return { a = { b = 0 / 0 } }', fails: { errorMessage: /a\.b|a.*b/ } },
  { name: 'infinity', code: 'return { list = { 1, 1 / 0 } }', fails: { errorMessage: /list.*2/ } },
  { name: 'a function', code: 'return { callback = print }', fails: { errorMessage: /callback/ } },
  { name: 'a cycle', code: 'local t = {} t.me = t return t', fails: { errorMessage: /me/ } },
  { name: 'a coroutine', code: 'return { co = coroutine.create(print) }', fails: { errorMessage: /co/ } },
  { name: 'a WebSocket body that JSON cannot say', event: message(), code: 'return { statusCode = 200, body = { x = print } }',
    fails: { errorMessage: /x/ } },
].map((row) => ({ ...row, name: `cannot be encoded: ${row.name}` })));

scenario('the process goes on after a result that cannot be encoded', {
  code: 'if event.bad then return { print } end return "fine"',
}, async (lambda) => {
  assert.equal((await lambda.invoke({ bad: true })).kind, 'error');
  assert.equal((await lambda.invoke({})).json, 'fine');
});

// An event that is not JSON, or too deep, fails that invocation only.
for (const [name, body] of [
  ['half of an object', '{"a":'],
  ['blanks', ' \n'],
  ['a word', 'hello'],
  ['two values', '{} {}'],
  ['a hundred thousand levels', '['.repeat(100000) + ']'.repeat(100000)],
]) {
  scenario(`an event that cannot be decoded: ${name}`, { code: 'return "fine"' }, async (lambda) => {
    const reply = await lambda.invoke(null, { body: Buffer.from(body) });
    assert.equal(reply.kind, 'error', reply.text);
    assert.match(reply.headers['lambda-runtime-function-error-type'], /^Runtime\./);
    assert.equal((await lambda.invoke({})).json, 'fine');
  });
}
