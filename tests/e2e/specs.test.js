'use strict';
// `moonwire test`: the specs of a service, from the outside: what is found, run, reported, and with which status.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { command, run, writeFiles } = require('./helper/program');

/** Runs `moonwire test` in a folder with these files. */
const specs = (args, files) => run(['test', ...args], { files });

/** What is slow differs from machine to machine. */
const withoutSlow = (text) => text.replace(/^slow {2}.*\n/gm, '');

/** A service whose specs do everything that specs can do. */
const SERVICE = {
  'serverless.yml': 'service: chat\n',
  'handlers/room.lua': 'return { size = 3 }',
  'spec/a_spec.lua': `local room = require "handlers.room"
describe("room", function()
  it("has a size", function() assert.equal(3, room.size) room.size = 4 end)
  it("differs", function()
    assert.same({ a = 1 }, { a = 2 })
  end)
  it("waits", function() require("moonwire.async").sleep(1) end)
  pending "later"
  it("ends early", function() pending "not today" end)
  it("without a body")
end)`,
  'spec/b_spec.lua': 'leaked = 1 package.loaded["moonwire.batch"] = "fake" local room = require "handlers.room"\nit("is loaded anew", function() assert.equal(3, room.size) end)',
  'spec/c_spec.lua': 'it("is insulated", function() assert.is_nil(leaked) assert.is_table(require "moonwire.batch") end)',
  'spec/broken_spec.lua': 'x = = 1',
  'node_modules/x/no_spec.lua': 'it("no", function() end)',
  '.hidden/no_spec.lua': 'it("no", function() end)',
};

test('specs are found, insulated, and what failed is told with its place and the difference', () => {
  const { stdout, status } = specs([], SERVICE);
  assert.equal(withoutSlow(stdout), `FAILED  spec/a_spec.lua room differs
  spec/a_spec.lua:5: the tables differ in one place
    .a: expected 1, got 2

PENDING  spec/a_spec.lua room later
PENDING  spec/a_spec.lua room ends early: not today
PENDING  spec/a_spec.lua room without a body
FAILED  spec/broken_spec.lua
  spec/broken_spec.lua:1: it cannot be loaded: unexpected symbol near '='

4 passed, 2 failed, 3 pending
`);
  assert.equal(status, 1);
});

test('--list, --filter, folders and files', () => {
  const list = specs(['--list', 'spec/a_spec.lua', '--filter', 'differs', '--filter', '^room h'], SERVICE);
  assert.deepEqual([list.stdout, list.status], ['spec/a_spec.lua:3  room has a size\nspec/a_spec.lua:4  room differs\n', 0]);
  const both = specs(['--filter=anew', 'spec', 'spec/c_spec.lua'], { ...SERVICE, 'spec/broken_spec.lua': '' });
  assert.deepEqual([both.stdout, both.status], ['1 passed, 0 failed\n', 0]);
});

test('modules are those of the service, also from a folder inside it', () => {
  const cwd = writeFiles(SERVICE);
  const [name, ...before] = command('moonwire');
  const { stdout } = spawnSync(path.resolve(name), [...before, 'test', 'b_spec.lua'], { cwd: path.join(cwd, 'spec'), encoding: 'utf8' });
  fs.rmSync(cwd, { recursive: true });
  assert.equal(stdout, '1 passed, 0 failed\n');
});

for (const [name, args, files, status, stdout, stderr] of [
  ['an unknown format', ['--format', 'x'], {}, 2, '', /--format takes plain, tap or junit, not "x"/],
  ['an unknown option', ['--fly'], {}, 2, '', /--fly is no option/],
  ['no spec file', [], {}, 1, '', /^moonwire test: there is no file \*_spec\.lua below this folder\n$/],
  ['no spec file in a folder', ['x'], { 'x/a.lua': '' }, 1, '', /below x\n$/],
  ['a filter that nothing passes', ['--filter', 'zzz'], { 'a_spec.lua': 'it("x", function() end)' }, 1, '0 passed, 0 failed\n', /no spec has a name that --filter wants/],
  ['a missing file', ['no_spec.lua'], {}, 1, /no_spec\.lua:1: it cannot be loaded: No such file/],
  ['--fail-fast', ['--fail-fast', 'a.lua'], { 'a.lua': 'it("x", error) it("y", error)' }, 1, /\n0 passed, 1 failed\n$/],
  ['os.exit', ['a.lua'], { 'a.lua': 'it("x", function() os.exit(0) end)' }, 1, /os\.exit was called in a spec[^]*0 passed, 1 failed\n$/],
  ['a tail call', ['a.lua'], { 'a.lua': 'it("x", function()\n  return assert.equal(1, 2) end)' }, 1, /\n {2}a\.lua:1: expected 1, got 2\n/],
  ['a wrong it', ['a.lua'], { 'a.lua': 'it("a", function() end)\nit("x", 1)' }, 1, /a\.lua:2: it: fn must be a function, got number[^]*1 passed, 1 failed\n$/],
]) {
  test(name, () => {
    const result = specs(args, files);
    for (const [actual, wanted = ''] of [[result.stdout, stdout], [result.stderr, stderr]]) {
      if (typeof wanted === 'string') assert.equal(actual, wanted);
      else assert.match(actual, wanted);
    }
    assert.equal(result.status, status);
  });
}

test('a spec that hangs is ended, with its place; the next ones run', () => {
  const { stdout, status } = specs(['--timeout', '1', 'a.lua'], { 'a.lua': `local async, cleaned = require "moonwire.async", 0
after_each(function() cleaned = cleaned + 1 end)
it("waits", function()
  async.sleep(1e6)
end)
local function spin()
  while true do pcall(error) end
end
it("runs on", function()
  spin() print "no"
end)
it("parks", function()
  async.all { function() require("moonwire.core.task").park() end }
end)
it("is cleaned up after", function() assert.equal(3, cleaned) end)
describe("hooks", function()
  setup(function() async.sleep(1e6) end)
  it("is not run", function() print "no" end)
end)` });
  for (const [name, line] of [['waits', 4], ['runs on', 7], ['parks', 13], ['hooks setup', 17]]) {
    assert.match(stdout, new RegExp(`FAILED  a\\.lua ${name}\\n  a\\.lua:${line}: it has not ended after 1 s`));
  }
  assert.match(stdout, /a\.lua:7: in function 'spin'\n {4}a\.lua:10: in the spec\n/);
  assert.match(stdout, /\nslow {2}\d+\.\d s {2}a\.lua:3 {2}waits\n[^]*1 passed, 4 failed\n$/);
  assert.doesNotMatch(stdout, /^no$/m);
  assert.equal(status, 1);
});

test('hooks run around specs, from the outside in and back; what they raise fails the spec', () => {
  const log = (word) => `function() io.write("${word} ") end`;
  const { stdout } = specs(['a.lua'], { 'a.lua': `
before_each(${log('B')}) after_each(${log('A')})
describe("d", function()
  setup(${log('setup')}) lazy_setup(${log('lazy')}) teardown(${log('teardown')})
  before_each(${log('b')}) after_each(${log('a')})
  it("1", function() finally(${log('finally')}) io.write "1 " end)
  context("c", function() before_each(${log('bb')}) spec("2", ${log('2')}) end)
end)
describe("none", function() setup(${log('NO')}) end)
it("3", function() io.write "3 " end)` });
  assert.equal(withoutSlow(stdout), 'setup lazy B b 1 finally a A B b bb 2 a A teardown B 3 A 3 passed, 0 failed\n');
  const failing = specs(['a.lua'], { 'a.lua': 'after_each(function() error "after" end)\nit("x", function() end)' });
  assert.match(failing.stdout, /FAILED {2}a\.lua x\n {2}a\.lua:1: after\n[^]*0 passed, 1 failed/);
});

test('other modules may fail a spec for what it left behind', () => {
  const { stdout } = specs(['a.lua'], { 'a.lua': `local hooks = require "moonwire.test.hooks"
local async = require "moonwire.async"
hooks.after_spec(function(spec) if spec.tasks > 0 then return spec.name .. " left " .. spec.tasks end end)
it("leaves", function() async.spawn(function() async.sleep(1e6) end) end)
it("does not", function() async.spawn(function() end):wait() end)` });
  assert.match(stdout, /^FAILED {2}a\.lua leaves\n {2}a\.lua:4: leaves left 1\n\n1 passed, 1 failed\n$/);
});

const HARD = { 'a_spec.lua': `print "printed" io.write "written\\n"
describe("d # \\\\ <&>", function()
  it('"q" \\1', function() assert.equal("]]>\\n\\t\\0\\255<", "\\206\\169") end)
  it("p", function() pending "why # <" end)
  it("ok", function() end)
end)
describe("s", function() setup(error) it("x", function() end) end)` };

test('--format tap: version 13, and nothing else on standard output', () => {
  const { stdout, stderr, status } = specs(['--format', 'tap'], HARD);
  assert.match(stdout, /^TAP version 13\nnot ok 1 - a_spec\.lua: d \\# \\\\ <&> "q" {2}\n {2}---\n {2}message: "a_spec\.lua:3: expected .*"\n {2}at: "a_spec\.lua:3"\n/);
  assert.match(stdout, /\n {2}\.\.\.\nok 2 - .* p # SKIP why \\# <\nok 3 - .* ok\nnot ok 4 - .* s setup\n[^]*\n1\.\.4\n# 1 passed, 2 failed, 1 pending\n$/);
  assert.equal(stderr, 'printed\nwritten\n');
  assert.equal(status, 1);
});

/** The elements of an XML text, as [name, attributes, text]; throws where it is not well-formed. */
function elements(text) {
  const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"' };
  const plain = (s) => {
    assert.doesNotMatch(s, /[<\0-\x08\x0b\x0c\x0e-\x1f\ufffd\ufffe\uffff]|\]\]>/);
    return s.replace(/&(?:#(\d+)|(\w+));|&/g, (all, code, name) => {
      assert.ok(code || ENTITIES[name], `no entity: ${all}`);
      return code ? String.fromCodePoint(code) : ENTITIES[name];
    });
  };
  const open = [], found = [];
  const rest = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '').replace(/<(\/?)(\w+)((?: \w+="[^"<]*")*)(\/?)>([^<]*)/g, (all, end, name, attributes, empty, after) => {
    if (end) assert.equal(open.pop(), name);
    else {
      found.push([name, Object.fromEntries([...attributes.matchAll(/ (\w+)="([^"]*)"/g)].map(([, k, v]) => [k, plain(v)])), plain(after)]);
      if (!empty) open.push(name);
    }
    return '';
  });
  assert.equal(rest, '');
  assert.deepEqual(open, []);
  return found;
}

test('--format junit: XML that CI systems read', () => {
  const { stdout, stderr, status } = specs(['--format', 'junit'], HARD);
  const found = elements(stdout);
  const [all, suite, ...cases] = found;
  for (const [name, { tests, failures, errors, skipped }] of [all, suite]) {
    assert.deepEqual([name.replace(/s$/, ''), tests, failures, errors, skipped], ['testsuite', '4', '1', '1', '1']);
  }
  const tests = cases.filter(([name]) => name === 'testcase').map(([, { classname, name, file, line }]) => [classname, name, file, line]);
  assert.deepEqual(tests, [['a_spec', 'd # \\ <&> "q" ?', 'a_spec.lua', '3'], ['a_spec', 'd # \\ <&> p', 'a_spec.lua', '4'],
    ['a_spec', 'd # \\ <&> ok', 'a_spec.lua', '5'], ['a_spec', 's setup', 'a_spec.lua', '7']]);
  assert.deepEqual(cases.filter(([name]) => name !== 'testcase').map(([name]) => name), ['failure', 'skipped', 'error']);
  const failure = cases.find(([name]) => name === 'failure');
  assert.equal(failure[1].message, 'a_spec.lua:3: expected "]]>\\n\\t\\000\\255<", got "Ω"');
  assert.ok(failure[2].startsWith(failure[1].message));
  assert.equal(cases.find(([name]) => name === 'skipped')[1].message, 'why # <');
  assert.equal(stderr, 'printed\nwritten\n1 passed, 2 failed, 1 pending\n');
  assert.equal(status, 1);
});

test('colours and lines for files are for terminals, without NO_COLOR', (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('there is no script(1) to make a terminal');
  const cwd = writeFiles({ 'a_spec.lua': 'it("x", function() assert.equal(1, 2) end)' });
  const line = [...command('moonwire').map((word, i) => (i === 0 ? path.resolve(word) : word)), 'test'].join(' ');
  const on = (env) => spawnSync('script', ['-qec', line, '/dev/null'], { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, TERM: 'xterm', ...env } }).stdout;
  const [coloured, plain] = [on({}), on({ NO_COLOR: '1' })];
  fs.rmSync(cwd, { recursive: true });
  assert.match(coloured, /\x1b\[31mFAILED\x1b\[0m[^]*expected \x1b\[32m1\x1b\[0m, got \x1b\[31m2\x1b\[0m/);
  assert.match(plain, /^FAILED[^\x1b]*\nfailed {2}a_spec\.lua {2}1 spec, \d+ ms\r\n0 passed, 1 failed\r\n$/);
});
