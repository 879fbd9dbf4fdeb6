'use strict';
// bootstrap.js -- starts the real build/bootstrap against a scripted Runtime API, and ends it.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const program = require('./program');
const { RuntimeApi } = require('./runtime-api');

const { ROOT, BUILD, FIXTURES, SECRETS, writeFiles } = program;

const LAMBDA_ENV = {
  AWS_REGION: 'eu-central-1',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: SECRETS[0],
  AWS_SESSION_TOKEN: SECRETS[1],
  AWS_LAMBDA_FUNCTION_NAME: 'chat',
  AWS_LAMBDA_FUNCTION_VERSION: '7',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/chat',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/21/[7]0123456789abcdef',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
};

/** moonwire 0.1.0: app.run is ready; as text, as JSON. */
const INIT_LINE = /^[^\t]+\t-\tINFO\tmoonwire [^ ]+: .* is ready \{|^\{"timestamp":"[^"]+","level":"INFO","message":"moonwire [^ ]+: .* is ready",/;

/** app.lua whose function `run` has this body; the body starts at line 3. */
function moduleOf(code) {
  return `local M = {}\nfunction M.run(event, context)\n${code}\nend\nreturn M\n`;
}

function asText(line) {
  if (!line.startsWith('{')) return line;
  const { timestamp, requestId = '-', level, message } = JSON.parse(line);
  return [timestamp, requestId, level, message.replaceAll('\n', '\r')].join('\t');
}

class Lambda {
  /**
   * Options: handler ('app.run'), and one of code (the body of app.run), files ({ path: text }), root (a directory);
   * slots (sets AWS_LAMBDA_MAX_CONCURRENCY), prefix (a path of the Runtime API), env (null removes a variable), cwd,
   * before (a command that becomes bootstrap: ['prlimit', '--nofile=64']), api (another class than RuntimeApi).
   */
  static async start({ handler = 'app.run', code, files, root, slots, prefix, env = {}, cwd, before = [], api = RuntimeApi } = {}) {
    const lambda = new Lambda();
    const command = [...before, ...program.command('bootstrap')];
    lambda.temporary = root ? null : writeFiles(files || { 'app.lua': moduleOf(code) });
    lambda.root = root || lambda.temporary;
    lambda.api = await api.start({ slots, prefix });
    const all = { ...LAMBDA_ENV, PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: lambda.api.address, ...program.tools() };
    Object.assign(all, { LAMBDA_TASK_ROOT: lambda.root, _HANDLER: handler });
    if (slots) all.AWS_LAMBDA_MAX_CONCURRENCY = String(slots);
    const environment = Object.fromEntries(Object.entries({ ...all, ...env }).filter(([, value]) => value !== null));
    lambda.spawn(command, { env: environment, cwd: cwd || lambda.root });
    return lambda;
  }

  spawn([name, ...args], options) {
    this.output = { stdout: [], stderr: [] };
    this.child = program.keep(spawn(name, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }));
    for (const stream of ['stdout', 'stderr']) {
      this.child[stream].on('data', (bytes) => {
        this.output[stream].push(bytes);
        this.api.look();
      });
    }
    this.exit = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve({ code, signal }));
    });
    this.exit.then(({ code, signal }) => {
      this.ended = { code, signal };
      this.api.look();
      this.api.abandon(new Error(`bootstrap ended: ${signal || `status ${code}`}`));
    }, (error) => this.api.abandon(error));
  }

  /** What it wrote so far, as bytes and as text; tools' own lines ("==123== ...") left out of the text. */
  bytes(name) { return Buffer.concat(this.output[name]); }
  get stdout() { return this.bytes('stdout').toString(); }
  get stderr() { return program.withoutTools(this.bytes('stderr').toString()); }

  /** The log records on standard error, one string each, without the one that says that bootstrap is ready. */
  get records() { return this.lines.filter((line) => !INIT_LINE.test(line)); }

  /** The record that says so, as a string; undefined while there is none. */
  get initLine() { return this.lines.find((line) => INIT_LINE.test(line)); }

  /** The records as text has them, whatever the format is: time, request id, level, message, apart by tabs. */
  get told() { return this.records.map(asText); }

  /** What print wrote: in JSON format that is INFO records. */
  get printed() {
    const records = this.records.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    return this.stdout + records.filter(({ level }) => level === 'INFO').map(({ message }) => `${message}\n`).join('');
  }

  /** All lines on standard error. */
  get lines() { return this.stderr.split('\n').filter(Boolean); }

  /** Sends one event and resolves with the reply (runtime-api.js). */
  invoke(event, options) { return this.api.invoke(event, options); }

  /** Resolves when bootstrap waits for events again and everything it wrote before is there to look at. */
  async idle() {
    await this.api.idle();
    await this.read();
  }

  /** Lets Node.js read what lies in the pipes: a reply on a socket can overtake a line that was written before it. */
  async read() {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  }

  /** Resolves when this much has been written: pattern is a regular expression. */
  wrote(name, pattern) { return this.api.when(() => pattern.test(this[name])); }

  /** Ends the process as Lambda's 500 does, so that it frees what it has and leaks are found; by its id if it must be. */
  async stop() {
    if (this.stopped) return;
    this.stopped = true;
    if (!this.ended) {
      this.api.dismiss();
      const timer = setTimeout(() => { this.stuck = this.child.kill('SIGKILL'); }, program.PATIENCE_MS / 10);
      await this.exit;
      clearTimeout(timer);
    }
    await this.api.close();
    if (this.temporary) fs.rmSync(this.temporary, { recursive: true });
  }

  /** What every test demands: rules kept, no crash, no finding, no secret. */
  check() {
    assert.deepEqual(this.api.violations, []);
    assert.ok(!this.stuck, 'it did not end when Lambda said that the environment is over');
    assert.ok(!program.CRASHES.includes(this.ended.signal), this.ended.signal);
    const all = this.bytes('stdout').toString() + this.bytes('stderr').toString();
    assert.ok(!program.FINDING.test(all), 'the instrumented process reported an error');
    for (const secret of SECRETS) assert.ok(!all.includes(secret), `a secret was written: ${secret}`);
  }
}

/** One test: starts a bootstrap, runs body(lambda), ends it, checks what every test demands. */
function scenario(name, options, body) {
  test(name, async () => {
    const lambda = await Lambda.start(options);
    try {
      await program.patiently(body(lambda));
      await lambda.stop();
      lambda.check();
    } catch (error) {
      await lambda.stop().catch(() => {});
      const output = `--- stdout\n${lambda.stdout.slice(-4000)}\n--- stderr\n${lambda.bytes('stderr').toString().slice(-8000)}`;
      throw Object.assign(error, { message: `${error.message}\n${output}`, stack: `${error.stack}\n${output}` });
    }
  });
}

/**
 * A table of tests. A row: name, what Lambda.start takes, event, options of invoke, and what must come back:
 *   want     the response, as a JSON value        text   the response, byte for byte
 *   fails    { errorMessage, errorType, header, stack }: strings are exact, regular expressions match
 *   check    a function of the response's JSON value
 *   log      matches standard error               prints standard output, exactly
 * An undefined event is sent as {}.
 */
function table(rows, common = {}) {
  for (const row of rows) {
    scenario(row.name, { ...common, ...row }, async (lambda) => {
      const reply = await lambda.invoke(row.event ?? common.event ?? {}, { ...common.options, ...row.options });
      await lambda.api.idle();
      checkReply(reply, row);
      if (row.log) assert.match(lambda.stderr, row.log);
      if ('prints' in row) {
        await lambda.api.when(() => lambda.stdout.length >= row.prints.length);
        assert.equal(lambda.stdout, row.prints);
      }
    });
  }
}

function checkReply(reply, row) {
  assert.equal(reply.kind, row.fails ? 'error' : 'response', reply.text.slice(0, 2000));
  if ('want' in row) assert.deepEqual(reply.json, row.want);
  if ('text' in row) assert.equal(reply.text, row.text);
  if (row.check) row.check(reply.json);
  if (row.fails) checkFailure(reply, row.fails);
}

/** reply: anything with headers and json, such as a reply or a recorded init/error. */
function checkFailure(reply, want) {
  const seen = {
    errorMessage: reply.json.errorMessage,
    errorType: reply.json.errorType,
    header: reply.headers['lambda-runtime-function-error-type'],
    stack: reply.json.stackTrace.join('\n'),
  };
  for (const [key, expected] of Object.entries(want)) {
    if (expected instanceof RegExp) assert.match(seen[key], expected, key);
    else assert.equal(seen[key], expected, key);
  }
}

module.exports = { Lambda, scenario, table, checkFailure, writeFiles, moduleOf, ROOT, BUILD, FIXTURES, SECRETS };
