'use strict';
// wire.js -- HTTP/1.1 as bytes: reads requests from a socket and writes responses in chosen pieces.
// node:http would hide what these tests are about: framing, broken connections, several headers of one name.

const HEAD_END = Buffer.from('\r\n\r\n');

/** "A: b" lines as [[lower-case name, value], ...], in order. */
function parseHeaders(lines) {
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
}

/** A request line and headers as an object; `body` is filled in later. */
function parseHead(text) {
  const [first, ...lines] = text.split('\r\n');
  const [method, target, version] = first.split(' ');
  const list = parseHeaders(lines);
  const headers = {};
  for (const [name, value] of list) headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  return { method, target, version, headers, list, body: Buffer.alloc(0) };
}

/**
 * Reads the requests of one connection, one after the other.
 * onHead(request) is called when a head is complete, onRequest(request) when its body is too.
 * Bodies are framed by Content-Length only: that is what the Runtime API's clients send.
 */
function readRequests(socket, { onHead, onRequest }) {
  let pending = Buffer.alloc(0);
  let request = null;
  let parts = [];
  let missing = 0;

  function takeHead() {
    const end = pending.indexOf(HEAD_END);
    if (end < 0) return false;
    request = parseHead(pending.subarray(0, end).toString('latin1'));
    pending = pending.subarray(end + HEAD_END.length);
    parts = [];
    missing = Number(request.headers['content-length'] || 0);
    onHead(request);
    return true;
  }

  function takeBody() {
    const part = pending.subarray(0, missing);
    pending = pending.subarray(part.length);
    parts.push(part);
    missing -= part.length;
    if (missing > 0) return false;
    const whole = request;
    whole.body = Buffer.concat(parts);
    request = null;
    onRequest(whole);
    return true;
  }

  socket.on('data', (bytes) => {
    pending = pending.length ? Buffer.concat([pending, bytes]) : bytes;
    while (pending.length || (request && missing === 0)) {
      if (!(request ? takeBody() : takeHead())) break;
    }
  });
}

/** The body in chunks whose sizes go round through `sizes`; with an extension on each and a trailer when asked. */
function chunk(body, sizes, { extension = '', trailer = '' } = {}) {
  const pieces = [];
  for (let at = 0, i = 0; at < body.length; i++) {
    const piece = body.subarray(at, at + sizes[i % sizes.length]);
    pieces.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  pieces.push(Buffer.from(`0\r\n${trailer}\r\n`));
  return Buffer.concat(pieces);
}

/**
 * A response as { head, body } bytes.
 * way: status, reason, chunked (array of chunk sizes), extension, trailer, close, headerCase ('upper' or 'lower').
 */
function frame(headers, body, way) {
  const status = way.status || 200;
  const all = { ...headers };
  if (way.chunked) all['Transfer-Encoding'] = 'chunked';
  else if (status !== 204) all['Content-Length'] = String(body.length);
  if (way.close) all.Connection = 'close';
  const rename = { upper: (n) => n.toUpperCase(), lower: (n) => n.toLowerCase() }[way.headerCase] || ((n) => n);
  const lines = Object.entries(all).map(([name, value]) => `${rename(name)}:${way.space ?? ' '}${value}\r\n`);
  return {
    head: Buffer.from(`HTTP/1.1 ${status} ${way.reason ?? 'Status'}\r\n${lines.join('')}\r\n`),
    body: way.chunked ? chunk(body, way.chunked, way) : status === 204 ? Buffer.alloc(0) : body,
  };
}

/** Writes bytes in pieces of `pace` bytes, each its own write; all at once without a pace. rest: ms between two pieces. */
async function write(socket, bytes, pace, rest) {
  if (!pace) return void socket.write(bytes);
  for (let at = 0; at < bytes.length && !socket.destroyed; at += pace) {
    socket.write(bytes.subarray(at, at + pace));
    await new Promise((resolve) => (rest ? setTimeout(resolve, rest) : setImmediate(resolve)));
  }
}

/** Which bytes of a response still go out before the connection is dropped at the named point. */
function cut({ head, body }, point) {
  const whole = Buffer.concat([head, body]);
  switch (point) {
    case 'request': return Buffer.alloc(0);
    case 'status': return head.subarray(0, 9);
    case 'head': return head.subarray(0, head.length - 3);
    case 'body': return whole.subarray(0, head.length + Math.floor(body.length / 2));
    case 'end': return whole.subarray(0, whole.length - 1);
    default: throw new Error(`no such point: ${point}`);
  }
}

/** Writes bytes, lets the other side read them, and goes on when meanwhile() is over. */
async function halt(socket, bytes, meanwhile) {
  await new Promise((resolve) => socket.write(bytes, resolve));
  await meanwhile();
}

/**
 * Sends the response as the way says: whole, in pieces, cut off, and closed or left open afterwards.
 * before: bytes in front of it. half: a function that returns a promise, called when half of it, or what is left of it by
 * `drop`, was sent.
 */
async function respond(socket, headers, body, way) {
  const response = frame(headers, body, way);
  if (way.drop) {
    const bytes = cut(response, way.drop);
    if (way.half) await halt(socket, bytes, way.half);
    if (way.half && way.reset) return void socket.resetAndDestroy();
    if (way.half) return void socket.destroy();
    if (way.reset) return void (bytes.length ? socket.write(bytes, () => socket.resetAndDestroy()) : socket.resetAndDestroy());
    return void socket.end(bytes, () => socket.destroy());
  }
  const bytes = way.raw || Buffer.concat([...(way.before ? [Buffer.from(way.before)] : []), response.head, response.body]);
  if (way.half) await halt(socket, bytes.subarray(0, bytes.length >> 1), way.half);
  await write(socket, way.half ? bytes.subarray(bytes.length >> 1) : bytes, way.pace, way.rest);
  if (way.close || way.hangup) socket.end(() => socket.destroy());
}

module.exports = { readRequests, respond };
