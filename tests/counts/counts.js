'use strict';
// counts.js [--write] [--json] [NAME...]: instructions and system calls of what bootstrap does, counted by valgrind, next to those in
// counts.txt. Exit status 1 when something has grown by more than 2 % or makes more system calls; --write takes the new numbers
// into the file. With names, only what has one of them in its own is counted.
// Usage: tests/counts/run

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const tls = require('node:tls');
const { once } = require('node:events');
const { spawn, spawnSync } = require('node:child_process');
const { certificate } = require('../e2e/helper/certificate');
const { readTable, writeTable, versions, compare } = require('./table');

const ROOT = path.resolve(__dirname, '../..');
const BUILD = path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build'));
const FILE = path.join(__dirname, 'counts.txt');
const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-counts-'));
const file = (name) => path.join(FOLDER, name);

const PIECES = 10;
const MARK = 'getppid'; // see fixed.c
const CLOCKS = ['clock_gettime', 'gettimeofday', 'time'];

const LAMBDA = {
  PATH: '/usr/bin:/bin',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 't'.repeat(600), // as long as Lambda's
  AWS_LAMBDA_FUNCTION_NAME: 'chat',
  AWS_LAMBDA_FUNCTION_VERSION: '1',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
};

const ANSWER = 'HTTP/1.1 200 OK\r\nDate: Sat, 28 Nov 2026 12:00:00 GMT\r\nContent-Type: application/json\r\nContent-Length: 0\r\n'
  + 'Connection: keep-alive\r\nx-amzn-RequestId: 3f1c2a4b-5d6e-4b0a-9f0e-0b5d4c7e7d53\r\nx-amz-apigw-id: BFaVtH2HoAMFZEQ=\r\n\r\n';

/** Answers each POST, whose bytes may come in pieces. */
function answer(socket) {
  let rest = '';
  socket.setNoDelay(true);
  socket.on('error', () => {}); // bootstrap ends as it likes
  socket.on('data', (bytes) => {
    rest += bytes.toString('latin1');
    for (;;) {
      const head = rest.indexOf('\r\n\r\n') + 4;
      const end = head + Number(/\r\ncontent-length: *(\d+)/i.exec(rest)?.[1] ?? 0);
      if (head < 4 || rest.length < end) return;
      rest = rest.slice(end);
      socket.write(ANSWER);
    }
  });
}

/** Two servers of @connections: { http, https } are their addresses. */
async function startServers() {
  const { key, cert } = certificate();
  fs.writeFileSync(file('roots.pem'), cert);
  const servers = { http: net.createServer(answer), https: tls.createServer({ key, cert, ciphers: 'TLS_AES_256_GCM_SHA384' }, answer) };
  const addresses = {};
  for (const [scheme, server] of Object.entries(servers)) {
    server.listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
    addresses[scheme] = `${scheme}://127.0.0.1:${server.address().port}/prod`;
  }
  return addresses;
}

/** Runs bootstrap under valgrind until it has done so many invocations; `valgrind` is what to count. */
async function run(valgrind, env, invocations) {
  const command = [path.join(BUILD, 'bench/runtime_api_server'), '--invocations', String(invocations), '--',
    'valgrind', ...valgrind, path.join(BUILD, 'bootstrap')];
  if (spawnSync('setarch', ['-R', 'true']).status === 0) command.unshift('setarch', '-R');
  const child = spawn(command[0], command.slice(1), { cwd: FOLDER, env: { ...LAMBDA, ...env, LD_PRELOAD: path.join(BUILD, 'counts/fixed.so') }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let report = '';
  child.stdout.on('data', (bytes) => { report += bytes; });
  child.stderr.on('data', (bytes) => { said += bytes; });
  const [status] = await once(child, 'close');
  if (status !== 0 || JSON.parse(report).errors) throw new Error(`${env._HANDLER}: ended with ${status}: ${said.slice(-2000)}`);
}

/** The totals that callgrind wrote down, in order: each since the one before. */
async function dumps(at, env, invocations) {
  for (const name of fs.readdirSync(FOLDER)) if (name.startsWith('dump.')) fs.rmSync(file(name));
  await run(['-q', '--tool=callgrind', `--dump-before=${at}`, `--callgrind-out-file=${file('dump')}`], env, invocations);
  return fs.readdirSync(FOLDER).filter((name) => /^dump\.\d+$/.test(name)).sort((a, b) => a.slice(5) - b.slice(5))
    .map((name) => Number(/^totals: (\d+)/m.exec(fs.readFileSync(file(name), 'utf8'))[1]));
}

/** System calls between two marks, and those that are none outside of valgrind: readings of the clock. For each pair of marks. */
async function systemCalls(env, invocations) {
  await run(['-q', '--tool=none', '--trace-syscalls=yes', `--log-file=${file('calls')}`], env, invocations);
  const all = fs.readFileSync(file('calls'), 'utf8').match(/^SYSCALL\[.*?\) sys_\w+/gm).map((line) => /sys_(\w+)/.exec(line)[1]);
  const marks = all.flatMap((name, i) => (name === MARK ? [i] : []));
  return marks.slice(1).map((end, i) => {
    const between = all.slice(marks[i] + 1, end);
    const clocks = between.filter((name) => CLOCKS.includes(name)).length;
    return { calls: between.length - clocks, clocks };
  });
}

/** exec until the first event is asked for. */
function start(handler, folder = 'tests/bench/handlers') {
  return async () => ({ instructions: (await dumps('slot_next', { LAMBDA_TASK_ROOT: path.join(ROOT, folder), _HANDLER: handler }, 1))[0] });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * One repetition of a function of series.lua: the median of PIECES pieces of the series. When a peer's answer comes is up to the
 * machine, and now and then it comes before or after it usually does.
 */
function series(fn, { each = 100, warm = 300, env = {}, once = true } = {}) {
  const repetitions = warm + each * PIECES + 1;
  return async (servers) => {
    const all = { LAMBDA_TASK_ROOT: __dirname, _HANDLER: `series.${fn}`, WARM: String(warm), EACH: String(each), REPETITIONS: String(repetitions), AWS_CA_BUNDLE: file('roots.pem'), ...env };
    if (env.POSTS) all.POSTS = servers[env.POSTS];
    const invocations = once ? 1 : repetitions;
    const system = await systemCalls(all, invocations);
    const instructions = (await dumps('counts_mark', all, invocations)).slice(1);
    if (system.length !== PIECES || instructions.length !== PIECES) throw new Error(`${fn}: ${instructions.length} pieces instead of ${PIECES}`);
    return {
      instructions: Math.round(median(instructions) / each),
      calls: Math.round(median(system.map(({ calls }) => calls)) / each * 10) / 10,
      clocks: Math.round(median(system.map(({ clocks }) => clocks)) / each),
    };
  };
}

/** exec until the answer to a message over TLS. On a machine that is busy the handshake may be too slow, and is tried again. */
async function firstSend(servers) {
  for (let tries = 1; ; tries++) {
    const env = { LAMBDA_TASK_ROOT: __dirname, _HANDLER: 'series.send', WARM: '1', EACH: '1', REPETITIONS: '1', AWS_CA_BUNDLE: file('roots.pem'), POSTS: servers.https };
    const [instructions, ...others] = await dumps('client_classify', env, 1);
    if (others.length === 0) return { instructions };
    if (tries === 3) throw new Error('no handshake is done in time');
  }
}

const JIT_OFF = { JIT: 'off' };
const counted = {
  'start, echo': start('answer.run'),
  'start, chat': start('chat', 'handlers'),
  'exec to the first send over TLS': firstSend,
  'warm invocation': series('warm', { once: false }),
  'warm invocation, interpreted': series('warm', { once: false, env: JIT_OFF }),
  'send': series('send', { env: { POSTS: 'http' } }),
  'send, interpreted': series('send', { env: { POSTS: 'http', ...JIT_OFF } }),
  'send over TLS': series('send', { env: { POSTS: 'https' } }),
  'message of a broadcast': series('broadcast', { env: { POSTS: 'http' } }),
  'message of a broadcast over TLS': series('broadcast', { env: { POSTS: 'https' } }),
  'decode an event': series('decode_event'),
  'encode an event': series('encode_event'),
  'decode 100 KB': series('decode_100kb', { each: 2, warm: 5 }),
  'encode 100 KB': series('encode_100kb', { each: 2, warm: 5 }),
};

async function main(args) {
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  const names = Object.keys(counted).filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  const before = readTable(FILE);
  const servers = await startServers();
  const now = { versions: versions(BUILD), counts: { ...before.counts } };
  let grown = 0;
  for (const name of names) {
    now.counts[name] = await counted[name](servers);
    const { text, worse } = compare(before.counts[name], now.counts[name]);
    console.log(`${name.padEnd(34)} ${text}`);
    if (worse) grown++;
  }
  const other = Object.keys(now.versions).filter((name) => before.versions[name] !== now.versions[name]);
  for (const name of other) console.log(`${name}: ${before.versions[name] ?? 'none'} -> ${now.versions[name]}`);
  if (args.includes('--write')) {
    writeTable(FILE, now);
  } else if (grown) {
    console.log(`${grown} ${grown === 1 ? 'has' : 'have'} grown: find out why, or accept it with \`make counts WRITE=1\``);
    process.exitCode = 1;
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`counts: ${error.message}`);
  process.exitCode = 1;
}).finally(() => fs.rmSync(FOLDER, { recursive: true }));
