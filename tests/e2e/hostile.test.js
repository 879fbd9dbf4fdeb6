'use strict';
// Clients that mean harm or are broken: the gateway answers or closes, and others notice nothing.

const assert = require('node:assert/strict');
const { scenario, ECHO } = require('./helper/dev');
const { request, upgrade, handshakeBytes, frameHead, raw } = require('./helper/client');
const { descriptorLimit } = require('./helper/leftovers');
const { sign } = require('./helper/signature');
const { SLOW } = require('./helper/program');

const MB = 1024 * 1024;
const KEYS = { keyId: 'local', secret: 'local', region: 'us-east-1' };
const service = {
  routes: { $disconnect: 'return true', id: 'return ws.reply(event.requestContext.connectionId)', $default: ECHO },
};

/** One test: body(dev, fine), where fine() demands that an old socket and a new one still get their replies. */
function attack(name, body) {
  scenario(name, service, async (dev) => {
    const bystander = await dev.connect();
    let round = 0;
    const fine = async () => {
      round += 1;
      assert.equal(await bystander.ask(`round ${round}`), `round ${round}`);
      const other = await dev.connect();
      assert.equal(await other.ask('another'), 'another');
      await other.close();
    };
    await fine();
    await body(dev, fine);
    await fine();
  });
}

/* The handshake */

const HEAD = (port) => handshakeBytes(port).toString();
const halves = [
  { name: 'nothing at all', bytes: () => '' },
  { name: 'half a request line', bytes: () => 'GET /d' },
  { name: 'half a header', bytes: (port) => HEAD(port).slice(0, 60) },
  { name: 'all but the empty line', bytes: (port) => HEAD(port).slice(0, -2) },
  { name: 'a body that never comes', bytes: () => 'POST /dev/@connections/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc' },
];
for (const { name, bytes } of halves) {
  attack(`half a handshake: ${name}`, async (dev, fine) => {
    const silent = Array.from({ length: 20 }, () => raw(dev.port, bytes(dev.port)));
    await Promise.all(silent.map((one) => one.open));
    await fine();
    for (const one of silent.slice(0, 10)) one.socket.destroy();
    for (const one of silent.slice(10)) one.socket.resetAndDestroy();
    await Promise.all(silent.map((one) => one.over));
  });
}

/** Writes pieces for as long as the other side takes them. Resolves with the bytes that were written. */
async function flood(connection, piece, most) {
  let written = 0;
  let over = false;
  connection.over.then(() => { over = true; });
  await connection.open;
  while (!over && !connection.bytes.length && written < most) {
    written += piece.length;
    if (!connection.socket.write(piece)) {
      await Promise.race([new Promise((resolve) => connection.socket.once('drain', resolve)), connection.over]);
    }
    await new Promise(setImmediate);
  }
  return written;
}

const endless = [
  { name: 'endless headers', start: 'GET /dev HTTP/1.1\r\nHost: x\r\n', piece: `X-Filler: ${'a'.repeat(1000)}\r\n`.repeat(16) },
  { name: 'one endless header', start: 'GET /dev HTTP/1.1\r\nHost: x\r\nX-Filler: ', piece: 'a'.repeat(16384) },
  { name: 'an endless path', start: 'GET /', piece: 'a'.repeat(16384) },
  { name: 'endless empty lines', start: '', piece: '\r\n'.repeat(8192) },
  { name: 'a body of many megabytes', start: 'POST /dev/@connections/x HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n', piece: 'a'.repeat(16384) },
  { name: 'an endless chunked body', start: 'POST /dev/@connections/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', piece: `1000\r\n${'a'.repeat(4096)}\r\n`.repeat(4) },
];
for (const { name, start, piece } of endless) {
  attack(name, async (dev, fine) => {
    const connection = raw(dev.port, start);
    const written = await flood(connection, piece, 64 * MB);
    assert.ok(written < 64 * MB, 'it was answered or closed');
    if (connection.bytes.length) assert.match(connection.bytes.toString('latin1'), /^HTTP\/1\.1 4\d\d /);
    await fine();
    connection.socket.destroy();
  });
}

/** What is no request is answered; what could still become one may wait. */
const nonsense = [
  { name: 'noise', bytes: Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) & 255)), answered: true },
  { name: 'zeros', bytes: Buffer.alloc(4096) },
  { name: 'a TLS hello', bytes: Buffer.from('16030100c8010000c40303', 'hex') },
  { name: 'two lengths', bytes: Buffer.from('POST /dev HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdefGET / HTTP/1.1\r\n\r\n'), answered: true },
  { name: 'a negative length', bytes: Buffer.from('POST /dev HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'), answered: true },
  { name: 'no host', bytes: Buffer.from('GET /dev HTTP/1.1\r\n\r\n'), answered: true },
  { name: 'many requests in one piece', bytes: Buffer.from('GET /prod HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200)), answered: true },
];
attack('bytes that are no HTTP', async (dev, fine) => {
  for (const { name, bytes, answered } of nonsense) {
    const connection = raw(dev.port, bytes);
    if (answered) {
      await Promise.race([new Promise((resolve) => connection.socket.once('data', resolve)), connection.over]);
      if (connection.bytes.length) assert.match(connection.bytes.toString('latin1'), /^HTTP\/1\.1 4\d\d /, name);
    }
    await fine();
    connection.socket.destroy();
  }
});

/* Very many of them */

const SPARE = 500; // for everything else that this process and the gateway have open
const WANTED = SLOW > 1 ? 500 : 10000;
const LEAST = SLOW > 1 ? 500 : 2000;
attack(`${WANTED} half-open sockets`, async (dev, fine) => {
  const count = Math.min(WANTED, descriptorLimit() - SPARE);
  assert.ok(count >= LEAST, `this test needs \`ulimit -n\` of at least ${LEAST + SPARE}, it is ${descriptorLimit()}`);
  const half = HEAD(dev.port).slice(0, 60);
  const open = [];
  while (open.length < count) {
    const some = Array.from({ length: Math.min(500, count - open.length) }, () => raw(dev.port, half));
    await Promise.all(some.map((one) => one.open));
    open.push(...some);
  }
  await fine();
  for (const one of open) one.socket.destroy();
  await Promise.all(open.map((one) => one.over));
});

/* Frames */

const CLOSE = 0x88;
const mask = Buffer.alloc(4);
const frames = [
  { name: 'a frame of 2^63 bytes', bytes: Buffer.concat([Buffer.from('81ff8000000000000000', 'hex'), mask]), codes: [1002, 1009] },
  { name: 'a frame of 2^63 - 1 bytes', bytes: Buffer.concat([Buffer.from('81ff7fffffffffffffff', 'hex'), mask]), codes: [1002, 1009] },
  { name: 'a frame of 2^32 bytes', bytes: Buffer.concat([frameHead(0x81, 2 ** 32), mask]), codes: [1009] },
  { name: 'a frame without a mask', bytes: Buffer.from('810568656c6c6f', 'hex'), codes: [1002] },
  { name: 'a reserved bit', bytes: Buffer.concat([frameHead(0xc1, 2), mask, Buffer.from('hi')]), codes: [1002] },
  { name: 'a reserved opcode', bytes: Buffer.concat([frameHead(0x83, 2), mask, Buffer.from('hi')]), codes: [1002] },
  { name: 'a reserved control opcode', bytes: Buffer.concat([frameHead(0x8b, 0), mask]), codes: [1002] },
  { name: 'a ping of 126 bytes', bytes: Buffer.concat([frameHead(0x89, 126), mask, Buffer.alloc(126)]), codes: [1002] },
  { name: 'a ping in fragments', bytes: Buffer.concat([frameHead(0x09, 0), mask]), codes: [1002] },
  { name: 'a continuation of nothing', bytes: Buffer.concat([frameHead(0x80, 2), mask, Buffer.from('hi')]), codes: [1002] },
  { name: 'a new message inside of another', bytes: Buffer.concat([frameHead(0x01, 1), mask, Buffer.from('a'), frameHead(0x81, 1), mask, Buffer.from('b')]), codes: [1002] },
  { name: 'a close frame of one byte', bytes: Buffer.concat([frameHead(CLOSE, 1), mask, Buffer.from([3])]), codes: [1002] },
  { name: 'a close code that is none', bytes: Buffer.concat([frameHead(CLOSE, 2), mask, Buffer.from([0, 5])]), codes: [1002] },
  { name: 'a close reason that is not UTF-8', bytes: Buffer.concat([frameHead(CLOSE, 3), mask, Buffer.from([3, 0xe8, 0xff])]), codes: [1002, 1007] },
];
for (const { name, bytes, codes } of frames) {
  attack(name, async (dev, fine) => {
    const { socket } = await upgrade(dev.url);
    const parts = [];
    const over = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {}).on('data', (part) => parts.push(part));
    socket.write(bytes);
    socket.write(Buffer.concat([frameHead(0x81, 5), mask, Buffer.from('later')]));
    await fine();
    await over; // the gateway's doing: this side has closed nothing
    const answer = Buffer.concat(parts);
    assert.equal(answer[0], CLOSE, 'a close frame comes first');
    assert.ok(codes.includes(answer.readUInt16BE(2)), `closed with ${answer.readUInt16BE(2)}`);
    await dev.invocations(3, { route: '$disconnect' }); // its own, and those of two rounds of others
    const heard = await dev.invocations(4, { route: '$default' });
    assert.equal(heard.length, 4, 'two rounds of the others, and nothing else');
  });
}

attack('a flood of pings from a client that reads nothing', async (dev, fine) => {
  const connection = raw(dev.port, handshakeBytes(dev.port));
  await new Promise((resolve) => connection.socket.once('data', resolve));
  connection.socket.pause();
  const ping = Buffer.concat([frameHead(0x89, 125), mask, Buffer.alloc(125, 'p')]);
  const piece = Buffer.concat(Array.from({ length: 500 }, () => ping));
  for (let written = 0; written < 32 * MB; written += piece.length) connection.socket.write(piece);
  await fine();
  connection.socket.resume(); // what is left of the pings may be answered, or the gateway has closed
  connection.socket.end();
  await connection.over;
});

attack('a message in a hundred thousand frames', async (dev, fine) => {
  const { socket } = await upgrade(dev.url);
  const over = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => {}).resume();
  const empty = Buffer.concat([frameHead(0x00, 0), mask]);
  socket.write(Buffer.concat([frameHead(0x01, 0), mask, ...Array.from({ length: 100000 }, () => empty)]));
  await fine();
  socket.destroy();
  await over;
});

/* @connections */

/** POSTs to a connection; resolves with { status, headers }. */
function post(dev, id, body) {
  const path = `/dev/@connections/${encodeURIComponent(id)}`;
  const headers = sign({ method: 'POST', host: `127.0.0.1:${dev.port}`, path, body }, KEYS);
  return request(dev.origin, { method: 'POST', path, headers, body });
}

attack('a signature, replayed with another path', async (dev, fine) => {
  const one = await dev.connect();
  const two = await dev.connect();
  const [id, target] = [await one.ask({ action: 'id' }), await two.ask({ action: 'id' })];
  const of = (connection) => `/dev/@connections/${encodeURIComponent(connection)}`;
  const headers = sign({ method: 'POST', host: `127.0.0.1:${dev.port}`, path: of(id), body: 'hello' }, KEYS);
  const send = (path) => request(dev.origin, { method: 'POST', path, headers, body: 'hello' });
  assert.equal((await send(of(id))).status, 200);
  assert.equal(await one.next(), 'hello');
  for (const path of [of(target), `${of(id)}/../${encodeURIComponent(target)}`, `${of(id)}?x=${target}`]) {
    assert.equal((await send(path)).status, 403, path);
  }
  await fine();
  assert.equal(await two.ask('nothing came'), 'nothing came');
});

attack('a client that never reads, while megabytes are posted to it', async (dev, fine) => {
  const slow = await dev.connect();
  const id = await slow.ask({ action: 'id' });
  slow.socket.pause();
  const letter = (i) => String.fromCharCode(97 + (i % 26));
  const sent = [];
  let answer;
  for (let i = 0; i < 512; i++) { // 64 MB: what the kernel keeps, and what the gateway keeps, ends before that
    answer = await post(dev, id, letter(i).repeat(128 * 1024));
    if (answer.status !== 200) break;
    sent.push(letter(i));
    if (i % 16 === 0) await fine();
  }
  assert.equal(answer.status, 429);
  assert.equal(answer.headers['x-amzn-errortype'], 'LimitExceededException');
  await fine();
  slow.socket.resume();
  for (const expected of sent) assert.ok(await slow.next() === expected.repeat(128 * 1024), 'what was accepted arrives, in its order');
  assert.equal((await post(dev, id, 'and now again')).status, 200);
  assert.equal(await slow.next(), 'and now again');
});
