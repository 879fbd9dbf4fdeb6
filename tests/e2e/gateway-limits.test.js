'use strict';
// Limits in time: ten minutes without a message, two hours in all, 29 seconds for a function; shortened for these tests.

const assert = require('node:assert/strict');
const { scenario, Dev, ECHO } = require('./helper/dev');
const { upgrade } = require('./helper/client');
const test = require('node:test');

/** Prints what $disconnect is told. */
const TELL = 'local c = event.requestContext print("closed " .. c.disconnectStatusCode .. " " .. c.disconnectReason) return true';
const told = (dev) => dev.line({ type: 'log', text: /^closed / });

scenario('a connection without messages is closed with 1001', { routes: { $default: ECHO, $disconnect: TELL }, args: ['--idle-timeout', '1'] }, async (dev) => {
  const client = await dev.connect();
  assert.deepEqual(await client.closed, { code: 1001, reason: 'Going away' });
  assert.equal((await told(dev)).text, 'closed 1001 Going away');
});

scenario('pings are answered, and do not keep a connection', { routes: { $default: ECHO, $disconnect: TELL }, args: ['--idle-timeout', '2'] }, async (dev) => {
  const client = await dev.connect();
  let pongs = 0;
  client.socket.on('pong', () => { pongs += 1; });
  const pings = setInterval(() => client.socket.readyState === client.socket.OPEN && client.socket.ping(), 50);
  assert.equal((await client.closed).code, 1001);
  clearInterval(pings);
  assert.ok(pongs > 0);
});

/* One message halfway: the connection lasts for the whole idle timeout from then on. That it may last longer is no matter. */
const IDLE_S = 3;
const halves = {
  more: 'local function now(what, event) print(what .. " " .. event.requestContext.requestTimeEpoch) end',
  routes: {
    said: 'now("message", event) return',
    heard: 'async.sleep(1500) print "sends" return ws.reply("x")',
    $disconnect: 'now("closed", event) return true',
  },
  args: ['--idle-timeout', String(IDLE_S)],
};
const epoch = (line) => Number(line.text.split(' ')[1]);

scenario('a message of the client starts the idle time anew', halves, async (dev) => {
  const client = await dev.connect();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  client.send({ action: 'said' });
  assert.equal((await client.closed).code, 1001);
  const from = epoch(await dev.line({ type: 'log', text: /^message / }));
  const to = epoch(await dev.line({ type: 'log', text: /^closed / }));
  assert.ok(to - from >= 1000 * IDLE_S, `${to - from} ms`);
});

scenario('a message to the client starts it anew', halves, async (dev) => {
  const client = await dev.connect();
  assert.equal(await client.ask({ action: 'heard' }), 'x');
  assert.equal((await client.closed).code, 1001);
  const from = Date.parse((await dev.line({ type: 'log', text: 'sends' })).time);
  const to = epoch(await dev.line({ type: 'log', text: /^closed / }));
  assert.ok(to - from >= 1000 * IDLE_S, `${to - from} ms`);
});

scenario('a connection is closed after two hours, whatever it does', { routes: { $default: ECHO, $disconnect: TELL }, args: ['--max-duration', '2'] }, async (dev) => {
  const client = await dev.connect();
  const messages = setInterval(() => client.socket.readyState === client.socket.OPEN && client.send('x'), 50);
  assert.deepEqual(await client.closed, { code: 1001, reason: 'Going away' });
  clearInterval(messages);
  assert.equal((await told(dev)).text, 'closed 1001 Going away');
});

const slow = {
  routes: {
    $connect: 'if event.queryStringParameters then async.sleep(600000) end return true',
    $disconnect: 'return true',
    slow: 'async.sleep(1500) print("done") return ws.reply("late")',
    two: { code: 'async.sleep(600000) return { statusCode = 200, body = "never" }', twoWay: true },
    $default: ECHO,
  },
  args: ['--integration-timeout', '1'],
};

scenario('$connect takes too long: 504', slow, async (dev) => {
  const answer = await upgrade(`${dev.url}?slow`);
  assert.deepEqual([answer.status, answer.headers['x-amzn-errortype'], answer.body], [504, 'InternalServerErrorException', '{"message":"Endpoint request timed out"}']);
  assert.match((await dev.line({ type: 'note' })).text, /^\$connect takes longer than the integration timeout/);
  const client = await dev.connect();
  assert.equal(await client.ask('hello'), 'hello');
  assert.equal(dev.all({ type: 'invocation', route: '$disconnect' }).length, 0);
});

scenario('a function takes too long: an error frame, and it goes on', slow, async (dev) => {
  const client = await dev.connect();
  const text = await client.ask({ action: 'slow' });
  const { connectionId, requestId } = JSON.parse(text);
  assert.equal(text, `{"message": "Endpoint request timed out", "connectionId":"${connectionId}", "requestId":"${requestId}"}`);
  assert.equal(await client.next(), 'late', 'it may still send');
  const line = await dev.line({ type: 'invocation', route: 'slow' });
  assert.deepEqual([line.outcome, line.note], ['result', 'nobody waited for this any more']);
  assert.equal(await client.ask('hello'), 'hello');
});

scenario('a two-way route takes too long', { ...slow, settings: { timeout: 3 } }, async (dev) => {
  const client = await dev.connect();
  assert.equal((await client.askJson({ action: 'two' })).message, 'Endpoint request timed out');
  const { outcome } = await dev.line({ type: 'invocation', route: 'two' });
  assert.equal(outcome, 'error', 'it was ended at its own timeout');
  assert.equal(await client.ask('hello'), 'hello', 'no second frame came in between');
});

/** What the options do not take. */
const wrong = [
  ['--idle-timeout', '0', '600'], ['--idle-timeout', '601', '600'], ['--max-duration', '7201', '7200'], ['--integration-timeout', '30', '29'],
];
test('limits can only be made shorter', async () => {
  for (const [option, value, most] of wrong) {
    await assert.rejects(Dev.start({ files: { 'serverless.yml': '' }, args: [option, value] }), (error) => {
      assert.ok(error.message.includes(`moonwire dev: ${option} takes a number from 1 to ${most}, not "${value}"`), error.message);
      return true;
    });
  }
});
