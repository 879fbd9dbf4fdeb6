'use strict';
// The ground that the other tests here stand on: the page, the gateway and the site are real, and what goes wrong is seen.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ECHO } = require('../e2e/helper/dev');
const { scenario, serveFiles, withPage } = require('./helper/browser');

const PAGE = '<!doctype html><link rel="icon" href="data:,"><title>A page</title><p>It is here.</p>';

const echo = { routes: { $default: ECHO }, site: { '/': PAGE } };

scenario('a page of a site of this machine talks to the gateway', echo, async ({ dev, page, site }) => {
  await page.goto(`${site.url}/`);
  assert.equal(await page.textContent('p'), 'It is here.');
  const answer = await page.evaluate((url) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onopen = () => socket.send('hello');
    socket.onmessage = ({ data }) => resolve(data);
    socket.onclose = () => reject(new Error('closed'));
  }), dev.url);
  assert.equal(answer, 'hello');
});

const FAULTS = {
  'an error that nobody caught': 'setTimeout(() => { throw new Error("a fault of the page"); })',
  'what a policy forbids': `document.head.innerHTML = '<meta http-equiv="Content-Security-Policy" content="img-src \\'none\\'">';
    document.body.innerHTML = '<img src="/a-fault.png">'`,
};

test('a page that complains fails its test', async () => {
  const site = await serveFiles({ '/': PAGE });
  const visit = (fault, options) => withPage(async (page) => {
    await page.goto(`${site.url}/`);
    const noticed = Promise.race([page.waitForEvent('pageerror'), page.waitForEvent('console')]);
    await page.evaluate(fault);
    await noticed;
  }, options);
  for (const fault of Object.values(FAULTS)) {
    await assert.rejects(visit(fault), /the page complained/);
    await visit(fault, { tolerate: /a[ -]fault/ });
  }
  await site.close();
});
