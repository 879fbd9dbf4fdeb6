'use strict';
// dev.js -- starts the real `moonwire dev` for a service, reads what it reports, ends it as Ctrl-C does.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const program = require('./program');
const { connect, handshake } = require('./client');
const { descendants, alive, descriptors } = require('./leftovers');

const { PATIENCE_MS, SECRETS } = program;

/** Keys that a developer may have around: they must not reach handlers, and never the output. */
const DEVELOPER = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: SECRETS[0], AWS_SESSION_TOKEN: SECRETS[1], AWS_PROFILE: 'work',
};

/**
 * The files of a service with one function. routes: { key: Lua }, the body of function(event, context) for that route, or
 * { code, twoWay }. more: Lua in front of the routes. provider and settings go into the two places of serverless.yml.
 */
function service({ routes, more = '', provider = {}, settings = {} }) {
  const list = Object.entries(routes).map(([route, of]) => ({ route, ...(typeof of === 'string' ? { code: of } : of) }));
  const events = list.map(({ route, twoWay }) => ({
    websocket: { route, ...(twoWay && { routeResponseSelectionExpression: '$default' }) },
  }));
  const functions = list.map(({ route, code }) => `routes[${JSON.stringify(route)}] = function(event, context)\n${code}\nend`);
  const yaml = {
    service: 'tested',
    provider: { name: 'aws', runtime: 'provided.al2023', ...provider },
    functions: { app: { handler: 'app.main', timeout: 25, ...settings, events } }, // JSON is YAML
  };
  const lua = [
    'local ws, json, async, http = require "moonwire.ws", require "moonwire.json", require "moonwire.async", require "moonwire.http"',
    'local ffi = require "ffi"', 'ffi.cdef "int getpid(void);"',
    'local M, routes = {}, {}', more, ...functions,
    'function M.main(event, context) return routes[event.requestContext.routeKey](event, context) end', 'return M', '',
  ];
  return { 'serverless.yml': JSON.stringify(yaml, null, 2), 'app.lua': lua.join('\n') };
}

/** Sends back what came. */
const ECHO = 'return ws.reply(event.body)';

class Dev {
  /**
   * Options: files ({ path: text }, see `service`) or directory (one that is there already), args, env (null removes a
   * variable), text (true: output for people instead of JSON lines), through (a command that starts it). Resolves when it is
   * ready.
   */
  static async start({ files, directory, args = [], env = {}, text = false, through = [] } = {}) {
    const dev = new Dev();
    const command = [...through, ...program.command('moonwire')];
    dev.temporary = directory ? null : program.writeFiles(files);
    dev.directory = directory || dev.temporary;
    dev.text = text;
    const all = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', XDG_STATE_HOME: '/dev/null', ...DEVELOPER, ...program.tools(), ...env };
    const environment = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
    const options = ['dev', '--port', '0', '--control-port', '0', ...(text ? [] : ['--json']), ...args];
    dev.spawn([...command, ...options], { cwd: dev.directory, env: environment });
    try {
      await program.patiently(dev.ready());
    } catch (error) {
      await dev.stop().catch(() => {});
      throw Object.assign(error, { message: `${error.message}\n${dev.report()}` });
    }
    return dev;
  }

  spawn([name, ...args], options) {
    this.output = { stdout: [], stderr: [] };
    this.lines = []; // the JSON lines, decoded
    this.watchers = new Set();
    this.rest = '';
    this.child = program.keep(spawn(name, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }));
    this.child.stdout.setEncoding('utf8').on('data', (part) => { this.output.stdout.push(part); this.take(part); });
    this.child.stderr.setEncoding('utf8').on('data', (part) => { this.output.stderr.push(part); this.look(); });
    this.exit = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        this.ended = { code, signal };
        this.look();
        resolve(this.ended);
      });
    });
    this.exit.catch(() => {});
  }

  take(part) {
    const lines = (this.rest + part).split('\n');
    this.rest = lines.pop();
    if (!this.text) for (const line of lines) this.lines.push(JSON.parse(line));
    this.look();
  }

  look() { for (const watcher of this.watchers) watcher(); }

  /** Resolves with what find() returns once that is true; asks again whenever something was written. */
  when(find) {
    return new Promise((resolve, reject) => {
      const watcher = () => {
        const found = find();
        if (!found && !this.ended) return;
        this.watchers.delete(watcher);
        if (found) resolve(found);
        else reject(new Error(`moonwire dev ended: ${this.ended.signal || `status ${this.ended.code}`}`));
      };
      this.watchers.add(watcher);
      watcher();
    });
  }

  /** Those of the JSON lines that have all of these members. */
  all(members) {
    const wanted = Object.entries(members);
    return this.lines.filter((line) => wanted.every(([key, value]) => (value instanceof RegExp ? value.test(line[key]) : line[key] === value)));
  }

  /** Resolves with the first JSON line, past or to come, that has all of these members. */
  line(members) { return this.when(() => this.all(members)[0]); }

  /** Resolves when there are this many invocations with these members. */
  invocations(count, members = {}) {
    return this.when(() => {
      const found = this.all({ type: 'invocation', ...members });
      return found.length >= count && found;
    });
  }

  /** Takes the addresses from the first thing it says. */
  async ready() {
    if (this.text) {
      const [url] = await this.when(() => /ws:\/\/[^\s]+/.exec(this.stdout));
      this.url = url;
    } else {
      const { websocketUrl, controlUrl, consoleUrl } = await this.line({ type: 'ready' });
      Object.assign(this, { url: websocketUrl, controlUrl, token: consoleUrl.split('#token=')[1] });
    }
    this.port = Number(new URL(this.url).port);
    this.management = this.url.replace(/^ws:/, 'http:');
    this.origin = new URL(this.management).origin;
  }

  get stdout() { return this.output.stdout.join(''); }
  get stderr() { return program.withoutTools(this.output.stderr.join('')); }
  report() { return `--- stdout\n${this.stdout.slice(-6000)}\n--- stderr\n${this.output.stderr.join('').slice(-8000)}`; }

  /** A client (client.js); `path` stands behind the address: "?a=b". */
  connect({ path = '', ...options } = {}) { return connect(this.url + path, options); }

  /** The status of a handshake. */
  handshake({ path = '', ...options } = {}) { return handshake(this.url + path, options); }

  /** How many descriptors it has. */
  descriptors() { return descriptors(this.child.pid).length; }

  /** Ends it as Ctrl-C does; whatever runs below it is written down first. */
  async stop(signal = 'SIGINT') {
    if (this.stopped) return;
    this.stopped = true;
    if (!this.ended) {
      this.children = descendants(this.child.pid);
      this.child.kill(signal);
      const timer = setTimeout(() => { this.stuck = this.child.kill('SIGKILL'); }, PATIENCE_MS / 2);
      await this.exit;
      clearTimeout(timer);
    }
    this.left = alive(this.children || [], this.temporary);
    for (const { pid } of this.left) process.kill(pid, 'SIGKILL');
    if (this.temporary) fs.rmSync(this.temporary, { recursive: true });
  }

  /** What every test demands: it ended by itself, nothing is left, no finding, no secret. */
  check() {
    assert.ok(!this.stuck, 'it did not end on SIGINT');
    assert.deepEqual(this.ended, { code: 0, signal: null });
    assert.deepEqual(this.left, [], 'processes are left');
    assert.equal(this.rest, '', 'the last line is not whole');
    const all = this.output.stdout.join('') + this.output.stderr.join('');
    assert.ok(!program.FINDING.test(all), 'the instrumented process reported an error');
    for (const secret of SECRETS) assert.ok(!all.includes(secret), `a secret was written: ${secret}`);
  }
}

/**
 * Starts `moonwire dev`, runs body(dev), ends it, checks what every test demands. options: those of Dev.start, or of
 * `service`; patience in milliseconds.
 */
async function withDev(options, body) {
  const dev = await Dev.start(options.routes ? { files: service(options), ...options } : options);
  try {
    await program.patiently(body(dev), options.patience);
    await dev.stop();
    dev.check();
  } catch (error) {
    await dev.stop().catch(() => {});
    const output = dev.report();
    throw Object.assign(error, { message: `${error.message}\n${output}`, stack: `${error.stack}\n${output}` });
  }
}

/** The same as a test of its own. */
function scenario(name, options, body) {
  test(name, () => withDev(options, body));
}

module.exports = { Dev, withDev, scenario, service, ECHO };
