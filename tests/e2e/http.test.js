'use strict';
// http.request: what arrives at a server, what a handler gets back, hostile servers. Certificates: tls.test.js.

const test = require('node:test');
const assert = require('node:assert/strict');
const { Lambda } = require('./helper/bootstrap');
const { redirect } = require('./helper/redirect');
const { serve, serveBytes } = require('./helper/server');

const PRELUDE = `local http, async = require "moonwire.http", require "moonwire.async"
  local URL = os.getenv "SERVER"
  local function outcome(response, message, code) return response or { message = message, code = code } end\n`;

/** One test: a server, and a bootstrap whose handler returns outcome(http.request(...)); env adds variables. */
function scenario(name, { start, code, env = {} }, body) {
  test(name, { timeout: 120000 }, async () => {
    const server = await start();
    let lambda;
    try {
      lambda = await Lambda.start({ code: PRELUDE + code, env: { SERVER: server.url, ...env } });
      const reply = await lambda.invoke({});
      assert.equal(reply.kind, 'response', reply.text);
      await body(reply.json, server, lambda);
      await lambda.stop();
      lambda.check();
    } catch (error) {
      if (lambda) await lambda.stop().catch(() => {});
      throw Object.assign(error, { stack: `${error.stack}\n--- stderr\n${lambda ? lambda.stderr.slice(-4000) : ''}` });
    } finally {
      await server.close();
    }
  });
}

/** A server that answers every request with status, headers and text. */
const says = (status, headers, text) => () => serve((request, response) => {
  response.writeHead(status, headers);
  response.end(text);
});
const echo = () => serve((request, response) => response.end(JSON.stringify({ ...request, body: request.body.toString('latin1') })));

/* Requests: what is in `want` must arrive */

const requests = [
  { name: 'GET, and nothing is added', options: 'url = URL .. "/a?b=c"', want: { method: 'GET', url: '/a?b=c', body: '', names: ['Host'] } },
  { name: 'the target as it is', options: 'url = URL .. "/a/../b/%2e%2E//@x?q=%20&[]#part"', want: { url: '/a/../b/%2e%2E//@x?q=%20&[]', names: ['Host'] } },
  { name: 'no path', options: 'url = URL', want: { url: '/' } },
  { name: 'method in lower case', options: 'url = URL, method = "post", body = "x"', want: { method: 'POST', body: 'x', names: ['Host', 'Content-Length'] } },
  { name: 'POST without a body', options: 'url = URL, method = "POST"', want: { method: 'POST', body: '', names: ['Host', 'Content-Length'] } },
  { name: 'PUT', options: 'url = URL, method = "PUT", body = ("x"):rep(100000)', want: { method: 'PUT', body: 'x'.repeat(100000), names: ['Host', 'Content-Length'] } },
  { name: 'PATCH with any byte', options: 'url = URL, method = "PATCH", body = "\\0\\255\\r\\n"', want: { method: 'PATCH', body: '\0\xff\r\n' } },
  { name: 'DELETE without a body', options: 'url = URL, method = "DELETE"', want: { method: 'DELETE', body: '', names: ['Host'] } },
  { name: 'DELETE with a body', options: 'url = URL, method = "DELETE", body = "x"', want: { method: 'DELETE', body: 'x' } },
  { name: 'OPTIONS', options: 'url = URL, method = "OPTIONS"', want: { method: 'OPTIONS', names: ['Host'] } },
  { name: 'pairs keep their order, case and duplicates', options: 'url = URL, headers = { { "X-b", 1 }, { "x-A", "2" }, { "X-b", "" } }',
    want: { rawHeaders: ['X-b', '1', 'x-A', '2', 'X-b', ''] } },
  { name: 'a table of headers', options: 'url = URL, headers = { ["X-One"] = "1" }', want: { rawHeaders: ['X-One', '1'] } },
  { name: 'headers that are usually added', options: 'url = URL, method = "POST", body = "{}", headers = { { "Accept", "a/b" }, { "Content-Type", "application/json" }, { "User-Agent", "me" }, { "Content-Length", 2 } }',
    want: { rawHeaders: ['Accept', 'a/b', 'Content-Type', 'application/json', 'User-Agent', 'me', 'Content-Length', '2'] } },
  { name: 'a host of its own', options: 'url = URL, headers = { Host = "other.example" }', want: { rawHeaders: ['Host', 'other.example'] } },
];
for (const { name, options, want } of requests) {
  scenario(`request: ${name}`, { start: echo, code: `return outcome(http.request { ${options} })` }, (response) => {
    assert.equal(response.status, 200, response.message);
    const seen = JSON.parse(response.body);
    for (const key of ['method', 'url', 'body']) if (key in want) assert.equal(seen[key], want[key]);
    if (want.names) assert.deepEqual(seen.rawHeaders.filter((_, i) => i % 2 === 0), want.names);
    if (want.rawHeaders) assert.deepEqual(seen.rawHeaders.filter((_, i) => want.rawHeaders.includes(seen.rawHeaders[i - (i % 2)])), want.rawHeaders);
  });
}

/* Responses */

const GET = 'return outcome(http.request { url = URL })';
const responses = [
  { name: 'status, headers, body', start: says(201, { 'X-Some': 'a' }, 'text'), check: (r) => assert.deepEqual([r.status, r.headers['x-some'], r.body], [201, 'a', 'text']) },
  { name: 'an error is a response', start: says(500, {}, 'no'), check: (r) => assert.deepEqual([r.status, r.body], [500, 'no']) },
  { name: 'a redirect is a response', start: says(302, { Location: '/x' }, ''), check: (r) => assert.deepEqual([r.status, r.headers.location], [302, '/x']) },
  { name: 'no body', start: says(204, {}), check: (r) => assert.deepEqual([r.status, r.body], [204, '']) },
  { name: 'headers in any case', start: says(200, { 'X-Some-Header': 'a' }, ''),
    code: 'local h = http.request { url = URL }.headers\nreturn { h["x-some-header"], h["X-SOME-HEADER"], h["X-Some-Header"], h.none == nil, h[1] == nil }',
    check: (r) => assert.deepEqual(r, ['a', 'a', 'a', true, true]) },
  { name: 'values of one name are joined, cookies are a list', start: says(200, [['A', '1'], ['Set-Cookie', 'x=1; Expires=Mon, 1 Jan'], ['a', '2'], ['Set-Cookie', 'y=2']], ''),
    check: (r) => assert.deepEqual([r.headers.a, r.cookies], ['1, 2', ['x=1; Expires=Mon, 1 Jan', 'y=2']]) },
  { name: 'no cookies, no list', start: says(200, {}, ''), check: (r) => assert.equal(r.cookies, undefined) },
  { name: 'any byte', start: says(200, {}, Buffer.from([0, 1, 200, 10])), code: 'local b = http.request { url = URL }.body\nreturn { b:byte(1, -1) }', check: (r) => assert.deepEqual(r, [0, 1, 200, 10]) },
  { name: 'one megabyte in chunks', start: () => serve((request, response) => { for (let i = 0; i < 16; i++) response.write('x'.repeat(65536)); response.end(); }),
    code: 'return #http.request { url = URL }.body', check: (r) => assert.equal(r, 1048576) },
  { name: 'to HEAD', start: says(200, { 'Content-Length': 12345678 }), code: 'return outcome(http.request { url = URL, method = "HEAD" })',
    check: (r) => assert.deepEqual([r.status, r.headers['content-length'], r.body], [200, '12345678', '']) },
  { name: 'after an interim one', start: () => serveBytes((socket) => socket.end('HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
    check: (r) => assert.deepEqual([r.status, r.headers.link, r.body], [200, undefined, 'ok']) },
];
for (const { name, start, code = GET, check } of responses) scenario(`response: ${name}`, { start, code }, check);

/* Hostile servers */

const sends = (text) => () => serveBytes((socket) => socket.end(text, 'latin1'));
const drips = (first, part) => () => serveBytes((socket) => {
  socket.write(first);
  const timer = setInterval(() => socket.write(part), 5);
  socket.on('close', () => clearInterval(timer));
});
const hostile = [
  { name: 'says nothing and closes', start: () => serveBytes((socket) => socket.destroy()), code: 'network' },
  { name: 'resets', start: () => serveBytes((socket) => socket.resetAndDestroy()), code: 'network' },
  { name: 'never answers', start: () => serveBytes(() => {}), options: 'timeout_ms = 50', code: 'timeout' },
  { name: 'drips a header for ever', start: drips('HTTP/1.1 200 OK\r\nA: ', 'x'), options: 'timeout_ms = 100', code: 'timeout' },
  { name: 'drips a body for ever', start: drips('HTTP/1.1 200 OK\r\n\r\n', 'x'), options: 'timeout_ms = 100', code: 'timeout' },
  { name: 'cuts the body', start: sends('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello'), code: 'network' },
  { name: 'cuts a chunk', start: sends('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhello'), code: 'network' },
  { name: 'cuts the headers', start: sends('HTTP/1.1 200 OK\r\nContent-'), code: 'network' },
  { name: 'speaks SSH', start: sends('SSH-2.0-OpenSSH_9.2p1\r\n'), code: 'network' },
  { name: 'sends a status that is none', start: sends('HTTP/1.1 9999 Huge\r\n\r\n'), code: 'network' },
  { name: 'sends a header without a colon', start: sends('HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'), code: 'network' },
  { name: 'sends noise', start: sends(Array.from({ length: 5000 }, (_, i) => String.fromCharCode((i * 7919) % 256)).join('')), code: 'network' },
  { name: 'sends a huge header', start: sends(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(300000)}\r\n\r\n`), code: 'too_large' },
  { name: 'sends many headers', start: sends(`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(20000)}\r\n`), code: 'too_large' },
  { name: 'announces too much', start: sends('HTTP/1.1 200 OK\r\nContent-Length: 8388609\r\n\r\nx'), code: 'too_large' },
  { name: 'sends too much', start: sends(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1001)}`), options: 'max_body = 1000', code: 'too_large' },
  { name: 'asks to switch protocols', start: sends('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nnoise'), options: 'timeout_ms = 2000', code: /network|timeout/ },
];
for (const { name, start, options = '', code } of hostile) {
  scenario(`a server that ${name}`, { start, code: `return outcome(http.request { url = URL .. "/?secret=1", ${options} })` }, (result) => {
    assert.match(String(result.code), code instanceof RegExp ? code : new RegExp(`^${code}$`), JSON.stringify(result).slice(0, 500));
    assert.match(result.message, /^http\.request: http:\/\/127\.0\.0\.1:\d+: /);
    assert.ok(!result.message.includes('secret'));
  });
}

/* Connections */

scenario('connections are kept', { start: echo, code: 'for i = 1, 10 do assert(http.request { url = URL }) end return true' },
  (result, server) => assert.deepEqual([server.requests.length, server.sockets], [10, 1]));

scenario('requests run together', {
  start: () => { // answers none before all have come
    const waiting = [];
    return serve((request, response) => {
      waiting.push(response);
      if (waiting.length === 8) for (const each of waiting) each.end('ok');
    });
  },
  code: `local fns = {}
    for i = 1, 8 do fns[i] = function() return assert(http.request { url = URL }).status end end
    return async.all(fns)`,
}, (result) => assert.deepEqual(result, Array(8).fill(200)));

scenario('a request that is cancelled leaves nothing', {
  start: () => serveBytes(() => {}),
  code: 'return async.race { function() return outcome(http.request { url = URL }) end, function() async.sleep(30) return "slept" end }',
}, async (result, server) => {
  assert.equal(result, 'slept');
  while (server.open.size > 0) await new Promise((resolve) => { setTimeout(resolve, 5); });
});

scenario('proxies are not used', { start: echo, code: GET, env: { http_proxy: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1' } },
  (result) => assert.equal(result.status, 200));

// Who is given up while it connects is closed by libcurl without a word, and the next connection has its number.
scenario('a request that is given up while it connects disturbs no other', {
  start: echo,
  code: `async.race { function() return http.request { url = URL } end, function() return "at once" end }
    return outcome(http.request { url = URL, timeout_ms = 20000 })`,
}, (result) => assert.equal(result.status, 200));

// The resolver's descriptors have numbers that the connection gets next; who mixes them up hears of the answer when libcurl's
// timers ring, the last of them the timeout.
test('a server that is found by its name may take its time', { timeout: 120000 }, async () => {
  const server = await serve((request, response) => setTimeout(() => response.end('late'), 700));
  const lambda = await Lambda.start({ env: redirect(server.port).env, code: `${PRELUDE}
    local results = {}
    for i, host in ipairs { "one.example", "two.example", "one.example" } do
      results[i] = outcome(http.request { url = "http://" .. host .. ":443/", timeout_ms = 15000, connect_timeout_ms = 15000 }).body
    end
    return results` });
  try {
    assert.deepEqual((await lambda.invoke({})).json, ['late', 'late', 'late']);
    assert.equal(server.sockets, 2);
    await lambda.stop();
    lambda.check();
  } finally {
    await lambda.stop().catch(() => {});
    await server.close();
  }
});
