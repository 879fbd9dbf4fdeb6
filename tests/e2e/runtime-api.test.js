'use strict';
// The conversation with the Runtime API: framing, statuses, lost connections. Every scenario also fails on a broken
// rule of the protocol (helper/runtime-api.js writes them down).

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const { Lambda, scenario } = require('./helper/bootstrap');

const ECHO = { code: 'return event' };
const EVENT = { text: 'Grüße', list: [], object: {}, n: 1 };

async function echoes(lambda, event, options) {
  const reply = await lambda.invoke(event, options);
  assert.equal(reply.kind, 'response');
  assert.deepEqual(reply.json, event);
  return reply;
}

// How an event may come.
const ways = [
  ['with a length', {}],
  ['in one chunk', { chunked: [4096] }],
  ['in chunks of one byte', { chunked: [1] }],
  ['in chunks of odd sizes', { chunked: [1, 2, 3, 5, 7, 11] }],
  ['in chunks with extensions', { chunked: [9], extension: ';name="v"' }],
  ['in chunks with a trailer', { chunked: [9], trailer: 'X-Checksum: 1\r\n' }],
  ['byte by byte, with a length', { pace: 1 }],
  ['byte by byte, in chunks', { pace: 1, chunked: [3, 1] }],
  ['in pieces of seven bytes', { pace: 7, chunked: [10] }],
  ['header names in capitals', { headerCase: 'upper' }],
  ['header names in small letters', { headerCase: 'lower' }],
  ['header values without a space before them', { space: '' }],
  ['header values with tabs and spaces', { space: ' \t  ' }],
  ['an empty reason', { reason: '' }],
  ['Connection: close', { close: true }],
  ['a connection that ends behind it', { hangup: true }],
  ['interim responses before it', { before: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n' }],
  ['a folded header line', { headerCase: 'lower', space: '\r\n ' }],
];
for (const [name, deliver] of ways) {
  scenario(`an event comes: ${name}`, ECHO, async (lambda) => {
    for (let i = 0; i < 3; i++) await echoes(lambda, { ...EVENT, i }, { deliver });
    await lambda.idle();
  });
}

scenario('one connection serves everything', ECHO, async (lambda) => {
  for (let i = 0; i < 20; i++) await echoes(lambda, { i });
  await lambda.idle();
  assert.equal(lambda.api.connections, 1);
  assert.equal(lambda.api.polls, 21);
});

scenario('a body of 1 MB byte by odd bytes', ECHO, async (lambda) => {
  const event = { text: 'x'.repeat(1 << 20) };
  await echoes(lambda, event, { deliver: { chunked: [1021], pace: 4093 } });
});

scenario('headers of 8 KB are read', ECHO, async (lambda) => {
  const context = JSON.stringify({ custom: { text: 'x'.repeat(8000) } });
  await echoes(lambda, EVENT, { headers: { 'Lambda-Runtime-Client-Context': context } });
});

scenario('a poll waits for as long as it takes', ECHO, async (lambda) => {
  await lambda.api.when(() => lambda.api.waiting.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await echoes(lambda, EVENT);
  assert.equal(lambda.api.connections, 1);
});

scenario('a proxy of the environment is not used', {
  ...ECHO,
  env: { http_proxy: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1' },
}, (lambda) => echoes(lambda, EVENT));

scenario('a request id is percent-encoded in the path', { code: 'return context.aws_request_id' }, async (lambda) => {
  for (const id of ['a b', 'a/b', 'a?b=c#d', 'a%2Fb', 'Ü'.normalize()]) {
    const header = { 'Lambda-Runtime-Aws-Request-Id': Buffer.from(id).toString('utf8') };
    const reply = await lambda.invoke({}, { id, headers: header });
    assert.equal(reply.json, id);
  }
});

scenario('a request id may come again with another invocation id', ECHO, async (lambda) => {
  for (let i = 0; i < 3; i++) await echoes(lambda, { i }, { id: 'same' });
});

scenario('an event without an invocation id is answered without one', ECHO, async (lambda) => {
  await echoes(lambda, EVENT, { headers: { 'Lambda-Runtime-Invocation-Id': null } });
  await echoes(lambda, EVENT, { headers: { 'Lambda-Runtime-Invocation-Id': '' } });
});

// Emulators serve several functions on one port: the rest of AWS_LAMBDA_RUNTIME_API is a path in front of everything.
const PREFIX = '/_runtime/echo/0123abcd';
scenario('the Runtime API below a path', { ...ECHO, prefix: PREFIX }, async (lambda) => {
  for (let i = 0; i < 3; i++) await echoes(lambda, { i });
  await lambda.idle();
  assert.equal(lambda.api.connections, 1);
});
scenario('errors are posted below a path', { code: 'error "x"', prefix: PREFIX }, async (lambda) => {
  assert.equal((await lambda.invoke({})).kind, 'error');
});
scenario('a failed start is reported below a path', { files: { 'app.lua': 'error "x"' }, prefix: PREFIX }, async (lambda) => {
  await lambda.api.when(() => lambda.api.initErrors.length === 1);
});

// No event in the answer: poll again.
for (const [name, way] of [
  ['200 without an id', { status: 200, text: '{}' }],
  ['200 with nothing', { status: 200, text: '' }],
  ['204', { status: 204 }],
  ['200 with an empty id', { status: 200, text: '{}', headers: { 'Lambda-Runtime-Aws-Request-Id': '' } }],
]) {
  scenario(`no event in the answer: ${name}`, ECHO, async (lambda) => {
    lambda.api.fault(way);
    lambda.api.fault(way);
    await echoes(lambda, EVENT);
    assert.equal(lambda.api.polls, 3);
  });
}

// What is no word of Lambda's about the reply: sent again.
for (const status of [408, 502, 503, 504]) {
  scenario(`a reply is answered with ${status}: sent again`, ECHO, async (lambda) => {
    await echoes(lambda, EVENT, { reply: [{ status, lost: true, close: true }, { status, lost: true }, {}] });
    await echoes(lambda, EVENT);
    assert.equal(lambda.api.requests.filter(({ method }) => method === 'POST').length, 4);
  });
}

// What Lambda says to a reply.
for (const status of [200, 201, 202]) {
  scenario(`a reply is accepted with ${status}`, ECHO, async (lambda) => {
    await echoes(lambda, EVENT, { reply: { status } });
    await echoes(lambda, EVENT);
    await lambda.idle();
    assert.doesNotMatch(lambda.stderr, /\t(WARN|ERROR|FATAL)\t/);
  });
}
for (const status of [400, 403, 410, 413]) {
  for (const [kind, code] of [['response', 'return "x"'], ['error', 'error "x"']]) {
    scenario(`${kind} is refused with ${status}: logged, not sent again, and the process goes on`, { code }, async (lambda) => {
      const reply = await lambda.invoke({}, { id: 'first', reply: { status } });
      assert.equal(reply.kind, kind);
      assert.equal((await lambda.invoke({})).kind, kind);
      await lambda.idle();
      assert.equal(lambda.api.requests.filter(({ method }) => method === 'POST').length, 2);
      assert.match(lambda.stderr, new RegExp(`\\tfirst\\t(WARN|ERROR)\\t.*${status}`));
    });
  }
}

scenario('a refusal: the log has what Lambda said', ECHO, async (lambda) => {
  await lambda.invoke(EVENT, { reply: { status: 413, text: '{"errorMessage":"Exceeded maximum","errorType":"RequestEntityTooLarge"}' } });
  await lambda.wrote('stderr', /RequestEntityTooLarge/);
});

// The log says in words what a refusal means: one record, one line, the answer quoted.
const warnings = (lambda) => lambda.records.filter((line) => /\t(WARN|ERROR|FATAL)\t/.test(line));
for (const [status, words] of [
  [400, /the invocation is gone: it timed out or was answered already/],
  [403, /was answered already/],
  [410, /the invocation is gone: it timed out or was answered already/],
  [413, /the result of 3 bytes is larger/],
  [404, /the reply is not wanted/],
]) {
  scenario(`a refusal in words: ${status}`, { code: 'return "x"' }, async (lambda) => {
    const said = `two\nlines\u0000, \u001b[31mred\u001b[0m\u007f and ${'long '.repeat(1000)}`;
    await lambda.invoke({}, { id: 'first', reply: { status, text: said } });
    assert.ok((await lambda.invoke({}, { id: 'second' })).accepted);
    await lambda.idle();
    const [record, ...others] = warnings(lambda);
    assert.deepEqual(others, []);
    assert.match(record, words);
    assert.match(record, new RegExp(`\\tfirst\\t.*${status}.*two lines ,  \\[31mred \\[0m  and long`));
    assert.ok(record.length < 700 && !/[\0-\x08\x0a-\x1f\x7f]/.test(record), record);
  });
}

// What a result that Lambda does not take brings: the caller has its error from Lambda; the log has size, limit and advice.
const LARGE = { code: 'return ("x"):rep(event.size)' };
const LIMIT = 6 * 1024 * 1024 + 100;
for (const [name, reply] of [
  ['when it has it all', [{ status: 413 }]],
  ['and closes the connection', [{ status: 413, close: true }]],
  ['when it has read the head, and closes the connection', [{ status: 413, early: 'close' }]],
  ['when it has read the head, and reads no more', [{ status: 413, early: 'open' }]],
  ['which is lost; the second attempt is answered with 403', [{ status: 413, drop: 'request' }, { status: 403 }]],
]) {
  scenario(`a result that is too large: Lambda says so ${name}`, LARGE, async (lambda) => {
    for (let i = 0; i < 2; i++) {
      const posts = () => lambda.api.requests.filter(({ method }) => method === 'POST').length;
      const before = posts();
      const { kind, accepted } = await lambda.invoke({ size: LIMIT }, { id: `large-${i}`, reply: [...reply] });
      assert.deepEqual([kind, accepted], ['response', false]);
      assert.equal((await lambda.invoke({ size: 10 })).json, 'x'.repeat(10));
      await lambda.idle();
      assert.equal(posts(), before + reply.length + 1);
    }
    assert.equal(warnings(lambda).length, 2);
    for (const record of warnings(lambda)) {
      for (const word of [String(LIMIT + 2), String(LIMIT), 'ws.send', 'S3']) assert.ok(record.includes(word), `${word}: ${record}`);
    }
  });
}
scenario('a result of exactly the limit is sent and taken', LARGE, async (lambda) => {
  assert.equal((await lambda.invoke({ size: LIMIT - 2 })).body.length, LIMIT);
  assert.deepEqual(warnings(lambda), []);
});

scenario('answers to replies may be chunked, slow, or end the connection', ECHO, async (lambda) => {
  for (const reply of [{ chunked: [3] }, { pace: 1 }, { close: true }, { hangup: true }, { text: '' }, { status: 202, text: 'x'.repeat(70000) }]) {
    await echoes(lambda, EVENT, { reply });
  }
  await lambda.idle();
});

/** It ends with a non-zero status and says why, once. */
async function givesUp(lambda) {
  const { code, signal } = await lambda.exit;
  assert.ok(code > 0 && !signal, `status ${code}, signal ${signal}`);
  const last = lambda.records.filter((line) => /\t(ERROR|FATAL)\t/.test(line));
  assert.equal(last.length, 1, lambda.stderr);
}

scenario('500 to a reply: the environment is over', ECHO, async (lambda) => {
  await lambda.invoke(EVENT, { reply: { status: 500 } });
  await givesUp(lambda);
});

scenario('500 to every poll: the environment is over', ECHO, async (lambda) => {
  await lambda.api.when(() => lambda.api.waiting.length === 1);
  lambda.api.dismiss();
  await givesUp(lambda);
  assert.ok(lambda.api.polls <= 20, `${lambda.api.polls} polls`);
});

scenario('403 to a poll: polls again', ECHO, async (lambda) => {
  lambda.api.fault({ status: 403 });
  await echoes(lambda, EVENT);
  assert.equal(lambda.api.polls, 2);
});

// Lost while an event comes: Lambda gives it again; the handler runs once.
const COUNT = { files: { 'app.lua': 'local n = 0\nreturn { run = function() n = n + 1 return n end }' } };
const points = ['request', 'status', 'head', 'body', 'end'];
for (const drop of points) {
  for (const reset of [false, true]) {
    for (const chunked of [undefined, [5]]) {
      const how = `${reset ? 'reset' : 'closed'}, ${chunked ? 'chunked' : 'with a length'}`;
      scenario(`lost connection in a poll: at ${drop} (${how})`, COUNT, async (lambda) => {
        assert.equal((await lambda.invoke(EVENT)).json, 1);
        assert.equal((await lambda.invoke(EVENT, { deliver: [{ drop, reset, chunked }, { chunked }] })).json, 2);
        assert.equal((await lambda.invoke(EVENT)).json, 3);
        await lambda.idle();
      });
    }
  }
}

// Lost while the reply goes out: it is sent again, the same; the handler runs once.
for (const drop of ['upload', 'request', 'status', 'head', 'end']) {
  for (const [kind, code] of [['response', 'return N'], ['error', 'error("n " .. N)']]) {
    scenario(`lost connection in a reply: ${kind}, at ${drop}`, {
      files: { 'app.lua': `N = 0\nreturn { run = function() N = N + 1 ${code} end }` },
    }, async (lambda) => {
      for (const n of [1, 2]) {
        const reply = await lambda.invoke(EVENT, { reply: n === 1 ? [{ drop }] : [] });
        assert.equal(reply.kind, kind);
        assert.equal(kind === 'response' ? reply.json : reply.json.errorMessage, kind === 'response' ? n : `n ${n}`);
      }
      await lambda.idle();
    });
  }
}

scenario('lost connection in a reply of 6 MB', { code: 'return ("x"):rep(6000000)' }, async (lambda) => {
  const reply = await lambda.invoke(EVENT, { reply: [{ drop: 'upload' }, {}] });
  assert.equal(reply.json.length, 6000000);
});

scenario('a reply that had arrived before the connection was lost: 403 to the second is no failure', ECHO, async (lambda) => {
  await lambda.invoke(EVENT, { reply: [{ drop: 'request' }, { status: 403 }] });
  await echoes(lambda, EVENT);
});

scenario('a connection that went away while the function slept is replaced', ECHO, async (lambda) => {
  for (let i = 0; i < 5; i++) {
    await lambda.api.when(() => lambda.api.waiting.length === 1);
    lambda.api.waiting[0].socket.destroy();
    await lambda.api.when(() => lambda.api.waiting.length === 0);
    await echoes(lambda, { i });
  }
});

// Answers that are no HTTP: the connection is dropped and the request made again.
for (const [name, raw] of [
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['no status', 'HTTP/1.1 \r\n\r\n'],
  ['a status of letters', 'HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n'],
  ['a length of letters', 'HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n'],
  ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['a length beyond everything', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
  ['a chunk size of letters', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size beyond everything', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n'],
  ['a chunk that is longer than it says', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n'],
  ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n'],
  ['interim responses without an end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)],
  ['another protocol that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n'],
  ['a NUL in a header', 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n'],
  ['a carriage return in a header', 'HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n'],
  ['a blank in front of the first header', 'HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 0\r\n\r\n'],
  ['a header that never ends', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(2 << 20)}`],
]) {
  scenario(`an answer that is no HTTP: ${name}`, COUNT, async (lambda) => {
    const reply = await lambda.invoke(EVENT, { deliver: [{ raw: Buffer.from(raw) }, {}] });
    assert.equal(reply.json, 1);
  });
}

// Nobody there.
scenario('every connection is dropped: bounded retries, then the end', ECHO, async (lambda) => {
  await echoes(lambda, EVENT);
  for (let i = 0; i < 100; i++) lambda.api.fault({ drop: 'request' });
  await givesUp(lambda);
  assert.ok(lambda.api.polls > 2 && lambda.api.polls < 30, `${lambda.api.polls} polls`);
});

scenario('every reply is dropped: bounded retries, then the end', ECHO, async (lambda) => {
  lambda.api.push(EVENT, { reply: Array(100).fill({ drop: 'request' }) });
  await givesUp(lambda);
  const posts = lambda.api.requests.filter(({ method }) => method === 'POST').length;
  assert.ok(posts > 1 && posts < 30, `${posts} replies`);
});

scenario('lost connections are forgotten after a success', ECHO, async (lambda) => {
  for (let i = 0; i < 30; i++) await echoes(lambda, { i }, { deliver: [{ drop: 'request' }, {}] });
});

scenario('lost connections leave no descriptor behind', ECHO, async (lambda) => {
  const descriptors = () => fs.readdirSync(`/proc/${lambda.child.pid}/fd`).length;
  await echoes(lambda, EVENT, { deliver: [{ drop: 'request' }, {}] }); // the first pause opens the loop's alarm
  await lambda.idle();
  const before = descriptors();
  for (const drop of ['request', 'head', 'body']) await echoes(lambda, EVENT, { deliver: [{ drop }, {}], reply: [{ drop }] });
  await lambda.idle();
  assert.equal(descriptors(), before);
});

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('nobody listens: bounded retries, then the end', async () => {
  const lambda = await Lambda.start({ ...ECHO, env: { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${await freePort()}` } });
  try {
    await givesUp(lambda);
    assert.match(lambda.stderr, /refused/i);
  } finally {
    await lambda.stop();
  }
});

for (const address of ['', 'nonsense', '127.0.0.1', '127.0.0.1:', '127.0.0.1:0', '127.0.0.1:99999', ':9001', 'http://127.0.0.1:9001']) {
  test(`an address that is none: "${address}"`, async () => {
    const lambda = await Lambda.start({ ...ECHO, env: { AWS_LAMBDA_RUNTIME_API: address } });
    try {
      const { code, signal } = await lambda.exit;
      assert.ok(code > 0 && !signal, `status ${code}, signal ${signal}`);
      assert.match(lambda.stderr, /AWS_LAMBDA_RUNTIME_API|127\.0\.0\.1|nonsense/);
    } finally {
      await lambda.stop();
    }
  });
}
