'use strict';
// browser.js -- Chromium for tests: started once for each file of tests, with a fresh profile for each page.
// CHROMIUM: the browser's program (default: that of Debian's package).

const { after, test } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { withDev } = require('../../e2e/helper/dev');
const { ROOT } = require('../../e2e/helper/program');
const { serve } = require('../../e2e/helper/server');

const PROGRAM = process.env.CHROMIUM || '/usr/bin/chromium';
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' };

let launched;

/** Root has no sandbox in Chromium. */
function launch() {
  if (!launched) launched = chromium.launch({ executablePath: PROGRAM, chromiumSandbox: process.getuid() !== 0 });
  return launched;
}

after(async () => { if (launched) await (await launched).close(); });

/** What a page says went wrong, as texts: errors that nobody caught, and what Chromium itself calls an error (a policy, a refusal). */
function collectFaults(page) {
  const faults = [];
  page.on('pageerror', (error) => faults.push(`${error.stack || error}`));
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  return faults;
}

/**
 * Opens a page, runs body(page), closes it; fails when something went wrong in the page that `tolerate`, a regular
 * expression, does not match. The other options are those of Playwright's newContext ({ viewport, colorScheme ... }).
 */
async function withPage(body, { tolerate, ...options } = {}) {
  const context = await (await launch()).newContext(options);
  try {
    const page = await context.newPage();
    const faults = collectFaults(page);
    await body(page);
    assert.deepEqual(faults.filter((fault) => !(tolerate && tolerate.test(fault))), [], 'the page complained');
  } finally {
    await context.close();
  }
}

/**
 * A server of files on a port of this machine. files: { '/page.html': text, '/client.js': { file: 'client/client.js' } },
 * from the root of the project. Resolves with { url, close }.
 */
function serveFiles(files) {
  return serve(({ url }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const found = files[pathname];
    const body = found && found.file ? fs.readFileSync(path.join(ROOT, found.file)) : found;
    response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': TYPES[path.extname(pathname) || '.html'] || 'text/plain' });
    response.end(body);
  });
}

/**
 * A test with `moonwire dev` and a page: body({ dev, page, site }). options: those of withDev (dev.js), `page`: those of
 * withPage, `site`: files of a server beside it, as for serveFiles.
 */
function scenario(name, { page: ofPage, site: files = {}, ...options }, body) {
  test(name, () => withDev(options, async (dev) => {
    const site = await serveFiles(files);
    try {
      await withPage((page) => body({ dev, page, site }), ofPage);
    } finally {
      await site.close();
    }
  }));
}

module.exports = { scenario, withPage, serveFiles };
