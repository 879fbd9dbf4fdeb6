'use strict';
// gateway.js: local API Gateways as processes, and the services that they serve.

const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { spawn } = require('node:child_process');
const { scratch } = require('./place.js');

/** Writes a service into a folder of its own: { name: text }. */
function makeService(files) {
  const folder = fs.mkdtempSync(path.join(scratch(), 'service-'));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

/**
 * Starts a command in a folder and waits for a line of its output: isReady(line) gives the URL of the WebSockets then. Each line goes to
 * `line`, too. Resolves with { url, pid, end }.
 */
async function startGateway([command, ...args], { cwd, env = {}, isReady, line = () => {} }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const kill = (signal) => { try { process.kill(-child.pid, signal); } catch { /* it has ended */ } };
  const stop = () => kill('SIGKILL');
  process.on('exit', stop);
  const ended = new Promise((resolve) => child.on('close', resolve));
  let tail = '';
  const url = await new Promise((resolve, reject) => {
    child.on('error', reject);
    ended.then((status) => reject(new Error(`${path.basename(command)} ended with ${status}: ${tail}`)));
    for (const stream of [child.stdout, child.stderr]) {
      readline.createInterface({ input: stream }).on('line', (text) => {
        tail = `${tail}\n${text}`.slice(-2000);
        const found = isReady(text);
        if (found) resolve(found);
        line(text);
      });
    }
  });
  const end = async () => {
    kill('SIGINT');
    const patience = setTimeout(stop, 10000);
    await ended;
    clearTimeout(patience);
    process.removeListener('exit', stop);
  };
  return { url, pid: child.pid, end };
}

const status = (pid) => { try { return fs.readFileSync(`/proc/${pid}/status`, 'utf8'); } catch { return ''; } };
const field = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);

/** Resident memory in KB: of the process, and of it with all that it has started. */
function resident(pid) {
  const all = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => [Number(name), status(name)]);
  const family = [pid];
  for (const parent of family) family.push(...all.filter(([, text]) => field(text, 'PPid') === parent).map(([child]) => child));
  const memory = (one) => field(status(one), 'VmRSS');
  return { own: memory(pid), family: family.reduce((sum, one) => sum + memory(one), 0) };
}

module.exports = { makeService, startGateway, resident };
