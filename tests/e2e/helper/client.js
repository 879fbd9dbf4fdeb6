'use strict';
// client.js -- WebSocket clients: the ws package with promises, and raw bytes for what it would never send.

const http = require('node:http');
const net = require('node:net');
const { WebSocket } = require('ws');

/** A WebSocket that keeps what it receives until it is asked for. */
class Client {
  constructor(socket) {
    this.socket = socket;
    this.received = [];
    this.waiting = [];
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.end = { code, reason: reason.toString() };
        this.hand();
        resolve(this.end);
      });
    });
    socket.on('error', (error) => { this.error = error; }); // what follows is a close
    socket.on('message', (bytes, isBinary) => {
      this.received.push(isBinary ? bytes : bytes.toString());
      this.hand();
    });
  }

  hand() {
    while (this.waiting.length && (this.received.length || this.end)) {
      const { resolve, reject } = this.waiting.shift();
      if (this.received.length) resolve(this.received.shift());
      else reject(new Error(`the socket was closed with ${this.end.code} ${this.end.reason}`));
    }
  }

  /** The following message: a string (a Buffer if it was binary). Rejects when the socket is closed instead. */
  next() {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.hand();
    });
  }

  /** The same, decoded. */
  async nextJson() { return JSON.parse(await this.next()); }

  /** Sends a text; anything but a string or a Buffer as JSON. options as in ws: { fin, binary ... }. */
  send(data, options = {}) {
    const text = typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data);
    this.socket.send(text, { binary: false, ...options });
  }

  /** Sends, and resolves with the following message. */
  ask(data) {
    this.send(data);
    return this.next();
  }

  async askJson(data) { return JSON.parse(await this.ask(data)); }

  /** Sends one message in frames of these sizes. */
  sendFragments(bytes, size) {
    for (let at = 0; at < bytes.length; at += size) this.send(bytes.subarray(at, at + size), { fin: at + size >= bytes.length });
  }

  /** Closes in good order; resolves with { code, reason } as the gateway confirmed them. */
  close(code, reason) {
    this.socket.close(code, reason);
    return this.closed;
  }

  /** Drops the connection without a word. */
  drop() {
    this.socket.terminate();
    return this.closed;
  }
}

/** Resolves with a Client once the handshake is through; rejects with an Error that has `status` when it is refused. */
function connect(url, { protocols, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols || [], { maxPayload: 64 * 1024 * 1024, ...options });
    const client = new Client(socket);
    socket.on('open', () => resolve(client));
    socket.on('error', reject);
    socket.on('unexpected-response', (request, response) => {
      response.resume();
      request.destroy();
      reject(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode, headers: response.headers }));
    });
  });
}

/** The status that the handshake is refused with; 101 when it is not. */
async function handshake(url, options) {
  try {
    const client = await connect(url, options);
    await client.close();
    return 101;
  } catch (error) {
    if (!error.status) throw error;
    return error.status;
  }
}

/** One HTTP request. Resolves with { status, headers, body }, also when the answer is an upgrade (then with `socket`). */
function request(url, { method = 'GET', path, headers = {}, body } = {}) {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: path || pathname + search, headers, agent: false };
    const req = http.request(options, (res) => {
      const parts = [];
      res.on('data', (part) => parts.push(part));
      res.on('error', reject);
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(parts).toString() }));
    });
    req.on('upgrade', (res, socket, head) => resolve({ status: res.statusCode, headers: res.headers, socket, head }));
    req.on('error', reject);
    req.end(body);
  });
}

const UPGRADE = {
  Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** A handshake by hand: resolves with { status, headers, body or socket and head }. */
function upgrade(url, headers = {}) {
  return request(url.replace(/^ws:/, 'http:'), { headers: { ...UPGRADE, ...headers } });
}

/** The same as bytes. */
function handshakeBytes(port, path = '/dev') {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...UPGRADE }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

/** The start of a client's frame: the first byte and the length, before the mask. */
function frameHead(first, length) {
  const masked = 0x80;
  if (length < 126) return Buffer.from([first, masked | length]);
  const long = length > 0xffff;
  const head = Buffer.alloc(long ? 10 : 4);
  head.writeUInt8(first, 0);
  head.writeUInt8(masked | (long ? 127 : 126), 1);
  if (long) head.writeBigUInt64BE(BigInt(length), 2);
  else head.writeUInt16BE(length, 2);
  return head;
}

/** A connection that says what it is told to. `text` is what came back, `over` resolves when the other side has closed. */
function raw(port, bytes) {
  const socket = net.connect(port, '127.0.0.1');
  const found = { socket, parts: [], get bytes() { return Buffer.concat(this.parts); } };
  found.over = new Promise((resolve) => socket.on('close', resolve));
  found.open = new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject));
  found.open.catch(() => {});
  socket.on('error', () => {});
  socket.on('data', (part) => found.parts.push(part));
  if (bytes) socket.write(bytes);
  return found;
}

module.exports = { connect, handshake, request, upgrade, handshakeBytes, frameHead, raw };
