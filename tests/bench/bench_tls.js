'use strict';
// bench_tls.js -- messages to connections over TLS, next to tls_client (OpenSSL on a blocking socket, the same bytes, nothing
// signed) and to AWS's SDK for JavaScript. All are measured in one run, in turns; a ratio is the median of the ratios of
// neighbours.
// Usage: tests/bench/run [--json] [tls] [tls-start]

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { certificate } = require('../e2e/helper/certificate');

const ROOT = path.resolve(__dirname, '../..');
const BUILD = path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build'));
const tool = (name) => path.join(BUILD, 'bench', name);
const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-bench-'));
const file = (name) => path.join(FOLDER, name);
const read = (name) => fs.readFileSync(file(name), 'utf8').trim();
const AMAZON = '/usr/share/ca-certificates/mozilla';

const LAMBDA = {
  PATH: process.env.PATH,
  LAMBDA_TASK_ROOT: ROOT,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 't'.repeat(600), // as long as Lambda's
  AWS_LAMBDA_FUNCTION_NAME: 'chat',
  AWS_LAMBDA_FUNCTION_VERSION: '1',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
};

function run(command, args, env) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, env: { ...LAMBDA, ...env }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path.basename(command)} ended with ${status ?? error}: ${stderr.slice(-2000)}`);
  return stdout;
}

/** One invocation of a function of post.lua by bootstrap; resolves to what it reported, as numbers. */
function post(fn, env, before = []) {
  run(tool('runtime_api_server'), ['--invocations', '1', '--', ...before, path.join(BUILD, 'bootstrap')],
    { _HANDLER: `tests/bench/post.${fn}`, REPORT: file('report'), AWS_CA_BUNDLE: file('roots.pem'), ...env });
  return fs.existsSync(file('report')) ? read('report').split(' ').map(Number) : [];
}

/** The server, and body(port); the bytes of the first request are then in the file "request". */
async function withServer(body) {
  const { key, cert } = certificate();
  fs.writeFileSync(file('key.pem'), key);
  fs.writeFileSync(file('cert.pem'), cert);
  fs.writeFileSync(file('roots.pem'), cert + fs.readdirSync(AMAZON).filter((name) => /^Amazon_Root|^Starfield_Services/.test(name))
    .map((name) => fs.readFileSync(path.join(AMAZON, name), 'utf8')).join(''));
  const server = spawn(tool('tls_server'), [file('cert.pem'), file('key.pem'), '--dump', file('request'), '--first', file('first')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    server.stdout.once('data', (bytes) => resolve(Number(bytes)));
    server.once('exit', () => reject(new Error('tls_server does not start')));
  });
  try {
    return await body(port);
  } finally {
    server.removeAllListeners('exit');
    server.kill();
  }
}

/** The value below which the given share of them lies. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
const median = (values) => quantile(values, 0.5);
const ratio = (ours, theirs) => median(ours.map((value, i) => value / theirs[i]));

const us = (ns) => `${(ns / 1000).toFixed(1)} us`;
const ms = (ns) => `${(ns / 1e6).toFixed(1)} ms`;

/** Where a share of a processor can be had: the folder of a control group that gives one fourteenth (a function of 128 MB). */
function smallGroup() {
  const period = 20000;
  const quota = Math.round(period / 14);
  const first = '/sys/fs/cgroup/cpu';
  const folder = path.join(fs.existsSync(path.join(first, 'cpu.cfs_quota_us')) ? first : '/sys/fs/cgroup', `moonwire-bench-${process.pid}`);
  try {
    fs.mkdirSync(folder);
    if (folder.startsWith(first)) {
      fs.writeFileSync(path.join(folder, 'cpu.cfs_period_us'), String(period));
      fs.writeFileSync(path.join(folder, 'cpu.cfs_quota_us'), String(quota));
    } else {
      fs.writeFileSync(path.join(folder, 'cpu.max'), `${quota} ${period}`);
    }
    return folder;
  } catch {
    if (fs.existsSync(folder)) fs.rmdirSync(folder);
    return null;
  }
}

const parts = {
  /** Processor time of one signed message of 200 bytes over a connection that is kept, and of one of 10,000 of a broadcast. */
  async tls() {
    const count = 6000;
    const warm = 1000;
    const [ours, raw, sdk, many] = [[], [], [], []];
    let kb = 0;
    await withServer((port) => {
      for (let round = 0; round < 7; round++) {
        const env = { HOST_AND_PORT: `localhost:${port}`, COUNT: String(count), WARM: String(warm) };
        ours.push(post('series', env)[0]);
        raw.push(Number(run(tool('tls_client'), [String(port), 'localhost', file('cert.pem'), file('request'), String(count), String(warm)])));
        const [ns, peak] = post('broadcast', { ...env, COUNT: '10000' });
        many.push(ns);
        kb = Math.max(kb, peak);
        if (round < 3) sdk.push(Number(run(process.execPath, [path.join(__dirname, 'post_sdk.js'), String(port), '2000', '500'], { NODE_EXTRA_CA_CERTS: file('cert.pem') })));
      }
    });
    const times = ratio(ours, raw);
    const less = ratio(sdk, ours.slice(0, sdk.length));
    return [
      { what: 'processor time of a message over TLS', value: times, shown: `${times.toFixed(2)} times bare OpenSSL`, bar: 'at most 2.5 times', met: times <= 2.5,
        more: `bare OpenSSL ${us(median(raw))}, bootstrap ${us(median(ours))} (${us(quantile(ours, 0))} to ${us(quantile(ours, 1))})` },
      { what: 'the same, next to the SDK for Node.js', value: less, shown: `${less.toFixed(1)} times less`, bar: 'at least 20 times less', met: less >= 20, more: `the SDK ${us(median(sdk))}` },
      { what: 'the same in a broadcast to 10,000', value: ratio(many, raw), shown: `${ratio(many, raw).toFixed(2)} times bare OpenSSL`, more: `${us(median(many))} a message, 32 at once, handshakes included` },
      { what: 'most memory of that process', value: kb, shown: `${(kb / 1024).toFixed(1)} MB`, bar: 'at most 16 MB', met: kb <= 16 * 1024 },
    ];
  },

  /** exec to the first byte of TLS, and to the first byte of the first message, with a fourteenth of a processor. */
  async 'tls-start'() {
    const group = smallGroup();
    const before = (report) => [tool('limited'), group ? path.join(group, 'cgroup.procs') : '-', file(report)];
    const [hello, request] = [[[], []], [[], []]];
    const note = (which, report) => {
      const from = Number(read(report));
      const [first, whole] = read('first').split('\n').pop().split(' ').map(Number);
      hello[which].push(first - from);
      request[which].push(whole - from);
    };
    try {
      await withServer(async (port) => {
        post('series', { HOST_AND_PORT: `localhost:${port}`, COUNT: '1', WARM: '0' }); // its request is what the other one sends
        for (let round = 0; round < 11; round++) {
          post('series', { HOST_AND_PORT: `localhost:${port}`, COUNT: '1', WARM: '0' }, before('exec'));
          note(0, 'exec');
          const [limited, ...args] = before('exec');
          run(limited, [...args, tool('tls_client'), String(port), 'localhost', file('roots.pem'), file('request'), '1', '1']);
          note(1, 'exec');
        }
      });
    } finally {
      if (group) fs.rmdirSync(group);
    }
    const share = group ? '1/14 of a processor' : 'a whole processor: no control group could be made';
    return [['exec to the first byte of TLS', hello], ['exec to the first message over TLS', request]].map(([what, [ours, raw]]) => {
      const times = ratio(ours, raw);
      return { what, value: times, shown: `${times.toFixed(2)} times bare OpenSSL`, bar: what.includes('message') && group ? 'at most 3 times' : undefined,
        met: what.includes('message') && group ? times <= 3 : undefined, more: `with ${share}: bare OpenSSL ${ms(median(raw))}, bootstrap ${ms(median(ours))}; the same six roots in both` };
    });
  },
};

function print(row) {
  const verdict = row.met === undefined ? '' : row.met ? 'met' : 'MISSED';
  console.log(`${row.what.padEnd(38)} ${row.shown.padEnd(38)} ${(row.bar || '').padEnd(26)} ${verdict}`);
  if (row.more) console.log(`    ${row.more}`);
}

async function main(args) {
  const json = args.includes('--json');
  const names = args.filter((arg) => arg !== '--json');
  const unknown = names.find((name) => !(name in parts));
  if (unknown) throw new Error(`no part "${unknown}"; there are: ${Object.keys(parts).join(' ')}`);
  const rows = [];
  for (const name of names.length ? names : Object.keys(parts)) {
    for (const row of await parts[name]()) {
      rows.push({ part: name, ...row });
      if (!json) print(row);
    }
  }
  if (json) console.log(JSON.stringify(rows, null, 2));
}

main(process.argv.slice(2)).finally(() => fs.rmSync(FOLDER, { recursive: true }));
