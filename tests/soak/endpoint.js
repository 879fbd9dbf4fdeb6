'use strict';
// endpoint.js -- what the handlers of the soak test talk to: @connections of API Gateway, and a web server, in plain HTTP.

const net = require('node:net');
const { readRequests, respond } = require('../e2e/helper/wire');

const INFO = Buffer.from('{"connectedAt":"2026-11-15T12:23:14.726Z","identity":{"sourceIp":"192.0.2.1"},"lastActiveAt":"2026-11-15T12:23:14.972Z"}');
const NONE = Buffer.alloc(0);

/** What a request is answered: [body, way (wire.js), headers], or nothing. */
function answerOf({ method, target }) {
  if (target === '/silence') return undefined;
  if (target === '/hangup') return [NONE, { drop: 'request' }];
  if (target.startsWith('/bytes/')) return [Buffer.alloc(Number(target.slice(7)), 'x'), {}, { 'Set-Cookie': 'a=b', ETag: target }];
  if (target.includes('/gone-')) return [NONE, { status: 410 }, { 'x-amzn-ErrorType': 'GoneException' }];
  if (target.includes('/busy-')) return [Buffer.from('{"message":"slow down"}'), { status: 429 }, { 'x-amzn-ErrorType': 'LimitExceededException' }];
  if (method === 'DELETE') return [NONE, { status: 204 }];
  return [method === 'GET' ? INFO : NONE, {}];
}

/** Resolves with { url, requests (how many came), close }. */
async function start() {
  const sockets = new Set();
  const endpoint = { requests: 0 };
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    readRequests(socket, {
      onHead() {},
      onRequest(request) {
        endpoint.requests++;
        const [body, way, headers] = answerOf(request) || [];
        if (body) respond(socket, { 'Content-Type': 'application/json', ...headers }, body, way);
      },
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(endpoint, {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}

module.exports = { start };
