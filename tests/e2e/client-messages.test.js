'use strict';
// client/moonwire.js alone: which messages are sent, when and how often, and which of those that come reach the application.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Clock, fakeSockets, settle } = require('./helper/clock');

/** A test with a socket that is being connected: body({ socket, clock, Fake, got }); `got` has what reached the application. */
function play(name, options, body) {
  test(name, async () => {
    const { connect } = await import('../../client/moonwire.js');
    const clock = new Clock(), Fake = fakeSockets(), got = [];
    clock.install();
    try {
      const socket = connect('wss://api.example/prod', { WebSocket: Fake, ...options });
      socket.on('message', ({ data }) => got.push(data));
      await settle();
      await body({ socket, clock, Fake, got });
      socket.close();
      assert.equal(clock.timers.size, 0, 'timers are left');
    } finally {
      clock.restore();
    }
  });
}

/** The state of a promise: 'waits', or what it resolved or was rejected with. */
const state = (promise) => Promise.race([promise.catch((error) => error.code), settle().then(() => 'waits')]);

/** Ends the newest connection, and opens another one. */
async function reconnect(Fake, clock) {
  clock.chance = 0;
  Fake.last.end(1006);
  await clock.forward(0);
  Fake.last.accept();
}

// ---- Sending

play('messages wait for the connection, in their order', {}, async ({ socket, Fake }) => {
  const first = socket.send('one');
  const second = socket.send({ number: 2 });
  assert.equal(await state(first), 'waits');
  Fake.last.accept();
  assert.deepEqual(Fake.last.sent, ['one', '{"number":2}']);
  assert.equal(await state(second), undefined);
});

play('a message that was sent is not sent again', {}, async ({ socket, Fake, clock }) => {
  Fake.last.accept();
  socket.send('one');
  await reconnect(Fake, clock);
  assert.deepEqual(Fake.last.sent, []);
});

play('a socket that is closing is given nothing', {}, async ({ socket, Fake, clock }) => {
  Fake.last.accept();
  Fake.last.readyState = 2; // a browser says so before it tells of the close, and drops what it is given
  socket.send('one');
  assert.deepEqual(Fake.last.sent, []);
  await reconnect(Fake, clock);
  assert.deepEqual(Fake.last.sent, ['one']);
});

play('so many messages wait, and one more is refused', { queue: 3 }, async ({ socket, Fake }) => {
  for (const text of ['one', 'two', 'three']) socket.send(text);
  assert.equal(await state(socket.send('four')), 'full');
  assert.equal(await state(socket.ask({ number: 4 })), 'full');
  Fake.last.accept();
  assert.deepEqual(Fake.last.sent, ['one', 'two', 'three']);
  socket.send('five');
  assert.equal(Fake.last.sent.length, 4);
});

play('what API Gateway would close the connection for is refused', {}, async ({ socket, Fake }) => {
  Fake.last.accept();
  assert.equal(await state(socket.send('ä'.repeat(16 * 1024))), undefined);
  assert.equal(await state(socket.send(`${'ä'.repeat(16 * 1024)}.`)), 'too_large');
  assert.equal(Fake.last.sent.length, 1);
});

play('what is no message raises', {}, async ({ socket, Fake }) => {
  Fake.last.accept();
  for (const wrong of [undefined, () => {}, new ArrayBuffer(1), new Uint8Array(1), new Blob([])]) {
    assert.throws(() => socket.send(wrong), /a message is a text, or what becomes JSON/);
  }
  for (const wrong of [undefined, null, 'text', 1, ['list']]) assert.throws(() => socket.ask(wrong), /the message is an object/);
  assert.deepEqual(Fake.last.sent, []);
});

play('the end rejects what waits', {}, async ({ socket }) => {
  const waiting = [socket.send('one'), socket.ask({ number: 2 })];
  socket.close();
  assert.deepEqual(await Promise.all(waiting.map(state)), ['closed', 'closed']);
  assert.equal(await state(socket.send('three')), 'closed');
});

// ---- Questions

play('an answer that names the id resolves a question, and is no message', {}, async ({ socket, Fake, got }) => {
  Fake.last.accept();
  const questions = [socket.ask({ number: 1 }), socket.ask({ number: 2 })];
  const [first, second] = Fake.last.messages;
  assert.notEqual(first.mid, second.mid);
  Fake.last.say({ ack: second.mid, ok: true });
  assert.deepEqual(await state(questions[1]), { ack: second.mid, ok: true });
  assert.equal(await state(questions[0]), 'waits');
  Fake.last.say({ ack: second.mid, ok: true }); // again: the service got it twice
  Fake.last.say({ ack: 'of somebody else' });
  assert.deepEqual(got, [{ ack: 'of somebody else' }]);
});

play('a question is asked again on each connection until there is an answer', {}, async ({ socket, Fake, clock }) => {
  const question = socket.ask({ number: 1 });
  Fake.last.accept();
  const [asked] = Fake.last.messages;
  await reconnect(Fake, clock);
  assert.deepEqual(Fake.last.messages, [asked]);
  await reconnect(Fake, clock);
  assert.deepEqual(Fake.last.messages, [asked]);
  Fake.last.say({ ack: asked.mid });
  assert.deepEqual(await state(question), { ack: asked.mid });
  await reconnect(Fake, clock);
  assert.deepEqual(Fake.last.messages, []);
});

play('a question without an answer is given up', {}, async ({ socket, Fake, clock }) => {
  Fake.last.accept();
  const [patient, hasty] = [socket.ask({ number: 1 }), socket.ask({ number: 2 }, { timeout: 1000 })];
  await clock.forward(1000);
  assert.equal(await state(hasty), 'timeout');
  await clock.forward(28_999);
  assert.equal(await state(patient), 'waits');
  const endless = socket.ask({ number: 3 }, { timeout: Infinity });
  await clock.forward(1);
  assert.equal(await state(patient), 'timeout');
  await clock.forward(300_000);
  assert.equal(await state(endless), 'waits');
});

// ---- Beginning

play('a connection begins with `hello`, and then comes what waited', { hello: [{ action: 'join' }, 'hi'] }, async ({ socket, Fake, clock }) => {
  socket.send('one');
  Fake.last.accept();
  assert.deepEqual(Fake.last.sent, ['{"action":"join"}', 'hi', 'one']);
  await reconnect(Fake, clock);
  assert.deepEqual(Fake.last.sent, ['{"action":"join"}', 'hi']);
});

for (const hello of [null, undefined, () => {}, () => []]) {
  play(`one may begin with nothing: ${hello}`, { hello }, async ({ socket, Fake }) => {
    Fake.last.accept();
    assert.equal(socket.status, 'open');
    assert.deepEqual(Fake.last.sent, []);
  });
}

const untilJoined = { hello: () => ({ action: 'join' }), ready: (message) => message.joined === 'lobby' };

play('it is used when `ready` says so', untilJoined, async ({ socket, Fake, got }) => {
  socket.send('one');
  Fake.last.accept();
  Fake.last.say({ news: 1 });
  assert.equal(Fake.last.sent.length, 1);
  assert.equal(socket.status, 'connecting');
  Fake.last.say({ joined: 'lobby' });
  assert.deepEqual(Fake.last.sent, ['{"action":"join"}', 'one']);
  assert.deepEqual(got, [{ news: 1 }, { joined: 'lobby' }]);
});

play('who never says so is given up', untilJoined, async ({ Fake, clock }) => {
  Fake.last.accept();
  await clock.forward(31_000);
  assert.notEqual(Fake.made[0].closed, null);
  assert.equal(Fake.made.length, 2);
});

play('an error of `ready` is not swallowed, and the message is there all the same', { ready: (message) => message.data.joined }, async ({ socket, Fake, got }) => {
  const thrown = [], queue = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (work) => { try { work(); } catch (error) { thrown.push(error.name); } };
  try {
    Fake.last.accept();
    socket.send('one');
    Fake.last.say({ hello: 'ann' });
    assert.deepEqual([got, thrown, Fake.last.sent], [[{ hello: 'ann' }], ['TypeError'], []]);
    Fake.last.say({ data: { joined: true } });
    assert.deepEqual([got.length, thrown.length, Fake.last.sent], [2, 1, ['one']]);
  } finally {
    globalThis.queueMicrotask = queue;
  }
});

let closing; // what `ready` closes
play('closed by `ready`, it stays closed', { ready: () => { closing.close(); return true; } }, async ({ socket, Fake, clock }) => {
  closing = socket;
  const statuses = [];
  socket.on('status', ({ status }) => statuses.push(status));
  Fake.last.accept();
  Fake.last.say({ hello: 'ann' });
  await clock.forward(60_000);
  assert.deepEqual([statuses, socket.status, Fake.made.length], [['closed'], 'closed', 1]);
});

play('in a renewal messages go to the old connection until the new one is ready, and come from both', untilJoined, async ({ socket, Fake, got }) => {
  Fake.last.accept();
  Fake.last.say({ joined: 'lobby' });
  socket.renew();
  await settle();
  const [before, after] = Fake.made;
  after.accept();
  socket.send('one');
  after.say({ mid: 'a', text: 'to both' });
  before.say({ mid: 'a', text: 'to both' });
  after.say({ joined: 'lobby' });
  socket.send('two');
  before.say({ mid: 'b', text: 'to the old one' });
  assert.deepEqual(before.sent.slice(1), ['one']);
  assert.deepEqual(after.sent.slice(1), ['two']);
  assert.deepEqual(got.filter(({ mid }) => mid).map(({ text }) => text), ['to both', 'to the old one']);
});

play('a question that was asked before a renewal is answered there, or asked again when that is over', {}, async ({ socket, Fake, clock }) => {
  Fake.last.accept();
  const questions = [socket.ask({ number: 1 }), socket.ask({ number: 2 }, { timeout: 60_000 })];
  socket.renew();
  await settle();
  const [before, after] = Fake.made;
  after.accept();
  assert.deepEqual(after.sent, []);
  const [first, second] = before.messages;
  before.say({ ack: first.mid });
  assert.deepEqual(await state(questions[0]), { ack: first.mid });
  await clock.forward(30_000);
  assert.deepEqual(after.messages, [second]);
  after.say({ ack: second.mid });
  assert.deepEqual(await state(questions[1]), { ack: second.mid });
});

// ---- Receiving

play('JSON comes decoded, other texts as they are', {}, async ({ Fake, got }) => {
  Fake.last.accept();
  for (const text of ['{"a":1}', '[1]', '"a"', '1', 'null', '{', '']) Fake.last.say(text);
  assert.deepEqual(got, [{ a: 1 }, [1], '"a"', '1', 'null', '{', '']);
});

play('a message with an id comes once, those without as often as they are sent', { remember: 2 }, async ({ Fake, got, clock }) => {
  Fake.last.accept();
  Fake.last.say({ mid: 1 });
  Fake.last.say({ text: 'x' });
  await reconnect(Fake, clock);
  for (const message of [{ mid: 1 }, { text: 'x' }, { mid: 2 }, { mid: 2 }, { mid: 3 }]) Fake.last.say(message);
  assert.deepEqual(got, [{ mid: 1 }, { text: 'x' }, { text: 'x' }, { mid: 2 }, { mid: 3 }]);
  Fake.last.say({ mid: 1 }); // so many later it is forgotten
  assert.equal(got.length, 6);
});

const noIds = [null, true, {}, ['a'], 'x'.repeat(257)];

play('only texts and numbers are ids, and no long ones', {}, async ({ Fake, got }) => {
  Fake.last.accept();
  const ids = [...noIds, ...noIds, 0, 0, '', '', 'x'.repeat(256), 'x'.repeat(256)];
  for (const mid of ids) Fake.last.say({ mid });
  assert.deepEqual(got.map(({ mid }) => mid), [...noIds, ...noIds, 0, '', 'x'.repeat(256)]);
});

play('other names of the members', { id: 'messageId', ack: 'answers' }, async ({ socket, Fake, got }) => {
  Fake.last.accept();
  const question = socket.ask({ number: 1 });
  const { messageId } = Fake.last.messages[0];
  Fake.last.say({ answers: messageId });
  assert.deepEqual(await state(question), { answers: messageId });
  Fake.last.say({ messageId: 1 });
  Fake.last.say({ messageId: 1 });
  assert.deepEqual(got, [{ messageId: 1 }]);
});

play('an answer to the sign of life is no message', {}, async ({ Fake, clock, got }) => {
  Fake.last.accept();
  await clock.forward(8 * 60_000);
  Fake.last.say({ ack: Fake.last.messages[0].mid });
  Fake.last.say({ pong: true });
  assert.deepEqual(got, [{ pong: true }]);
});
