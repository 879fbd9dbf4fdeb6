'use strict';
// client/moonwire.js in Node.js, with the service of docs/client.md and everything that API Gateway does to connections.

const assert = require('node:assert/strict');
const { after, test } = require('node:test');
const { WebSocket } = require('ws');
const { DynamoDBClient, ScanCommand } = require('@aws-sdk/client-dynamodb');
const { database } = require('./helper/counterparts');
const { withDev } = require('./helper/dev');
const { SLOW } = require('./helper/program');
const { Clock } = require('./helper/clock');
const { filesWith, JOIN, say, told, push, ctl, pause, until } = require('./helper/lobby');

const MINUTE = 60_000;

const numbers = (count) => Array.from({ length: count }, (_, n) => n);
const sorted = (texts, word) => texts.filter((text) => text.startsWith(word)).map((text) => Number(text.slice(word.length + 1))).sort((a, b) => a - b);

/** A WebSocket that counts what comes, before anything is dropped. */
function counting(counted) {
  return class extends WebSocket {
    set onmessage(fn) { super.onmessage = fn && ((event) => { counted.texts += 1; fn(event); }); }
  };
}

const sockets = [];
after(() => { for (const socket of sockets) socket.close(); }); // of tests that failed

/** A client of the lobby that is connected, and what it has been told. */
async function enter(dev, options = {}) {
  const { connect } = await import('../../client/moonwire.js');
  const counted = { texts: 0 }, got = [], statuses = [];
  const socket = connect(dev.url, {
    WebSocket: counting(counted), hello: JOIN, ready: (message) => message.joined === 'lobby', retryFirst: 50, ...options,
  });
  sockets.push(socket);
  socket.on('message', ({ data }) => { if (data.text) got.push(data.text); });
  socket.on('status', (event) => statuses.push(event));
  await happens(socket, 'open');
  return { socket, counted, got, statuses };
}

/** The next event of a type. */
const happens = (socket, type, is = () => true) => new Promise((resolve) => {
  const off = socket.on(type, (event) => {
    if (!is(event)) return;
    off();
    resolve(event);
  });
});

const ARGS = ['--max-duration', `${6 * SLOW}`, '--idle-timeout', `${2 * SLOW}`];

test('a client and moonwire dev', (t) => withDev({ files: filesWith(), args: ARGS, patience: 100_000 * SLOW }, async (dev) => {
  await t.test('over renewals no message is lost and none comes twice, in both directions', async () => {
    const { socket, counted, got, statuses } = await enter(dev, { renew: 1000 * SLOW, spread: 300 * SLOW, overlap: 800 * SLOW, heartbeat: 0 });
    let renewals = 0, n = 0;
    socket.on('renewed', () => { renewals += 1; });
    const answers = [];
    for (; renewals < 3; n += 1) {
      answers.push(socket.ask(say(`ask ${n}`)));
      await Promise.all([push(dev, n), socket.send(say(`say ${n}`)), pause(10 * SLOW)]);
    }
    await Promise.all(answers);
    for (const word of ['say', 'ask', 'push']) await until(() => sorted(got, word).length >= n);
    socket.close();
    for (const word of ['say', 'ask']) await until(() => sorted(told(dev, 'heard'), word).length >= n);
    for (const word of ['say', 'ask']) assert.deepEqual(sorted(told(dev, 'heard'), word), numbers(n), `heard: ${word}`);
    for (const word of ['say', 'ask', 'push']) assert.deepEqual(sorted(got, word), numbers(n), `got: ${word}`);
    assert.deepEqual(statuses.map(({ status }) => status), ['connecting', 'open', 'closed']);
    assert.ok(counted.texts > 4 * n, `${counted.texts} texts came for ${4 * n} messages: the connections did not overlap`);
    await until(() => told(dev, 'ended').length > renewals);
    assert.ok(!told(dev, 'ended').includes('1001'), 'a connection was ended by the gateway');
  });

  await t.test('questions are answered whatever ends the connection, and nothing comes twice', async () => {
    const { socket, got } = await enter(dev);
    const answers = [];
    let n = 0;
    for (const fault of ['drop', 'idle', 'expire', 'drop', 'expire', 'idle']) {
      const again = happens(socket, 'open');
      const ended = ctl(dev, fault, '--all');
      for (let over = false; !over; over = await Promise.race([again.then(() => true), pause(5 * SLOW)])) {
        answers.push(socket.ask(say(`question ${n}`)));
        n += 1;
        if (socket.status !== 'open') await Promise.race([again, pause(50)]); // they wait
      }
      await ended;
    }
    for (const answer of await Promise.all(answers)) assert.deepEqual([answer.error, typeof answer.ack], [undefined, 'string']);
    const heard = () => [...new Set(sorted(told(dev, 'heard'), 'question'))];
    await until(() => heard().length >= n);
    assert.deepEqual(heard(), numbers(n), 'what the service heard');
    assert.equal(new Set(got).size, got.length, 'something came twice');
    socket.close();
  });

  await t.test('a question whose answer is lost reaches the service twice, and the others once', async () => {
    const [asking, listening] = [await enter(dev), await enter(dev)];
    await ctl(dev, 'latency', '300', '--only', 'send');
    const heard = () => told(dev, 'heard').filter((text) => text === 'twice').length;
    const answer = asking.socket.ask(say('twice'));
    await until(() => heard() === 1);
    const again = happens(asking.socket, 'open');
    await ctl(dev, 'drop', '--all');
    await again;
    await ctl(dev, 'reset');
    assert.equal(typeof (await answer).ack, 'string');
    await until(() => heard() === 2);
    const last = listening.socket.ask(say('last'));
    await until(() => listening.got.includes('last') && asking.got.includes('last'));
    await last;
    for (const { got } of [asking, listening]) assert.ok(got.filter((text) => text === 'twice').length <= 1);
    asking.socket.close();
    listening.socket.close();
  });

  await t.test('a question that fails has an answer; one whose answer cannot be sent has none', async () => {
    const { socket } = await enter(dev);
    assert.equal((await socket.ask({ action: 'say', room: 'lobby' })).error, 'invalid');
    await ctl(dev, 'throttle', '2');
    assert.equal((await socket.ask({ action: 'ping' })).error, undefined); // the service tries again
    await ctl(dev, 'gone', '1');
    await assert.rejects(socket.ask({ action: 'ping' }, { timeout: 300 }), { code: 'timeout' });
    await ctl(dev, 'reset');
    socket.close();
  });

  await t.test('signs of life keep a connection, and find out a dead one', async () => {
    const pings = () => dev.all({ type: 'invocation', action: 'ping' }).length;
    const enough = pings() + 5; // the idle time is over by then
    const { socket, statuses } = await enter(dev, { heartbeat: 500 * SLOW, renew: 0 });
    await until(() => pings() >= enough || statuses.length > 2);
    assert.deepEqual(statuses.map(({ status }) => status), ['connecting', 'open']);
    socket.close();
    const other = await enter(dev, { heartbeat: 500 * SLOW, pong: 200 });
    const lost = happens(other.socket, 'status', ({ status }) => status === 'waiting');
    await ctl(dev, 'latency', '5000');
    assert.equal((await lost).reason, 'no answer to the heartbeat');
    await ctl(dev, 'reset');
    other.socket.close();
  });
}));

test('an order that arrives twice is one order', async () => {
  const { env, close } = await database();
  const aws = new DynamoDBClient({ endpoint: env.AWS_ENDPOINT_URL_DYNAMODB, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  const orders = async () => (await aws.send(new ScanCommand({ TableName: 'chat' }))).Items.map(({ pk, item }) => [pk.S, item.S]);
  await withDev({ files: filesWith(env) }, async (dev) => {
    const { socket } = await enter(dev);
    await ctl(dev, 'latency', '500', '--only', 'send');
    const answer = socket.ask({ action: 'order', item: 'tea' });
    await until(async () => (await orders()).length === 1);
    const again = happens(socket, 'open');
    await ctl(dev, 'drop', '--all');
    await again;
    await ctl(dev, 'reset');
    assert.equal((await answer).ordered, 'tea');
    await dev.invocations(2, { function: 'orders' });
    assert.deepEqual(await orders(), [['orders#guest', 'tea']]);
    socket.close();
  });
  aws.destroy();
  await close();
});

// The settings that everybody has, by a clock that jumps.
test('two hours pass', () => withDev({ files: filesWith() }, async (dev) => {
  await null; // the limit of withDev is one of the real clock
  const clock = new Clock();
  clock.install();
  try {
    const { socket } = await enter(dev);
    const pinged = dev.line({ type: 'invocation', action: 'ping' });
    await clock.forward(8 * MINUTE);
    await pinged;
    await socket.ask({ action: 'ping' }); // something came: it is known to be alive
    const renewed = happens(socket, 'renewed');
    await clock.sleep(112 * MINUTE); // longer than a connection lasts there: it is renewed when the machine wakes
    await renewed;
    await clock.forward(MINUTE / 2);
    await dev.line({ type: 'log', text: 'ended 1000' });
    assert.equal(typeof (await socket.ask({ action: 'ping' })).ack, 'string');
    socket.close();
  } finally {
    clock.restore();
  }
}));
