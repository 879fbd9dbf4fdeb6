'use strict';
// program.js -- what every test of build/bootstrap and build/moonwire shares: where they are, how long to wait for them,
// and what they must not leave behind.
// MOONWIRE_BUILD: the build directory (default: build at the root of the project).
// MOONWIRE_WRAP: a command to run them under, for instance "valgrind --leak-check=full"; its findings fail the test.
// MOONWIRE_SLOW: how many times slower than on this machine they are (default: 1, or 10 with MOONWIRE_WRAP); tests/arm64/run sets it.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');

const ROOT = path.resolve(__dirname, '../../..');
const BUILD = path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build'));
const WRAP = (process.env.MOONWIRE_WRAP || '').split(' ').filter(Boolean);
const FIXTURES = path.join(ROOT, 'tests/e2e/fixtures');

/** A factor for limits of time that a test sets; above 1 a test does less of what it does many times. */
const SLOW = Number(process.env.MOONWIRE_SLOW) || (WRAP.length ? 10 : 1);

/** A limit for what hangs, not a measurement. */
const PATIENCE_MS = SLOW > 1 ? 300000 : 60000;

/** Values that no line of output may hold. */
const SECRETS = ['wJalrXUtnFEMIexampleSecretKeyThatIsFake0', 'FwoGZXIvYXdzEXAMPLEsessionTOKEN'];

/** What the sanitizers and valgrind print when they find something. */
const FINDING = new RegExp([
  'ERROR: \\w*Sanitizer',
  'runtime error: ',
  '^==\\d+== (Invalid|Conditional|Use of|Syscall param|Jump to|Mismatched|Source and dest|Process terminating)',
  '^==\\d+== .*bytes in .* definitely lost',
].join('|'), 'm');

/** Signals that say a program is broken. */
const CRASHES = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGPIPE'];

/** No process outlives the tests. */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

function keep(child) {
  running.add(child);
  child.on('close', () => running.delete(child));
  return child;
}

/** The command line of a program, as an array. */
function command(name) {
  const program = path.join(BUILD, name);
  assert.ok(fs.existsSync(program), `${path.relative(ROOT, program)} is missing: run \`make build\` first`);
  return [...WRAP, program];
}

const BOOTSTRAP = path.join(BUILD, 'bootstrap');
const bytes = fs.existsSync(BOOTSTRAP) ? fs.readFileSync(BOOTSTRAP) : Buffer.alloc(20); // `command` says that it is missing

/** Whether the programs are for another machine than ours: the kernel starts an emulator for them (tests/arm64/run). */
const EMULATED = bytes.readUInt16LE(18) === 183 && process.arch !== 'arm64';

/** Whether the memory, threads, files and libraries of a process are not the program's alone: valgrind, sanitizers, an emulator. */
const INSTRUMENTED = WRAP.length > 0 || EMULATED || bytes.includes('__asan_init');

/** Makes a shared library for the programs of a file in C. */
function compileLibrary(source, library, ...flags) {
  execFileSync(EMULATED ? 'aarch64-linux-gnu-gcc' : 'cc', ['-shared', '-fPIC', '-o', library, source, ...flags]);
}

/** Options of sanitizers and valgrind pass through; nothing else of our own environment does. */
function tools() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^((A|L|UB)SAN|VALGRIND)_/.test(name)));
}

/** Without the lines of tools ("==123== ..."). */
const withoutTools = (text) => text.replace(/^==\d+==.*\n/gm, '');

/** Writes { 'path': 'text' } under a fresh directory and returns it. */
function writeFiles(files) {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-e2e-')));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
  return root;
}

/** Runs moonwire to its end in a folder of its own that holds `files`. */
function run(args, { files = {}, input, stdio } = {}) {
  const [program, ...before] = command('moonwire');
  const folder = writeFiles(files);
  const options = { cwd: folder, input, stdio, timeout: PATIENCE_MS, encoding: 'utf8' };
  const { status, signal, stdout, stderr } = spawnSync(program, [...before, ...args], options);
  fs.rmSync(folder, { recursive: true });
  return { status, signal, stdout, stderr: stderr && withoutTools(stderr) };
}

/** Waits for a promise, but not for ever. */
async function patiently(promise, patience = PATIENCE_MS) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came of it in ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = {
  ROOT, BUILD, WRAP, SLOW, EMULATED, INSTRUMENTED, FIXTURES, PATIENCE_MS, SECRETS, FINDING, CRASHES, keep, command, compileLibrary, tools, withoutTools, writeFiles, run, patiently,
};
