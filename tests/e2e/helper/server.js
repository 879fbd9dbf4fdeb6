'use strict';
// server.js -- servers that a handler talks to: one that answers in HTTP and remembers what came, one that sends raw bytes.

const http = require('node:http');
const https = require('node:https');
const net = require('node:net');

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

/**
 * answer(request, response): request is { method, url, rawHeaders, headers, body }. Resolves with { port, url, requests,
 * sockets, close }: every request so far, and how many connections there were. tls: { key, cert } for https.
 */
async function serve(answer, tls) {
  const found = { requests: [], sockets: 0 };
  const handle = (req, res) => {
    const parts = [];
    req.on('data', (part) => parts.push(part));
    req.on('end', () => {
      const { method, url, rawHeaders, headers } = req;
      const request = { method, url, rawHeaders, headers, body: Buffer.concat(parts) };
      found.requests.push(request);
      answer(request, res);
    });
  };
  const server = tls ? https.createServer(tls, handle) : http.createServer({ keepAlive: true }, handle);
  server.keepAliveTimeout = 600000;
  server.on(tls ? 'secureConnection' : 'connection', () => { found.sockets += 1; });
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return Object.assign(found, { port, url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, close });
}

/** talk(socket) is called for every connection once its request's headers are there. */
async function serveBytes(talk) {
  const open = new Set();
  const server = net.createServer((socket) => {
    open.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.on('data', (bytes) => {
      const before = text.includes('\r\n\r\n');
      text += bytes.toString('latin1');
      if (!before && text.includes('\r\n\r\n')) talk(socket);
    });
  });
  const port = await listen(server);
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    for (const socket of open) socket.destroy();
  });
  return { port, url: `http://127.0.0.1:${port}`, close, open };
}

module.exports = { serve, serveBytes };
