'use strict';
// reload.js: how long a save takes to have an effect in `moonwire dev`, from before the file is written to the first answer of the new
// code, on sockets that stay open; and what it takes with a crowd of clients. Nobody else keeps sockets over a reload.

const fs = require('node:fs');
const path = require('node:path');
const { Asker, openAll, sleep } = require('../lib/echo.js');
const { makeService } = require('../lib/gateway.js');
const { plainRow } = require('../lib/compare.js');

const SOCKETS = 10;
const [CROWD, BUSY] = [10000, 200];

const APP = 'local ws, word = require "moonwire.ws", require "word"\nreturn { main = function() return ws.reply(word) end }\n';
const echo = (number) => `-- ${number}\nlocal ws = require "moonwire.ws"\nreturn { main = function(event) return ws.reply(event.body) end }\n`;

/** Functions that answer with a word of a module of their own, and modules that nobody loads. */
function wordService(functions, modules) {
  const list = Array.from({ length: functions }, (_, i) => [`f${i}`, { handler: 'app.main', events: [{ websocket: i ? `route${i}` : '$default' }] }]);
  const files = Array.from({ length: modules }, (_, i) => [`lua_modules/share/lua/5.1/part${i % 10}/m${i}.lua`, `return ${i}\n`]);
  return makeService({
    'serverless.yml': JSON.stringify({ service: 'bench', provider: { name: 'aws' }, functions: Object.fromEntries(list) }),
    'app.lua': APP, 'word.lua': 'return "start"\n', ...Object.fromEntries(files),
  });
}

const passed = (start) => Number(process.hrtime.bigint() - start) / 1000;

/** Microseconds from a save to the first answer that knows of it. */
async function save(folder, client, word) {
  const start = process.hrtime.bigint();
  fs.writeFileSync(path.join(folder, 'word.lua'), `return "${word}"\n`);
  while (await client.ask() !== word) await sleep(1);
  return passed(start);
}

async function saves(peer, folder, count) {
  const gateway = await peer.gateway({ cwd: folder });
  const clients = Array.from({ length: SOCKETS }, () => new Asker(new URL(gateway.url)));
  await Promise.all(clients.map(({ open }) => open));
  const times = [];
  for (let i = 0; i < count; i += 1) {
    times.push(await save(folder, clients[i % SOCKETS], `word ${i}`));
    await sleep(100); // nobody saves faster, and processes of before are gone
  }
  for (const client of clients) if (await client.ask() !== `word ${count - 1}`) throw new Error('a socket is served by old code');
  for (const client of clients) client.end();
  await gateway.end();
  return times;
}

/** Reloads, as the gateway tells of them: next() resolves with the next one that is done. */
function reloads() {
  const waiting = [];
  const line = (text) => { if (text.startsWith('{"type":"reload"')) waiting.shift()?.(JSON.parse(text).event); };
  return { line, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

/** Saves while thousands of clients are there and some of them echo without a pause. A lost message or a closed socket is an error. */
async function crowdSaves(peer, count) {
  const service = { service: 'crowd', provider: { name: 'aws' }, functions: { echo: { handler: 'echo.main', events: [{ websocket: '$default' }] } } };
  const folder = makeService({ 'serverless.yml': JSON.stringify(service), 'echo.lua': echo(0) });
  const { line, next } = reloads();
  const gateway = await peer.gateway({ cwd: folder, line });
  let [over, left, finish] = [false, BUSY, null];
  const finished = new Promise((resolve) => { finish = resolve; });
  const clients = await openAll(gateway.url, CROWD, (client) => {
    if (!over) return client.send();
    left -= 1;
    if (left === 0) finish();
  });
  for (const client of clients.slice(0, BUSY)) client.send();
  const times = [];
  for (let i = 1; i <= count; i += 1) {
    const start = process.hrtime.bigint();
    const done = next();
    fs.writeFileSync(path.join(folder, 'echo.lua'), echo(i));
    const event = await done;
    if (event !== 'done') throw new Error(`reload ${i}: ${event}`);
    times.push(passed(start));
  }
  over = true;
  await finished;
  for (const client of clients) client.end();
  await gateway.end();
  return times;
}

module.exports = {
  name: 'reload',
  title: 'Reload',
  peers: ['moonwire'],
  async run({ peers: [moonwire], quick, progress }) {
    const count = quick ? 8 : 30;
    const bar = { atMost: 50, unit: 'ms', scale: 1000 };
    progress('one function');
    const small = await saves(moonwire, wordService(1, 0), count);
    progress('three functions, 300 modules');
    const large = await saves(moonwire, wordService(3, 300), count);
    progress('10,000 sockets');
    const crowd = await crowdSaves(moonwire, count);
    return [
      plainRow(small, { what: 'save to effect, one function of two files', unit: 'us', bar }),
      plainRow(large, { what: 'save to effect, three functions, 300 modules', unit: 'us', bar }),
      plainRow(crowd, { what: 'save to the new generation, 10,000 sockets, 200 of them echoing; none lost', unit: 'us' }),
    ];
  },
};
