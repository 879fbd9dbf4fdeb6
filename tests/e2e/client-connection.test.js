'use strict';
// client/moonwire.js alone, with a clock that jumps: when it connects, renews, asks for a sign of life, gives up.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Clock, fakeSockets, settle } = require('./helper/clock');

const MINUTE = 60_000;
const URL_OF = 'wss://api.example/prod';

/** A test with a socket that is connected, unless options.closed: body({ socket, clock, Fake, events }). */
function play(name, { options = {}, address = URL_OF, unopened }, body) {
  test(name, async () => {
    const { connect } = await import('../../client/moonwire.js');
    const clock = new Clock(), Fake = fakeSockets(), events = [];
    clock.install();
    try {
      const socket = connect(address, { WebSocket: Fake, ...options });
      for (const type of ['open', 'renewed', 'status', 'message', 'close']) {
        socket.on(type, (event) => events.push(type === 'status' ? event.status : type));
      }
      await settle();
      if (!unopened) Fake.last.accept();
      await body({ socket, clock, Fake, events });
      socket.close();
      assert.equal(clock.timers.size, 0, 'timers are left');
    } finally {
      clock.restore();
    }
  });
}

play('it opens, and closes for good', {}, async ({ socket, clock, Fake, events }) => {
  assert.equal(Fake.last.url, URL_OF);
  assert.equal(socket.status, 'open');
  socket.close(4000, 'enough');
  assert.deepEqual(Fake.last.closed, { code: 4000, reason: 'enough' });
  await clock.forward(200 * MINUTE);
  assert.equal(Fake.made.length, 1);
  assert.deepEqual(events, ['connecting', 'open', 'open', 'closed', 'close']);
});

play('a code that no page may close with is refused', {}, async ({ socket }) => {
  assert.throws(() => socket.close(1001), /the code is 1000, or 3000 to 4999/);
  assert.equal(socket.status, 'open');
});

play('a reason that is too long for a close frame is refused, and ends nothing', {}, async ({ socket, Fake }) => {
  assert.throws(() => socket.close(1000, 'ä'.repeat(62)), /RangeError: close: the reason has more than 123 bytes/);
  assert.equal(socket.status, 'open');
  socket.close(1000, `${'ä'.repeat(61)}.`);
  assert.equal(Fake.last.closed.code, 1000);
});

// ---- Again

for (const code of [1001, 1006, 1011, 1012]) {
  play(`after ${code} there is another connection within a second`, {}, async ({ clock, Fake, events }) => {
    await clock.forward(MINUTE);
    Fake.last.end(code);
    await clock.forward(499);
    assert.equal(Fake.made.length, 1);
    await clock.forward(1);
    assert.equal(Fake.made.length, 2);
    Fake.last.accept();
    assert.deepEqual(events.slice(3), ['waiting', 'connecting', 'open', 'open']);
  });
}

for (const code of [1000, 1002, 1003, 1007, 1008, 1009]) {
  play(`${code} ends it`, {}, async ({ socket, clock, Fake, events }) => {
    let told;
    socket.on('close', ({ code: of, reason }) => { told = { code: of, reason }; });
    Fake.last.end(code, 'because');
    await clock.forward(200 * MINUTE);
    assert.equal(Fake.made.length, 1);
    assert.deepEqual(told, { code, reason: 'because' });
    assert.deepEqual(events.slice(3), ['closed', 'close']);
  });
}

play('`again` decides otherwise', { options: { again: ({ code }) => code === 1000 } }, async ({ socket, clock, Fake }) => {
  Fake.last.end(1000);
  await clock.forward(1000);
  Fake.last.accept();
  Fake.last.end(1001);
  assert.equal(socket.status, 'closed');
});

const broken = () => { throw new Error('broken'); };

play('an `again` that raises ends it, and the reason says so', { options: { again: broken } }, async ({ socket, clock, Fake, events }) => {
  let told;
  socket.on('close', ({ code, reason }) => { told = { code, reason }; });
  const question = socket.ask({ number: 1 });
  Fake.last.end(1001);
  assert.deepEqual(told, { code: 1001, reason: 'again: broken' });
  await assert.rejects(question, { code: 'closed' });
  assert.deepEqual(events.slice(3), ['closed', 'close']);
});

for (const answer of [true, false]) {
  let ended;
  const again = () => { ended.close(4000, 'enough'); return answer; };

  play(`an \`again\` that closes the socket and says ${answer} leaves nothing behind`, { options: { again } }, async ({ socket, clock, Fake, events }) => {
    ended = socket;
    Fake.last.end(1006);
    await clock.forward(MINUTE);
    assert.equal(Fake.made.length, 1);
    assert.deepEqual(events.slice(3), ['closed', 'close']);
  });
}

let hellos = 0;
const helloOnce = () => ((hellos += 1) === 2 ? broken() : 'hi');

play('a `hello` that raises is a connection lost, and another one is tried', { options: { hello: helloOnce } }, async ({ socket, clock, Fake }) => {
  const reasons = [];
  socket.on('status', ({ status, reason }) => { if (status === 'waiting') reasons.push(reason); });
  Fake.last.end(1006, 'gone');
  await clock.forward(500);
  Fake.last.accept();
  assert.notEqual(Fake.last.closed, null);
  await clock.forward(1000);
  Fake.last.accept();
  assert.equal(socket.status, 'open');
  assert.deepEqual(Fake.last.sent, ['hi']);
  assert.deepEqual(reasons, ['gone', 'hello: broken']);
});

let greeted = 0;
const helloLater = () => ((greeted += 1) === 2 ? broken() : 'hi');

play('a `hello` that raises in a renewal does not end the connection of before', { options: { hello: helloLater } }, async ({ socket, clock, Fake, events }) => {
  socket.renew();
  await settle();
  Fake.last.accept();
  assert.equal(socket.status, 'open');
  assert.equal(Fake.made[0].closed, null);
  await clock.forward(1000);
  Fake.last.accept();
  assert.deepEqual(events.slice(3), ['renewed']);
});

let host;
const closing = () => { host.close(4000, 'enough'); return ['one', 'two']; };

play('a `hello` that closes the socket leaves nothing behind', { options: { hello: closing }, unopened: true }, async ({ socket, clock, Fake, events }) => {
  host = socket;
  Fake.last.accept();
  await clock.forward(MINUTE);
  assert.equal(socket.status, 'closed');
  assert.equal(Fake.made.length, 1);
  assert.deepEqual(Fake.last.sent, []);
  assert.deepEqual(events, ['connecting', 'closed', 'close']);
});

play('pauses are random, grow up to a limit, and begin anew after a stable connection', { unopened: true }, async ({ socket, clock, Fake }) => {
  const delays = [];
  socket.on('status', ({ status, delay }) => { if (status === 'waiting') delays.push(delay); });
  for (const chance of [0.5, 0.5, 0.5, 0.25, 1, 1, 1]) {
    clock.chance = chance;
    Fake.last.end(1006);
    await clock.forward(30_000);
  }
  assert.deepEqual(delays, [500, 1000, 2000, 2000, 16000, 30000, 30000]);
  Fake.last.accept();
  await clock.forward(9_999);
  Fake.last.end(1006); // it was not stable
  await clock.forward(30_000);
  Fake.last.accept();
  await clock.forward(10_000);
  Fake.last.end(1006);
  assert.deepEqual(delays.slice(7), [30000, 1000]);
});

play('a handshake that takes too long is given up', { unopened: true }, async ({ clock, Fake }) => {
  await clock.forward(29_999);
  assert.equal(Fake.last.closed, null);
  await clock.forward(1);
  assert.notEqual(Fake.last.closed, null);
  await clock.forward(500);
  assert.equal(Fake.made.length, 2);
});

let tokens = 0;
const fresh = async () => ({ url: `${URL_OF}?token=${tokens += 1}`, protocols: ['chat.v1'] });

play('the address is asked for with every connection', { address: fresh }, async ({ clock, Fake }) => {
  Fake.last.end(1001);
  await clock.forward(1000);
  assert.deepEqual(Fake.made.map(({ url }) => url), [`${URL_OF}?token=1`, `${URL_OF}?token=2`]);
  assert.deepEqual(Fake.last.protocols, ['chat.v1']);
});

const failing = async () => { throw new Error('no token'); };

play('an address that cannot be had is asked for again', { address: failing, unopened: true }, async ({ socket, clock, Fake }) => {
  const reasons = [];
  socket.on('status', ({ status, reason }) => { if (status === 'waiting') reasons.push(reason); });
  await clock.forward(5000);
  assert.equal(Fake.made.length, 0);
  assert.ok(reasons.length > 2 && reasons.every((reason) => reason === 'no address: no token'), `${reasons}`);
});

for (const error of [undefined, null, 'a text']) {
  play(`it may fail with anything: ${error}`, { address: () => Promise.reject(error), unopened: true }, async ({ socket, clock, Fake }) => {
    let told;
    socket.on('status', ({ status, reason }) => { if (status === 'waiting') told = reason; });
    await clock.forward(5000);
    assert.equal(told, `no address: ${error}`);
    assert.equal(Fake.made.length, 0);
  });
}

for (const found of [undefined, null, 1, {}, { url: null }, [URL_OF]]) {
  let calls = 0;
  const address = () => ((calls += 1) === 2 ? found : URL_OF);

  play(`what is neither a text nor a URL is no address: ${JSON.stringify(found)}`, { address }, async ({ socket, clock, Fake }) => {
    const reasons = [];
    socket.on('status', ({ status, reason }) => { if (status === 'waiting') reasons.push(reason); });
    Fake.last.end(1006);
    await clock.forward(499);
    reasons.length = 0;
    await clock.forward(1);
    assert.match(`${reasons}`, /^no address: what the function gave is neither/);
    await clock.forward(1000);
    assert.equal(Fake.made.length, 2);
  });
}

play('an address may be a URL', { address: () => new URL(URL_OF) }, async ({ socket, Fake }) => {
  assert.equal(`${Fake.last.url}`, URL_OF);
  assert.equal(socket.status, 'open');
});

let places = 0;
const onceWrong = () => ((places += 1) === 2 ? 'ftp://example' : URL_OF);

play('an address that no WebSocket takes ends no connection that lives', { address: onceWrong }, async ({ socket, clock, Fake, events }) => {
  socket.renew();
  await settle();
  assert.equal(socket.status, 'open');
  assert.equal(Fake.last.closed, null);
  await clock.forward(1000);
  Fake.last.accept();
  assert.equal(Fake.made.length, 2);
  assert.deepEqual(events.slice(3), ['renewed']);
});

play('what is no address of a WebSocket ends it', { address: 'ftp://example', unopened: true }, async ({ socket, events }) => {
  assert.equal(socket.status, 'closed');
  assert.deepEqual(events, ['connecting', 'closed', 'close']);
});

test('wrong calls name what is wrong', async () => {
  const { connect } = await import('../../client/moonwire.js');
  assert.throws(() => connect(URL_OF, { hearbeat: 1 }), /there is no option hearbeat/);
  assert.throws(() => connect(URL_OF, { WebSocket: undefined }), /no WebSocket here/);
  for (const wrong of [undefined, null, 1, {}, Promise.resolve(URL_OF)]) assert.throws(() => connect(wrong), /the address is a URL/);
});

// ---- Renewal

play('it is renewed between 110 and 118 minutes, and the old one stays for 30 seconds', { options: { pong: 0 } }, async ({ clock, Fake, events }) => {
  await clock.forward(114 * MINUTE - 1);
  assert.equal(Fake.made.length, 1);
  await clock.forward(1);
  assert.equal(Fake.made.length, 2);
  const [before, after] = Fake.made;
  assert.equal(before.closed, null);
  after.accept();
  assert.equal(events[events.length - 1], 'renewed');
  await clock.forward(29_999);
  assert.equal(before.closed, null);
  await clock.forward(1);
  assert.deepEqual(before.closed, { code: 1000, reason: 'renewed' });
  assert.equal(after.closed, null);
  await clock.forward(113.5 * MINUTE);
  assert.equal(Fake.made.length, 3);
});

play('a renewal that fails is tried again, while the old connection serves', { options: { pong: 0 } }, async ({ socket, clock, Fake, events }) => {
  socket.renew();
  await settle();
  Fake.last.end(1006);
  socket.send('still');
  assert.deepEqual(Fake.made[0].sent, ['still']);
  await clock.forward(1000);
  assert.equal(Fake.made.length, 3);
  Fake.last.end(1008); // whatever the code is: the connection in use is good
  await clock.forward(2000);
  Fake.last.accept();
  assert.deepEqual(events.slice(2), ['open', 'renewed']);
});

play('a connection that ends during its renewal is followed by the new one', {}, async ({ socket, clock, Fake, events }) => {
  socket.renew();
  await settle();
  Fake.made[0].end(1001);
  Fake.made[1].accept();
  await clock.forward(MINUTE);
  assert.equal(Fake.made.length, 2);
  assert.deepEqual(events.slice(3), ['connecting', 'open', 'open']);
});

play('a connection that ends between two tries to renew it is followed at once', {}, async ({ socket, clock, Fake, events }) => {
  socket.renew();
  await settle();
  Fake.made[1].end(1006);
  Fake.made[0].end(1001);
  assert.equal(socket.status, 'waiting');
  await clock.forward(1000);
  Fake.last.accept();
  assert.deepEqual(events.slice(3), ['waiting', 'connecting', 'open', 'open']);
});

// ---- Signs of life

play('after 8 minutes without a message it sends one, and not before', {}, async ({ clock, Fake }) => {
  const { last } = Fake;
  await clock.forward(7 * MINUTE);
  assert.deepEqual(last.sent, []);
  last.say('news'); // counts as well
  await clock.forward(7 * MINUTE);
  assert.deepEqual(last.sent, []);
  await clock.forward(1.5 * MINUTE);
  assert.equal(last.messages.length, 1);
  assert.equal(last.messages[0].action, 'ping');
});

play('without an answer to that there is another connection', {}, async ({ clock, Fake }) => {
  const { last } = Fake;
  await clock.forward(8 * MINUTE);
  assert.equal(last.sent.length, 1);
  await clock.forward(11_000);
  assert.notEqual(last.closed, null);
  assert.equal(Fake.made.length, 2);
});

play('any message is an answer', {}, async ({ clock, Fake }) => {
  const { last } = Fake;
  for (let i = 0; i < 12; i += 1) {
    await clock.forward(8 * MINUTE);
    last.say('here');
  }
  assert.equal(Fake.made.length, 1);
  assert.ok(last.sent.length >= 11);
});

play('`pong: 0` expects none, `ping` is another message', { options: { pong: 0, ping: 'ping' } }, async ({ clock, Fake }) => {
  await clock.forward(17 * MINUTE);
  assert.equal(Fake.made.length, 1);
  assert.deepEqual(Fake.last.sent, ['ping', 'ping']);
});

play('`heartbeat: 0` and `renew: 0` do without', { options: { heartbeat: 0, renew: 0 } }, async ({ clock, Fake }) => {
  await clock.forward(300 * MINUTE);
  assert.equal(Fake.made.length, 1);
  assert.deepEqual(Fake.last.sent, []);
});

play('after a sleep it asks for a sign of life at once', {}, async ({ clock, Fake }) => {
  const { last } = Fake;
  await clock.sleep(5 * MINUTE);
  assert.equal(last.messages[0].action, 'ping');
  await clock.forward(11_000);
  assert.equal(Fake.made.length, 2);
});

play('after a sleep of hours it is renewed at once, too', {}, async ({ clock, Fake, events }) => {
  await clock.sleep(180 * MINUTE);
  assert.equal(Fake.made.length, 2);
  Fake.last.accept();
  assert.equal(events[events.length - 1], 'renewed');
});

play('a pause that was slept over is over', {}, async ({ clock, Fake }) => {
  clock.chance = 0.999;
  for (let i = 0; i < 8; i += 1) {
    Fake.last.end(1006);
    if (i < 7) await clock.forward(30_000);
  }
  const { length } = Fake.made;
  await clock.sleep(5 * MINUTE);
  assert.equal(Fake.made.length, length + 1);
});

play('a clock that is put back does not make it late', { options: { pong: 0 } }, async ({ clock, Fake }) => {
  await clock.forward(60 * MINUTE);
  clock.now -= 600 * MINUTE;
  for (const timer of clock.timers.values()) timer.at -= 600 * MINUTE; // timers do not follow the clock
  await clock.forward(55 * MINUTE);
  assert.equal(Fake.made.length, 2);
});

// ---- What a browser says

test('a page that is shown, or a network that is back, ends a pause', async () => {
  const { connect } = await import('../../client/moonwire.js');
  const clock = new Clock(), Fake = fakeSockets(), document = new EventTarget(), window = new EventTarget();
  let listening = 0;
  for (const target of [document, window]) {
    const { addEventListener, removeEventListener } = target;
    target.addEventListener = (...of) => { listening += 1; addEventListener.apply(target, of); };
    target.removeEventListener = (...of) => { listening -= 1; removeEventListener.apply(target, of); };
  }
  clock.install();
  Object.assign(globalThis, { document, addEventListener: window.addEventListener, removeEventListener: window.removeEventListener });
  try {
    const socket = connect(URL_OF, { WebSocket: Fake });
    await settle();
    const tell = async (target, type, state) => {
      document.visibilityState = state;
      target.dispatchEvent(new Event(type));
      await settle();
      return Fake.made.length;
    };
    Fake.last.end(1006);
    assert.equal(await tell(document, 'visibilitychange', 'hidden'), 1);
    assert.equal(await tell(document, 'visibilitychange', 'visible'), 2);
    Fake.last.end(1006);
    assert.equal(await tell(window, 'online'), 3);
    Fake.last.accept();
    await tell(document, 'visibilitychange', 'visible');
    assert.deepEqual(Fake.last.sent, []); // it may well be alive
    await tell(window, 'online');
    assert.equal(Fake.last.messages[0].action, 'ping'); // another network: it may not
    socket.close();
    assert.equal(listening, 0);
    assert.equal(clock.timers.size, 0);
  } finally {
    clock.restore();
    for (const name of ['document', 'addEventListener', 'removeEventListener']) delete globalThis[name];
  }
});
