'use strict';
// `moonwire new`: what it makes is what the templates say, works at once, and nothing is lost when it makes nothing.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { withDev } = require('./helper/dev');
const program = require('./helper/program');

const TEMPLATES = path.join(program.ROOT, 'templates');
const NAME = 'my-service2';
/** The layer that this tool has decides what a service is for; arm64 when it has both, or none. */
const [ARCHITECTURE = 'arm64'] = ['arm64', 'x86_64'].filter((name) => fs.existsSync(path.join(program.ROOT, `dist/moonwire-layer-${name}.zip`)));
const HAS_LAYER = fs.existsSync(path.join(program.ROOT, `dist/moonwire-layer-${ARCHITECTURE}.zip`));
const CLIENT = Object.fromEntries(['moonwire.js', 'moonwire.d.ts'].map((name) => (
  [`web/${name}`, fs.readFileSync(path.join(program.ROOT, 'client', name), 'utf8')])));

function moonwire(args, cwd, tool = program.command('moonwire')) {
  const [name, ...before] = tool;
  const { status, stdout, stderr } = spawnSync(name, [...before, ...args], { cwd, encoding: 'utf8', timeout: program.PATIENCE_MS });
  return { status, stdout, stderr: program.withoutTools(stderr) };
}

/** { path: text } of the files below a folder. */
function files(root, below = '') {
  const entries = fs.readdirSync(path.join(root, below), { withFileTypes: true });
  return Object.assign({}, ...entries.map((entry) => {
    const name = path.join(below, entry.name);
    return entry.isDirectory() ? files(root, name) : { [name]: fs.readFileSync(path.join(root, name), 'utf8') };
  }));
}

/** Calls body(folder) with a fresh one that holds `content`. */
async function inFolder(content, body) {
  const folder = program.writeFiles(content);
  try {
    await body(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** What a user of each template does first: { args, options of dev, talk(dev, folder) }. */
const templates = {
  echo: { args: [], async talk(dev) {
    const client = await dev.connect();
    assert.deepEqual(await client.askJson('hello'), { you_said: 'hello' });
    assert.match((await client.askJson({ action: 'time' })).time, /^\d{4}-\d\d-\d\dT/);
  } },
  chat: { args: ['--template', 'chat'], async talk(dev) {
    const [ann, bob] = [await dev.connect({ path: '?name=ann' }), await dev.connect({ path: '?name=bob' })];
    assert.equal((await ann.askJson({ action: 'join', room: 'lobby' })).event, 'welcome');
    assert.equal((await bob.askJson({ action: 'join', room: 'lobby' })).here, 2);
    const told = async () => {
      const { mid, ...message } = await ann.nextJson();
      assert.match(mid, /^[0-9a-f-]{36}$/);
      return message;
    };
    assert.deepEqual(await told(), { event: 'joined', room: 'lobby', name: 'bob' });
    bob.send({ action: 'say', room: 'lobby', text: 'hello' });
    assert.deepEqual(await told(), { event: 'said', room: 'lobby', name: 'bob', text: 'hello' });
    await bob.close();
    assert.deepEqual(await told(), { event: 'left', room: 'lobby', name: 'bob' });
    assert.deepEqual(await ann.askJson({ action: 'ping' }), { event: 'pong' });
  } },
  notify: { args: ['--template=notify'], warnings: [/sqs events .* `moonwire invoke notify --event sqs` makes one/], async talk(dev, folder) {
    const port = `--control-port=${new URL(dev.controlUrl).port}`;
    const { stdout: token } = moonwire(['token', '--sub', 'ann', port], folder);
    assert.equal(await dev.handshake(), 401);
    const ann = await dev.connect({ path: `?token=${token.trim()}` });
    assert.deepEqual(await ann.nextJson(), { hello: 'ann' });
    assert.deepEqual(await ann.askJson({ action: 'ping' }), { event: 'pong' });
    const body = JSON.stringify({ user: 'ann', text: 'your order is ready' });
    const { status, stderr } = moonwire(['invoke', 'notify', '--event', 'sqs', '--body', body, port], folder);
    assert.equal(status, 0, stderr);
    const { mid, ...notice } = await ann.nextJson();
    assert.deepEqual(notice, { event: 'notice', text: 'your order is ready' });
    assert.equal(typeof mid, 'string');
  } },
};

for (const [template, { args, warnings = [], talk }] of Object.entries(templates)) {
  test(`${template}: what the template says, and it works at once`, () => inFolder({}, async (folder) => {
    const { status, stdout, stderr } = moonwire(['new', NAME, ...args], folder);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /cd my-service2\n {2}moonwire dev[^]*\n {2}moonwire doctor/);
    const home = path.join(folder, NAME);
    const made = files(home);
    const wanted = { ...files(path.join(TEMPLATES, 'common')), ...files(path.join(TEMPLATES, template)) };
    if ('web/index.html' in wanted) Object.assign(wanted, CLIENT);
    for (const [name, text] of Object.entries(wanted)) assert.equal(made[name], text.replace(/\barm64\b/g, ARCHITECTURE).replaceAll('service-name', NAME), name);
    const rest = Object.keys(made).filter((name) => !(name in wanted) && !/^\.moonwire\/|\.zip$/.test(name));
    assert.deepEqual(rest, ['.luarc.json'], 'for editors');
    assert.ok(made['.moonwire/lua/moonwire/app.lua'], 'the types');

    const specs = moonwire(['test'], home);
    assert.equal(specs.status, 0, specs.stdout + specs.stderr);
    const doctor = moonwire(['doctor'], home);
    assert.match(doctor.stdout, HAS_LAYER ? /: 0 errors, 0 warnings/ : /layer-missing[^]*: 1 error, 0 warnings/, doctor.stderr);
    assert.equal(doctor.status, HAS_LAYER ? 0 : 1);
    await withDev({ directory: home }, async (dev) => {
      await talk(dev, home);
      const said = dev.all({ type: 'warning' }).map(({ text }) => text);
      assert.equal(said.length, warnings.length, said.join('\n'));
      warnings.forEach((warning, i) => assert.match(said[i], warning));
    });
  }));
}

const refused = [
  { name: 'no name', args: [], status: 2, says: /NAME is missing/ },
  { name: 'a template that is none', args: ['x1', '--template', 'tea'], status: 2, says: /--template takes echo, chat or notify, not "tea"/ },
  ...['x', '1x', 'a_b', 'a b', '../x', 'a/b', 'a.b', '-x1', 'é1', ''].map((name) => (
    { name: `the name "${name}"`, args: ['--', name], status: 2, says: /cannot be the name of a service: letters, digits and -, at least two/ })),
  { name: 'a long name', args: ['a'.repeat(33)], status: 2, says: /too long for the name of a service: 32 characters at most/ },
  { name: 'a folder with a file', args: ['x1'], files: { 'x1/a.txt': 'kept' }, status: 1, says: /the folder x1 is not empty \(a\.txt\); nothing was changed/ },
  { name: 'a folder with a hidden file', args: ['x1'], files: { 'x1/.env': 'kept' }, status: 1, says: /not empty \(\.env\)/ },
  { name: 'a file', args: ['x1'], files: { x1: 'kept' }, status: 1, says: /the folder x1 cannot be made: / },
];

for (const { name, args, files: before = {}, status, says } of refused) {
  test(`${name} is refused, and nothing is lost`, () => inFolder(before, (folder) => {
    const result = moonwire(['new', ...args], folder);
    assert.match(result.stderr, says);
    assert.deepEqual([result.status, result.stdout], [status, '']);
    assert.deepEqual(files(folder), before);
  }));
}

test('an empty folder, and a repository without files, are good places', () => inFolder({ 'x1/.git/HEAD': 'ref: main' }, (folder) => {
  fs.mkdirSync(path.join(folder, 'x2'));
  for (const name of ['x1', 'x2']) {
    assert.equal(moonwire(['new', name], folder).status, 0);
    assert.ok(fs.existsSync(path.join(folder, name, 'serverless.yml')));
  }
  assert.equal(fs.readFileSync(path.join(folder, 'x1/.git/HEAD'), 'utf8'), 'ref: main');
}));

test('one that fails halfway leaves its place as it was', { skip: program.WRAP.length > 0 }, () => inFolder({ 'x1/.git/HEAD': 'ref: main' }, (folder) => {
  const [tool] = program.command('moonwire');
  const small = ['sh', '-c', 'ulimit -f 2; trap "" XFSZ; exec "$0" "$@"', tool]; // no file larger than 2 blocks
  for (const name of ['x1', 'x2']) {
    const { status, stdout, stderr } = moonwire(['new', name], folder, small);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^moonwire new: .*: File too large\n$/);
  }
  assert.deepEqual(files(folder), { 'x1/.git/HEAD': 'ref: main' });
  assert.deepEqual(fs.readdirSync(folder), ['x1']);
  for (const name of ['x1', 'x2']) assert.equal(moonwire(['new', name], folder).status, 0);
}));

test('the layer that came with the tool is put into the service; without one the steps say so', () => inFolder({
  'lib/moonwire/moonwire-layer-arm64.zip': 'PK of a layer\0\xff',
}, (folder) => {
  const [tool] = program.command('moonwire').slice(-1);
  fs.mkdirSync(path.join(folder, 'bin'));
  fs.copyFileSync(tool, path.join(folder, 'bin/moonwire'));
  const installed = [...program.WRAP, path.join(folder, 'bin/moonwire')];
  const layer = '/layer/moonwire-layer-arm64.zip';
  const { stdout } = moonwire(['new', 'with'], folder, installed);
  assert.ok(!/did not come/.test(stdout));
  assert.deepEqual(fs.readFileSync(`${folder}/with${layer}`), fs.readFileSync(path.join(folder, 'lib/moonwire/moonwire-layer-arm64.zip')));
  fs.rmSync(path.join(folder, 'lib'), { recursive: true });
  assert.match(moonwire(['new', 'without'], folder, installed).stdout, /moonwire-layer-arm64\.zip did not come with this tool .*\nwithout\/layer before you deploy/);
  assert.ok(!fs.existsSync(`${folder}/without${layer}`));

  fs.mkdirSync(path.join(folder, 'lib/moonwire'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'lib/moonwire/moonwire-layer-x86_64.zip'), 'PK of another one');
  const other = moonwire(['new', 'arm64-chat'], folder, installed);
  assert.match(other.stdout, /^The service is for x86_64: this tool has no layer for arm64/m);
  const made = files(path.join(folder, 'arm64-chat'));
  assert.equal(made['layer/moonwire-layer-x86_64.zip'], 'PK of another one');
  assert.match(made['serverless.yml'], /^service: arm64-chat\n[^]*architecture: x86_64\n[^]*layer-x86_64\.zip[^]*\[ x86_64 \]/m);
  assert.doesNotMatch(made['serverless.yml'], /arm64(?!-chat)/);
}));
