'use strict';
// bench_runtime.js -- measures bootstrap next to raw_client, which makes the same requests with bare sockets.
// Both are measured in one run, in turns (A B A B ...), so that a busy machine is busy for both; a ratio is the median of the ratios of neighbours.
// Server and client share one processor: on two, a virtual machine's wake-up of an idle one costs ten times as much as
// everything that is measured here, and hides it.
// Usage: tests/bench/run [--json] [start] [warm] [slots] [steady]

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const ROOT = path.resolve(__dirname, '../..');
const BUILD = path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build'));
const SERVER = path.join(BUILD, 'bench/runtime_api_server');

const RAW = { name: 'raw sockets', command: path.join(BUILD, 'bench/raw_client'), env: {} };

/** bootstrap with a handler; env on top of what Lambda sets. */
function bootstrap(handler, env = {}) {
  const lambda = {
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: ROOT,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_LAMBDA_FUNCTION_NAME: 'chat',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
  };
  return { name: 'bootstrap', command: path.join(BUILD, 'bootstrap'), env: { ...lambda, ...env } };
}

/** The last processor that this process may use. */
function processor() {
  const [, list] = /^Cpus_allowed_list:\s*(.*)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'));
  return list.split(/[,-]/).pop();
}

/** One run of a program against the server; resolves with what the server reports. */
function measure(program, options) {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const env = { PATH: process.env.PATH, ...program.env };
  const command = ['-c', processor(), SERVER, ...args, '--', program.command];
  const run = spawnSync('taskset', command, { env, cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`${program.name}: ${run.stderr.slice(-2000)}`);
  return JSON.parse(run.stdout);
}

/** rounds measurements of each program, in turns: an array of reports per program. */
function alternate(programs, rounds, options) {
  const reports = programs.map(() => []);
  for (let i = 0; i < rounds; i++) programs.forEach((program, p) => reports[p].push(measure(program, options)));
  return reports;
}

/** The value below which the given share of them lies. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function spread(reports, key) {
  const values = reports.map((report) => report[key]);
  return { min: quantile(values, 0), median: quantile(values, 0.5), p90: quantile(values, 0.9) };
}

/** A line of the table: what both cost, the median of the ratios of neighbours, and the bar for it. */
function compare(what, unit, [raw, ours], key, bar) {
  const a = spread(raw, key);
  const b = spread(ours, key);
  const ratio = quantile(raw.map((report, i) => ours[i][key] / report[key]), 0.5);
  return { what, unit, raw: a, bootstrap: b, value: ratio, shown: `${ratio.toFixed(2)} times`, bar: bar && `at most ${bar} times`, met: bar ? ratio <= bar : undefined };
}

const parts = {
  /** exec to the first GET next with the example echo handler, and memory after its first event ($connect: no call). */
  start() {
    const programs = [RAW, bootstrap('handlers/echo.default')];
    const reports = alternate(programs, 50, { invocations: 1, event: path.join(__dirname, 'connect.json') });
    const kb = quantile(reports[1].map(({ rss_kb: rss }) => rss.first), 0.5);
    return [
      compare('exec to the first GET next', 'us', reports, 'first_next_us', 4),
      compare('the same, processor time', 'us', reports, 'first_cpu_us'),
      { what: 'resident after the first invocation', value: kb, shown: `${(kb / 1024).toFixed(2)} MB`, bar: 'at most 7 MB', met: kb <= 7 * 1024 },
    ];
  },

  /** One warm invocation that calls nobody. */
  warm() {
    const reports = alternate([RAW, bootstrap('tests/bench/echo.run')], 15, { invocations: 11000, warmup: 1000 });
    return [
      compare('one warm invocation', 'us', reports, 'us', 1.5),
      compare('one warm invocation, processor time', 'us', reports, 'cpu_us'),
    ];
  },

  /** 64 invocations at once, each waiting 50 ms: ideally 1,280 a second. */
  slots() {
    const { per_second: rate } = measure(bootstrap('tests/bench/sleep.run', { AWS_LAMBDA_MAX_CONCURRENCY: '64' }), { invocations: 12800, warmup: 640 });
    const percent = rate / 1280 * 100;
    return [{ what: '64 slots that sleep 50 ms', value: rate, shown: `${rate.toFixed(0)}/s, ${percent.toFixed(1)} %`, bar: 'at least 95 % of 1,280/s', met: percent >= 95 }];
  },

  /** Memory after 200,000 invocations, a tenth of them raising, next to memory after 1,000. */
  steady() {
    const { errors, rss_kb: { mark, end } } = measure(bootstrap('tests/bench/tenth.run'), { invocations: 200000, mark: 1000 });
    const shown = `${mark} KB, then ${end} KB (${errors} errors)`;
    return [{ what: '200,000 invocations, a tenth raising', value: end / mark, shown, bar: 'at most 1.05 times', met: end <= mark * 1.05 && errors === 20000 }];
  },
};

function micros({ min, median, p90 }) {
  return [min, median, p90].map((value) => value.toFixed(value < 100 ? 1 : 0).padStart(8)).join('');
}

function print(row) {
  const verdict = row.met === undefined ? '' : row.met ? 'met' : 'MISSED';
  console.log(`${row.what.padEnd(38)} ${row.shown.padEnd(38)} ${(row.bar || '').padEnd(26)} ${verdict}`);
  if (!row.raw) return;
  console.log(`    ${RAW.name.padEnd(12)} ${micros(row.raw)}  us (min, median, p90)`);
  console.log(`    ${'bootstrap'.padEnd(12)} ${micros(row.bootstrap)}  us`);
}

function main(args) {
  const json = args.includes('--json');
  const names = args.filter((arg) => arg !== '--json');
  const unknown = names.find((name) => !(name in parts));
  if (unknown) throw new Error(`no part "${unknown}"; there are: ${Object.keys(parts).join(' ')}`);
  const rows = [];
  for (const name of names.length ? names : Object.keys(parts)) {
    for (const row of parts[name]()) {
      rows.push({ part: name, ...row });
      if (!json) print(row);
    }
  }
  if (json) console.log(JSON.stringify(rows, null, 2));
}

main(process.argv.slice(2));
