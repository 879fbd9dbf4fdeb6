'use strict';
// HTTP routes of the local gateway: fetch and raw requests against the real `moonwire dev`, and what they push to sockets.
// One process serves all cases; what is said about each rule in bytes is tested in tests/unit/test_http_api_*.c.

const test = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');
const { Dev } = require('./helper/dev');
const { patiently } = require('./helper/program');

const MB = 1024 * 1024;

const serverless = {
  service: 'tested',
  provider: {
    name: 'aws', runtime: 'provided.al2023',
    environment: { // what a deployed HTTP route needs to find the sockets; the local gateway's address counts for more
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: { 'Fn::Sub': 'https://${WebsocketsApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/dev' },
      HTTP_API: { Ref: 'HttpApi' },
    },
    httpApi: { cors: { allowedOrigins: ['https://app.example'], allowedHeaders: ['X-Token'], allowCredentials: true, maxAge: 60 } },
  },
  functions: {
    app: {
      handler: 'app.main',
      timeout: 25,
      events: [
        { websocket: '$connect' }, { websocket: '$default' },
        { httpApi: 'GET /users/{id}' }, { httpApi: 'ANY /echo/{proxy+}' }, { httpApi: 'POST /push/{connection}' },
        { httpApi: { method: 'post', path: '/broadcast' } }, { httpApi: 'GET /results/{kind}' }, { httpApi: 'GET /slow' },
        { httpApi: { method: 'get', path: '/closed', authorizer: 'door' } },
      ],
    },
    other: { handler: 'app.other', events: [{ httpApi: '*' }] },
  },
};

const lua = `
local ws, json, async = require "moonwire.ws", require "moonwire.json", require "moonwire.async"
local M = {}
local results = {
  table = function() return { a = 1 } end,
  text = function() return "plain" end,
  nothing = function() end,
  created = function()
    return { statusCode = 201, headers = { ["Content-Type"] = "text/html", ["X-Own"] = "1,2" }, cookies = { "a=1", "b=2; Secure" }, body = "<p>" }
  end,
  binary = function() return { statusCode = 200, headers = { ["content-type"] = "image/png" }, isBase64Encoded = true, body = "iVBORwD/" } end,
  empty = function() return { statusCode = 204 } end,
  encoded = function() return { statusCode = 422, headers = { ["X-Own"] = "1" }, body = { { a = 1 }, json.null } } end,
  problem = function() return { statusCode = 400, headers = { ["Content-Type"] = "application/problem+json" }, body = {} } end,
  broken = function() return { statusCode = 200, body = 5 } end,
  smuggled = function() return { statusCode = 200, headers = { a = "b\\r\\nSet-Cookie: c=d" } } end,
  raised = function() error("with a reason that clients do not see") end,
  failed = function() return nil, "refused", "Refused" end,
  cors = function() return { statusCode = 200, headers = { ["Access-Control-Allow-Origin"] = "*" } } end,
  api = function() return os.getenv "HTTP_API" end,
}
local routes = {
  ["$connect"] = function() return true end,
  ["$default"] = function(event) ws.reply { id = event.requestContext.connectionId } end,
  ["GET /users/{id}"] = function(event) return event end,
  ["ANY /echo/{proxy+}"] = function(event) return event end,
  ["POST /push/{connection}"] = function(event)
    local ok, message, code = ws.send(event.pathParameters.connection, event.body)
    if not ok then return { statusCode = code == "gone" and 410 or 502, body = code .. ": " .. message } end
    return { statusCode = 202 }
  end,
  ["POST /broadcast"] = function(event)
    local client = ws.client { endpoint = os.getenv "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI" }
    local sent = 0
    for _, id in ipairs(json.decode(event.body)) do sent = sent + (client.send(id, { news = true }) and 1 or 0) end
    return { sent = sent }
  end,
  ["GET /results/{kind}"] = function(event) return results[event.pathParameters.kind]() end,
  ["GET /slow"] = function() print "slow begins" async.sleep(500) end,
}
function M.main(event) return routes[event.requestContext.routeKey](event) end
function M.other(event) return "other" .. event.rawPath end
return M
`;

let dev;
test.before(async () => {
  dev = await Dev.start({ files: { 'serverless.yml': JSON.stringify(serverless), 'app.lua': lua } });
});
test.after(async () => {
  await dev.stop();
  dev.check();
});

/** A case: the process's output is shown when it fails. */
function scenario(name, body) {
  test(name, async () => {
    try {
      await patiently(body());
    } catch (error) {
      throw Object.assign(error, { message: `${error.message}\n${dev.report()}` });
    }
  });
}

const get = (path, options) => fetch(dev.origin + path, options);
const getJson = async (path, options) => (await get(path, options)).json();

/** Writes bytes to the port and resolves with all that comes until the server closes. */
function raw(text) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(dev.port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1').on('data', (part) => { answer += part; }).on('end', () => resolve(answer)).on('error', reject);
  });
}

scenario('an HTTP route pushes to a socket', async () => {
  const client = await dev.connect();
  const { id } = await client.askJson('who am I');
  const answer = await get(`/push/${encodeURIComponent(id)}`, { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'hello from HTTP' });
  assert.equal(answer.status, 202);
  assert.equal(await client.next(), 'hello from HTTP');
  const sent = await getJson('/broadcast', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify([id, id]) });
  assert.deepEqual(sent, { sent: 2 });
  assert.equal(await client.next(), '{"news":true}');
  assert.equal(await client.next(), '{"news":true}');
  await client.close();
  const gone = await get('/push/AAAAAAAAAAAAAAA%3D', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'x' });
  assert.equal(gone.status, 410);
});

scenario('the event has the payload format 2.0', async () => {
  const event = await getJson('/users/a%20b?x=1&y=%26&x=2', { headers: { Cookie: 'a=1; b=2', 'User-Agent': 'tester', 'X-Token': 't' } });
  const { headers, requestContext: context, ...rest } = event;
  assert.deepEqual(rest, {
    version: '2.0', routeKey: 'GET /users/{id}', rawPath: '/users/a b', rawQueryString: 'x=1&y=%26&x=2', cookies: ['a=1', 'b=2'],
    queryStringParameters: { x: '1,2', y: '&' }, pathParameters: { id: 'a b' }, isBase64Encoded: false,
  });
  assert.equal(headers.host, context.domainName);
  assert.equal(headers['x-token'], 't');
  assert.equal(headers['content-length'], '0');
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  assert.equal(headers.cookie, undefined);
  const { time, timeEpoch, requestId, ...constant } = context;
  assert.match(requestId, /^[A-Za-z0-9_-]{15}=$/);
  assert.match(time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  assert.ok(Number.isInteger(timeEpoch));
  const apiId = await (await get('/results/api')).text();
  assert.match(apiId, /^[a-z0-9]{10}$/);
  assert.deepEqual(constant, {
    accountId: '123456789012', apiId, domainName: `${apiId}.execute-api.us-east-1.amazonaws.com`, domainPrefix: apiId,
    http: { method: 'GET', path: '/users/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'tester' },
    routeKey: 'GET /users/{id}', stage: '$default',
  });
});

scenario('methods and bodies', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const text = await getJson('/echo/a/b', { method, headers: { 'Content-Type': 'application/json' }, body: '{"ü":1}' });
    assert.equal(text.requestContext.http.method, method);
    assert.deepEqual([text.body, text.isBase64Encoded, text.pathParameters.proxy], ['{"ü":1}', false, 'a/b']);
  }
  const bytes = await getJson('/echo/', { method: 'POST', body: new Uint8Array([0, 255, 16]) });
  assert.deepEqual([bytes.body, bytes.isBase64Encoded, bytes.pathParameters.proxy], ['AP8Q', true, '']);
  const form = await getJson('/echo/x', { method: 'POST', body: new URLSearchParams({ a: 'b' }) });
  assert.deepEqual([form.body, form.isBase64Encoded], [Buffer.from('a=b').toString('base64'), true]);
  const chunked = await raw('POST /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n');
  const event = JSON.parse(chunked.slice(chunked.indexOf('{')));
  assert.deepEqual([event.body, event.headers['content-length'], event.headers['transfer-encoding']], ['hi!', '3', undefined]);
  const head = await get('/echo/x', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
});

scenario('the catch-all takes the rest, every method of it', async () => {
  assert.equal(await (await get('/nowhere')).text(), 'other/nowhere');
  assert.equal(await (await get('/users/1', { method: 'DELETE' })).text(), 'other/users/1');
  assert.equal(await (await get('/dev')).text(), 'other/dev');
  assert.equal((await get('/a%zz')).status, 400);
});

const RESULTS = [
  { kind: 'table', status: 200, type: 'application/json', body: '{"a":1}' },
  { kind: 'text', status: 200, type: 'application/json', body: 'plain' },
  { kind: 'nothing', status: 200, type: 'application/json', body: 'null', note: /without `return`/ },
  { kind: 'encoded', status: 422, type: 'application/json', body: '[{"a":1},null]' },
  { kind: 'problem', status: 400, type: 'application/problem+json', body: '{}' },
  { kind: 'created', status: 201, type: 'text/html', body: '<p>' },
  { kind: 'empty', status: 204, type: null, body: '' },
  { kind: 'broken', status: 500, type: 'application/json', body: '{"message":"Internal Server Error"}', note: /body must be a string/ },
  { kind: 'smuggled', status: 500, type: 'application/json', body: '{"message":"Internal Server Error"}', note: /control characters/ },
  { kind: 'raised', status: 500, type: 'application/json', body: '{"message":"Internal Server Error"}', outcome: 'error' },
  { kind: 'failed', status: 500, type: 'application/json', body: '{"message":"Internal Server Error"}', outcome: 'error' },
];
scenario('results become responses', async () => {
  for (const { kind, status, type, body, note, outcome = 'result' } of RESULTS) {
    const before = dev.all({ type: 'invocation', route: 'GET /results/{kind}' }).length;
    const answer = await get(`/results/${kind}`);
    assert.equal(answer.status, status, kind);
    assert.equal(answer.headers.get('content-type'), type, kind);
    assert.equal(await answer.text(), body, kind);
    assert.match(answer.headers.get('apigw-requestid'), /=$/);
    const told = (await dev.invocations(before + 1, { route: 'GET /results/{kind}' })).at(-1);
    assert.deepEqual([told.status, told.outcome, told.connectionId], [status, outcome, undefined], kind);
    if (note) assert.match(told.note, note);
  }
  const created = await get('/results/created');
  assert.deepEqual(created.headers.getSetCookie ? created.headers.getSetCookie() : ['a=1', 'b=2; Secure'], ['a=1', 'b=2; Secure']);
  assert.equal(created.headers.get('x-own'), '1,2');
  const binary = Buffer.from(await (await get('/results/binary')).arrayBuffer());
  assert.deepEqual([...binary], [0x89, 0x50, 0x4e, 0x47, 0x00, 0xff]);
});

scenario('a route with an authorizer lets nobody in', async () => {
  const answer = await get('/closed', { headers: { Authorization: 'Bearer x' } });
  assert.equal(answer.status, 500);
  await dev.line({ type: 'note', text: /GET \/closed: 500 .*authorizer/ });
  assert.match(dev.all({ type: 'warning' }).map(({ text }) => text).join('\n'), /authorizers of HTTP routes are not emulated: requests to GET \/closed/);
});

scenario('CORS is the gateway\'s business', async () => {
  const preflight = await get('/users/1', { method: 'OPTIONS', headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' } });
  assert.equal(preflight.status, 204);
  const named = (answer, name) => answer.headers.get(`access-control-${name}`);
  assert.equal(named(preflight, 'allow-origin'), 'https://app.example');
  assert.equal(named(preflight, 'allow-headers'), 'X-Token');
  assert.equal(named(preflight, 'max-age'), '60');
  assert.equal(named(preflight, 'allow-credentials'), 'true');
  assert.match(named(preflight, 'allow-methods'), /OPTIONS.*GET/);
  assert.equal(named(await get('/results/cors', { headers: { Origin: 'https://app.example' } }), 'allow-origin'), 'https://app.example');
  // The public port wants no pages of others (docs/gateway.md, "Who may connect"), and no names that somebody points here.
  const other = await get('/results/cors', { headers: { Origin: 'https://other.example' } });
  assert.deepEqual([other.status, named(other, 'allow-origin')], [403, null]);
  await dev.line({ type: 'note', text: /a page of https:\/\/other\.example was refused/ });
  for (const origin of ['', 'Origin: https://app.example\r\n'])
    assert.match(await raw(`GET /results/text HTTP/1.1\r\nHost: rebound.example\r\n${origin}Connection: close\r\n\r\n`), /^HTTP\/1\.1 403 /);
});

scenario('limits', async () => {
  const large = await get('/echo/x', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(2 * MB) });
  assert.equal((await large.json()).body.length, 2 * MB);
  const tooMuch = { message: 'Request Entity Too Large' };
  const event = await get('/echo/x', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(7 * MB) }); // more than a function gets
  assert.deepEqual([event.status, await event.json()], [413, tooMuch]);
  const refused = await raw(`POST /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${10 * MB + 1}\r\n\r\n`); // more than API Gateway takes
  assert.match(refused, /^HTTP\/1\.1 413 /);
  assert.deepEqual(JSON.parse(refused.slice(refused.indexOf('{'))), tooMuch);
});

scenario('the management API is there, and wants signatures', async () => {
  assert.equal((await get('/dev/@connections/AAAAAAAAAAAAAAA%3D', { method: 'POST', body: 'x' })).status, 403);
  const long = await get('/dev/@connections/AAAAAAAAAAAAAAA%3D', { method: 'POST', body: 'x'.repeat(MB + 1) });
  assert.equal(long.status, 413);
  assert.equal(await long.text(), 'The request body is too long.\n');
});

scenario('many requests at once, and on one connection', async () => {
  const paths = Array.from({ length: 20 }, (_, i) => `/users/${i}`);
  const events = await Promise.all(paths.map((path) => getJson(path)));
  assert.deepEqual(events.map(({ rawPath }) => rawPath), paths);
  const two = await raw(['/one', '/two'].map((path, i) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${i ? 'Connection: close\r\n' : ''}\r\n`).join(''));
  assert.deepEqual(two.match(/other\/(one|two)/g), ['other/one', 'other/two']);
});

scenario('a client that leaves is forgotten', async () => {
  const controller = new AbortController();
  const left = assert.rejects(get('/slow', { signal: controller.signal }), /abort/i);
  await dev.line({ type: 'log', text: /slow begins/ });
  controller.abort();
  await left;
  assert.equal((await get('/users/still')).status, 200);
  const [told] = await dev.invocations(1, { route: 'GET /slow' });
  assert.deepEqual([told.status, told.note], [undefined, 'nobody waited for this any more']);
});

test('an HTTP API without WebSockets; a timeout; routes that come and go; the end', async () => {
  const yaml = (events, more = {}) => JSON.stringify({ service: 'alone', provider: { name: 'aws' }, functions: { app: { handler: 'app.main', events, ...more } } });
  const files = {
    'serverless.yml': yaml([{ httpApi: 'GET /a' }, { httpApi: 'GET /slow' }]),
    'app.lua': 'local async = require "moonwire.async"\nreturn { main = function(event) if event.rawPath == "/slow" then print "slow begins" async.sleep(5000) end return event.routeKey end }\n',
  };
  const alone = await Dev.start({ files, args: ['--integration-timeout', '1'] });
  try {
    await patiently((async () => {
      const ready = alone.all({ type: 'ready' })[0];
      assert.deepEqual(ready.httpRoutes.map(({ routeKey }) => routeKey), ['GET /a', 'GET /slow']);
      assert.deepEqual([ready.httpUrl, ready.routes], [alone.origin, []]);
      assert.deepEqual(alone.all({ type: 'warning' }), []);
      assert.equal(await (await fetch(`${alone.origin}/a`)).text(), 'GET /a');
      const slow = await fetch(`${alone.origin}/slow`);
      assert.equal(slow.status, 503);
      assert.deepEqual(await slow.json(), { message: 'Service Unavailable' });
      assert.equal((await fetch(`${alone.origin}/b`)).status, 404);
      await alone.line({ type: 'note', text: 'GET /b: 404 Not Found: no HTTP route takes it' });

      const fs = require('node:fs');
      const change = async (text, event) => {
        const count = alone.all({ type: 'reload', event }).length;
        fs.writeFileSync(`${alone.directory}/serverless.yml`, text);
        await alone.when(() => alone.all({ type: 'reload', event }).length > count);
      };
      await change(yaml([{ httpApi: 'GET /b' }, { httpApi: 'GET /slow' }]), 'done');
      assert.equal(await (await fetch(`${alone.origin}/b`)).text(), 'GET /b');
      assert.equal((await fetch(`${alone.origin}/a`)).status, 404);
      await change(yaml([{ httpApi: 'GET b' }]), 'refused');
      assert.equal(await (await fetch(`${alone.origin}/b`)).text(), 'GET /b');
      await change(yaml([{ websocket: '$default' }]), 'done');
      assert.equal((await fetch(`${alone.origin}/b`)).status, 426);
      await change(yaml([{ httpApi: 'GET /slow' }]), 'done');
      const last = fetch(`${alone.origin}/slow`);
      await alone.when(() => alone.all({ type: 'log', text: /slow begins/ }).length === 2);
      const end = alone.stop();
      assert.equal((await last).status, 503); // it is not kept waiting
      await end;
    })());
    alone.check();
  } catch (error) {
    await alone.stop().catch(() => {});
    throw Object.assign(error, { message: `${error.message}\n${alone.report()}` });
  }
});
