'use strict';
// The events that handlers get from the local gateway, field for field as API Gateway sends them. What a handler cannot
// see (members that are null, the order of keys) is tested in tests/unit.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/dev');

const ID = /^[A-Za-z0-9_-]{14}[AEIMQUYcgkosw048]=$/; // 11 bytes as base64url
const CLF = /^\d\d\/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\/\d{4}:\d\d:\d\d:\d\d \+0000$/;

/** Every event is kept; a message `{"action": "kept"}` asks for them all. One environment, so that one Lua state has seen them all. */
const KEEP = 'kept[#kept + 1] = event return { statusCode = 200 }';
const service = {
  more: 'local kept = json.array {}',
  routes: { $connect: KEEP, $disconnect: KEEP, $default: 'return ws.reply(event)', kept: 'return ws.reply(kept)', named: 'return ws.reply(event)' },
  args: ['--max-environments', '1'],
};

const COMMON = [
  'apiId', 'connectedAt', 'connectionId', 'domainName', 'eventType', 'extendedRequestId', 'identity', 'messageDirection',
  'requestId', 'requestTime', 'requestTimeEpoch', 'routeKey', 'stage',
];
const keys = (table) => Object.keys(table).sort();
const withNames = (...more) => [...COMMON, ...more].sort();

/** What the three kinds of event have in common. */
function checkContext(context, { routeKey, eventType, stage = 'dev', region = 'us-east-1', userAgent }) {
  assert.equal(context.routeKey, routeKey);
  assert.equal(context.eventType, eventType);
  assert.equal(context.messageDirection, 'IN');
  assert.equal(context.stage, stage);
  assert.match(context.apiId, /^[a-z0-9]{10}$/);
  assert.equal(context.domainName, `${context.apiId}.execute-api.${region}.amazonaws.com`);
  assert.match(context.connectionId, ID);
  assert.match(context.requestId, ID);
  assert.equal(context.extendedRequestId, context.requestId);
  assert.deepEqual(context.identity, { sourceIp: '127.0.0.1', ...(userAgent && { userAgent }) });
  assert.match(context.requestTime, CLF);
  assert.ok(Number.isInteger(context.connectedAt) && Number.isInteger(context.requestTimeEpoch));
  assert.ok(context.connectedAt > Date.UTC(2024), 'milliseconds');
  assert.ok(context.requestTimeEpoch >= context.connectedAt);
  const [day, month, year, hour, minute, second] = context.requestTime.split(/[/: ]/);
  assert.equal(Date.parse(`${day} ${month} ${year} ${hour}:${minute}:${second} GMT`), Math.floor(context.requestTimeEpoch / 1000) * 1000);
}

/** The headers of API Gateway's own in a CONNECT event, and the same as arrays. */
function checkHeaders(event, sent, forwarded) {
  const { headers, multiValueHeaders } = event;
  assert.deepEqual(keys(multiValueHeaders), keys(headers));
  for (const [name, values] of Object.entries(multiValueHeaders)) {
    assert.ok(Array.isArray(values), name);
    assert.equal(headers[name], values.at(-1), name);
  }
  for (const name of ['Connection', 'Upgrade', 'Content-Length', 'Keep-Alive', 'Transfer-Encoding', 'TE', 'Trailer']) {
    const there = keys(headers).find((other) => other.toLowerCase() === name.toLowerCase());
    assert.equal(there, undefined, 'headers of the connection itself are left out');
  }
  assert.match(headers['X-Amzn-Trace-Id'], /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  assert.equal(headers.Host, event.requestContext.domainName);
  assert.equal(headers['X-Forwarded-For'], [forwarded, '127.0.0.1'].filter(Boolean).join(', '));
  assert.equal(headers['X-Forwarded-Port'], '443');
  assert.equal(headers['X-Forwarded-Proto'], 'https');
  assert.equal(headers['Sec-WebSocket-Version'], '13');
  assert.match(headers['Sec-WebSocket-Key'], /^[A-Za-z0-9+/]{22}==$/);
  const own = ['Host', 'Sec-WebSocket-Extensions', 'Sec-WebSocket-Key', 'Sec-WebSocket-Version', 'X-Amzn-Trace-Id', 'X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto'];
  assert.deepEqual(keys(headers), [...own, ...Object.keys(sent)].sort());
  for (const [name, value] of Object.entries(sent)) {
    assert.deepEqual(multiValueHeaders[name], Array.isArray(value) ? value : [value]);
  }
}

/** Connects, and resolves with the client and its CONNECT event. */
async function connectAndAsk(dev, options) {
  const client = await dev.connect(options);
  const kept = await client.askJson({ action: 'kept' });
  return { client, event: kept.at(-1) };
}

/** Resolves with the DISCONNECT event of a connection, asked for by another client. */
async function disconnectOf(dev, other, connectionId) {
  await dev.line({ type: 'invocation', route: '$disconnect', connectionId });
  const kept = await other.askJson({ action: 'kept' });
  return kept.find(({ requestContext: c }) => c.eventType === 'DISCONNECT' && c.connectionId === connectionId);
}

scenario('CONNECT: the plainest one', service, async (dev) => {
  const { event } = await connectAndAsk(dev);
  assert.deepEqual(keys(event), ['headers', 'isBase64Encoded', 'multiValueHeaders', 'requestContext']);
  assert.equal(event.isBase64Encoded, false);
  assert.deepEqual(keys(event.requestContext), COMMON);
  checkContext(event.requestContext, { routeKey: '$connect', eventType: 'CONNECT' });
  checkHeaders(event, {});
});

scenario('CONNECT: headers, repeated ones, their letter case', { ...service, args: ['--allow-origin', 'https://app.example'] }, async (dev) => {
  const headers = {
    'User-Agent': 'tester/1.0', Origin: 'https://app.example', Authorization: 'Basic dXNlcjpwYXNz', 'x-lower': 'a', 'X-UPPER': 'B', 'X-Empty': '',
    'X-Many': ['one', 'two', 'three'], Cookie: 'a=1; b=2', 'X-Odd': '"quoted" \\ {json}: [1]',
  };
  const { event } = await connectAndAsk(dev, { headers: { ...headers, 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Port': '1', 'X-Amzn-Trace-Id': 'mine' } });
  checkHeaders(event, headers, '192.0.2.7');
  assert.equal(event.headers['X-Many'], 'three');
  checkContext(event.requestContext, { routeKey: '$connect', eventType: 'CONNECT', userAgent: 'tester/1.0' });
});

const queries = [
  { query: '?token=abc', single: { token: 'abc' }, multi: { token: ['abc'] } },
  { query: '?a=1&b=2&a=3', single: { a: '3', b: '2' }, multi: { a: ['1', '3'], b: ['2'] } },
  { query: '?na%20me=a%26b%3Dc%2F%C3%BC&plain=a/b:c', single: { 'na me': 'a&b=c/ü', plain: 'a/b:c' }, multi: { 'na me': ['a&b=c/ü'], plain: ['a/b:c'] } },
  { query: '?empty=&none', single: { empty: '', none: '' }, multi: { empty: [''], none: [''] } },
  { query: '?', single: undefined, multi: undefined },
];
scenario('CONNECT: query', service, async (dev) => {
  for (const { query, single, multi } of queries) {
    const { client, event } = await connectAndAsk(dev, { path: query });
    assert.deepEqual(event.queryStringParameters, single, query);
    assert.deepEqual(event.multiValueQueryStringParameters, multi, query);
    const names = ['headers', 'isBase64Encoded', 'multiValueHeaders', 'requestContext'];
    assert.deepEqual(keys(event), single ? [...names, 'multiValueQueryStringParameters', 'queryStringParameters'].sort() : names);
    await client.close();
  }
});

scenario('MESSAGE', service, async (dev) => {
  const { client, event: { requestContext: connected } } = await connectAndAsk(dev, { headers: { 'User-Agent': 'tester/1.0' }, path: '?a=b' });
  const seen = [];
  for (const [body, routeKey] of [['hello', '$default'], ['{"action":"named","x":"ü\\u0000"}', 'named'], ['', '$default'], ['{"action":"unheard"}', '$default']]) {
    const event = JSON.parse(await client.ask(body));
    assert.deepEqual(keys(event), ['body', 'isBase64Encoded', 'requestContext']);
    assert.equal(event.body, body);
    assert.equal(event.isBase64Encoded, false);
    const context = event.requestContext;
    assert.deepEqual(keys(context), withNames('messageId'));
    checkContext(context, { routeKey, eventType: 'MESSAGE', userAgent: 'tester/1.0' });
    assert.match(context.messageId, ID);
    for (const name of ['connectionId', 'connectedAt', 'apiId', 'domainName', 'identity']) assert.deepEqual(context[name], connected[name], name);
    seen.push(context.requestId, context.messageId);
  }
  assert.equal(new Set([...seen, connected.requestId, connected.connectionId]).size, seen.length + 2, 'every id is new');
});

const closes = [
  { name: 'with a code and a reason', end: (client) => client.close(4001, 'done here, ü'), code: 4001, reason: 'done here, ü' },
  { name: 'with a code', end: (client) => client.close(1000), code: 1000 },
  { name: 'without a status', end: (client) => client.close(), code: 1005, reason: 'Client-side close frame status not set' },
  { name: 'without a close frame', end: (client) => client.drop(), code: 1006 },
];
scenario('DISCONNECT', service, async (dev) => {
  const other = await dev.connect();
  for (const { name, end, code, reason } of closes) {
    const { client, event: { requestContext: connected } } = await connectAndAsk(dev, { headers: { 'User-Agent': 'tester/1.0' }, path: '?a=b' });
    await end(client);
    const event = await disconnectOf(dev, other, connected.connectionId);
    assert.deepEqual(keys(event), ['headers', 'isBase64Encoded', 'multiValueHeaders', 'requestContext'], name);
    assert.equal(event.isBase64Encoded, false);
    const context = event.requestContext;
    assert.deepEqual(keys(context), withNames('disconnectReason', 'disconnectStatusCode'));
    checkContext(context, { routeKey: '$disconnect', eventType: 'DISCONNECT', userAgent: 'tester/1.0' });
    assert.equal(context.disconnectStatusCode, code, name);
    assert.equal(typeof context.disconnectReason, 'string', name);
    if (reason !== undefined) assert.equal(context.disconnectReason, reason, name);
    for (const same of ['connectionId', 'connectedAt', 'apiId', 'domainName', 'identity']) assert.deepEqual(context[same], connected[same], same);
    assert.notEqual(context.requestId, connected.requestId);
    const headers = { Host: context.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
    assert.deepEqual(event.headers, headers);
    assert.deepEqual(event.multiValueHeaders, Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [value]])));
  }
});

scenario('stage and Region are those of the service', { ...service, provider: { stage: 'prod', region: 'eu-central-1' } }, async (dev) => {
  assert.match(dev.url, /\/prod$/);
  const { event } = await connectAndAsk(dev);
  checkContext(event.requestContext, { routeKey: '$connect', eventType: 'CONNECT', stage: 'prod', region: 'eu-central-1' });
});

scenario('--stage overrides the stage of the service', { ...service, provider: { stage: 'prod' }, args: [...service.args, '--stage', 'test1'] }, async (dev) => {
  assert.match(dev.url, /\/test1$/);
  const { event } = await connectAndAsk(dev);
  assert.equal(event.requestContext.stage, 'test1');
});
