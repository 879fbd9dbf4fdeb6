'use strict';
// @connections: AWS's own SDK against the local gateway, and requests by hand where the SDK would not go.

const assert = require('node:assert/strict');
const {
  ApiGatewayManagementApiClient, PostToConnectionCommand, GetConnectionCommand, DeleteConnectionCommand,
} = require('@aws-sdk/client-apigatewaymanagementapi');
const { scenario, ECHO } = require('./helper/dev');
const { request } = require('./helper/client');
const { sign } = require('./helper/signature');

const KEYS = { keyId: 'local', secret: 'local', region: 'us-east-1' };
const NEVER_ISSUED = 'BFaT_fALIAMCKug=';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A message "id" asks for the id of the connection, "kept" for the $disconnect events so far. */
const service = {
  more: 'local kept = json.array {}',
  routes: {
    $disconnect: 'kept[#kept + 1] = event',
    $default: `if event.body == "id" then return ws.reply(event.requestContext.connectionId) end
      if event.body == "kept" then return ws.reply(kept) end
      return ws.reply(event.body)`,
  },
  args: ['--max-environments', '1'],
};

function sdk(dev, { keyId, secret, region } = KEYS) {
  return new ApiGatewayManagementApiClient({
    endpoint: dev.management, region, maxAttempts: 1, credentials: { accessKeyId: keyId, secretAccessKey: secret },
  });
}

const post = (client, id, data) => client.send(new PostToConnectionCommand({ ConnectionId: id, Data: data }));

/** The error that the SDK makes of an answer. */
async function failure(sent) {
  try {
    await sent;
  } catch (error) {
    return { name: error.name, status: error.$metadata?.httpStatusCode, message: error.message };
  }
  throw new assert.AssertionError({ message: 'it did not fail' });
}

async function connected(dev, options) {
  const client = await dev.connect(options);
  return { client, id: await client.ask('id') };
}

scenario('PostToConnection', service, async (dev) => {
  const aws = sdk(dev);
  const one = await connected(dev);
  const two = await connected(dev);
  const answer = await post(aws, one.id, 'for one');
  assert.equal(answer.$metadata.httpStatusCode, 200);
  await post(aws, two.id, Buffer.from('for two, ü🌙'));
  assert.equal(await one.client.next(), 'for one');
  assert.equal(await two.client.next(), 'for two, ü🌙');
  for (const length of [1, 125, 126, 32768, 32769, 65536, 131072]) {
    await post(aws, one.id, 'x'.repeat(length));
    assert.ok(await one.client.next() === 'x'.repeat(length), `${length} bytes`);
  }
  const order = Array.from({ length: 50 }, (_, i) => `message ${i}`);
  for (const text of order) await post(aws, one.id, text);
  for (const text of order) assert.equal(await one.client.next(), text);
});

scenario('errors as the SDK sees them', service, async (dev) => {
  const aws = sdk(dev);
  const { client, id } = await connected(dev);
  const other = await connected(dev);
  await other.client.close();
  await dev.invocations(1, { route: '$disconnect' });
  const gone = { name: 'GoneException', status: 410 };
  const closed = async (command) => {
    const { name, status } = await failure(aws.send(command));
    assert.deepEqual({ name, status }, gone);
  };
  for (const ConnectionId of [other.id, NEVER_ISSUED]) {
    await closed(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
    await closed(new GetConnectionCommand({ ConnectionId }));
    await closed(new DeleteConnectionCommand({ ConnectionId }));
  }
  for (const malformed of ['nonsense', `${id}test`, 'cjy8i76bx002884le6n17d49b', 'a b/c?d%', id.slice(1)]) {
    const { name, status, message } = await failure(post(aws, malformed, 'x'));
    assert.deepEqual([name, status, message], ['BadRequestException', 400, `Invalid connectionId: ${malformed}`]);
  }
  const large = await failure(post(aws, id, 'x'.repeat(131073)));
  assert.deepEqual([large.name, large.status], ['PayloadTooLargeException', 413]);
  for (const wrong of [{ secret: 'remote' }, { region: 'eu-central-1' }, { keyId: 'AKIDEXAMPLE' }]) {
    const refused = await failure(post(sdk(dev, { ...KEYS, ...wrong }), id, 'x'));
    assert.equal(refused.status, 403, JSON.stringify(wrong));
  }
  assert.equal(await client.ask('nothing of it arrived'), 'nothing of it arrived');
});

scenario('GetConnection', service, async (dev) => {
  const before = Date.now();
  const { client, id } = await connected(dev, { headers: { 'User-Agent': 'tester/1.0 "x"' } });
  const answer = await sdk(dev).send(new GetConnectionCommand({ ConnectionId: id }));
  assert.deepEqual(answer.Identity, { SourceIp: '127.0.0.1', UserAgent: 'tester/1.0 "x"' });
  assert.ok(answer.ConnectedAt >= before && answer.ConnectedAt <= answer.LastActiveAt && answer.LastActiveAt <= Date.now());
  const plain = await connected(dev);
  const path = `/dev/@connections/${encodeURIComponent(plain.id)}`;
  const { status, headers, body } = await signed(dev, { method: 'GET', path });
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/json');
  const time = '"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"';
  assert.match(body, new RegExp(`^\\{\n  "identity" : \\{\n    "sourceIp" : "127\\.0\\.0\\.1"\n  \\},\n  "connectedAt" : ${time},\n  "lastActiveAt" : ${time}\n\\}\\s*$`));
  await client.close();
});

scenario('DeleteConnection', service, async (dev) => {
  const aws = sdk(dev);
  const { client, id } = await connected(dev);
  const other = await connected(dev);
  const answer = await aws.send(new DeleteConnectionCommand({ ConnectionId: id }));
  assert.equal(answer.$metadata.httpStatusCode, 204);
  assert.equal((await client.closed).code, 1000);
  await dev.line({ type: 'invocation', route: '$disconnect', connectionId: id });
  const [event] = await other.client.askJson('kept');
  const { connectionId, disconnectStatusCode, disconnectReason } = event.requestContext;
  assert.deepEqual([connectionId, disconnectStatusCode, disconnectReason], [id, 1000, 'Connection Closed Normally']);
  assert.equal((await failure(aws.send(new DeleteConnectionCommand({ ConnectionId: id })))).status, 410);
  assert.equal(await other.client.ask('hello'), 'hello');
});

/* Requests by hand */

/** Sends a request that is signed for `path`; `wire` is what changes afterwards, null being a header that is removed. */
function signed(dev, { method = 'POST', path, body = '', headers }, keys = KEYS, wire = {}) {
  const host = `127.0.0.1:${dev.port}`;
  const all = { ...sign({ method, host, path, body, headers }, keys), ...wire.headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  return request(dev.origin, { method, path, body, ...wire, headers: sent });
}

scenario('answers as they were recorded', service, async (dev) => {
  const { client, id } = await connected(dev);
  const path = `/dev/@connections/${encodeURIComponent(id)}`;
  const common = ({ headers }) => {
    assert.match(headers['x-amzn-requestid'], UUID);
    assert.match(headers['x-amz-apigw-id'], /^[A-Za-z0-9_-]{15}=$/);
    assert.match(headers['x-amzn-trace-id'], /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.ok(headers.date);
  };
  const ok = await signed(dev, { path, body: 'hello' });
  assert.deepEqual([ok.status, ok.body, ok.headers['content-type'], ok.headers['content-length']], [200, '', 'application/json', '0']);
  common(ok);
  assert.equal(await client.next(), 'hello');
  const deleted = await signed(dev, { method: 'DELETE', path });
  assert.deepEqual([deleted.status, deleted.body, deleted.headers['content-length'], deleted.headers['content-type']], [204, '', undefined, undefined]);
  common(deleted);
  const gone = await signed(dev, { path, body: 'hello' });
  assert.deepEqual([gone.status, gone.body, gone.headers['content-type'], gone.headers['content-length'], gone.headers['x-amzn-errortype']],
    [410, '', 'application/json', '0', 'GoneException']);
  common(gone);
  const malformed = await signed(dev, { path: `${path}test`, body: 'hello' });
  assert.deepEqual([malformed.status, malformed.headers['x-amzn-errortype'], malformed.headers['content-type']], [400, 'BadRequestException', 'application/json']);
  assert.equal(malformed.body, `{"message":"Invalid connectionId: ${id}test"}`);
});

scenario('every way to write the path', service, async (dev) => {
  const { client, id } = await connected(dev);
  const bare = id.slice(0, -1);
  for (const path of [`/dev/@connections/${bare}=`, `/dev/@connections/${bare}%3D`, `/dev/@connections/${bare}%3d`, `/dev/%40connections/${bare}%3D`, `/dev/%40connections/${bare}=`]) {
    const { status } = await signed(dev, { path, body: path });
    assert.equal(status, 200, path);
    assert.equal(await client.next(), path);
  }
});

/** One thing that is wrong with an otherwise right request: refused with 403, and the client hears nothing. */
const MISMATCH = 'InvalidSignatureException';
const forgeries = [
  { name: 'another path', wire: ({ other }) => ({ path: other }), type: MISMATCH },
  { name: 'another encoding of the path', wire: ({ path }) => ({ path: path.replace('%3D', '=') }), type: MISMATCH },
  { name: 'another body', wire: () => ({ body: 'forged' }), type: MISMATCH },
  { name: 'another method', wire: () => ({ method: 'DELETE' }), type: MISMATCH },
  { name: 'a query', wire: ({ path }) => ({ path: `${path}?a=b` }), type: MISMATCH },
  { name: 'another host', wire: () => ({ headers: { host: 'localhost:1' } }), type: MISMATCH },
  { name: 'another date', wire: () => ({ headers: { 'x-amz-date': new Date(Date.now() - 60000).toISOString().replace(/[-:]|\.\d+/g, '') } }) }, // no type: at midnight the scope is wrong, too
  { name: 'no date', wire: () => ({ headers: { 'x-amz-date': null } }) },
  { name: 'a date that is none', wire: () => ({ headers: { 'x-amz-date': 'yesterday' } }) },
  { name: 'ten minutes ago', keys: { date: new Date(Date.now() - 600000) } },
  { name: 'in ten minutes', keys: { date: new Date(Date.now() + 600000) } },
  { name: 'another secret', keys: { secret: 'remote' }, type: MISMATCH },
  { name: 'another key', keys: { keyId: 'remote' } },
  { name: 'another Region', keys: { region: 'eu-central-1' } },
  { name: 'another service', keys: { service: 's3' } },
  { name: 'no signature', wire: () => ({ headers: { authorization: null } }), type: 'MissingAuthenticationTokenException', body: '{"message":"Missing Authentication Token"}' },
  { name: 'a signature that is none', wire: () => ({ headers: { authorization: 'AWS4-HMAC-SHA256 Credential=' } }) },
  { name: 'another scheme', wire: () => ({ headers: { authorization: 'Basic bG9jYWw6bG9jYWw=' } }) },
  { name: 'another stage', at: (path) => path.replace('/dev/', '/prod/'), type: 'ForbiddenException' },
];
scenario('forged and stale requests', service, async (dev) => {
  const { client, id } = await connected(dev);
  const victim = await connected(dev);
  const path = `/dev/@connections/${encodeURIComponent(id)}`;
  const other = `/dev/@connections/${encodeURIComponent(victim.id)}`;
  for (const { name, wire = () => ({}), keys, at = (same) => same, type, body } of forgeries) {
    const answer = await signed(dev, { path: at(path), body: 'genuine' }, { ...KEYS, ...keys }, wire({ path, other }));
    assert.equal(answer.status, 403, `${name}: ${answer.body}`);
    assert.equal(answer.headers['content-type'], 'application/json', name);
    assert.ok(answer.headers['x-amzn-errortype'], name);
    if (type) assert.equal(answer.headers['x-amzn-errortype'], type, name);
    assert.equal(typeof JSON.parse(answer.body).message, 'string', name);
    if (type === MISMATCH) assert.match(JSON.parse(answer.body).message, /^The request signature we calculated does not match the signature you provided\./, name);
    if (body) assert.equal(answer.body, body, name);
  }
  assert.equal(await client.ask('nothing came'), 'nothing came');
  assert.equal(await victim.client.ask('nothing came'), 'nothing came');
});

scenario('a post without a body, and one that is not UTF-8', service, async (dev) => {
  const { client, id } = await connected(dev);
  const { client: lenient, id: other } = await connected(dev, { skipUTF8Validation: true });
  const path = (to) => `/dev/@connections/${encodeURIComponent(to)}`;
  assert.equal((await signed(dev, { path: path(id) })).status, 200);
  assert.equal(await client.next(), '');
  const raw = new Promise((resolve) => { lenient.socket.once('message', (bytes, isBinary) => resolve([bytes.toString('hex'), isBinary])); });
  for (const to of [other, id]) await post(sdk(dev), to, Buffer.from([0x68, 0xff, 0x69]));
  assert.deepEqual(await raw, ['68ff69', false]); // text, as it is
  assert.equal(await lenient.next(), 'h\ufffdi'); // the same one
  await dev.line({ type: 'note', connectionId: other, text: /^what was posted is not UTF-8: / });
  assert.equal((await client.closed).code, 1006); // ws fails the connection: 1007 is what it tells the gateway
  await dev.line({ type: 'invocation', route: '$disconnect', connectionId: id });
  const [{ requestContext }] = await lenient.askJson('kept');
  assert.equal(requestContext.disconnectStatusCode, 1007);
});

scenario('methods that @connections does not know', service, async (dev) => {
  const { id } = await connected(dev);
  for (const method of ['PUT', 'PATCH', 'OPTIONS']) {
    const { status } = await signed(dev, { method, path: `/dev/@connections/${encodeURIComponent(id)}` });
    assert.ok(status >= 400 && status < 500, `${method}: ${status}`);
  }
});

/* From inside handlers */

scenario('a connection cannot be reached inside its own $connect', {
  more: 'local seen',
  routes: {
    $connect: 'local ok, message, code = ws.reply "too early" seen = { ok or false, code } return true',
    $default: 'return ws.reply(seen)',
  },
  args: ['--max-environments', '1'],
}, async (dev) => {
  const client = await dev.connect();
  assert.equal(await client.ask('what came of it?'), '[false,"connecting"]');
});

scenario('a greeting from context:defer, and a close by the handler', {
  routes: {
    $connect: 'context:defer(function() ws.reply "welcome" end) return true',
    bye: 'ws.reply "bye" return ws.close(event.requestContext.connectionId)',
    $default: ECHO,
  },
}, async (dev) => {
  const client = await dev.connect();
  assert.equal(await client.next(), 'welcome');
  assert.equal(await client.ask({ action: 'bye' }), 'bye');
  assert.equal((await client.closed).code, 1000);
});
