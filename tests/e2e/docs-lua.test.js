'use strict';
// The examples of docs/lua, and of pages beside it: every ```lua block is a script of its own that has to end well. What the second word of a fence
// says:
//
//   ```lua                                   runs under `moonwire lua`; it checks with assert what it promises
//   ```lua spec                              runs under `moonwire test`, and passes
//   ```lua service                           runs beside serverless.yml and handlers/ of this project, as specs do
//   ```lua handler                           a module for Lambda: it loads, and returns a function or a table with functions
//   ```lua handler on_message=message ...    besides, bootstrap gives its function that event (EVENTS below), and it must come
//                                            to an answer that is no refusal; a+b: one event after the other
//   ```lua handler =message                  the same for a module that is a function, or an app
//
// Errors name page and line. counterparts.js has the servers they talk to.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { Lambda } = require('./helper/bootstrap');
const { examples } = require('./helper/examples');
const events = require('./helper/events');
const program = require('./helper/program');
const { meet } = require('./helper/counterparts');

const { ROOT, SECRETS, FINDING } = program;
const PAGES = ['docs/client.md', 'docs/metrics.md', ...fs.readdirSync(path.join(ROOT, 'docs/lua')).sort().map((name) => `docs/lua/${name}`)];

/** What a fence may ask for. */
const HTTP = { version: '2.0', routeKey: 'GET /', rawPath: '/', rawQueryString: 'name=ann', queryStringParameters: { name: 'ann' }, headers: {}, requestContext: { http: { method: 'GET', path: '/' } }, isBase64Encoded: false };
const EVENTS = { ...events, any: () => ({}), http: () => HTTP, connect: () => events.connect({ Origin: 'https://app.example' }) };

/** Such an event of a connection that was opened just now: the store forgets old ones. */
function eventOf(kind) {
  const event = EVENTS[kind]();
  return event.requestContext ? { ...event, requestContext: { ...event.requestContext, connectedAt: Date.now() } } : event;
}

/** Loads a module, and looks for something that can be a handler. */
const LOAD = `local module = assert(loadfile(...))(...)
  local meta = getmetatable(module)
  local found = type(module) == "function" or type(meta) == "table" and meta.__call ~= nil
  for _, value in pairs(type(module) == "table" and module or {}) do found = found or type(value) == "function" end
  assert(found, "the module returns no function and no table of functions")`;

/** The example service. */
const SERVICE = Object.fromEntries(['serverless.yml', ...fs.readdirSync(path.join(ROOT, 'handlers')).map((name) => `handlers/${name}`)]
  .map((name) => [name, fs.readFileSync(path.join(ROOT, name), 'utf8')]));

/** Runs moonwire, `lua` or `test`, in a folder that holds `files`. Resolves with { status, output }. */
async function moonwire(args, files, env, what = 'lua') {
  const [name, ...before] = program.command('moonwire');
  const cwd = program.writeFiles(files);
  try {
    const options = { cwd, env: { PATH: process.env.PATH, ...program.tools(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
    const child = program.keep(spawn(name, [...before, what, ...args], options));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => { output += bytes; });
    const status = await program.patiently(new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(signal || code));
    }));
    return { status, output: program.withoutTools(output), all: output };
  } finally {
    fs.rmSync(cwd, { recursive: true });
  }
}

/** Status 0, and no word of moonwire itself: it speaks of errors, and of tasks that were left behind. */
async function runs({ args, files, env, what }) {
  const { status, output, all } = await moonwire(args, files, env, what);
  assert.ok(status === 0 && !/^moonwire: /m.test(output) && !FINDING.test(all), `status ${status}\n${all}`);
  for (const secret of SECRETS) assert.ok(!all.includes(secret), 'it wrote a secret');
}

/** A module, and the function in it that gets events, or the module itself. */
async function invokes({ module, name, kinds, env }) {
  const handler = name ? `example.${name}` : 'example';
  const lambda = await Lambda.start({ files: { 'example.lua': module }, handler, env: { ...env, MOONWIRE_GLOBALS: 'error' } });
  try {
    for (const kind of kinds.split('+')) {
      const reply = await program.patiently(lambda.invoke(eventOf(kind)));
      assert.equal(reply.kind, 'response', reply.text);
      assert.ok((reply.json?.statusCode ?? 200) < 300, `refused: ${reply.text}`);
    }
    await lambda.idle(); // deferred functions have run
    assert.doesNotMatch(lambda.stderr, /\t(ERROR|FATAL)\t/);
    await lambda.stop();
    lambda.check();
  } catch (error) {
    await lambda.stop().catch(() => {});
    throw Object.assign(error, { message: `${name}=${kinds}: ${error.message}\n${lambda.stderr}` });
  }
}

/** What the words of the fence ask for. */
async function check({ page, words: [word, ...invocations], code, file }) {
  const files = { [page]: file, ...(word === 'service' || word === 'spec' ? SERVICE : {}) }; // its name, so that errors have the place
  const { env, close } = await meet(code);
  try {
    const what = word === 'spec' ? 'test' : 'lua';
    await runs({ args: word === 'handler' ? ['-e', LOAD, page] : [page], files, env, what });
    for (const [name, kinds] of invocations.map((invocation) => invocation.split('='))) await invokes({ module: file, name, kinds, env });
  } finally {
    await close();
  }
}

for (const page of PAGES) {
  for (const example of examples(page)) {
    test(`${page}:${example.line} ${example.heading}`, () => check(example));
  }
}

// README.md has modules, which load, and a piece of one, which is Lua. One example is a file of this project.

const README = examples('README.md');

for (const { line, heading, code, file } of README) {
  const load = /^return (M$|app\b)/m.test(code) ? LOAD : 'assert(loadfile(...))';
  test(`README.md:${line} ${heading}`, () => runs({ args: ['-e', load, 'README.md'], files: { 'README.md': file } }));
}

test('README.md shows handlers/echo.lua', () => {
  const lines = (text) => text.replace(/^--.*\n/, ''); // it says which file it is
  const { code } = README.find((example) => example.code.startsWith('-- handlers/echo.lua:'));
  assert.equal(lines(code), lines(fs.readFileSync(path.join(ROOT, 'handlers/echo.lua'), 'utf8')));
});
