'use strict';
// gateway.js: what the measurements of the gateway share: `moonwire dev`, and clients of it.
// They are as cheap as they can be, because they share the machine with what is measured: raw sockets, frames made once.

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');
const { spawn } = require('node:child_process');

const BUILD = path.resolve(process.env.MOONWIRE_BUILD || path.join(__dirname, '../../build'));

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

/** Starts `moonwire dev` for the service in a folder. Each of its lines goes to `line`, as text. Resolves with { url, consoleUrl, pid, end }. */
async function startGateway(directory, line = () => {}) {
  const child = spawn(path.join(BUILD, 'moonwire'), ['dev', '--port', '0', '--control-port', '0', '--json'], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const ready = await new Promise((resolve, reject) => {
    ended.then((status) => reject(new Error(`moonwire dev ended with ${status}`)));
    readline.createInterface({ input: child.stdout }).on('line', (text) => {
      if (text.startsWith('{"type":"ready"')) resolve(JSON.parse(text));
      line(text);
    });
  });
  return { url: ready.websocketUrl, consoleUrl: ready.consoleUrl, pid: child.pid, end: () => { child.kill('SIGINT'); return ended; } };
}

/** Resident memory in megabytes. */
function resident(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

module.exports = { Echo, startGateway, resident };
