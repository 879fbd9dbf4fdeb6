'use strict';
// moonwire ctl: what its user sees, and what then happens to clients, to AWS's SDK and to $disconnect.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const {
  ApiGatewayManagementApiClient, PostToConnectionCommand, GetConnectionCommand, DeleteConnectionCommand,
} = require('@aws-sdk/client-apigatewaymanagementapi');
const { withDev, service, ECHO } = require('./helper/dev');
const { request } = require('./helper/client');
const { run } = require('./helper/program');
const { sign } = require('./helper/signature');

const LOCAL = { keyId: 'local', secret: 'local' };
const NEVER_ISSUED = 'AAAAAAAAAAAAAAA=';

const files = service({
  routes: {
    $connect: 'return true',
    $disconnect: 'print("ended with " .. event.requestContext.disconnectStatusCode .. " " .. event.requestContext.disconnectReason) return true',
    id: 'return ws.reply(event.requestContext.connectionId)',
    $default: ECHO,
  },
});

const controlPort = (dev) => new URL(dev.controlUrl).port;
const ctl = (dev, ...args) => run(['ctl', ...args, '--control-port', controlPort(dev)]);

/** The same for a call that must work: the lines that it prints. */
function told(dev, ...args) {
  const { status, stdout, stderr } = ctl(dev, ...args);
  assert.deepEqual([status, stderr], [0, ''], args.join(' '));
  return stdout.split('\n').slice(0, -1);
}

const json = (dev, what) => JSON.parse(told(dev, what, '--json')[0]);

function sdk(dev, maxAttempts = 1) {
  return new ApiGatewayManagementApiClient({
    endpoint: dev.management, region: 'us-east-1', maxAttempts, credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

const post = (aws, ConnectionId, Data) => aws.send(new PostToConnectionCommand({ ConnectionId, Data }));

async function failure(sent) {
  try {
    await sent;
  } catch (error) {
    return [error.name, error.$metadata?.httpStatusCode];
  }
  throw new assert.AssertionError({ message: 'it did not fail' });
}

async function connected(dev) {
  const client = await dev.connect();
  return { client, id: await client.ask({ action: 'id' }) };
}

/** Nothing is set, nobody is connected; $disconnect has run for all that were. */
async function clear(dev) {
  told(dev, 'reset');
  told(dev, 'drop', '--all', '--no-disconnect');
  while (json(dev, 'connections').connections.length > 0); // their ends take a turn of the loop
}

test('moonwire ctl', (t) => withDev({ files }, async (dev) => {
  await t.test('connections', async () => {
    await clear(dev);
    assert.deepEqual(told(dev, 'connections'), ['no connections']);
    const { client, id } = await connected(dev);
    const quiet = await dev.connect();
    const { connections } = json(dev, 'connections');
    assert.deepEqual(connections.map(({ state, lastRoute, sourceIp, waitingBytes }) => [state, lastRoute, sourceIp, waitingBytes]).sort(),
      [['open', '$connect', '127.0.0.1', 0], ['open', 'id', '127.0.0.1', 0]]);
    const one = connections.find(({ connectionId }) => connectionId === id);
    assert.ok(one.ageMs >= one.idleMs && one.connectedAt <= Date.now());
    const lines = told(dev, 'connections');
    assert.match(lines[0], /^ID +AGE +IDLE +STATE +LAST ROUTE$/);
    assert.ok(lines.some((line) => line.startsWith(`${id}  `) && / ms|s  .* open +id$/.test(line)), lines.join('\n'));
    assert.equal(lines.length, 3);
    await client.close();
    await quiet.close();
  });

  /** Each way to end a connection: what the client sees, what $disconnect is told. */
  const ends = [
    { name: 'drop', verb: 'dropped', code: 1006, reason: '', disconnect: 'ended with 1006 Connection closed abnormally' },
    { name: 'idle', verb: 'closed', code: 1001, reason: 'Going away', disconnect: 'ended with 1001 Going away' },
    { name: 'expire', verb: 'closed', code: 1001, reason: 'Going away', disconnect: 'ended with 1001 Going away' },
  ];
  for (const { name, verb, code, reason, disconnect } of ends) {
    await t.test(name, async () => {
      await clear(dev);
      const [one, two, silent, other] = [await connected(dev), await connected(dev), await connected(dev), await connected(dev)];
      assert.deepEqual(told(dev, name, one.id), [`${verb} ${one.id}`]);
      assert.deepEqual(await one.client.closed, { code, reason });
      await dev.line({ type: 'fault', event: 'applied', fault: name, connectionId: one.id });
      const { requestId } = await dev.line({ type: 'invocation', route: '$disconnect', connectionId: one.id });
      assert.equal((await dev.line({ type: 'log', requestId })).text, disconnect);

      assert.deepEqual(told(dev, name, silent.id, '--no-disconnect'), [`${verb} ${silent.id}`]);
      assert.deepEqual(await silent.client.closed, { code, reason });
      await dev.line({ type: 'fault', event: 'applied', fault: 'no-disconnect', connectionId: silent.id });
      assert.equal(await other.client.ask('nobody else'), 'nobody else');

      assert.deepEqual(told(dev, name, '--all').sort(), [`${verb} ${two.id}`, `${verb} ${other.id}`].sort());
      assert.deepEqual(await Promise.all([two.client.closed, other.client.closed]), [{ code, reason }, { code, reason }]);
      await dev.line({ type: 'invocation', route: '$disconnect', connectionId: two.id });
      await dev.line({ type: 'invocation', route: '$disconnect', connectionId: other.id });
      assert.deepEqual(told(dev, name, '--all'), ['no connection is open']);
      assert.deepEqual(dev.all({ type: 'invocation', route: '$disconnect', connectionId: silent.id }), []);
    });
  }

  await t.test('no-disconnect', async () => {
    await clear(dev);
    assert.deepEqual(told(dev, 'no-disconnect', '2'), ['the next 2 connections end without $disconnect']);
    const clients = [await connected(dev), await connected(dev), await connected(dev)];
    for (const { client } of clients) await client.close(); // one after the other: the last one is the third
    await dev.line({ type: 'invocation', route: '$disconnect', connectionId: clients[2].id });
    const applied = dev.all({ type: 'fault', event: 'applied', fault: 'no-disconnect', text: /, / });
    assert.deepEqual(applied.map(({ connectionId, text }) => [connectionId, text]), [
      [clients[0].id, '$disconnect is left out, 1 more to come'], [clients[1].id, '$disconnect is left out, the last one'],
    ]);
    for (const { id } of clients.slice(0, 2)) assert.deepEqual(dev.all({ type: 'invocation', route: '$disconnect', connectionId: id }), []);
  });

  await t.test('gone', async () => {
    await clear(dev);
    const aws = sdk(dev);
    const one = await connected(dev);
    const other = await connected(dev);
    const gone = ['GoneException', 410];
    assert.deepEqual(told(dev, 'gone', '2'), ['the next 2 posts get 410']);
    assert.deepEqual(told(dev, 'gone', '1', '--connection', one.id), [`the next post to ${one.id} gets 410`]);
    assert.deepEqual(await failure(post(aws, one.id, 'lost')), gone);
    assert.deepEqual(json(dev, 'faults').gone, 2); // the connection's own comes first
    assert.equal((await aws.send(new GetConnectionCommand({ ConnectionId: one.id }))).$metadata.httpStatusCode, 200); // not a post
    assert.deepEqual(await failure(post(aws, NEVER_ISSUED, 'x')), gone); // this one really is gone, and uses up nothing
    assert.deepEqual(await failure(post(aws, 'nonsense', 'x')), ['BadRequestException', 400]);
    assert.deepEqual(await failure(post(aws, other.id, 'lost')), gone);
    assert.deepEqual(await failure(post(aws, one.id, 'lost')), gone);
    await post(aws, one.id, 'arrives');
    assert.equal(await one.client.next(), 'arrives');
    await post(aws, other.id, 'too');
    assert.equal(await other.client.next(), 'too');
    const texts = dev.all({ type: 'fault', event: 'applied', fault: 'gone' }).map(({ text }) => text);
    assert.deepEqual(texts, ['a post got 410, 2 more to come', 'a post got 410, 1 more to come', 'a post got 410, the last one']);
    assert.equal(told(dev, 'gone', '0')[0], 'no post gets 410 any more');
  });

  await t.test('throttle: the SDK tries again', async () => {
    await clear(dev);
    const { client, id } = await connected(dev);
    told(dev, 'throttle', '1');
    assert.deepEqual(await failure(post(sdk(dev), id, 'lost')), ['LimitExceededException', 429]);
    told(dev, 'throttle', '2', '--connection', id);
    const { $metadata } = await post(sdk(dev, 3), id, 'at last');
    assert.deepEqual([$metadata.httpStatusCode, $metadata.attempts], [200, 3]);
    assert.equal(await client.next(), 'at last');
    assert.equal(await client.ask('once'), 'once'); // and not three times
    assert.equal(dev.all({ type: 'fault', event: 'applied', fault: 'throttle', connectionId: id }).length, 3);
    assert.deepEqual(dev.all({ type: 'note', text: /429/ }), []); // the line of the fault says it
    await aws429(id);
  });

  /** The answers are those of API Gateway to the byte. */
  async function aws429(id) {
    const target = `/dev/@connections/${encodeURIComponent(id)}`;
    const send = () => {
      const headers = sign({ method: 'POST', host: `127.0.0.1:${dev.port}`, path: target, body: 'x' }, { ...LOCAL, region: 'us-east-1' });
      return request(dev.origin, { method: 'POST', path: target, body: 'x', headers });
    };
    told(dev, 'throttle', '1');
    told(dev, 'gone', '1');
    const [throttled, gone] = [await send(), await send()];
    assert.deepEqual([throttled.status, throttled.headers['x-amzn-errortype'], throttled.headers['content-type'], throttled.body],
      [429, 'LimitExceededException', 'application/json', '{"message":"Limit Exceeded"}']);
    assert.deepEqual([gone.status, gone.headers['x-amzn-errortype'], gone.headers['content-length'], gone.body], [410, 'GoneException', '0', '']);
  }

  await t.test('slow', async () => {
    await clear(dev);
    const aws = sdk(dev);
    const { client, id } = await connected(dev);
    assert.deepEqual(told(dev, 'slow', id, '--bytes-per-second', '0'), [`slow ${id}`]);
    const large = 'x'.repeat(128 * 1024);
    let accepted = 0;
    for (;;) {
      const status = await post(aws, id, large).then(() => 200, (error) => error.$metadata.httpStatusCode);
      if (status !== 200) {
        assert.equal(status, 429);
        break;
      }
      accepted += 1;
    }
    assert.equal(accepted, 4 * 1024 * 1024 / large.length - 1); // 4 MB wait at most, heads of frames included
    await dev.line({ type: 'fault', event: 'applied', fault: 'slow', connectionId: id, text: /^\d+ bytes wait: it reads 0 a second$/ });
    const [{ state, waitingBytes }] = json(dev, 'connections').connections;
    assert.ok(state === 'open' && waitingBytes > accepted * large.length);
    assert.equal(client.received.length, 0);
    assert.deepEqual(told(dev, 'slow', '--all', '--off'), [`as before: ${id}`]);
    for (let i = 0; i < accepted; i += 1) assert.ok(await client.next() === large);
    assert.equal(await client.ask('and on'), 'and on');
    told(dev, 'slow', id, '--bytes-per-second', '100000');
    assert.equal(await client.ask('late, but whole'), 'late, but whole');
    assert.deepEqual(told(dev, 'faults'), [`${id} reads 100000 bytes a second`]);
  });

  await t.test('latency', async () => {
    await clear(dev);
    const aws = sdk(dev);
    const { client, id } = await connected(dev);
    assert.deepEqual(told(dev, 'latency', '20', '--only', 'invoke'), ['invocations begin 20 ms later']);
    assert.equal(await client.ask('hello'), 'hello');
    await dev.line({ type: 'fault', event: 'applied', fault: 'latency', connectionId: id, text: '$default begins 20 ms later' });
    const calls = () => dev.all({ type: 'fault', event: 'applied', fault: 'latency', text: /^(POST|GET|DELETE) / }).length;
    assert.equal(calls(), 0);
    assert.deepEqual(told(dev, 'latency', '10', '--jitter', '5'), ['invocations begin 10 to 15 ms later', 'calls of @connections are carried out 10 to 15 ms later']);
    await post(aws, id, 'posted');
    assert.equal(await client.next(), 'posted');
    await aws.send(new GetConnectionCommand({ ConnectionId: id }));
    await aws.send(new DeleteConnectionCommand({ ConnectionId: id }));
    assert.equal((await client.closed).code, 1000);
    await dev.line({ type: 'invocation', route: '$disconnect', connectionId: id });
    assert.equal(calls(), 3);
    assert.deepEqual(told(dev, 'latency', '0'), ['invocations begin 0 ms later', 'calls of @connections are carried out 0 ms later']);
    assert.deepEqual(told(dev, 'faults'), ['no faults are set']);
  });

  await t.test('faults, reset, and a reload between', async () => {
    await clear(dev);
    const { client, id } = await connected(dev);
    for (const order of [['gone', '1'], ['throttle', '4'], ['throttle', '5', '--connection', id], ['no-disconnect', '1'],
      ['latency', '7', '--jitter', '3', '--only', 'send'], ['slow', id, '--bytes-per-second', '1000000']]) told(dev, ...order);
    fs.writeFileSync(path.join(dev.directory, 'app.lua'), files['app.lua'].replace('ws.reply(event.body)', 'ws.reply("new " .. event.body)'));
    await dev.line({ type: 'reload', event: 'done' });
    const set = {
      gone: 1, throttle: 4, noDisconnect: 1, latency: { invoke: { ms: 0, jitterMs: 0 }, send: { ms: 7, jitterMs: 3 } },
      connections: [{ connectionId: id, gone: 0, throttle: 5, bytesPerSecond: 1000000 }],
    };
    assert.deepEqual(json(dev, 'faults'), set);
    assert.deepEqual(told(dev, 'faults'), [
      'the next 4 posts get 429', 'the next post gets 410', 'the next connection ends without $disconnect',
      'calls of @connections are carried out 7 to 10 ms later', `the next 5 posts to ${id} get 429`, `${id} reads 1000000 bytes a second`,
    ]);
    assert.deepEqual(told(dev, 'reset'), ['all faults are off']);
    await dev.line({ type: 'fault', event: 'reset', text: 'all are off' });
    assert.deepEqual(json(dev, 'faults'), { gone: 0, throttle: 0, noDisconnect: 0, latency: { invoke: { ms: 0, jitterMs: 0 }, send: { ms: 0, jitterMs: 0 } }, connections: [] });
    assert.equal(await client.ask('code'), 'new code');
    assert.equal(await client.ask('works'), 'new works');
  });

  /** Wrong calls, their exit status and the one sentence. */
  const mistakes = [
    [[], 2, /^moonwire ctl: the command comes first, options behind it; /],
    [['fly'], 2, /^moonwire ctl: there is no command "fly"; /],
    [['drop'], 2, /^moonwire ctl drop: an ID or --all is wanted, one of the two; /],
    [['drop', NEVER_ISSUED, '--all'], 2, /^moonwire ctl drop: an ID or --all is wanted, one of the two; /],
    [['drop', NEVER_ISSUED], 1, `moonwire ctl drop: there is no connection ${NEVER_ISSUED}\n`],
    [['idle', '-AAAAAAAAAAAAAA='], 1, 'moonwire ctl idle: there is no connection -AAAAAAAAAAAAAA=\n'], // an id, no option
    [['expire', 'x'], 1, 'moonwire ctl expire: "x" is no connection id; those have 16 characters, the last one "="\n'],
    [['slow', '--all'], 2, /^moonwire ctl slow: --bytes-per-second N or --off is wanted, one of the two; /],
    [['slow', '--all', '--bytes-per-second', '1k'], 2, /^moonwire ctl slow: --bytes-per-second must be a whole number from 0 to 1000000000, not "1k"; /],
    [['gone'], 2, /^moonwire ctl gone: N is missing; /],
    [['gone', 'many'], 2, /^moonwire ctl gone: N must be a whole number from 0 to 1000000, not "many"; /],
    [['gone', '-1'], 2, /^moonwire ctl gone: N must be a whole number from 0 to 1000000, not "-1"; /],
    [['gone', '1000001'], 2, /^moonwire ctl gone: N must be /],
    [['throttle', '1', '--connection', NEVER_ISSUED], 1, `moonwire ctl throttle: there is no connection ${NEVER_ISSUED}\n`],
    [['latency', '600001'], 2, /^moonwire ctl latency: MS must be a whole number from 0 to 600000, not "600001"; /],
    [['latency', '1', '--jitter', '-1'], 2, /^moonwire ctl latency: --jitter must be a whole number from 0 to 600000, not "-1"; /],
    [['latency', '1', '--only', 'both'], 2, /^moonwire ctl latency: --only takes invoke or send, not "both"; /],
    [['no-disconnect', '1.5'], 2, /^moonwire ctl no-disconnect: N must be /],
    [['reset', 'all'], 2, /^moonwire ctl reset: "all" is too much; /],
  ];
  await t.test('wrong calls', async () => {
    await clear(dev);
    const before = dev.all({ type: 'fault' }).length;
    for (const [args, status, sentence] of mistakes) {
      const got = ctl(dev, ...args);
      assert.deepEqual([got.status, got.stdout], [status, ''], args.join(' '));
      if (typeof sentence === 'string') assert.equal(got.stderr, sentence);
      else assert.match(got.stderr, sentence);
      assert.equal(got.stderr.split('\n').length, 2, args.join(' '));
    }
    assert.equal(dev.all({ type: 'fault' }).length, before);
    assert.match(run(['ctl']).stderr, /^moonwire ctl: a command is missing; /);
    assert.match(run(['ctl', '--help']).stdout, /^Usage: moonwire ctl COMMAND/);
  });

  await t.test('whoever has no signature, or comes from a web page, changes nothing', async () => {
    await clear(dev);
    const { client } = await connected(dev);
    const body = '{"fault":"drop","all":true}';
    const target = '/_control/faults';
    const keys = { ...LOCAL, region: 'local', service: 'moonwire' };
    const { host } = new URL(dev.controlUrl);
    const send = (changed, headers = {}) => request(dev.controlUrl, {
      method: 'POST', path: target, body, headers: changed ? sign({ method: 'POST', host, path: target, body, headers }, { ...keys, ...changed }) : { host },
    });
    for (const changed of [null, { secret: 'remote' }, { keyId: 'AKIDEXAMPLE' }, { region: 'us-east-1' }, { service: 'execute-api' }]) {
      assert.equal((await send(changed)).status, 403, JSON.stringify(changed));
    }
    assert.equal((await send({}, { origin: 'https://evil.example' })).status, 403);
    assert.equal(await client.ask('still here'), 'new still here');
    const unread = '{"fault":"gone","count":"all of them"}';
    const headers = sign({ method: 'POST', host, path: target, body: unread }, keys);
    const refused = await request(dev.controlUrl, { method: 'POST', path: target, body: unread, headers });
    assert.deepEqual([refused.status, refused.headers['x-amzn-errortype'], refused.body],
      [400, 'ValidationException', '{"message":"count must be a whole number from 0 to 1000000"}']);
    assert.equal((await send({})).status, 200);
    assert.equal((await client.closed).code, 1006);
  });
}));

test('delays that outlast everything', (t) => withDev({ files, args: ['--integration-timeout', '4'] }, async (dev) => {
  await t.test('a handshake that waits', async () => {
    told(dev, 'latency', '600000', '--only', 'invoke');
    const opening = dev.connect();
    const { connectionId } = await dev.line({ type: 'fault', event: 'applied', text: '$connect begins 600000 ms later' });
    const { status, stderr } = ctl(dev, 'drop', connectionId);
    assert.deepEqual([status, stderr], [1, `moonwire ctl drop: ${connectionId} is still in its handshake\n`]);
    assert.equal(json(dev, 'connections').connections[0].state, 'connecting');
    assert.deepEqual(told(dev, 'drop', '--all'), ['no connection is open']);
    await assert.rejects(opening, { status: 504 });
  });

  await t.test('a message that waits: the client is told what API Gateway says', async () => {
    told(dev, 'reset');
    const client = await dev.connect();
    told(dev, 'latency', '600000', '--only', 'invoke');
    assert.match(await client.ask('hello'), /^\{"message": "Endpoint request timed out", /);
  });

  await t.test('calls that wait: a caller that leaves, and one that stays to the end', async () => {
    told(dev, 'reset');
    const { id } = await connected(dev);
    told(dev, 'latency', '600000', '--only', 'send');
    const waiting = (count) => dev.when(() => dev.all({ type: 'fault', event: 'applied', text: /^POST / }).length === count);
    const leaving = new AbortController();
    const left = sdk(dev).send(new PostToConnectionCommand({ ConnectionId: id, Data: 'x' }), { abortSignal: leaving.signal });
    await waiting(1);
    leaving.abort();
    await assert.rejects(left, { name: 'AbortError' });
    const stays = failure(post(sdk(dev), id, 'x'));
    await waiting(2);
    dev.child.kill('SIGINT');
    assert.equal((await stays)[1], 503);
    await dev.exit; // a second signal would cut it short
  });
}));
