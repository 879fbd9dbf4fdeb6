'use strict';
// echo.js: clients of a WebSocket gateway. They are as cheap as they can be, because they share the machine with what is measured: raw
// sockets, frames made once.

const net = require('node:net');
const { quantile } = require('./statistics.js');

/** A text message as a client's frame; the mask is zero, which leaves the text as it is. */
function frame(text) {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]);
}

/** A client that has frames of less than 126 bytes; received() looks at `rest` when bytes have come. */
class Client {
  constructor({ hostname, port, pathname }) {
    this.rest = Buffer.alloc(0);
    this.socket = net.connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.open = new Promise((resolve, reject) => {
      this.opened = resolve;
      this.fail = reject;
    });
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => { if (!this.ended) this.fail(new Error('the gateway closed a socket')); });
    this.socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
      + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
    this.socket.on('data', (bytes) => this.take(bytes));
  }

  take(bytes) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, bytes]) : bytes;
    if (this.opened && !this.shakeHands()) return;
    this.received();
  }

  /** Whether the answer to the handshake is here, and good. */
  shakeHands() {
    const end = this.rest.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const status = this.rest.subarray(0, 12).toString();
    if (status !== 'HTTP/1.1 101') this.fail(new Error(`the gateway answered ${status}`));
    if (status !== 'HTTP/1.1 101') return false;
    this.rest = this.rest.subarray(end + 4);
    this.opened();
    this.opened = null;
    this.fail = (error) => this.broken(error); // nobody waits for `open` any more
    return true;
  }

  /** Something is wrong with an open socket. Whoever can do something about it replaces this. */
  broken(error) {
    throw error;
  }

  end() {
    this.ended = true;
    this.socket.destroy();
  }
}

/** Sends its text, and calls done(this) when it has come back; broken() when something else has, which is dropped. */
class Echo extends Client {
  constructor(address, number, done) {
    super(address);
    this.message = frame(`{"from":${number},"text":"The quick brown fox jumps over the lazy dog."}`);
    this.expected = Buffer.concat([Buffer.from([0x81, this.message.length - 6]), this.message.subarray(6)]);
    this.done = done;
  }

  received() {
    if (this.rest.length < this.expected.length) return;
    const { rest, expected } = this;
    this.rest = Buffer.alloc(0);
    if (rest.equals(expected)) return this.done(this);
    this.broken(new Error(`this is no echo: ${rest.toString()}`));
  }

  send() {
    this.sent = process.hrtime.bigint();
    this.socket.write(this.message);
  }
}

/** ask() resolves with the text that answers a message. */
class Asker extends Client {
  received() {
    if (this.rest.length < 2 || this.rest.length < 2 + this.rest[1]) return;
    const text = this.rest.subarray(2, 2 + this.rest[1]).toString();
    this.rest = this.rest.subarray(2 + this.rest[1]);
    this.answer(text);
  }

  ask() {
    return new Promise((resolve) => {
      this.answer = resolve;
      this.socket.write(frame('?'));
    });
  }
}

/** Opens so many, some at a time. done(echo): an answer has come. */
async function openAll(url, count, done, atOnce = 100) {
  const address = new URL(url);
  const echoes = [];
  for (let i = 0; i < count; i += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - i) }, (_, k) => new Echo(address, i + k, done));
    await Promise.all(some.map((echo) => echo.open));
    echoes.push(...some);
  }
  return echoes;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const PATIENCE_MS = 90000;

/**
 * Sockets with one message on its way on each, all the time. It is counted for so many seconds, after a first one and after each socket has had
 * its first answer: then environments have started, and code is compiled. meanwhile() is called when all are open. Resolves with
 * { rate, p50, p99 }: echoes a second, microseconds. loses: an answer that is no echo is no error and not counted, the client sends
 * again; and none is none.
 */
async function echoFor(url, { sockets, seconds, atOnce, loses = false, meanwhile = () => {} }) {
  const times = [];
  let [measuring, over, silent, wrong] = [false, false, sockets, null];
  const again = (echo) => {
    if (!echo.heard) silent -= 1;
    echo.heard = true;
    if (!over) echo.send();
  };
  const echoes = await openAll(url, sockets, (echo) => {
    if (measuring) times.push(Number(process.hrtime.bigint() - echo.sent) / 1000);
    again(echo);
  }, atOnce);
  meanwhile();
  for (const echo of echoes) {
    echo.broken = (error) => { if (loses) again(echo); else wrong ??= error; };
    echo.send();
  }
  const last = Date.now() + PATIENCE_MS;
  do await sleep(1000); while (silent > 0 && !wrong && Date.now() < last);
  if (silent > 0 && !loses) wrong ??= new Error(`${silent} of ${sockets} sockets have no answer after ${PATIENCE_MS / 1000} s`);
  const start = process.hrtime.bigint();
  measuring = true;
  await sleep(seconds * 1000);
  [measuring, over] = [false, true];
  const passed = Number(process.hrtime.bigint() - start) / 1e9;
  for (const echo of echoes) echo.end();
  if (times.length === 0) wrong ??= new Error(`no echo came back in ${seconds} s`);
  if (wrong) throw wrong;
  return { rate: times.length / passed, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

module.exports = { Asker, openAll, echoFor, sleep };
