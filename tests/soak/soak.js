'use strict';
// soak.js -- a long life of bootstrap: a million invocations of every kind in each mode, and what becomes of its memory.

const path = require('node:path');
const { spawn } = require('node:child_process');
const { parseArgs } = require('node:util');
const program = require('../e2e/helper/program');
const { Platform } = require('../e2e/helper/state-machine');
const curve = require('./curve');
const endpoints = require('./endpoint');
const { Mix, judge } = require('./mix');

const MODES = { 'on-demand': undefined, concurrent: 64 };
const HELP = `Usage: make soak [INVOCATIONS=N] or tests/soak/run [--invocations N] [--mode on-demand|concurrent] [--seed N] [--json]

Serves N invocations (1,000,000) of every kind to build/bootstrap in each mode: on demand, one after the other, and
concurrent, ${MODES.concurrent} at once. Prints its resident memory as it goes, and says whether that is flat: the median
of the last fifth may exceed that of the second by ${curve.TOLERANCE * 100} %, or by half a byte an invocation. The exit status is 0 when it is flat and every answer
was right. Below 500,000 invocations the second fifth is still part of growing up: there is no verdict. "lost" are
events whose connection broke so often that Lambda gives them up: the faults of this test.
`;

const ROWS = 20;
const SAMPLES = 200;
const PROGRESS = 1000;
const TAIL = 4000;
const SILENCE_MS = 60000;

function environment(platform, endpoint, slots) {
  const fixed = {
    _HANDLER: 'handler.run', LAMBDA_TASK_ROOT: __dirname, AWS_LAMBDA_RUNTIME_API: platform.address,
    AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_MAX_ATTEMPTS: '1',
    AWS_LAMBDA_FUNCTION_NAME: 'soak', AWS_LAMBDA_FUNCTION_VERSION: '1', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${endpoint.url}/prod`, SOAK_ENDPOINT: endpoint.url,
  };
  return { ...fixed, ...program.tools(), ...(slots && { AWS_LAMBDA_MAX_CONCURRENCY: String(slots), AWS_LAMBDA_LOG_FORMAT: 'JSON' }) };
}

/** Starts bootstrap; its output is read, counted and thrown away but for the end of it. */
function launch(env) {
  const [name, ...args] = program.command('bootstrap');
  const child = program.keep(spawn(name, args, { env, cwd: __dirname, stdio: ['ignore', 'pipe', 'pipe'] }));
  Object.assign(child, { written: 0, tail: '' });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      child.written += bytes.length;
      child.tail = (child.tail + bytes.subarray(-TAIL).toString()).slice(-TAIL);
    });
  }
  child.over = new Promise((resolve, reject) => child.on('error', reject).on('close', (code, signal) => resolve(signal || code)));
  return child;
}

/** One mode. Resolves with { rows, samples, wrong, violations, ... }; tell(row) hears of each row as it comes, progress(n) often. */
async function soak({ mode, invocations, seed, tell, progress }) {
  const platform = await Platform.start({ slots: MODES[mode] });
  const endpoint = await endpoints.start();
  const mix = new Mix(seed);
  const child = launch(environment(platform, endpoint, MODES[mode]));
  const found = { mode, seed, invocations, rows: [], samples: [], wrong: [], outcomes: {} };
  let ended = 0;
  let last = { at: process.hrtime.bigint(), ended: 0 };

  function row(now) {
    const at = process.hrtime.bigint();
    const perSecond = Math.round((ended - last.ended) / (Number(at - last.at) / 1e9));
    last = { at, ended };
    found.rows.push({ invocations: ended, ...now, perSecond });
    tell(found.rows[found.rows.length - 1]);
  }

  function settled(invocation, reply) {
    found.outcomes[reply.outcome] = (found.outcomes[reply.outcome] || 0) + 1;
    const wrong = judge(invocation, reply);
    if (wrong && found.wrong.length < 20) found.wrong.push(wrong);
    ended++;
    if (ended % PROGRESS === 0) progress(ended);
    const sample = ended % Math.ceil(invocations / SAMPLES) === 0;
    const end = ended % Math.ceil(invocations / ROWS) === 0 || ended === invocations;
    if (!sample && !end) return;
    const now = curve.look(child.pid);
    if (sample) found.samples.push(now.rssKb);
    if (end) row(now);
  }

  platform.onIdle = () => {
    if (mix.count >= invocations) return;
    const invocation = mix.next();
    platform.invoke(invocation).then((reply) => settled(invocation, reply));
  };
  const watch = { ended: 0 };
  const silence = setInterval(() => {
    if (watch.ended === ended) platform.abandon(new Error(`nothing came for ${SILENCE_MS / 1000} seconds`));
    watch.ended = ended;
  }, SILENCE_MS);
  child.over.then((how) => platform.abandon(new Error(`bootstrap ended: ${how}`)));
  try {
    await platform.when(() => ended === invocations && platform.idle.length === platform.slots);
    platform.dismiss();
    await program.patiently(child.over);
  } catch (error) {
    throw Object.assign(error, { message: `${error.message} after ${ended} invocations\n${child.tail}` });
  } finally {
    clearInterval(silence);
    child.kill('SIGKILL');
    await endpoint.close();
    await platform.close();
  }
  const { violations } = platform;
  const descriptors = found.rows[found.rows.length - 1].descriptors - found.rows[0].descriptors;
  return { ...found, violations, sends: endpoint.requests, written: child.written, memory: curve.verdict(found.samples, invocations), descriptors };
}

// What people see

const CLEAR = process.stdout.isTTY ? '\r\x1b[K' : '';
const number = (value, width) => value.toLocaleString('en').padStart(width);

const print = {
  begin({ mode, invocations, seed }) {
    console.log(`${mode}: ${number(invocations, 0)} invocations, seed ${seed}\n`);
    console.log('invocations    RSS KB    PSS KB  descriptors  per second');
  },
  row(row) {
    console.log(`${CLEAR}${number(row.invocations, 11)} ${number(row.rssKb, 9)} ${number(row.pssKb, 9)} ${number(row.descriptors, 12)} ${number(row.perSecond, 11)}`);
  },
  progress(ended) {
    if (process.stdout.isTTY) process.stdout.write(`${CLEAR}${number(ended, 11)} ...`);
  },
  end({ invocations, outcomes, sends, written, wrong, violations, memory: { early, late, growth, flat } }) {
    console.log(`\n${Object.entries(outcomes).map(([name, count]) => `${number(count, 0)} ${name}`).join(', ')}; ${number(sends, 0)} calls out, ${number(written, 0)} bytes of log`);
    for (const line of [...wrong, ...violations]) console.log(`WRONG: ${line}`);
    const judged = flat ? 'flat' : invocations < curve.ENOUGH ? `too few to judge (below ${number(curve.ENOUGH, 0)})` : 'NOT FLAT';
    console.log(`${judged}: ${number(early, 0)} KB in the second fifth, ${number(late, 0)} KB in the last (${growth < 0 ? '' : '+'}${(growth * 100).toFixed(2)} %)\n`);
  },
};

const quiet = { begin() {}, row() {}, progress() {}, end() {} };

function options() {
  const { values } = parseArgs({
    options: { help: { type: 'boolean' }, json: { type: 'boolean' }, invocations: { type: 'string', default: '1000000' }, mode: { type: 'string' }, seed: { type: 'string', default: '1' } },
  });
  const invocations = Number(values.invocations);
  if (!(Number.isInteger(invocations) && invocations >= SAMPLES)) throw new Error(`--invocations must be a whole number of at least ${SAMPLES}`);
  if (values.mode !== undefined && !Object.hasOwn(MODES, values.mode)) throw new Error(`--mode must be one of ${Object.keys(MODES).join(', ')}`);
  if (!Number.isInteger(Number(values.seed))) throw new Error('--seed must be a whole number');
  return { ...values, invocations, seed: Number(values.seed), modes: values.mode ? [values.mode] : Object.keys(MODES) };
}

async function main() {
  const { help, json, modes, invocations, seed } = options();
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const show = json ? quiet : print;
  const all = [];
  for (const mode of modes) {
    show.begin({ mode, invocations, seed });
    all.push(await soak({ mode, invocations, seed, tell: show.row, progress: show.progress }));
    show.end(all[all.length - 1]);
  }
  if (json) console.log(JSON.stringify(all, null, 2));
  const good = ({ invocations: count, memory, wrong, violations }) => (memory.flat || count < curve.ENOUGH) && !wrong.length && !violations.length;
  process.exitCode = all.every(good) ? 0 : 1;
}

main().catch((error) => {
  console.error(`soak: ${error.message}`);
  process.exitCode = 1;
});
