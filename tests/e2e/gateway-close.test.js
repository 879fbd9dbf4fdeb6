'use strict';
// How a connection ends: what the client sees, and the code and reason that $disconnect is told.

const assert = require('node:assert/strict');
const { scenario, ECHO } = require('./helper/dev');
const { frameHead, handshakeBytes, raw } = require('./helper/client');

const TELL = `local c = event.requestContext
  print("closed " .. json.encode { c.disconnectStatusCode, c.disconnectReason }) return true`;
const service = {
  routes: {
    $disconnect: TELL,
    bye: 'return ws.close(event.requestContext.connectionId)',
    $default: ECHO,
  },
};

/** What a client gets back, and what $disconnect is told; the client's own close is answered with its code. */
const ends = [
  { name: 'the client, with code and reason', end: (client) => client.socket.close(4321, 'tired'), code: 4321, reason: 'tired', told: [4321, 'tired'] },
  { name: 'the client, with a code', end: (client) => client.socket.close(1000), code: 1000, told: [1000, 'Connection Closed Normally'] },
  { name: 'the client, without one', end: (client) => client.socket.close(), code: 1005, told: [1005, 'Client-side close frame status not set'] },
  { name: 'the client, with a code that is ours as a rule', end: (client) => client.socket.close(1009), code: 1009, told: [1009, 'Message too big'] },
  { name: 'the client, without a word', end: (client) => client.socket.terminate(), code: 1006, told: [1006, 'Connection closed abnormally'] },
  { name: 'DELETE', end: (client) => client.send({ action: 'bye' }), code: 1000, reason: 'Connection Closed Normally', told: [1000, 'Connection Closed Normally'] },
  { name: 'a binary message', end: (client) => client.send(Buffer.from('x'), { binary: true }), code: 1003, told: [1003, 'Binary frames are not supported'] },
  { name: 'text that is not UTF-8', end: (client) => client.send(Buffer.from([0xff])), code: 1007, told: [1007, 'Text is not UTF-8'] },
  { name: 'a frame of more than 32 KB', end: (client) => client.send('x'.repeat(32769)), code: 1009, told: [1009, 'Frame is longer than 32 KB'] },
  { name: 'a message of more than 128 KB', end: (client) => client.sendFragments(Buffer.alloc(131073, 'x'), 32768), code: 1009, told: [1009, 'Message is longer than 128 KB'] },
];
scenario('codes and reasons', service, async (dev) => {
  let count = 0;
  for (const { name, end, code, reason, told } of ends) {
    const client = await dev.connect();
    end(client);
    const closed = await client.closed;
    assert.equal(closed.code, code, name);
    if (reason !== undefined) assert.equal(closed.reason, reason, name);
    count += 1;
    const lines = await dev.when(() => {
      const found = dev.all({ type: 'log', text: /^closed / });
      return found.length >= count && found;
    });
    assert.equal(lines[count - 1].text, `closed ${JSON.stringify(told)}`, name);
  }
});

/** Frames that RFC 6455, section 5, does not allow, as their first bytes. */
const broken = [
  { name: 'a reserved bit', bytes: Buffer.concat([frameHead(0xc1, 0), Buffer.alloc(4)]) },
  { name: 'an opcode that is none', bytes: Buffer.concat([frameHead(0x83, 0), Buffer.alloc(4)]) },
  { name: 'no mask', bytes: Buffer.from([0x81, 0]) },
  { name: 'a continuation of nothing', bytes: Buffer.concat([frameHead(0x80, 0), Buffer.alloc(4)]) },
];
scenario('a broken rule of the protocol: 1002', service, async (dev) => {
  for (const { name, bytes } of broken) {
    const before = dev.all({ type: 'log', text: /^closed / }).length;
    const client = raw(dev.port, handshakeBytes(dev.port));
    while (!client.bytes.includes('\r\n\r\n')) await new Promise((resolve) => { client.socket.once('data', resolve); });
    client.socket.write(bytes);
    await client.over;
    const frame = client.bytes.subarray(client.bytes.indexOf('\r\n\r\n') + 4);
    assert.deepEqual([frame[0], frame.readUInt16BE(2)], [0x88, 1002], name);
    const found = await dev.when(() => {
      const lines = dev.all({ type: 'log', text: /^closed / });
      return lines.length > before && lines;
    });
    const [code] = JSON.parse(found[before].text.slice('closed '.length));
    assert.equal(code, 1002, name);
  }
});

scenario('inside $disconnect the connection is gone', {
  routes: { $disconnect: 'local _, _, code = ws.reply "too late" print("reply: " .. tostring(code)) return true', $default: ECHO },
}, async (dev) => {
  const client = await dev.connect();
  await client.close();
  assert.equal((await dev.line({ type: 'log', text: /^reply: / })).text, 'reply: gone');
});

scenario('a $disconnect that fails has nobody to tell', { routes: { $disconnect: 'error "broken"', $default: ECHO } }, async (dev) => {
  const client = await dev.connect();
  const other = await dev.connect();
  await client.close();
  await dev.line({ type: 'invocation', route: '$disconnect', outcome: 'error' });
  assert.equal(await other.ask('hello'), 'hello');
});
