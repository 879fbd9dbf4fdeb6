'use strict';
// bench_reload.js [--saves N] [--json]: how long a save takes to have an effect in `moonwire dev`, from before the file is
// written to the first answer of the new code, on sockets that stay open. Once with one function of two files, once with three
// functions and 300 modules. MOONWIRE_BUILD is the build directory.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { spawn } = require('node:child_process');
const { WebSocket } = require('../e2e/node_modules/ws');

const BUILD = path.resolve(process.env.MOONWIRE_BUILD || path.join(__dirname, '../../build'));
const { values } = parseArgs({ options: { saves: { type: 'string', default: '20' }, json: { type: 'boolean' } } });
const SAVES = Number(values.saves);
const SOCKETS = 10;
const BAR_MS = 50; // for the median

const APP = `local ws, word = require "moonwire.ws", require "word"
return { main = function() return ws.reply(word) end }
`;

/** A service in a folder of its own. */
function makeService(functions, modules) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-bench-'));
  const write = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text);
  };
  const list = Array.from({ length: functions }, (_, i) => [`f${i}`, { handler: 'app.main', events: [{ websocket: i ? `route${i}` : '$default' }] }]);
  write('serverless.yml', JSON.stringify({ service: 'bench', provider: { name: 'aws' }, functions: Object.fromEntries(list) }));
  write('app.lua', APP);
  write('word.lua', 'return "start"\n');
  for (let i = 0; i < modules; i++) write(`lua_modules/share/lua/5.1/part${i % 10}/m${i}.lua`, `return ${i}\n`);
  return directory;
}

/** Starts `moonwire dev`; resolves with { url, end }. */
async function startGateway(directory) {
  const child = spawn(path.join(BUILD, 'moonwire'), ['dev', '--port', '0', '--control-port', '0', '--json'], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const url = await new Promise((resolve, reject) => {
    let text = '';
    ended.then((status) => reject(new Error(`moonwire dev ended with ${status}`)));
    child.stdout.on('data', (part) => {
      text = (text + part).slice(-10000);
      const found = /"websocketUrl":"([^"]+)"/.exec(text);
      if (found) resolve(found[1]);
    });
  });
  return { url, end: () => { child.kill('SIGINT'); return ended; } };
}

/** A socket; ask() resolves with the answer to one message. */
async function open(url) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => { socket.on('open', resolve); socket.on('error', reject); });
  const lost = new Promise((resolve, reject) => socket.on('close', () => reject(new Error('the gateway closed a socket'))));
  lost.catch(() => {});
  const ask = () => {
    const answer = new Promise((resolve) => socket.once('message', (text) => resolve(text.toString())));
    socket.send('?');
    return Promise.race([answer, lost]);
  };
  return { ask, end: () => socket.terminate() };
}

/** Milliseconds from a save to the first answer that knows of it. */
async function save(directory, socket, word) {
  const start = process.hrtime.bigint();
  fs.writeFileSync(path.join(directory, 'word.lua'), `return "${word}"\n`);
  while (await socket.ask() !== word) await new Promise((resolve) => setTimeout(resolve, 1));
  return Number(process.hrtime.bigint() - start) / 1e6;
}

async function measure(functions, modules) {
  const directory = makeService(functions, modules);
  const gateway = await startGateway(directory);
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => open(gateway.url)));
  const times = [];
  for (let i = 0; i < SAVES; i++) {
    times.push(await save(directory, sockets[i % SOCKETS], `word ${i}`));
    await new Promise((resolve) => setTimeout(resolve, 100)); // nobody saves faster, and processes of before are gone
  }
  for (const socket of sockets) if (await socket.ask() !== `word ${SAVES - 1}`) throw new Error('a socket is served by old code');
  for (const socket of sockets) socket.end();
  await gateway.end();
  fs.rmSync(directory, { recursive: true });
  times.sort((a, b) => a - b);
  return { functions, modules, saves: SAVES, medianMs: (times[(SAVES - 1) >> 1] + times[SAVES >> 1]) / 2, minMs: times[0], maxMs: times[SAVES - 1] };
}

async function main() {
  for (const [functions, modules] of [[1, 0], [3, 300]]) {
    const result = await measure(functions, modules);
    if (values.json) console.log(JSON.stringify(result));
    else console.log(`save to effect, ${functions} function${functions > 1 ? 's' : ''}, ${modules} modules: median ${result.medianMs.toFixed(1)} ms of ${SAVES}, ${result.minMs.toFixed(1)} to ${result.maxMs.toFixed(1)} ms; at most ${BAR_MS} ms: ${result.medianMs <= BAR_MS ? 'met' : 'missed'}`);
  }
}

main().catch((error) => {
  console.error(`bench_reload: ${error.message}`);
  process.exit(1);
});
