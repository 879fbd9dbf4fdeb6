'use strict';
// ws.send, ws.reply, ws.close, ws.info: what arrives at API Gateway, byte for byte, and what its answers become.

const test = require('node:test');
const assert = require('node:assert/strict');
const { Lambda, SECRETS } = require('./helper/bootstrap');
const { connect, message, disconnect, requestContext } = require('./helper/events');
const { serve, serveBytes } = require('./helper/server');
const { verify, canonicalPath } = require('./helper/signature');

const KEYS = { keyId: 'AKIDEXAMPLE', secret: SECRETS[0], token: SECRETS[1], region: 'eu-central-1' };
const ID = requestContext.connectionId;
const WIRE = '/prod/@connections/BFaT_fALIAMCKug%3D';
const MANAGEMENT = 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI';

/** What API Gateway answers (recorded): status, headers, body. */
const ANSWERS = {
  ok: [200, { 'Content-Type': 'application/json' }, ''],
  deleted: [204, {}, ''],
  gone: [410, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'GoneException' }, ''],
};

/** One test: a server in API Gateway's place, a bootstrap whose handler runs `code`; env and options see the server. */
function scenario(name, { code, answer = 'ok', env, files }, body) {
  test(name, { timeout: 120000 }, async () => {
    const gateway = await serve((request, response) => {
      if (typeof answer === 'function') { answer(request, response); return; }
      const [status, headers, text] = ANSWERS[answer] || answer;
      response.writeHead(status, headers);
      response.end(text);
    });
    let lambda;
    try {
      const variables = env ? env(gateway) : { [MANAGEMENT]: `${gateway.url}/prod` };
      lambda = await Lambda.start({ code: `local ws = require "moonwire.ws"\n${code}`, files, env: variables });
      await body(lambda, gateway);
      await lambda.stop();
      lambda.check();
    } catch (error) {
      if (lambda) await lambda.stop().catch(() => {});
      throw Object.assign(error, { stack: `${error.stack}\n--- stderr\n${lambda ? lambda.stderr.slice(-4000) : ''}` });
    } finally {
      await gateway.close();
    }
  });
}

/** Results as a list that JSON can hold: { result or false, message, code }. */
const RESULTS = 'local function results(a, b, c) if a == nil then a = false end return { statusCode = 200, body = { a, b or "", c or "" } } end\n';
const resultsOf = (reply) => JSON.parse(reply.json.body);

/* Requests */

const long = 'x'.repeat(131072);
const requests = [
  { name: 'a string goes out as it is', code: 'ws.send("a-b_c=", "hi there")', method: 'POST', url: '/prod/@connections/a-b_c%3D', body: 'hi there' },
  { name: 'a table goes out as JSON', code: 'ws.send("a=", { list = { 1, 2 } })', method: 'POST', url: '/prod/@connections/a%3D', body: '{"list":[1,2]}' },
  { name: 'any byte', code: 'ws.send("a=", "\\0\\255\\r\\n")', method: 'POST', url: '/prod/@connections/a%3D', body: Buffer.from([0, 255, 13, 10]) },
  { name: 'an empty string', code: 'ws.send("a=", "")', method: 'POST', url: '/prod/@connections/a%3D', body: '' },
  { name: '128 KB', code: 'ws.send("a=", ("x"):rep(131072))', method: 'POST', url: '/prod/@connections/a%3D', body: long },
  { name: 'an id that is none', code: 'ws.send("../@x?y#\\r\\n%", "hi")', method: 'POST', url: '/prod/@connections/..%2F%40x%3Fy%23%0D%0A%25', body: 'hi' },
  { name: 'reply goes to the connection of the event', code: 'ws.reply("hi")', method: 'POST', url: WIRE, body: 'hi' },
  { name: 'close', code: 'ws.close("a=")', answer: 'deleted', method: 'DELETE', url: '/prod/@connections/a%3D', body: '' },
  { name: 'info', code: 'ws.info("a=")', method: 'GET', url: '/prod/@connections/a%3D', body: '' },
];
for (const { name, code, answer, method, url, body } of requests) {
  scenario(`request: ${name}`, { code, answer }, async (lambda, gateway) => {
    await lambda.invoke(message());
    assert.equal(gateway.requests.length, 1);
    const [request] = gateway.requests;
    assert.equal(request.method, method);
    assert.equal(request.url, url);
    assert.deepEqual(request.body, Buffer.from(body));
    verify(request, KEYS);
    assert.equal(request.headers.host, `127.0.0.1:${gateway.port}`);
    assert.equal(request.headers['content-length'], method === 'POST' ? String(Buffer.byteLength(body)) : undefined);
    for (const other of ['accept', 'expect', 'user-agent', 'content-type']) assert.equal(request.headers[other], undefined);
  });
}

test('the canonical path is the one that API Gateway expects', () => {
  assert.equal(canonicalPath(WIRE), '/prod/%40connections/BFaT_fALIAMCKug%253D');
});

/* Places */

const places = [
  { name: 'the management variable, slash at its end', env: (g) => ({ [MANAGEMENT]: `${g.url}/a/b/` }), url: '/a/b/@connections/x' },
  { name: 'the general variable and the stage', env: (g) => ({ AWS_ENDPOINT_URL: g.url }), url: '/prod/@connections/x' },
  { name: 'the management variable before the general one', env: (g) => ({ [MANAGEMENT]: `${g.url}/m`, AWS_ENDPOINT_URL: `${g.url}/g` }), url: '/m/@connections/x' },
  { name: 'an empty variable is none', env: (g) => ({ [MANAGEMENT]: '', AWS_ENDPOINT_URL: g.url }), url: '/prod/@connections/x' },
  { name: 'a given endpoint', env: (g) => ({ GATEWAY: g.url, [MANAGEMENT]: 'http://127.0.0.1:1/never' }), client: '{ endpoint = os.getenv("GATEWAY") .. "/live/" }', url: '/live/@connections/x' },
  { name: 'a given endpoint, variables ignored', env: (g) => ({ GATEWAY: g.url, [MANAGEMENT]: 'http://127.0.0.1:1/never', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }),
    client: '{ endpoint = os.getenv("GATEWAY") .. "/live" }', url: '/live/@connections/x' },
  { name: 'the recipe of the documentation', client: '{ endpoint = "https://" .. event.requestContext.domainName .. "/" .. event.requestContext.stage }', url: '/prod/@connections/x' },
  { name: 'a given Region', client: '{ region = "us-west-2" }', url: '/prod/@connections/x', keys: { ...KEYS, region: 'us-west-2' } },
  { name: 'AWS_REGION before AWS_DEFAULT_REGION', env: (g) => ({ [MANAGEMENT]: g.url, AWS_REGION: 'eu-west-1' }), url: '/@connections/x', keys: { ...KEYS, region: 'eu-west-1' } },
  { name: 'AWS_DEFAULT_REGION', env: (g) => ({ [MANAGEMENT]: g.url, AWS_REGION: null, AWS_DEFAULT_REGION: 'eu-west-3' }), url: '/@connections/x', keys: { ...KEYS, region: 'eu-west-3' } },
  { name: 'given credentials', client: '{ credentials = { access_key_id = "local", secret_access_key = "sEcReT" } }', url: '/prod/@connections/x',
    keys: { ...KEYS, keyId: 'local', secret: 'sEcReT', token: undefined } },
  { name: 'given credentials with a token', client: '{ credentials = { access_key_id = "local", secret_access_key = "s", session_token = "t/+=" } }', url: '/prod/@connections/x',
    keys: { ...KEYS, keyId: 'local', secret: 's', token: 't/+=' } },
];
for (const { name, env, client = '{}', url, keys = KEYS } of places) {
  scenario(`place: ${name}`, { code: `${RESULTS}return results(ws.client(${client}).send("x", "hi"))`, env }, async (lambda, gateway) => {
    assert.deepEqual(resultsOf(await lambda.invoke(message())), [true, '', '']);
    assert.equal(gateway.requests[0].url, url);
    verify(gateway.requests[0], keys);
  });
}

/* Answers */

const INFO = `{
  "identity" : {
    "sourceIp" : "192.0.2.1"
  },
  "connectedAt" : "2020-11-15T12:23:14.726Z",
  "lastActiveAt" : "2020-11-15T12:23:14.972Z"
}`;
const MISMATCH = 'The request signature we calculated does not match the signature you provided.';
const typed = (status, type, text) => [status, { 'x-amzn-ErrorType': type }, text === undefined ? '' : JSON.stringify({ message: text })];
const answers = [
  { name: 'sent', answer: 'ok', want: [true, '', ''] },
  { name: 'closed', call: 'ws.close("x")', answer: 'deleted', want: [true, '', ''] },
  { name: 'info', call: 'ws.info("x")', answer: [200, {}, INFO], want: [JSON.parse(INFO), '', ''] },
  { name: 'info that is cut', call: 'ws.info("x")', answer: [200, {}, INFO.slice(0, 50)], want: [false, /^ws\.info: the answer is not a JSON object/, 'server'] },
  { name: 'info that is no object', call: 'ws.info("x")', answer: [200, {}, '7'], want: [false, /^ws\.info: the answer is not a JSON object/, 'server'] },
  { name: 'gone', answer: 'gone', want: [false, 'ws.send: GoneException (HTTP 410)', 'gone'] },
  { name: 'gone, on close', call: 'ws.close("x")', answer: 'gone', want: [false, 'ws.close: GoneException (HTTP 410)', 'gone'] },
  { name: 'gone, on info', call: 'ws.info("x")', answer: 'gone', want: [false, 'ws.info: GoneException (HTTP 410)', 'gone'] },
  { name: 'gone, on reply', call: 'ws.reply("x")', answer: 'gone', want: [false, 'ws.reply: GoneException (HTTP 410)', 'gone'] },
  { name: 'bad id', answer: typed(400, 'BadRequestException', 'Invalid connectionId: x'), want: [false, 'ws.send: BadRequestException: Invalid connectionId: x (HTTP 400)', 'bad_request'] },
  { name: 'forbidden', answer: typed(403, 'ForbiddenException', 'Forbidden'), want: [false, 'ws.send: ForbiddenException: Forbidden (HTTP 403)', 'forbidden'] },
  { name: 'a mismatch does not repeat the token', answer: typed(403, 'InvalidSignatureException', `${MISMATCH}\n\n'POST\nx-amz-security-token:${SECRETS[1]}'`),
    want: [false, `ws.send: InvalidSignatureException: ${MISMATCH} (HTTP 403)`, 'forbidden'] },
  { name: 'throttled', answer: typed(429, 'LimitExceededException'), want: [false, 'ws.send: LimitExceededException (HTTP 429)', 'throttled'] },
  { name: 'too large', answer: typed(413, 'PayloadTooLargeException', 'too large'), want: [false, /HTTP 413/, 'too_large'] },
  { name: 'server', answer: [502, {}, '<html>'], want: [false, 'ws.send: URL answered HTTP 502', 'server'] },
  { name: 'a redirect is not followed', answer: [307, { Location: '/elsewhere' }, ''], want: [false, 'ws.send: URL answered HTTP 307', 'bad_request'] },
  { name: 'too large, before the call', call: 'ws.send("x", ("x"):rep(131073))', requests: 0, want: [false, /131072 bytes/, 'too_large'] },
  { name: 'no Region', env: (g) => ({ [MANAGEMENT]: g.url, AWS_REGION: null, AWS_DEFAULT_REGION: null }), requests: 0, want: [false, /AWS_REGION/, 'bad_request'] },
  { name: 'no keys', env: (g) => ({ [MANAGEMENT]: g.url, AWS_ACCESS_KEY_ID: null }), requests: 0, want: [false, /AWS_ACCESS_KEY_ID/, 'bad_request'] },
  { name: 'nobody there', env: () => ({ [MANAGEMENT]: 'http://127.0.0.1:1' }), requests: 0, want: [false, /^ws\.send: http:\/\/127\.0\.0\.1:1: /, 'network'] },
];
for (const { name, call = 'ws.send("x", "hi")', answer, env = (g) => ({ [MANAGEMENT]: `${g.url}/prod` }), requests: count = 1, want } of answers) {
  const once = (gateway) => ({ AWS_MAX_ATTEMPTS: '1', ...env(gateway) }); // retry.test.js tries again
  scenario(`answer: ${name}`, { code: `${RESULTS}return results(${call})`, answer, env: once }, async (lambda, gateway) => {
    const reply = await lambda.invoke(message());
    const [result, text, code] = resultsOf(reply);
    assert.deepEqual([result, code], [want[0], want[2]], text);
    if (want[1] instanceof RegExp) assert.match(text, want[1]);
    else assert.equal(text.replace(gateway.url, 'URL'), want[1]);
    for (const secret of SECRETS) assert.ok(!text.includes(secret));
    assert.equal(gateway.requests.length, count);
  });
}

/* Handshakes */

const SEND_SELF = `${RESULTS}local c = event.requestContext\nreturn results(ws.send(c.connectionId, "hi"))`;
scenario('connecting: a send to the connection inside its own $connect is refused before the call', { code: SEND_SELF }, async (lambda, gateway) => {
  const [result, text, code] = resultsOf(await lambda.invoke(connect()));
  assert.deepEqual([result, code], [false, 'connecting']);
  assert.match(text, /context:defer/);
  assert.equal(gateway.requests.length, 0);
  assert.deepEqual(resultsOf(await lambda.invoke(message())), [true, '', '']); // the same connection, a message later
  assert.deepEqual(resultsOf(await lambda.invoke(disconnect())), [true, '', '']); // on AWS this one is gone; not ours to say
});

scenario('connecting: reply, too', { code: `${RESULTS}return results(ws.reply("hi"))` }, async (lambda, gateway) => {
  assert.equal(resultsOf(await lambda.invoke(connect()))[2], 'connecting');
  assert.equal(gateway.requests.length, 0);
});

scenario('connecting: another connection can be reached', { code: `${RESULTS}return results(ws.send("other=", "hi"))` }, async (lambda, gateway) => {
  assert.deepEqual(resultsOf(await lambda.invoke(connect())), [true, '', '']);
  assert.equal(gateway.requests.length, 1);
});

scenario('connecting: a deferred function may send', {
  code: 'context:defer(function() print("deferred", ws.reply("hello")) end)\nreturn { statusCode = 200 }',
}, async (lambda, gateway) => {
  await lambda.invoke(connect());
  await lambda.wrote('stdout', /deferred\ttrue/);
  assert.equal(gateway.requests[0].url, WIRE);
});

/* Events that are no WebSocket events, or odd ones */

/** Of an HTTP API: its id and stage are not those of the WebSocket API. */
const HTTP_EVENT = { version: '2.0', routeKey: '$default', requestContext: { apiId: 'httpapi123', stage: '$default', domainName: 'httpapi123.execute-api.eu-central-1.amazonaws.com', http: {} } };
scenario('an HTTP event: nothing says where the connections are', {
  code: `${RESULTS}return results(ws.send("x", "hi"))`, env: (gateway) => ({ AWS_ENDPOINT_URL: gateway.url }),
}, async (lambda, gateway) => {
  const [sent, text, code] = JSON.parse((await lambda.invoke(HTTP_EVENT)).json.body);
  assert.deepEqual([sent, code], [false, 'bad_request']);
  assert.match(text, /no endpoint: no WebSocket event is being handled; .* AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI/);
  assert.equal(gateway.requests.length, 0);
});
scenario('an HTTP event: the management variable says it', { code: `${RESULTS}return results(ws.send("x", "hi"))` }, async (lambda, gateway) => {
  assert.deepEqual(JSON.parse((await lambda.invoke(HTTP_EVENT)).json.body), [true, '', '']);
  assert.equal(gateway.requests[0].url, '/prod/@connections/x');
});

for (const [name, event] of [['no object', [1]], ['no requestContext', { a: 1 }], ['requestContext is a string', { requestContext: 'x' }],
  ['fields of other types', { requestContext: { connectionId: 7, apiId: {}, stage: [], eventType: 1, domainName: true } }]]) {
  scenario(`odd event: ${name}`, { code: `${RESULTS}local _, m, c = ws.reply("hi")\nlocal ok, _, d = ws.send("x", "hi")\nreturn { m, c, ok, d }` }, async (lambda, gateway) => {
    const reply = await lambda.invoke(event);
    assert.equal(reply.json[0], 'ws.reply: there is no connection to reply to: no WebSocket event is being handled');
    assert.deepEqual(reply.json.slice(1, 3), ['bad_request', true]);
    assert.equal(gateway.requests.length, 1);
  });
}

/* Together */

/** Answers at once, but requests for these urls only when all of them are there. */
function answerTogether(...urls) {
  const held = [];
  return ({ url }, response) => {
    if (!urls.includes(url)) { response.end(); return; }
    held.push(response);
    if (held.length === urls.length) for (const one of held) one.end();
  };
}

scenario('calls of one handler share a connection; those that run together do not wait for each other', {
  code: `${RESULTS}local async = require "moonwire.async"
    for i = 1, 5 do assert(ws.send("a" .. i, "x")) end
    return results(async.all { function() return ws.send("b1", "x") end, function() return ws.send("b2", "x") end })`,
  answer: answerTogether('/prod/@connections/b1', '/prod/@connections/b2'),
}, async (lambda, gateway) => {
  assert.deepEqual(resultsOf(await lambda.invoke(message()))[0].length, 2);
  assert.equal(gateway.requests.length, 7);
  assert.equal(gateway.sockets, 2);
  for (const request of gateway.requests) verify(request, KEYS);
});

scenario('a connection that API Gateway has closed meanwhile costs nothing but time', {
  code: `${RESULTS}return results(ws.send("x", "hi"))`,
  answer: (request, response) => {
    const { socket } = response;
    response.writeHead(200);
    response.end(() => socket.destroy());
  },
}, async (lambda, gateway) => {
  for (let i = 0; i < 3; i++) assert.deepEqual(resultsOf(await lambda.invoke(message())), [true, '', '']);
  assert.equal(gateway.requests.length, 3);
});

test('what an invocation started never outlives it', { timeout: 120000 }, async () => {
  const gateway = await serveBytes(() => {}); // never answers
  const lambda = await Lambda.start({
    code: 'local ws, async = require "moonwire.ws", require "moonwire.async"\nasync.spawn(function() ws.send("x", "hi") end)\nasync.sleep(50)\nreturn { statusCode = 200 }',
    env: { [MANAGEMENT]: gateway.url },
  });
  await lambda.invoke(message());
  await lambda.api.when(() => gateway.open.size === 0).catch(() => {});
  while (gateway.open.size > 0) await new Promise((resolve) => { setTimeout(resolve, 10); });
  await lambda.stop();
  lambda.check();
  await gateway.close();
});
