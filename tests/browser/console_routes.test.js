'use strict';
// The console in Chromium: messages to begin with, from the routes of apps and their schemas.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { consoleScenario, assertAccessible } = require('./helper/console');

const HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

const lua = (routes) => `local app = require "moonwire.app"
return app({
  say = { schema = { room = "string 1..40", text = "string<=500" }, run = function(conn, message) return { said = message.text } end },
  join = function(conn, message) return { joined = message.room or "nowhere" } end,
  ${routes}
}, { action = "type" })`;

const files = (routes = '') => ({
  'serverless.yml': JSON.stringify({
    service: 'typed', provider: { name: 'aws', websocketsApiRouteSelectionExpression: '$request.body.kind' },
    functions: {
      app: { handler: 'app', events: [{ websocket: '$default' }] },
      other: { handler: 'other.main', events: [{ websocket: 'ping' }] },
    },
  }),
  'app.lua': lua(routes),
  'other.lua': 'return { main = function() return true end }',
});

const chip = (page, name) => page.locator('.snippets').getByRole('button', { name, exact: true });

consoleScenario('each route of an app has a message that passes, and shows what it takes; another generation has others', { files: files() }, async ({ dev, page, view }) => {
  await view.connect();
  await chip(page, 'say').click();
  assert.equal(await page.inputValue('#message'), '{"type":"say","room":"...","text":"..."}');
  assert.equal(await page.locator('#message-schema').textContent(), 'say takes room: string 1..40, text: string<=500');
  assert.equal(await page.evaluate(() => getSelection().toString()), '...');
  await page.keyboard.type('lobby');
  await page.keyboard.press('Control+Enter');
  await view.heard('{"said":"..."}');
  assert.equal(await page.inputValue('#message'), '{"type":"say","room":"lobby","text":"..."}');
  await chip(page, 'say').click();
  assert.match(await page.inputValue('#message'), /"room":"\.\.\."/, 'a route with a schema begins anew');
  await chip(page, 'ping').click();
  assert.equal(await page.inputValue('#message'), '{"kind":"ping"}');
  await page.locator('#message-schema').waitFor({ state: 'hidden' });
  await chip(page, 'join').click();
  assert.equal(await page.inputValue('#message'), '{"type":"join"}');
  await view.send({ type: 'join', room: 'attic' });
  await view.heard('attic');
  await page.fill('#message', '');
  await chip(page, 'join').click();
  assert.equal(await page.inputValue('#message'), '{"type":"join","room":"attic"}', 'elsewhere it is what was said there last');
  const functions = await view.panel('functions');
  await functions.getByRole('region', { name: 'Routes of apps' }).getByRole('row', { name: /^say app\.lua:\d+ room: string 1\.\.40, text: string<=500$/ }).waitFor();
  await assertAccessible(page);
  fs.writeFileSync(path.join(dev.directory, 'app.lua'), lua('fly = { schema = { height = "integer 1..9" }, run = function(conn, message) return { flies = message.height } end },'));
  await chip(page, 'fly').click();
  assert.equal(await page.inputValue('#message'), '{"type":"fly","height":1}');
  await page.click('#send');
  await view.heard('{"flies":1}');
});

consoleScenario('markup in names of routes, schemas and failures is text', {
  files: {
    ...files(`[ [[${HOSTILE}]] ] = { schema = { [ [[${HOSTILE}]] ] = [[${HOSTILE}|b]] }, run = function() end },`),
    'other.lua': `if not os.getenv("AWS_LAMBDA_RUNTIME_API"):find "_runtime" then error([[${HOSTILE}]], 0) end return { main = function() return true end }`, // no environment asks for it
  },
}, async ({ page, view }) => {
  await page.evaluate(() => { window.pwned = 0; });
  await view.connect();
  const odd = page.locator('.snippets').getByRole('button', { name: /^<img src=x/ });
  await odd.click();
  assert.deepEqual(JSON.parse(await page.inputValue('#message')), { type: HOSTILE, [HOSTILE]: HOSTILE });
  await page.locator('#message-schema').filter({ hasText: '<script>window.pwned=1</script>' }).waitFor();
  await page.click('#send');
  const functions = await view.panel('functions');
  await functions.getByRole('region', { name: 'Routes of apps' }).getByRole('row', { name: /^not known other\.main <img src=x/ }).waitFor();
  assert.deepEqual(await page.evaluate(() => [window.pwned, document.querySelectorAll('img').length, document.scripts.length]), [0, 0, 1]);
});
