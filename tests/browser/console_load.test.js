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

consoleScenario('what the page keeps is bounded in characters, too', { routes: { $default: ECHO } }, async ({ page }) => {
  const seen = await page.evaluate(async () => {
    const { Records } = await import('/console/records.js');
    const records = new Records();
    const parts = () => [...records.parts.values()].flat();
    const states = [];
    const add = (from, many, record) => {
      for (let seq = from; seq < from + many; seq += 1) records.add([{ seq, type: 'log', requestId: `r${Math.floor(seq / 3)}`, ...record }]);
      const kept = new Set(records.list);
      const characters = records.list.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
      states.push({ records: records.list.length, dropped: records.dropped, newest: records.list.at(-1).seq, oldest: records.list[0].seq, characters, counted: records.size, strangers: parts().filter((part) => !kept.has(part)).length, requests: records.parts.size });
    };
    add(1, 300, { text: 'x'.repeat(256 * 1024) });
    add(301, 6000, { text: 'short' });
    records.clear();
    states.push({ characters: records.size, sizes: records.sizes.length, requests: records.parts.size });
    return states;
  });
  const [long, short, none] = seen;
  assert.ok(long.characters <= 16 * 1024 * 1024 && long.records === 63, JSON.stringify(long));
  assert.deepEqual([long.dropped, long.oldest, long.newest, long.requests], [237, 238, 300, 22]);
  assert.deepEqual([short.records, short.oldest, short.newest], [5000, 1301, 6300]);
  for (const { characters, counted, strangers } of [long, short]) assert.deepEqual([counted, strangers], [characters, 0]);
  assert.deepEqual(none, { characters: 0, sizes: 0, requests: 0 });
});

consoleScenario('a timeline that is paused or scrolled back keeps little of what is dropped', { routes: { $default: ECHO } }, async ({ page }) => {
  const [paused, scrolled, held] = await page.evaluate(async () => {
    const [{ Timeline }, { Records }, { Filter }] = await Promise.all(['timeline', 'records', 'filter'].map((name) => import(`/console/${name}.js`)));
    const play = (prepare) => {
      const records = new Records(), filter = new Filter();
      const timeline = new Timeline({ host: document.createElement('div'), records, filter, nameOf: () => '', openDetail() {}, focusDetail() {} });
      prepare(timeline);
      for (let seq = 1; seq <= 300; seq += 1) records.add([{ seq, type: 'connection', event: 'opened', connectionId: 'c', text: 'x'.repeat(256 * 1024) }]);
      return timeline;
    };
    const one = play((timeline) => timeline.togglePause());
    const counts = [one.held.length];
    one.togglePause();
    return [...counts, play((timeline) => { timeline.list.following = false; }).shown.length, one.shown.length];
  });
  assert.deepEqual([paused, held], [63, 63]); // as many as the records
  assert.ok(scrolled >= 63 && scrolled <= 63 + 17, `${scrolled} rows`);
});

consoleScenario('a text that is no JSON after all has its parts told apart in one go', { routes: { $default: ECHO } }, async ({ page }) => {
  const strings = await page.evaluate(async () => {
    const { dataView } = await import('/console/data.js');
    const texts = ['["a" 1 "', `["${'\\"'.repeat(20_000)}`, `["${'\\"'.repeat(20_000)}\\`, `["${'\\"'.repeat(20_000)}\\\n`];
    return texts.map((text) => [...dataView('Text', text).querySelectorAll('.json-string')].map((node) => node.textContent.length));
  });
  assert.deepEqual(strings, [[3, 1], [40_001], [40_002], [40_003]]);
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
