'use strict';
// bench_console.js [--seconds N] [--rate N] [--json]: the console's page in Chromium while clients of `moonwire dev` echo at a steady
// rate (1,000 messages a second for 60 seconds). It says how long the page was busy at a stretch at most, how soon it drew again,
// and what it keeps. Wants what `make test-browser` installs. MOONWIRE_BUILD is the build directory.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { chromium } = require('../browser/node_modules/playwright-core');
const { Echo, startGateway } = require('./gateway.js');

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '1000' }, json: { type: 'boolean' } } });
const SECONDS = Number(values.seconds);
const RATE = Number(values.rate);
const SOCKETS = 100;
const TICK_MS = 10;
const SERVICE = { service: 'console', provider: { name: 'aws' }, functions: { echo: { handler: 'echo.main', events: [{ websocket: '$default' }] } } };
const HANDLER = 'local ws = require "moonwire.ws"\nreturn { main = function(event) return ws.reply(event.body) end }\n';

function makeService() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-bench-'));
  fs.writeFileSync(path.join(directory, 'serverless.yml'), JSON.stringify(SERVICE));
  fs.writeFileSync(path.join(directory, 'echo.lua'), HANDLER);
  return directory;
}

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

const heap = (page) => page.evaluate(() => { window.gc(); return performance.memory.usedJSHeapSize / 1e6; });

/** Sends RATE messages a second for SECONDS; those whose echo has not come back wait. Resolves with how many came back. */
async function load(url) {
  let back = 0;
  const idle = [];
  const echoes = Array.from({ length: SOCKETS }, (_, i) => new Echo(new URL(url), i, (echo) => { back += 1; idle.push(echo); }));
  await Promise.all(echoes.map((echo) => echo.open));
  idle.push(...echoes);
  const began = Date.now();
  let sent = 0;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(RATE * SECONDS, (Date.now() - began) * RATE / 1000);
      for (; sent < due && idle.length > 0; sent += 1) idle.shift().send();
      if (Date.now() - began < SECONDS * 1000) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  for (const echo of echoes) echo.end();
  return back;
}

async function main() {
  const directory = makeService();
  const gateway = await startGateway(directory);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium', chromiumSandbox: process.getuid() !== 0,
    args: ['--js-flags=--expose-gc', '--enable-precise-memory-info'],
  });
  const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
  await page.goto(gateway.consoleUrl);
  await page.getByText('Live, generation').waitFor();
  await page.evaluate(watch);
  const before = await heap(page);
  const messages = await load(gateway.url);
  const after = await heap(page);
  const { tasks, gap } = await page.evaluate(() => window.seen);
  const result = {
    messages, seconds: SECONDS, longTasks: tasks.length, longestTaskMs: Math.round(Math.max(0, ...tasks)), longestFrameMs: Math.round(gap),
    heapBeforeMb: Number(before.toFixed(1)), heapAfterMb: Number(after.toFixed(1)), ...await page.evaluate(() => window.moonwire.counts()),
  };
  if (values.json) console.log(JSON.stringify(result));
  else console.log(Object.entries(result).map(([name, value]) => `${name.padEnd(16)} ${value}`).join('\n'));
  await browser.close();
  await gateway.end();
  fs.rmSync(directory, { recursive: true });
}

main().catch((error) => { console.error(error); process.exit(1); });
