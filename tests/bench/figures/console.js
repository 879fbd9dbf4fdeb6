'use strict';
// console.js: the console's page in Chromium while clients of `moonwire dev` echo at a steady rate: how long the page was busy at a stretch at
// most, how soon it drew again, and what it keeps. Wants what `make test-browser` installs, so it is measured only when it is named.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('../lib/place.js');
const { openAll } = require('../lib/echo.js');
const { plainRow } = require('../lib/compare.js');

const PLAYWRIGHT = path.join(ROOT, 'tests/browser/node_modules/playwright-core');
const [SOCKETS, RATE, TICK_MS] = [100, 1000, 10];

/** Runs in the page: notes long tasks, and the time between two frames. */
function watch() {
  window.seen = { tasks: [], gap: 0 };
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.seen.tasks.push(duration); }).observe({ type: 'longtask' });
  let last = performance.now();
  const frame = (now) => {
    window.seen.gap = Math.max(window.seen.gap, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

const heap = (page) => page.evaluate(() => { window.gc(); return performance.memory.usedJSHeapSize / 1024; });

/** Sends RATE messages a second; clients whose echo has not come back wait. */
async function load(url, seconds) {
  const idle = [];
  const echoes = await openAll(url, SOCKETS, (echo) => idle.push(echo));
  idle.push(...echoes);
  const began = Date.now();
  let sent = 0;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(RATE * seconds, (Date.now() - began) * RATE / 1000);
      for (; sent < due && idle.length > 0; sent += 1) idle.shift().send();
      if (Date.now() - began < seconds * 1000) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  for (const echo of echoes) echo.end();
  return sent / seconds;
}

async function measure(browser, gateway, consoleUrl, seconds) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
  await page.goto(consoleUrl);
  await page.getByText('Live, generation').waitFor();
  await page.evaluate(watch);
  const before = await heap(page);
  const rate = await load(gateway.url, seconds);
  const after = await heap(page);
  const { tasks, gap } = await page.evaluate(() => window.seen);
  return { rate, before, after, gap: gap * 1000, longest: Math.max(0, ...tasks) * 1000 };
}

module.exports = {
  name: 'console',
  title: 'Console page',
  peers: ['moonwire'],
  onlyNamed: true,
  async run({ peers: [moonwire], quick, progress }) {
    if (!fs.existsSync(PLAYWRIGHT)) throw new Error('it takes Chromium and playwright-core: make test-browser installs them');
    const { chromium } = require(PLAYWRIGHT);
    progress('Chromium');
    let consoleUrl;
    const line = (text) => { if (text.startsWith('{"type":"ready"')) ({ consoleUrl } = JSON.parse(text)); };
    const gateway = await moonwire.gateway({ line });
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium', chromiumSandbox: process.getuid() !== 0,
      args: ['--js-flags=--expose-gc', '--enable-precise-memory-info'],
    });
    try {
      const { rate, before, after, gap, longest } = await measure(browser, gateway, consoleUrl, quick ? 10 : 60);
      return [
        plainRow([rate], { what: 'messages', unit: '/s' }),
        plainRow([longest], { what: 'the longest task', unit: 'us' }),
        plainRow([gap], { what: 'the longest time between two frames', unit: 'us' }),
        plainRow([before], { what: 'heap before', unit: 'kb' }),
        plainRow([after], { what: 'heap after', unit: 'kb' }),
      ];
    } finally {
      await browser.close();
      await gateway.end();
    }
  },
};
