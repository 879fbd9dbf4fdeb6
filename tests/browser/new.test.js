'use strict';
// The pages that `moonwire new` makes, in Chromium, with the service that they are for.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { withDev } = require('../e2e/helper/dev');
const { ctl } = require('../e2e/helper/lobby');
const { command, writeFiles } = require('../e2e/helper/program');
const { serveFiles, withPage } = require('./helper/browser');

function moonwire(cwd, ...args) {
  const [program, ...before] = command('moonwire');
  return execFileSync(program, [...before, ...args], { cwd, encoding: 'utf8' });
}

/** A test with a service of that template, and its folder web/ as a site: body({ dev, site, home }). */
function scenario(template, name, body) {
  test(`${template}: ${name}`, async (t) => {
    const folder = writeFiles({});
    t.after(() => fs.rmSync(folder, { recursive: true }));
    moonwire(folder, 'new', 'made', '--template', template);
    const home = path.join(folder, 'made');
    const names = fs.readdirSync(path.join(home, 'web'));
    const site = await serveFiles(Object.fromEntries(names.map((file) => [`/${file}`, fs.readFileSync(path.join(home, 'web', file), 'utf8')])));
    try {
      await withDev({ directory: home }, (dev) => body({ dev, site, home }));
    } finally {
      await site.close();
    }
  });
}

/** Fills the form of the page and waits until it is connected. */
async function enter(page, site, fields) {
  await page.goto(`${site.url}/index.html`);
  for (const [id, value] of Object.entries(fields)) await page.fill(`#${id}`, value);
  await page.click('#enter button');
  await page.locator('#status', { hasText: /^connected/ }).waitFor();
}

const line = (page, text) => page.locator('#log p', { hasText: text }).waitFor();

scenario('chat', 'two people talk, and one who is cut off comes back', ({ dev, site }) => (
  withPage((ann) => withPage(async (bob) => {
    await enter(ann, site, { address: dev.url, name: 'ann' });
    await line(ann, 'You are in lobby as ann; 1 here');
    await enter(bob, site, { address: dev.url, name: '<b>bob' });
    await line(ann, '<b>bob came');
    await bob.fill('#text', 'hello');
    await bob.click('#say button');
    await line(ann, '<b>bob: hello');
    await ctl(dev, 'drop', '--all'); // both come back by themselves, in any order
    await ann.locator('#log p', { hasText: 'You are in lobby as ann' }).nth(1).waitFor();
    await bob.locator('#log p', { hasText: 'You are in lobby as <b>bob' }).nth(1).waitFor();
    await ann.locator('#log .note').nth(1).waitFor();
    const notes = await ann.locator('#log .note').allTextContents();
    assert.deepEqual(notes, ['The connection was lost', 'The connection is back']);
    await ann.fill('#text', 'back again');
    await ann.click('#say button');
    await line(bob, 'ann: back again');
  }))));

scenario('notify', 'a device of a user is told', ({ dev, site, home }) => withPage(async (page) => {
  const port = `--control-port=${new URL(dev.controlUrl).port}`;
  await enter(page, site, { address: dev.url, token: moonwire(home, 'token', '--sub', 'ann', port) });
  await page.locator('#status', { hasText: 'connected as ann' }).waitFor();
  const job = (user, text) => moonwire(home, 'invoke', 'notify', '--event', 'sqs', '--body', JSON.stringify({ user, text }), port);
  job('bob', 'not for ann');
  job('ann', 'your order is ready');
  await line(page, 'your order is ready');
  assert.deepEqual(await page.locator('#log p').allTextContents(), ['your order is ready']);
}));
