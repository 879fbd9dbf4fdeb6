'use strict';
// The console in Chromium: what its user does, and sees.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { call } = require('../e2e/helper/console');
const { ECHO } = require('../e2e/helper/dev');
const { Console, consoleScenario, assertAccessible } = require('./helper/console');
const { scenario } = require('./helper/browser');

const echo = { routes: { $default: ECHO } };

/** The example's chat, without a store that is only for AWS. */
const chat = {
  files: {
    'serverless.yml': JSON.stringify({
      service: 'rooms', provider: { name: 'aws' },
      functions: { chat: { handler: 'chat', events: ['$connect', '$disconnect', 'join', 'say', '$default'].map((websocket) => ({ websocket })) } },
    }),
    'chat.lua': fs.readFileSync(path.join(__dirname, '../../handlers/chat.lua'), 'utf8'),
  },
};

consoleScenario('a client connects, sends, and sees the reply; the timeline has all of it', echo, async ({ page, view }) => {
  const id = await view.connect('name=ann');
  assert.match(id, /^.{15}=$/);
  await view.send({ say: 'hello' });
  await view.heard('{"say":"hello"}');
  await view.row('{"say":"hello"}', 'is-frame.is-in');
  await view.row('{"say":"hello"}', 'is-frame:not(.is-in)');
  await view.choose('$default', 'is-invocation');
  await view.detail('"say": "hello"');
  await view.detail('"routeKey": "$default"');
  await view.detail('"statusCode": 200');
  await view.detail(id);
  for (const part of ['Queue', 'Cold start', 'Handler']) await view.detail(part);
  assert.equal(await page.locator('#connections tbody tr').count(), 0, 'a panel that nobody has opened is empty');
  const connections = await view.panel('connections');
  await connections.getByRole('button', { name: id }).click();
  assert.deepEqual(await page.locator('#timeline .whose').evaluateAll((all) => [...new Set(all.map((node) => node.textContent))]), [`A ${id.slice(0, 8)}…`]);
});

for (const [width, height] of [[1400, 900], [400, 820]]) {
  consoleScenario(`open options leave room for the clients and Send: ${width} px`, { ...chat, page: { viewport: { width, height } } }, async ({ page, view }) => {
    await view.go('Clients');
    await page.locator('#client-options summary').click();
    await page.click('#connect');
    await page.click('#connect');
    await page.locator('.clients li').nth(1).waitFor();
    await page.locator('#send:enabled').waitFor();
    assert.ok(await page.evaluate(() => document.querySelector('#link').scrollWidth <= document.querySelector('#link').clientWidth), 'the link is said whole');
    const boxes = await page.evaluate(() => Object.fromEntries(['ul.clients', '.clients li:last-child', '#conversation', '#client-options .fields', '#send'].map((name) => {
      const { top, bottom } = document.querySelector(name).getBoundingClientRect();
      return [name, { top, bottom, size: bottom - top }];
    })));
    assert.ok(boxes['ul.clients'].size >= boxes['.clients li:last-child'].size && boxes['.clients li:last-child'].size > 20, 'the chips have their height');
    assert.ok(boxes['#conversation'].size > 100 && boxes['#client-options .fields'].size > 80, JSON.stringify(boxes));
    assert.ok(boxes['#send'].bottom <= height, `Send ends at ${boxes['#send'].bottom}`);
    assert.ok(await page.evaluate(() => document.querySelector('#clients').scrollHeight <= document.querySelector('#clients').clientHeight), 'the column itself need not be scrolled');
  });
}

consoleScenario('what was sent comes back, and goes to all clients', echo, async ({ page, view }) => {
  await view.connect();
  await view.connect();
  await view.send('one');
  await view.heard('one');
  await page.fill('#message', 'two');
  await page.press('#message', 'Control+Shift+Enter');
  await view.heard('two');
  await page.locator('.client', { hasText: 'A' }).click();
  await view.heard('two');
  await page.press('#message', 'Alt+ArrowUp');
  await page.press('#message', 'Alt+ArrowUp');
  assert.equal(await page.inputValue('#message'), 'one');
  await page.reload();
  await page.press('#message', 'Alt+ArrowUp');
  assert.equal(await page.inputValue('#message'), 'two');
});

const boom = {
  routes: {
    $default: 'print("about to fail")\nlocal room = nil\nreturn room.members', // app.lua, line 7
  },
};

consoleScenario('an error shows its line of Lua, is announced, and can be sent again', boom, async ({ dev, page, view }) => {
  await view.connect();
  await view.send('x');
  await view.choose('room', 'is-invocation.is-failure');
  await view.detail("attempt to index local 'room'");
  const wrong = page.locator('#detail .source .wrong').first();
  await wrong.waitFor();
  assert.match(await wrong.textContent(), /\d+return room\.members/);
  await view.detail('about to fail');
  await page.locator('#announcer').filter({ hasText: "attempt to index local 'room'" }).waitFor();
  await view.heard('Internal server error');
  await page.click('#resend');
  await dev.invocations(2, { outcome: 'error', route: '$default' });
  await page.getByText('Sent again as').waitFor();
  await page.keyboard.press('f');
  await view.until(() => [...document.querySelectorAll('#timeline-list .row')].every((row) => row.classList.contains('is-failure')));
});

const app = {
  files: {
    'serverless.yml': JSON.stringify({ service: 'app', provider: { name: 'aws' }, functions: { app: { handler: 'app', events: [{ websocket: '$default' }] } } }),
    'app.lua': 'local app = require "moonwire.app"\n\nreturn app {\n  fly = function(conn, message)\n    return message.wings.count\n  end,\n}\n',
  },
};

consoleScenario('an error that an app has caught shows its line, too', app, async ({ page, view }) => {
  await view.connect();
  await view.send({ action: 'fly' });
  await view.heard('internal');
  await view.row('app.lua:5', 'is-failure');
  await view.row('attempt to index field', 'is-invocation.is-failure');
  await view.choose('$default fly', 'is-invocation.is-failure');
  await page.locator('#detail .error-words').filter({ hasText: "attempt to index field 'wings'" }).waitFor();
  assert.match(await page.locator('#detail .wrong').first().textContent(), /^5 *return message\.wings\.count/);
});

const failing = { routes: { $connect: 'return { statusCode = (event.queryStringParameters or {}).no and 401 or 200 }', $default: 'return { statusCode = tonumber(event.body) or "none" }' }, page: { tolerate: /WebSocket/ } };

consoleScenario('what fails is counted as the filter shows it, and never looks well', failing, async ({ page, view }) => {
  await view.connect();
  for (const status of ['200', '404', '500', 'none']) await view.send(status);
  await page.locator('#client-options summary').click();
  await page.fill('#client-query', 'no=1');
  await page.click('#connect');
  await page.locator('.client-status').getByText('refused with 401').waitFor();
  for (const [text, status] of [['$default', '404'], ['$default', '500'], ['$default', 'malformed'], ['$connect', '401']]) {
    await page.locator('#timeline-list .is-invocation.is-failure', { hasText: text }).filter({ has: page.locator('.tag', { hasText: status }) }).click();
    await page.locator('#detail .tag.danger').getByText(status).waitFor();
  }
  await page.keyboard.press('f');
  await view.until(() => document.querySelectorAll('#timeline-list .is-invocation').length === 4);
  await view.until(() => document.querySelector('[data-gauge="failed"] dd').textContent === '4');
  const traffic = await view.panel('traffic');
  await traffic.getByRole('row', { name: 'Failed invocations 4 4' }).waitFor();
  await traffic.getByRole('row', { name: /^\$default 4 3 / }).waitFor();
  await traffic.getByRole('row', { name: /^\$connect 2 1 / }).waitFor();
  await traffic.getByText(/^This page has been open for \d/).waitFor();
  assert.match(await page.locator('[data-gauge="period"] dd').textContent(), /^\d+ s$/);
});

consoleScenario('a load error stays in sight until it is mended', echo, async ({ dev, page, view }) => {
  await view.connect();
  const file = path.join(dev.directory, 'app.lua');
  const code = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, `${code}\nlocal oops = = 1\n`);
  const banner = page.locator('#banner');
  await banner.filter({ hasText: /app\.lua:\d+ could not be loaded/ }).waitFor();
  assert.equal(await banner.locator('.wrong code').textContent(), 'local oops = = 1');
  await banner.getByText('Generation 1 goes on serving').waitFor();
  fs.writeFileSync(file, code.replace('ws.reply(event.body)', 'ws.reply("new " .. event.body)'));
  await page.getByText(/Live, generation [23]/).waitFor(); // a refused one has had a number
  await banner.waitFor({ state: 'hidden' });
  await view.send('code');
  await view.heard('new code');
  await view.row('reloaded');
  const functions = await view.panel('functions');
  await functions.locator('tr', { hasText: 'app#' }).first().waitFor();
});

consoleScenario('faults are buttons', echo, async ({ page, view }) => {
  const id = await view.connect();
  const faults = await view.panel('faults');
  await faults.getByRole('form', { name: 'Posts fail' }).getByRole('button', { name: 'Set' }).click();
  await faults.getByText('The next 1 post get 410').waitFor();
  await faults.getByRole('form', { name: 'Latency' }).getByRole('button', { name: 'Set' }).click();
  await faults.getByText('Invocations begin 200 ms later').waitFor();
  await page.click('#reset-faults');
  await faults.getByText('Nothing goes wrong on purpose.').waitFor();
  await faults.getByRole('form', { name: 'Posts fail' }).getByRole('button', { name: 'Set' }).click();
  await faults.getByText('The next 1 post get 410').waitFor();
  await view.send('lost');
  await view.panel('timeline');
  await view.row('answered with 410', 'is-failure');
  await view.until(() => document.querySelector('[data-gauge="gone"] dd').textContent === '1');
  const connections = await view.panel('connections');
  await connections.getByLabel(`Make something happen to ${id}`).selectOption({ label: 'Drop (1006)' });
  await page.locator('.client-status').getByText('closed with 1006').waitFor();
  await connections.getByText('Nobody is connected').waitFor();
  await page.getByRole('button', { name: 'Reconnect' }).click();
  await page.locator('#send:enabled').waitFor();
});

consoleScenario('a refused client says why, as far as the gateway knows', {
  routes: { $connect: 'local why = (event.queryStringParameters or {}).why\nif why == "raise" then error("no such tenant") end\nif why then print(why) end\nreturn { statusCode = 403 }', $default: ECHO },
  page: { tolerate: /WebSocket/ },
}, async ({ page }) => {
  await page.click('#connect');
  const status = page.locator('.client-status');
  await status.getByText('refused with 403').waitFor();
  await status.getByText('returned this status and logged nothing').waitFor();
  await page.locator('#client-options summary').click();
  await page.fill('#client-query', `why=${'the ticket is of yesterday, '.repeat(5)}sorry`);
  await page.click('#connect');
  const reason = status.locator('.client-reason').filter({ hasText: 'sorry' });
  await reason.waitFor();
  assert.ok(await reason.evaluate((node) => node.scrollWidth <= node.clientWidth && node.scrollHeight <= node.clientHeight && node.clientHeight > 30), 'wrapped, and not cut');
  await page.fill('#client-query', 'why=raise');
  await page.click('#connect');
  await status.getByText('refused with 502').waitFor();
  await status.locator('.client-reason').filter({ hasText: 'no such tenant' }).waitFor();
  await status.getByRole('button', { name: 'Invocation' }).click();
  await page.locator('#detail .error-words').filter({ hasText: 'no such tenant' }).waitFor();
});

consoleScenario('two clients in a room', chat, async ({ page, view }) => {
  await page.locator('.snippets').getByRole('button', { name: 'say' }).waitFor(); // the routes of serverless.yml are there from the start
  await view.until(() => document.querySelector('#message').placeholder === '{"action":"join","room":"..."}');
  await page.press('#message', 'Control+Enter');
  await page.locator('.composer').getByText('Connect a client first').waitFor();
  await view.connect('name=ann');
  await page.locator('.composer').getByText('Connect a client first').waitFor({ state: 'detached' });
  const join = page.locator('.snippets').getByRole('button', { name: 'join' });
  await join.click();
  assert.deepEqual(JSON.parse(await page.inputValue('#message')), { action: 'join', room: '...' });
  await view.send({ action: 'join', room: 'lobby' });
  await view.heard('welcome');
  await view.connect('name=bob');
  await join.click();
  await page.keyboard.type('lobby');
  await page.click('#send');
  await view.heard('"here":2');
  await view.send({ action: 'say', room: 'lobby', text: 'hi, ann' });
  await view.heard('hi, ann');
  await page.locator('.client', { hasText: 'A' }).click();
  await view.heard('hi, ann');
  await view.panel('rooms');
  const room = page.getByRole('region', { name: 'Room lobby' });
  await room.getByText('2 members').waitFor();
  await room.getByRole('button', { name: /^A ann / }).waitFor();
  await room.getByRole('button', { name: /^B bob / }).click();
  await view.until(() => document.querySelectorAll('#timeline-list .row').length > 0);
});

const HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>\u202e';

consoleScenario('markup in frames, logs, errors, names and rooms is text', chat, async ({ page, view }) => {
  await page.evaluate(() => { window.pwned = 0; });
  await view.connect(`name=${HOSTILE.slice(0, 37)}`);
  await view.send({ action: 'join', room: '<img src=x onerror=pwned=1>' });
  await view.heard('<img src=x');
  await view.send({ action: 'say', room: '<img src=x onerror=pwned=1>', text: HOSTILE });
  await view.heard('onerror');
  await view.send({ action: HOSTILE });
  for (const kind of ['logs', 'sends']) await page.click(`[data-kind="${kind}"]`);
  for (const kind of ['is-frame', 'is-invocation']) {
    await (await view.row('', kind)).click();
    await view.detail(/Message|Invocation/);
  }
  await view.panel('rooms');
  await page.getByRole('region', { name: 'Room <img src=x onerror=pwned=1>' }).waitFor();
  for (const panel of ['connections', 'functions', 'faults', 'traffic', 'timeline']) await view.panel(panel);
  assert.deepEqual(await page.evaluate(() => [window.pwned, document.querySelectorAll('img').length, document.scripts.length]), [0, 0, 1]);
  assert.ok(!(await page.evaluate(() => document.body.textContent)).includes('\u202e'), 'a character that turns the text around is shown as such');
});

consoleScenario('markup in what a handler writes and raises is text', {
  routes: { $default: `print([[${HOSTILE}]])\nerror { type = [[${HOSTILE}]], message = [[${HOSTILE}]] }` },
}, async ({ page, view }) => {
  await page.evaluate(() => { window.pwned = 0; });
  await view.connect();
  await view.send(HOSTILE);
  await view.choose('onerror', 'is-invocation');
  await page.locator('#detail .error-words').filter({ hasText: '<script>' }).waitFor();
  await page.getByLabel('Logs', { exact: true }).filter({ hasText: '<img' }).waitFor();
  assert.deepEqual(await page.evaluate(() => [window.pwned, document.querySelectorAll('img').length, document.scripts.length]), [0, 0, 1]);
});

scenario('without its token the page asks for it', { ...echo, page: { tolerate: /401/ } }, async ({ dev, page }) => {
  const view = new Console(page, dev);
  await view.open('');
  await page.fill('#token', 'wrong');
  await page.press('#token', 'Enter');
  await page.locator('dialog[open]').getByText('This page needs its token').waitFor();
  await page.fill('#token', `${dev.controlUrl}/#token=${dev.token}`);
  await page.press('#token', 'Enter');
  await page.getByText('Live, generation').waitFor();
  assert.ok(!page.url().includes(dev.token));
  await page.reload();
  await page.getByText('Live, generation').waitFor();
});

consoleScenario('all of it by keyboard', echo, async ({ page, view }) => {
  await page.keyboard.press('c');
  await page.locator('#send:enabled').waitFor();
  await page.keyboard.press('m');
  await page.keyboard.type('typed');
  await page.keyboard.press('Control+Enter');
  await view.heard('typed');
  await view.row('$default', 'is-invocation');
  await page.keyboard.press('Escape');
  await page.focus('#timeline-list');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await view.until(() => {
    const active = document.querySelector('#timeline-list').getAttribute('aria-activedescendant');
    return active && document.getElementById(active).getAttribute('aria-selected') === 'true';
  });
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'detail');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
  await page.keyboard.type('no such text');
  await page.getByText('Nothing here matches').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await view.row('typed');
  await page.keyboard.press('6');
  assert.ok(await page.locator('#traffic').isVisible());
  await page.keyboard.press('ArrowLeft');
  assert.ok(await page.locator('#faults').isVisible());
  await page.keyboard.press('?');
  await page.getByLabel('Single keys are shortcuts').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('6');
  assert.ok(await page.locator('#faults').isVisible(), 'single keys are off');
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [400, 1400]) {
    consoleScenario(`readable and within its width: ${colorScheme}, ${width} px`, { ...boom, page: { colorScheme, viewport: { width, height: 820 } } }, async ({ page, view }) => {
      const look = async () => {
        await assertAccessible(page);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('main').scrollWidth <= innerWidth), 'wider than the screen');
      };
      await look();
      await view.go('Clients');
      await view.connect();
      await view.send('x');
      await view.heard('Internal server error');
      await look();
      await view.go('Service');
      await view.choose('room', 'is-failure');
      await view.detail('attempt to index');
      await page.locator('#detail .wrong').first().waitFor();
      await look();
      for (const panel of ['connections', 'rooms', 'functions', 'faults', 'traffic']) {
        await view.go('Service');
        await view.panel(panel);
        await look();
      }
    });
  }
}

consoleScenario('two tabs that connect at once know whose connection is whose', echo, async ({ dev, page }) => {
  const said = await page.evaluate(async () => { // what two pages do; a second one would run when the browser likes
    const [{ Clients }, { get }] = await Promise.all(['clients', 'api'].map((name) => import(`/console/${name}.js`)));
    const tabs = [new Clients(() => {}), new Clients(() => {})];
    const { websocketUrl, next } = await get('console/state');
    for (const tab of tabs) tab.base = websocketUrl;
    for (let i = 0; i < 3; i += 1) for (const tab of tabs) tab.add({ path: '', query: [], protocols: [] });
    const all = tabs.flatMap((tab) => tab.all);
    for (let after = next; all.some(({ connectionId }) => !connectionId);) {
      const answer = await get('console/feed', { after, wait_ms: 5000 });
      for (const tab of tabs) tab.took(answer.records);
      after = answer.next;
    }
    for (const client of all) client.send(`I am ${client.connectionId}`);
    return all.map(({ connectionId }) => connectionId);
  });
  assert.equal(new Set(said).size, 6);
  await dev.invocations(6);
  const { records } = (await call(dev, 'console/feed')).json;
  const frames = records.filter(({ type, direction }) => type === 'frame' && direction === 'in');
  assert.deepEqual(frames.map(({ text }) => text), frames.map(({ connectionId }) => `I am ${connectionId}`));
});
