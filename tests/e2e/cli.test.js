'use strict';
// moonwire, the command-line tool: what a user sees, and the exit status.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const { command, run } = require('./helper/program');

/** stdout and stderr are strings (the whole), patterns, or absent (nothing). */
const cases = [
  { name: 'no command', args: [], status: 2, stderr: /^Usage: moonwire COMMAND/ },
  { name: 'an unknown command', args: ['fly'], status: 2, stderr: 'moonwire: there is no command "fly"; `moonwire --help` lists them\n' },
  { name: 'a command of three letters with one too many', args: ['devv'], status: 2, stderr: 'moonwire: there is no command "devv"; did you mean `moonwire dev`? `moonwire --help` lists them\n' },
  { name: 'a misspelt command', args: ['help', 'docter'], status: 2, stderr: 'moonwire: there is no command "docter"; did you mean `moonwire doctor`? `moonwire --help` lists them\n' },
  { name: '--help', args: ['--help'], status: 0, stdout: /^Usage: moonwire COMMAND[^]*\n {2}lua [^]*\n {2}test / },
  { name: '--version', args: ['--version'], status: 0, stdout: /^moonwire \d+\.\d+\.\d+\n\n( {2}[a-z-]+ +\S+\n)+$/ },
  { name: 'lua --help', args: ['lua', '--help'], status: 0, stdout: /^Usage: moonwire lua/ },
  { name: 'help test', args: ['help', 'test'], status: 0, stdout: /^Usage: moonwire test/ },
  { name: 'lua without a file', args: ['lua'], status: 2, stderr: /^moonwire lua: a file, - or -e CODE is missing\n\nUsage/ },
  { name: 'lua with an unknown option', args: ['lua', '-x'], status: 2, stderr: /^moonwire lua: an option that is none/ },
  { name: 'lua -e without code', args: ['lua', '-e'], status: 2, stderr: /-e without its CODE/ },

  { name: '-e with arguments', args: ['lua', '-e', 'print(..., arg[0], #arg)', 'a', 'b'], status: 0, stdout: 'a\t-e\t2\n' },
  { name: 'a file', args: ['lua', 'a.lua', 'x'], files: { 'a.lua': '#!/usr/bin/env moonwire\nprint(arg[0], ...)' }, status: 0, stdout: 'a.lua\tx\n' },
  { name: 'standard input', args: ['lua', '-', 'x'], input: 'print(arg[0], ...)', status: 0, stdout: '-\tx\n' },
  { name: 'modules of the folder', args: ['lua', '-e', 'print(require("m").v)'], files: { 'm.lua': 'return { v = 7 }' }, status: 0, stdout: '7\n' },
  { name: 'the library', args: ['lua', '-e', 'require("moonwire.async").sleep(1) print(require("moonwire.json").encode{1})'], status: 0, stdout: '[1]\n' },
  { name: 'print and io.write in their order', args: ['lua', '-e', 'io.write("a ") print("b") io.write("c\\n")'], status: 0, stdout: 'a b\nc\n' },

  { name: 'a missing file', args: ['lua', 'no.lua'], status: 1, stderr: /no\.lua/ },
  { name: 'a syntax error', args: ['lua', 'a.lua'], files: { 'a.lua': 'x =' }, status: 1, stderr: /^moonwire: .*a\.lua:1: / },
  { name: 'an error', args: ['lua', 'a.lua'], files: { 'a.lua': 'local function f() error("no") end\nf()' }, status: 1, stderr: /^moonwire: a\.lua:1: no\nstack traceback:[^]*a\.lua:2/ },
  { name: 'an error with a type', args: ['lua', '-e', 'error { type = "Full", message = "no room" }'], status: 1, stderr: /^moonwire: no room\n/ },
  { name: 'an error that is a table', args: ['lua', '-e', 'error { code = 3 }'], status: 1, stderr: /^moonwire: \{"code":3\}\n/ },
  { name: 'an error that speaks', args: ['lua', '-e', 'error(setmetatable({}, { __tostring = function() return "I" end }))'], status: 1, stderr: /^moonwire: I\n/ },
  { name: 'os.exit', args: ['lua', '-e', 'os.exit(3)'], status: 3 },
  { name: 'tasks that are left', args: ['lua', '-e', 'require("moonwire.async").spawn(function() end) print "x"'], status: 0, stdout: 'x\n',
    stderr: 'moonwire: the script ended while 1 task still ran; cancelled\n' },
  { name: 'waiting for nothing', args: ['lua', '-e', 'require("moonwire.core.task").park()'], status: 1, stderr: /never happen/ },
  { name: 'a record of several lines', args: ['lua', '-e', 'require("moonwire.log").info("a\\nb")'], status: 0, stderr: /\tINFO\ta\nb\n$/ },

  { name: 'specs that pass', args: ['test', 'a.lua'], files: { 'a.lua': 'it("x", function() assert.equal(1, 1) end)' }, status: 0, stdout: '1 passed, 0 failed\n' },
  { name: 'specs that fail', args: ['test', 'a.lua', 'b.lua'], files: { 'a.lua': 'it("x", function() assert.equal(1, 2) end)', 'b.lua': 'it("y", function() end)' },
    status: 1, stdout: /FAILED {2}a\.lua x\n {2}a\.lua:1: expected 1, got 2[^]*\n1 passed, 1 failed\n$/ },
  { name: 'no spec', args: ['test', 'a.lua'], files: { 'a.lua': '' }, status: 1, stdout: '0 passed, 0 failed\n', stderr: /no spec in these files/ },
  { name: 'a folder without spec files', args: ['test', '.'], status: 1, stderr: 'moonwire test: there is no file *_spec.lua below this folder\n' },
];

function check(actual, wanted = '') {
  if (typeof wanted === 'string') assert.equal(actual, wanted);
  else assert.match(actual, wanted);
}

for (const { name, args, status, stdout, stderr, ...options } of cases) {
  test(name, () => {
    const result = run(args, options);
    check(result.stdout, stdout);
    check(result.stderr, stderr);
    assert.equal(result.status, status);
  });
}

for (const [name, code] of [['print', 'print "x"'], ['io.write', 'io.write "x"']]) {
  test(`${name} to a full disk is a failure`, { skip: !fs.existsSync('/dev/full') }, () => {
    const full = fs.openSync('/dev/full', 'w');
    const { status, stderr } = run(['lua', '-e', code], { stdio: ['ignore', full, 'pipe'] });
    fs.closeSync(full);
    assert.match(stderr, /No space left on device/);
    assert.equal(status, 1);
  });
}

test('an endless script ends when nobody reads its output', () => {
  const pipe = `set -o pipefail; ${command('moonwire').join(' ')} lua -e 'while true do print(1) end' | head -1`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', pipe], { encoding: 'utf8', timeout: 60000 });
  assert.equal(stdout, '1\n');
  assert.match(stderr, /Broken pipe/);
  assert.equal(status, 1);
});

test('the help of each command fits a terminal of 80 columns', () => {
  const commands = [...run(['--help']).stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
  assert.ok(commands.includes('ctl') && commands.includes('types'), commands.join());
  for (const args of [['--help'], ...commands.map((name) => [name, '--help'])]) {
    const { stdout, status } = run(args);
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: moonwire/);
    assert.deepEqual(stdout.split('\n').filter((line) => line.length > 80), [], args.join(' '));
  }
});
