'use strict';
// bench_gateway.js [--sockets N] [--seconds N] [--json] [URL]: echoes through a WebSocket gateway, one on its way on each socket.
// Without a URL it starts `moonwire dev` with the example service. MOONWIRE_BUILD is the build directory.
// The client is as cheap as it can be, because it shares the machine with what it measures: raw sockets, frames made once.

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { spawn } = require('node:child_process');

const ROOT = path.resolve(__dirname, '../..');
const BUILD = path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build'));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sockets: { type: 'string', default: '100' }, seconds: { type: 'string', default: '5' }, json: { type: 'boolean' } },
});
const SOCKETS = Number(values.sockets);
const SECONDS = Number(values.seconds);

/** A text message as a client's frame; the mask is zero, which leaves the text as it is. */
function frame(text) {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]);
}

/** A socket that sends its text again whenever it came back. */
class Echo {
  constructor({ hostname, port, pathname }, number, done) {
    this.message = frame(`{"from":${number},"text":"The quick brown fox jumps over the lazy dog."}`);
    this.expected = Buffer.concat([Buffer.from([0x81, this.message.length - 6]), this.message.subarray(6)]);
    this.done = done;
    this.rest = Buffer.alloc(0);
    this.socket = net.connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.open = new Promise((resolve, reject) => {
      this.opened = resolve;
      this.socket.on('error', reject);
    });
    this.socket.on('close', (hadError) => { if (!this.ended && !hadError) throw new Error('the gateway closed a socket'); });
    this.socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
      + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
    this.socket.on('data', (bytes) => this.take(bytes));
  }

  take(bytes) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, bytes]) : bytes;
    if (this.opened) {
      const end = this.rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const status = this.rest.subarray(0, 12).toString();
      if (status !== 'HTTP/1.1 101') throw new Error(`the gateway answered ${status}`);
      this.rest = this.rest.subarray(end + 4);
      this.opened();
      this.opened = null;
    }
    if (this.rest.length < this.expected.length) return;
    if (!this.rest.equals(this.expected)) throw new Error(`this is no echo: ${this.rest.toString()}`);
    this.rest = Buffer.alloc(0);
    this.done(this);
  }

  send() {
    this.sent = process.hrtime.bigint();
    this.socket.write(this.message);
  }

  end() {
    this.ended = true;
    this.socket.destroy();
  }
}

/** Starts `moonwire dev`; resolves with { url, end }. Its lines go nowhere, but they are written. */
async function startGateway() {
  const child = spawn(path.join(BUILD, 'moonwire'), ['dev', '--port', '0', '--control-port', '0', '--json'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const url = await new Promise((resolve, reject) => {
    let text = '';
    ended.then((status) => reject(new Error(`moonwire dev ended with ${status}`)));
    child.stdout.on('data', (part) => {
      if (text === null) return;
      text += part;
      const found = /"websocketUrl":"([^"]+)"/.exec(text);
      if (!found) return;
      text = null;
      resolve(found[1]);
    });
  });
  return { url, pid: child.pid, end: () => { child.kill('SIGINT'); return ended; } };
}

/** Microseconds below which this share of the round trips stayed. */
function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Resident memory in megabytes. */
function resident(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

async function measure(address) {
  const times = [];
  let measuring = false;
  let over = false;
  const done = (echo) => {
    if (measuring) times.push(Number((process.hrtime.bigint() - echo.sent) / 1000n));
    if (!over) echo.send();
  };
  const echoes = [];
  for (let i = 0; i < SOCKETS; i += 100) {
    const some = Array.from({ length: Math.min(100, SOCKETS - i) }, (_, k) => new Echo(address, i + k, done));
    await Promise.all(some.map((echo) => echo.open));
    echoes.push(...some);
  }
  for (const echo of echoes) echo.send();
  await new Promise((resolve) => setTimeout(resolve, 1000)); // environments start, loops get compiled
  const start = process.hrtime.bigint();
  measuring = true;
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  measuring = false;
  over = true;
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  for (const echo of echoes) echo.end();
  times.sort((a, b) => a - b);
  return { sockets: SOCKETS, echoesPerSecond: times.length / seconds, p50Us: percentile(times, 0.5), p99Us: percentile(times, 0.99) };
}

async function main() {
  const gateway = positionals[0] ? { url: positionals[0], end: () => {} } : await startGateway();
  const result = await measure(new URL(gateway.url));
  if (gateway.pid) result.residentMb = resident(gateway.pid);
  await gateway.end();
  if (values.json) return console.log(JSON.stringify(result));
  const memory = gateway.pid ? `, ${result.residentMb.toFixed(1)} MB resident` : '';
  console.log(`${result.sockets} sockets: ${Math.round(result.echoesPerSecond)} echoes/s, p50 ${(result.p50Us / 1000).toFixed(2)} ms, p99 ${(result.p99Us / 1000).toFixed(2)} ms${memory}`);
}

main().catch((error) => {
  console.error(`bench_gateway: ${error.message}`);
  process.exit(1);
});
