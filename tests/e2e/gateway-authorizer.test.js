'use strict';
// The Lambda authorizer of $connect: a function of the same service that says who may connect.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { scenario, ECHO } = require('./helper/dev');
const { upgrade } = require('./helper/client');
const { examples } = require('./helper/examples');
const { ROOT } = require('./helper/program');

const ARN = /^arn:aws:execute-api:us-east-1:123456789012:[a-z0-9]{10}\/dev\/\$connect$/;

/** A policy in Lua. */
const policy = (effect, resource = 'event.methodArn', more = '') => `return { principalId = "ann", ${more}
  policyDocument = { Version = "2012-10-17", Statement = { { Action = "execute-api:Invoke", Effect = "${effect}", Resource = ${resource} } } } }`;
const ALLOW = policy('Allow');
const CONTEXT = 'context = { name = "Ann", level = 3, ok = true },';

/**
 * A service with two functions: `door` is the authorizer, with this Lua as its body, `app` the routes. `given`: what is written
 * behind `authorizer:`. Both keep what they get: {"action":"seen"} asks for the events of app, which has those of door's
 * results in its own.
 */
function guarded(door, { given = { name: 'door', identitySource: [] }, routes = {}, args = [], settings = {} } = {}) {
  const all = {
    $connect: 'kept[#kept + 1] = event return { statusCode = 200 }', $disconnect: 'kept[#kept + 1] = event return true',
    seen: 'return ws.reply(kept)', $default: ECHO, ...routes,
  };
  const events = Object.keys(all).map((route) => ({ websocket: { route, ...(route === '$connect' && { authorizer: given }) } }));
  const lua = ['local ws, json, log = require "moonwire.ws", require "moonwire.json", require "moonwire.log"',
    'local M, routes, kept = {}, {}, json.array {}'];
  for (const [route, code] of Object.entries(all)) lua.push(`routes[${JSON.stringify(route)}] = function(event)\n${code}\nend`);
  lua.push('function M.main(event) return routes[event.requestContext.routeKey](event) end', 'return M', '');
  const yaml = {
    service: 'tested',
    provider: { name: 'aws' },
    functions: { app: { handler: 'app.main', timeout: 25, events }, door: { handler: 'door.main', timeout: 25, ...settings } },
  };
  return {
    files: {
      'serverless.yml': JSON.stringify(yaml, null, 2),
      'app.lua': lua.join('\n'),
      'door.lua': `local json, async = require "moonwire.json", require "moonwire.async"\nreturn { main = function(event)\n${door}\nend }\n`,
    },
    args: ['--max-environments', '1', ...args],
  };
}

/** What the authorizer does, and what the client sees. */
const answers = [
  { name: 'Allow', code: ALLOW, status: 101 },
  { name: 'Allow everything', code: policy('Allow', '"*"'), status: 101 },
  { name: 'Allow with wildcards', code: policy('Allow', '"arn:aws:execute-api:*:*:*/d?v/*"'), status: 101 },
  { name: 'Allow one of several', code: policy('Allow', '{ "x", event.methodArn }'), status: 101 },
  { name: 'Deny', code: policy('Deny'), status: 403, type: 'ForbiddenException', message: 'Forbidden' },
  { name: 'Allow something else', code: policy('Allow', '"arn:aws:execute-api:us-east-1:123456789012:abcd123456/prod/$connect"'), status: 403, type: 'ForbiddenException', message: 'Forbidden' },
  { name: 'an error that says Unauthorized', code: 'error "Unauthorized"', status: 401, type: 'UnauthorizedException', message: 'Unauthorized' },
  { name: 'nil, "Unauthorized"', code: 'return nil, "Unauthorized"', status: 401, type: 'UnauthorizedException', message: 'Unauthorized' },
  { name: 'another error', code: 'error "Unauthorized!"', status: 500 },
  { name: 'nothing', code: 'return', status: 500 },
  { name: 'a proxy result', code: 'return { statusCode = 401 }', status: 500 },
  { name: 'a simple response of HTTP APIs', code: 'return { isAuthorized = true }', status: 500 },
  { name: 'a nested context', code: policy('Allow', 'event.methodArn', 'context = { user = { id = 1 } },'), status: 500 },
  { name: 'a result above 8 KB', code: policy('Allow', 'event.methodArn', 'context = { long = ("x"):rep(8192) },'), status: 500 },
  { name: 'a Resource above 512 characters', code: policy('Allow', '("x"):rep(513)'), status: 500 },
  { name: 'an exit', code: 'os.exit(3)', status: 500 },
];
const cases = answers.map(({ name, code }) => `cases[${JSON.stringify(name)}] = function(event) ${code} end`).join('\n');
const chooses = guarded(`local cases = {}\n${cases}\nreturn cases[event.queryStringParameters.case](event)`);

scenario('the authorizer decides on the handshake', chooses, async (dev) => {
  let admitted = 0;
  for (const { name, status, type = 'AuthorizerConfigurationException', message = 'Internal server error' } of answers) {
    const answer = await upgrade(`${dev.url}?case=${encodeURIComponent(name)}`);
    assert.equal(answer.status, status, name);
    if (status === 101) {
      admitted += 1;
      answer.socket.destroy();
    } else {
      assert.deepEqual([answer.headers['content-type'], answer.headers['x-amzn-errortype'], answer.body],
        ['application/json', type, JSON.stringify({ message })], name);
    }
  }
  assert.equal((await dev.invocations(answers.length, { route: 'authorizer' })).length, answers.length);
  assert.equal((await dev.invocations(admitted, { route: '$connect' })).length, admitted, 'who is refused does not reach $connect');
  await dev.invocations(admitted, { route: '$disconnect' });
  const { note } = await dev.line({ type: 'invocation', route: 'authorizer', note: /more|bytes/ });
  assert.match(note, /^the result has \d+ bytes, 8192 are allowed: API Gateway refuses with 500$/);
});

scenario('the event of the authorizer, and what later events say of it', guarded(`print(json.encode(event))\n${policy('Allow', 'event.methodArn', CONTEXT)}`), async (dev) => {
  const headers = { 'User-Agent': 'tester/1.0', 'X-Many': ['one', 'two'] };
  const client = await dev.connect({ headers, path: '?a=1&a=2' });
  const asked = JSON.parse((await dev.line({ type: 'log', function: 'door', stream: 'stdout' })).text);
  const [connected] = await client.askJson({ action: 'seen' });
  assert.deepEqual(Object.keys(asked).sort(), ['headers', 'methodArn', 'multiValueHeaders', 'multiValueQueryStringParameters', 'queryStringParameters', 'requestContext', 'stageVariables', 'type']);
  assert.equal(asked.type, 'REQUEST');
  assert.match(asked.methodArn, ARN);
  const { Connection, Upgrade, 'content-length': length, ...others } = asked.headers;
  assert.deepEqual([Connection, Upgrade, length], ['upgrade', 'websocket', '0']);
  assert.deepEqual(others, connected.headers);
  assert.deepEqual(asked.queryStringParameters, { a: '2' });
  assert.deepEqual(asked.multiValueQueryStringParameters, { a: ['1', '2'] });
  const who = { principalId: 'ann', name: 'Ann', level: '3', ok: 'true' };
  const { authorizer, ...context } = connected.requestContext;
  assert.deepEqual(authorizer, who);
  assert.deepEqual(asked.requestContext, context, 'ids and times are the same');

  const other = await dev.connect();
  await client.close();
  await dev.line({ type: 'invocation', route: '$disconnect' });
  const seen = await other.askJson({ action: 'seen' });
  const gone = seen.find(({ requestContext: c }) => c.eventType === 'DISCONNECT');
  assert.deepEqual(gone.requestContext.authorizer, who);
  assert.equal(dev.all({ type: 'invocation', route: 'authorizer' }).length, 2, 'once for each connection');
});

scenario('messages carry it too', guarded(policy('Allow', '"*"', CONTEXT), { routes: { $default: 'return ws.reply(event.requestContext.authorizer)' } }), async (dev) => {
  const client = await dev.connect();
  for (let i = 0; i < 3; i++) assert.deepEqual(await client.askJson('who?'), { principalId: 'ann', name: 'Ann', level: '3', ok: 'true' });
  assert.equal(dev.all({ type: 'invocation', route: 'authorizer' }).length, 1);
});

scenario('without query: empty maps', guarded(`print(json.encode(event))\n${ALLOW}`), async (dev) => {
  assert.equal(await dev.handshake(), 101);
  const { text } = await dev.line({ type: 'log', function: 'door', stream: 'stdout' });
  assert.match(text, /"queryStringParameters":\{\}/);
  const asked = JSON.parse(text);
  assert.deepEqual([asked.queryStringParameters, asked.multiValueQueryStringParameters, asked.stageVariables], [{}, {}, {}]);
});

/** Identity sources: which handshakes are worth asking about. */
const sources = [
  { given: 'door', open: [{ headers: { Auth: 'x' } }], shut: [{}, { headers: { auth: 'x' } }, { headers: { Auth: '' } }] },
  { given: 'arn:aws:lambda:us-east-1:123456789012:function:tested-dev-door', open: [{ headers: { Auth: 'x' } }], shut: [{}] },
  {
    given: { name: 'door', identitySource: ['route.request.querystring.token', 'route.request.header.X-Who', 'context.identity.sourceIp'] },
    open: [{ path: '?token=x', headers: { 'X-Who': 'me' } }],
    shut: [{ path: '?token=x' }, { headers: { 'X-Who': 'me' } }, { path: '?token=', headers: { 'X-Who': 'me' } }],
  },
  { given: { name: 'door', identitySource: [] }, open: [{}], shut: [] },
];
for (const { given, open, shut } of sources) {
  scenario(`identity sources: ${JSON.stringify(given)}`, guarded(ALLOW, { given }), async (dev) => {
    for (const options of shut) assert.equal(await dev.handshake(options), 401, JSON.stringify(options));
    assert.equal(dev.all({ type: 'invocation' }).length, 0, 'the authorizer is not asked');
    await dev.when(() => dev.all({ type: 'note', text: /^the request has no route/ }).length === shut.length); // the terminal says why
    for (const options of open) assert.equal(await dev.handshake(options), 101, JSON.stringify(options));
  });
}

const elsewhere = guarded(ALLOW, { given: { arn: 'arn:aws:lambda:us-east-1:123456789012:function:elsewhere', identitySource: [] } });
scenario('an authorizer that is no function of the service: 500', elsewhere, async (dev) => {
  assert.equal(await dev.handshake(), 500);
  assert.match((await dev.line({ type: 'warning' })).text, /function:elsewhere is no function of this service/);
  assert.match((await dev.line({ type: 'note' })).text, /the client is refused with 500/);
  assert.equal(dev.all({ type: 'invocation' }).length, 0);
});

scenario('an authorizer that takes longer than its timeout: 500', guarded('async.sleep(600000)', { settings: { timeout: 1 } }), async (dev) => {
  assert.equal(await dev.handshake(), 500);
  assert.equal((await dev.line({ type: 'invocation', route: 'authorizer' })).function, 'door');
});

/** The example of docs/gateway.md, as it stands there. */
const page = fs.readFileSync(path.join(ROOT, 'docs/gateway.md'), 'utf8');
const [, yaml] = /## An authorizer\n\n```yaml\n([^]*?)```/.exec(page);
const [door] = examples('docs/gateway.md').filter(({ heading }) => heading === 'An authorizer');
const shown = {
  files: {
    'serverless.yml': `service: shown\nprovider: { name: aws }\n${yaml}`,
    'handlers/door.lua': door.code,
    'handlers/chat.lua': 'local ws = require "moonwire.ws"\nreturn { main = function(event)\nif event.requestContext.eventType == "CONNECT" then return true end\nreturn ws.reply(event.requestContext.authorizer) end }',
  },
};
scenario('the example of the page', shown, async (dev) => {
  assert.equal(await dev.handshake(), 401);
  assert.equal(await dev.handshake({ path: '?token=guess' }), 401);
  const client = await dev.connect({ path: '?token=secret-of-ann' });
  assert.deepEqual(await client.askJson('who am I?'), { principalId: 'ann', admin: 'false' });
});
