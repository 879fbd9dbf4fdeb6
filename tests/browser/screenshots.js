'use strict';
// screenshots.js [NAME...]: makes the pictures of docs/console.md anew: the example's chat, driven through the page. They are to be
// looked at before they are committed. MOONWIRE_BUILD is the build directory; zopflipng makes them smaller where it is installed.

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');
const { withDev } = require('../e2e/helper/dev');
const { ROOT } = require('../e2e/helper/program');
const { withPage } = require('./helper/browser');
const { Console } = require('./helper/console');

const OUT = path.join(ROOT, 'docs/console');
const CHAT = fs.readFileSync(path.join(ROOT, 'handlers/chat.lua'), 'utf8');
const MISTAKE = `  rename = { schema = { name = "string 1..40" }, run = function(conn, message)
    local room = conn.data.room
    assert(room.members:broadcast { event = "renamed", name = message.name })
  end },

  who =`;

const files = {
  'serverless.yml': JSON.stringify({
    service: 'chat', provider: { name: 'aws', stage: 'dev' },
    functions: { chat: { handler: 'handlers/chat', events: ['$connect', '$disconnect', '$default'].map((websocket) => ({ websocket })) } },
  }),
  'handlers/chat.lua': CHAT.replace('  who =', MISTAKE),
};

const WIDE = { width: 1400, height: 780 };
const NARROW = { width: 400, height: 820 };

/** Three people talk; one does what fails. */
async function talk(view) {
  const said = { ann: 'Is anybody here?', bob: 'Since this morning', eve: 'Me, too. <b>Lunch</b> at noon?' };
  for (const [name, text] of Object.entries(said)) {
    await view.go('Clients');
    await view.connect(`name=${name}`);
    await view.send({ action: 'join', room: 'lobby' });
    await view.heard('welcome');
    await view.send({ action: 'say', room: 'lobby', text });
    await view.heard(text);
  }
}

async function fail(view) {
  await view.go('Clients');
  await view.send({ action: 'rename', name: 'Eve' });
  await view.heard('internal');
  await view.go('Service');
  await view.choose('rename', 'is-invocation.is-failure');
}

/** Adds a line that is no Lua; the environment of the service goes on. */
async function misspell({ dev, page }) {
  const file = path.join(dev.directory, 'handlers/chat.lua');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('    local names = json.array {}', '    locl names = json.array {}'));
  await page.locator('#banner .wrong').waitFor();
}

/** What somebody is about to say: a message to begin with. */
async function begin({ page, view }) {
  await view.detail('"text": "Me, too.');
  await page.locator('.snippets').getByRole('button', { name: 'say' }).click();
}

const pictures = {
  'empty-light': { viewport: WIDE, colorScheme: 'light', play: ({ page }) => page.locator('.snippets button').first().waitFor() },
  'busy-dark': {
    viewport: WIDE, colorScheme: 'dark',
    play: async (given) => { await talk(given.view); await given.page.waitForTimeout(500); await given.view.choose('$default say', 'is-invocation'); await begin(given); },
  },
  'error-light': { viewport: WIDE, colorScheme: 'light', play: async ({ view }) => { await talk(view); await fail(view); } },
  'reload-dark': { viewport: WIDE, colorScheme: 'dark', play: async (given) => { await talk(given.view); await misspell(given); } },
  'narrow-light': { viewport: NARROW, colorScheme: 'light', play: async ({ view }) => { await talk(view); await view.go('Service'); } },
  'narrow-dark': { viewport: NARROW, colorScheme: 'dark', play: async ({ view }) => { await talk(view); await fail(view); } },
};

async function picture(name, { play, ...options }) {
  const file = path.join(OUT, `${name}.png`);
  await withDev({ files }, (dev) => withPage(async (page) => {
    const view = new Console(page, dev);
    await view.open();
    await play({ dev, page, view });
    await page.waitForTimeout(2500); // numbers are there, colours have faded
    await page.screenshot({ path: file });
  }, options));
  if (spawnSync('zopflipng', ['-y', '--iterations=5', file, file]).error) console.log('zopflipng is not installed');
  console.log(`${path.relative(ROOT, file)}, ${Math.round(fs.statSync(file).size / 1024)} KB`);
}

async function main() {
  fs.mkdirSync(OUT, { recursive: true });
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : Object.keys(pictures)) await picture(name, pictures[name]);
}

test('the pictures', main); // the browser of the helper lasts as long as tests do
