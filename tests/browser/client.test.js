'use strict';
// client/moonwire.js in Chromium, with the service of docs/client.md: renewals, faults, a machine that sleeps.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { withDev } = require('../e2e/helper/dev');
const { filesWith, JOIN, told, push, ctl, pause, until } = require('../e2e/helper/lobby');
const { serveFiles, withPage } = require('./helper/browser');

/** `lobby` is what the page has of the client: the socket, what it got, and what happened to it. */
const PAGE = `<!doctype html><link rel="icon" href="data:,"><title>Lobby</title>
<script type="module">
import { connect } from "/moonwire.js";
window.enter = (url, options) => {
  const socket = connect(url, { ready: (message) => message.joined === "lobby", ...options });
  window.lobby = { socket, got: [], events: [] };
  socket.on("message", ({ data }) => { if (data.text) lobby.got.push(data.text); });
  for (const type of ["open", "renewed", "close"]) socket.on(type, () => lobby.events.push(type));
  socket.on("status", ({ status, reason }) => lobby.events.push(reason ? status + ": " + reason : status));
};
window.say = (how, text) => lobby.socket[how]({ action: "say", room: "lobby", text });
</script>`;

const SITE = { '/': PAGE, '/moonwire.js': { file: 'client/moonwire.js' } };

const numbers = (count) => Array.from({ length: count }, (_, n) => n);
const sorted = (texts, word) => texts.filter((text) => text.startsWith(word)).map((text) => Number(text.slice(word.length + 1))).sort((a, b) => a - b);

/** A page that has entered the lobby: body(page). clock: Chromium's is a fake that can jump. */
async function visit(dev, { clock, ...options }, body) {
  const site = await serveFiles(SITE);
  await withPage(async (page) => {
    if (clock) await page.clock.install();
    await page.goto(`${site.url}/`);
    await page.waitForFunction('window.enter');
    await page.evaluate(([url, given]) => enter(url, given), [dev.url, { hello: JOIN, ...options }]);
    await happened(page, 'open', 2); // the status and the event
    await body(page);
    await page.evaluate(() => lobby.socket.close());
  }, { tolerate: /WebSocket connection/ });
  await site.close();
}

const eventsOf = (page) => page.evaluate(() => lobby.events);
const gotOf = (page) => page.evaluate(() => lobby.got);

/** Waits until there were so many events of that name. */
const happened = (page, name, count = 1) => until(async () => (await eventsOf(page)).filter((event) => event === name).length >= count);

test('the client in a page', (t) => withDev({ files: filesWith(), args: ['--max-duration', '8', '--idle-timeout', '4'] }, async (dev) => {
  await t.test('over renewals no message is lost and none comes twice, in both directions', async () => {
    await visit(dev, { renew: 1500, spread: 300, overlap: 1000, heartbeat: 0 }, async (page) => {
      let n = 0;
      for (let renewals = 0; renewals < 3; n += 1) {
        const said = page.evaluate((of) => {
          say('send', `say ${of}`);
          say('ask', `ask ${of}`);
          return lobby.events.filter((event) => event === 'renewed').length;
        }, n);
        [renewals] = await Promise.all([said, push(dev, n), pause(10)]);
      }
      const all = async () => ({ got: await gotOf(page), heard: told(dev, 'heard') });
      await until(async () => {
        const { got, heard } = await all();
        return ['say', 'ask', 'push'].every((word) => sorted(got, word).length >= n) && sorted(heard, 'ask').length >= n;
      });
      const { got, heard } = await all();
      for (const word of ['say', 'ask']) assert.deepEqual(sorted(heard, word), numbers(n), `heard: ${word}`);
      for (const word of ['say', 'ask', 'push']) assert.deepEqual(sorted(got, word), numbers(n), `got: ${word}`);
      assert.deepEqual((await eventsOf(page)).filter((event) => event !== 'renewed'), ['connecting', 'open', 'open']);
    });
    await until(() => told(dev, 'ended').length >= 4);
    assert.ok(!told(dev, 'ended').includes('1001'), 'a connection was ended by the gateway');
  });

  await t.test('whatever ends a connection, there is another one, and questions are answered', async () => {
    await visit(dev, { retryFirst: 50 }, async (page) => {
      for (const [i, fault] of ['drop', 'idle', 'expire'].entries()) {
        const asked = page.evaluate((of) => say('ask', `question ${of}`), i);
        await ctl(dev, fault, '--all');
        assert.equal(typeof (await asked).ack, 'string');
        await happened(page, 'open', 2 * (i + 2));
      }
      const got = await gotOf(page);
      assert.equal(new Set(got).size, got.length, 'something came twice');
    });
  });

  await t.test('signs of life keep it open', async () => {
    const pings = () => dev.all({ type: 'invocation', action: 'ping' }).length;
    const enough = pings() + 6; // the idle time is over by then
    await visit(dev, { heartbeat: 1000, renew: 0 }, async (page) => {
      await until(async () => pings() >= enough || (await eventsOf(page)).length > 3);
      assert.deepEqual(await eventsOf(page), ['connecting', 'open', 'open']);
    });
  });

  await t.test('a network that is back ends a pause', async () => {
    await visit(dev, { retryFirst: 3_600_000, retryMost: 3_600_000 }, async (page) => {
      await page.context().setOffline(true);
      await ctl(dev, 'expire', '--all');
      await happened(page, 'waiting: Going away');
      await page.context().setOffline(false);
      await happened(page, 'open', 4);
    });
  });

  await t.test('a message that Chromium would send in one frame too long is refused', async () => {
    await visit(dev, {}, async (page) => {
      const text = 'x'.repeat(33 * 1024);
      assert.equal(await page.evaluate((long) => say('send', long).catch(({ code }) => code), text), 'too_large');
      const code = await page.evaluate(([url, long]) => new Promise((resolve) => {
        const socket = new WebSocket(url);
        socket.onopen = () => socket.send(long);
        socket.onclose = ({ code: of }) => resolve(of);
      }), [dev.url, text]);
      assert.equal(code, 1009);
    });
  });
}));

// The settings that everybody has, by a clock that jumps.
test('two hours pass in a page', () => withDev({ files: filesWith() }, async (dev) => {
  await visit(dev, { clock: true }, async (page) => {
    const pinged = dev.line({ type: 'invocation', action: 'ping' });
    await page.clock.fastForward('09:00');
    await pinged;
    await page.evaluate(() => lobby.socket.ask({ action: 'ping' })); // something came: it is known to be alive
    await page.clock.fastForward('01:55:00');
    await happened(page, 'renewed');
    await page.clock.fastForward('00:30');
    await dev.line({ type: 'log', text: 'ended 1000' });
    assert.deepEqual(await eventsOf(page), ['connecting', 'open', 'open', 'renewed']);
    assert.equal(typeof (await page.evaluate(() => lobby.socket.ask({ action: 'ping' }))).ack, 'string');
  });
}));
