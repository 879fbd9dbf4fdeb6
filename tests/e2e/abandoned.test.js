'use strict';
// Clients that leave while others are served: what had not begun for them does not begin, and those who come later need not wait for it.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { withDev } = require('./helper/dev');
const { sign } = require('./helper/signature');

const files = {
  'app.lua': `
local async = require "moonwire.async"
local M = {}
function M.main(event)
  if event.rawPath == "/hold" then
    print "hold begins"
    while not io.open(event.queryStringParameters["until"]) do async.sleep(10) end
  end
  return event.rawPath or "invoked"
end
return M
`,
  'serverless.yml': JSON.stringify({
    service: 'tested',
    provider: { name: 'aws', region: 'eu-central-1' },
    functions: { app: { handler: 'app.main', timeout: 60, events: [{ httpApi: '*' }] } },
  }),
};

/** Sends a request and leaves as soon as all of it is under way. */
function leave(options, body = '') {
  return new Promise((resolve) => {
    const request = http.request({ host: '127.0.0.1', agent: false, ...options });
    request.on('error', () => {}).on('close', resolve).end(body, () => request.destroy());
  });
}

function leaveInvoke(dev) {
  const { host, port } = new URL(dev.controlUrl);
  const target = '/2015-03-31/functions/app/invocations';
  const keys = { keyId: 'local', secret: 'local', region: 'eu-central-1', service: 'lambda' };
  return leave({ port, method: 'POST', path: target, headers: sign({ method: 'POST', host, path: target, body: '{}' }, keys) }, '{}');
}

test('clients that leave before their turn', (t) => withDev({ files, args: ['--max-environments', '1'] }, async (dev) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-e2e-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const go = path.join(folder, 'go');
  const held = fetch(`${dev.origin}/hold?until=${go}`);
  await dev.line({ type: 'log', text: 'hold begins' });
  for (let i = 0; i < 20; i += 1) await leave({ port: dev.port, path: `/left/${i}` });
  for (let i = 0; i < 20; i += 1) await leaveInvoke(dev);
  const dropped = await dev.invocations(40, { outcome: 'cancelled' });
  assert.deepEqual([...new Set(dropped.map((line) => line.note))], ['nobody waited for this any more: it was not begun']);
  assert.equal(dropped.filter((line) => line.route === 'invoke').length, 20);
  const later = fetch(`${dev.origin}/later`);
  fs.writeFileSync(go, '');
  assert.deepEqual(await Promise.all([held, later].map(async (answer) => (await answer).text())), ['/hold', '/later']);
  assert.equal((await dev.invocations(2, { outcome: 'result' })).length, 2);
}));
