'use strict';
// tls-server.js -- a server behind TLS that watches handshakes and what comes after them; one that spoils them.

const crypto = require('node:crypto');
const net = require('node:net');
const tls = require('node:tls');

/** Listens on loopback; resolves with { port, url, close }. */
async function listen(server) {
  const open = new Set();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    for (const socket of open) socket.destroy();
  });
  return { port, url: `https://127.0.0.1:${port}`, close };
}

/**
 * Answers each request with 200 and "over TLS". options: those of tls.createServer, and keep: false to close the connection
 * behind each answer, remembers: true to keep sessions by their ids. Resolves with
 *   url, port, close()   forget()     makes tickets worthless
 *   handshakes           how many were begun
 *   reused               one boolean for each handshake that was completed: whether it resumed a session
 *   bytes                everything that came through TLS, as text
 */
async function serveTls({ keep = true, remembers = false, ...options }) {
  const found = { handshakes: 0, reused: [], bytes: '' };
  const server = tls.createServer(options, (socket) => {
    found.reused.push(socket.isSessionReused());
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      found.bytes += bytes.toString('latin1');
      if (!bytes.includes('\r\n\r\n')) return;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 8\r\n${keep ? '' : 'Connection: close\r\n'}\r\nover TLS`);
      if (!keep) socket.end();
    });
  });
  if (remembers) {
    const sessions = new Map();
    server.on('newSession', (id, session, done) => { sessions.set(id.toString('hex'), session); done(); });
    server.on('resumeSession', (id, done) => done(null, sessions.get(id.toString('hex')) || null));
  }
  server.on('tlsClientError', () => {});
  server.on('connection', () => { found.handshakes += 1; });
  const forget = () => server.setTicketKeys(crypto.randomBytes(48));
  return Object.assign(found, await listen(server), { forget });
}

/** hello(socket, bytes) is called with the first bytes of each connection. Resolves with { url, port, handshakes, close }. */
async function serveHello(hello) {
  const found = { handshakes: 0 };
  const server = net.createServer((socket) => {
    socket.once('data', (bytes) => {
      found.handshakes += 1;
      hello(socket, bytes);
    });
  });
  return Object.assign(found, await listen(server));
}

module.exports = { serveTls, serveHello };
