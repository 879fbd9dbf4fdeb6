'use strict';
// The console under load, and across restarts: what it keeps is bounded, and it comes back.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Dev, ECHO, service } = require('../e2e/helper/dev');
const { consoleScenario, Console } = require('./helper/console');
const { withPage } = require('./helper/browser');
const { test } = require('node:test');

const MESSAGES = 4000;

consoleScenario('thousands of messages leave a bounded page', { routes: { $default: ECHO } }, async ({ dev, page, view }) => {
  await view.connect();
  const client = await dev.connect();
  for (let i = 0; i < MESSAGES; i += 100) {
    for (let k = 0; k < 100; k += 1) client.send(`message ${i + k}`);
    for (let k = 0; k < 100; k += 1) await client.next();
  }
  await view.row(`message ${MESSAGES - 1}`);
  const { records, requests, rows, elements } = await page.evaluate(() => window.moonwire.counts());
  assert.ok(records <= 5000 && requests <= 2000, `${records} records, ${requests} requests`);
  assert.ok(rows < 200 && elements < 2000, `${rows} rows, ${elements} elements`);
  await page.locator('#timeline .foot').getByText('older ones dropped').waitFor();
  await view.send('still here');
  await view.heard('still here');
});

test('the page comes back when moonwire dev is started again, and so do its clients', async () => {
  const files = service({ routes: { $default: ECHO } });
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-state-'));
  const first = await Dev.start({ files, env: { XDG_STATE_HOME: home } });
  const ports = ['--port', first.port, '--control-port', new URL(first.controlUrl).port].map(String);
  let second;
  try {
    await withPage(async (page) => {
      const view = new Console(page, first);
      await view.open();
      await view.connect();
      await view.send('before');
      await view.heard('before');
      await first.stop();
      await page.getByText('moonwire dev has ended').waitFor();
      second = await Dev.start({ files, args: ports, env: { XDG_STATE_HOME: home } });
      assert.equal(second.token, first.token);
      await page.getByText('Live, generation').waitFor();
      await page.locator('#send:enabled').waitFor();
      await view.send('after');
      await view.heard('after');
      await view.row('after', 'is-frame');
    }, { tolerate: /ERR_|WebSocket|Failed to load/ });
  } finally {
    await first.stop();
    await second?.stop();
    fs.rmSync(home, { recursive: true });
  }
});
