'use strict';
// bench_crowd.js [--sockets N] [--busy N] [--reloads N] [--json]: a crowd of clients of one `moonwire dev` (10,000). Each echoes
// once; then code is saved so many times (100) while some of them (200) echo without a pause; then each echoes again. A lost
// message, a wrong one or a closed socket is an error. MOONWIRE_BUILD is the build directory.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { Echo, startGateway, resident } = require('./gateway.js');

const BAR_MB = 300;
const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '10000' }, busy: { type: 'string', default: '200' }, reloads: { type: 'string', default: '100' }, json: { type: 'boolean' },
  },
});
const SOCKETS = Number(values.sockets);
const BUSY = Math.min(Number(values.busy), SOCKETS);
const RELOADS = Number(values.reloads);

const SERVICE = { service: 'crowd', provider: { name: 'aws' }, functions: { echo: { handler: 'echo.main', events: [{ websocket: '$default' }] } } };
const handler = (number) => `-- ${number}
local ws = require "moonwire.ws"
return { main = function(event) return ws.reply(event.body) end }
`;

/** The folder of an echo service. save(n) writes its code anew. */
function makeService() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-bench-'));
  fs.writeFileSync(path.join(directory, 'serverless.yml'), JSON.stringify(SERVICE));
  const save = (number) => fs.writeFileSync(path.join(directory, 'echo.lua'), handler(number));
  save(0);
  return { directory, save, remove: () => fs.rmSync(directory, { recursive: true }) };
}

/** Counts reloads among the gateway's lines; next() resolves with the next one. */
function reloads() {
  const waiting = [];
  const line = (text) => {
    if (text.startsWith('{"type":"reload"')) waiting.shift()?.(JSON.parse(text));
  };
  return { line, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

class Crowd {
  constructor() {
    this.echoes = [];
    this.answers = 0;
    this.done = () => {};
  }

  async open(url) {
    const address = new URL(url);
    for (let i = 0; i < SOCKETS; i += 100) {
      const some = Array.from({ length: Math.min(100, SOCKETS - i) }, (_, k) => new Echo(address, i + k, (echo) => this.took(echo)));
      await Promise.all(some.map((echo) => echo.open));
      this.echoes.push(...some);
    }
  }

  took(echo) {
    this.answers += 1;
    this.done(echo);
  }

  /** Each one once. */
  async echo() {
    let left = this.echoes.length;
    const all = new Promise((resolve) => { this.done = () => { if (--left === 0) resolve(); }; });
    for (const echo of this.echoes) echo.send();
    await all;
  }

  /** Some of them for as long as `work` lasts, each until its last message is back. Resolves with the number of messages. */
  async echoDuring(work) {
    const before = this.answers;
    let over = false;
    let left = BUSY;
    const all = new Promise((resolve) => {
      this.done = (echo) => {
        if (!over) echo.send();
        else if (--left === 0) resolve();
      };
    });
    for (const echo of this.echoes.slice(0, BUSY)) echo.send();
    await work();
    over = true;
    await all;
    return this.answers - before;
  }

  end() {
    for (const echo of this.echoes) echo.end();
  }
}

/** Seconds that it took. */
async function timed(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

async function measure() {
  const service = makeService();
  const reload = reloads();
  const gateway = await startGateway(service.directory, reload.line);
  const crowd = new Crowd();
  const result = { sockets: SOCKETS, reloads: RELOADS };
  result.openS = await timed(() => crowd.open(gateway.url));
  result.echoS = await timed(() => crowd.echo());
  result.residentMb = resident(gateway.pid);
  result.reloadS = await timed(async () => {
    result.messages = await crowd.echoDuring(async () => {
      for (let i = 1; i <= RELOADS; i++) {
        const next = reload.next();
        service.save(i);
        const { event } = await next;
        if (event !== 'done') throw new Error(`reload ${i}: ${event}`);
      }
    });
  });
  result.echoAgainS = await timed(() => crowd.echo());
  result.residentAfterMb = resident(gateway.pid);
  crowd.end();
  await gateway.end();
  service.remove();
  return result;
}

async function main() {
  const result = await measure();
  if (values.json) return console.log(JSON.stringify(result));
  const most = Math.max(result.residentMb, result.residentAfterMb);
  console.log(`${result.sockets} sockets: opened in ${result.openS.toFixed(1)} s, an echo each in ${result.echoS.toFixed(2)} s; `
    + `${result.messages} echoes on ${BUSY} of them during ${result.reloads} reloads in ${result.reloadS.toFixed(1)} s, none lost; `
    + `then an echo each in ${result.echoAgainS.toFixed(2)} s; ${most.toFixed(0)} MB resident; at most ${BAR_MB} MB: ${most <= BAR_MB ? 'met' : 'missed'}`);
}

main().catch((error) => {
  console.error(`bench_crowd: ${error.message}`);
  process.exit(1);
});
