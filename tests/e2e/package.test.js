'use strict';
// `moonwire package`: an archive that Lambda takes; and the tool where it is installed, away from its build.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { BUILD, ROOT, WRAP, command, withoutTools, writeFiles, run, PATIENCE_MS } = require('./helper/program');
const { Dev, service, ECHO } = require('./helper/dev');
const { connect } = require('./helper/client');
const { readZip } = require('./helper/zip');

const FILES = {
  'serverless.yml': 'service: s',
  'chat.lua': 'return function() end',
  'tests/chat_spec.lua': 'it("x", function() end)',
  'lib/util.lua': 'return {}',
  'lua_modules/lib/lua/5.1/fast.so': '\x7fELF',
  'lua_modules/bin/tool': '#!/bin/sh',
  'node_modules/a/b.lua': 'return 1',
  'build/old.lua': 'return 1',
  '.git/hook.lua': 'return 1',
  '.env': 'SECRET=1',
  'pages/index.html': '<p>hello',
  'pages/de/index.html': '<p>hallo',
  'notes.txt': 'notes',
};
const CODE = ['chat.lua', 'lib/util.lua', 'lua_modules/lib/lua/5.1/fast.so'];
const NATIVE = fs.readFileSync(path.join(BUILD, 'bootstrap')).readUInt16LE(18) === 183 ? 'arm64' : 'x86_64';
const MACHINE = process.arch === 'arm64' ? 'arm64' : 'x86_64';
const FOREIGN = NATIVE === 'arm64' ? 'x86_64' : 'arm64';

/** Runs `moonwire package` in a folder with these files; resolves with what it said and the folder, which the test removes. */
function pack(t, args, files = FILES, also = () => {}) {
  const [program, ...before] = command('moonwire');
  const folder = writeFiles(files);
  t.after(() => fs.rmSync(folder, { recursive: true }));
  also(folder);
  const { status, stdout, stderr } = spawnSync(program, [...before, 'package', ...args], { cwd: folder, encoding: 'utf8', timeout: PATIENCE_MS });
  return { status, stdout, stderr: withoutTools(stderr), folder, read: (name) => fs.readFileSync(path.join(folder, name)) };
}

test('the code and bootstrap, with the modes that Lambda needs, and the same bytes each time', (t) => {
  const first = pack(t, ['--arch', NATIVE]);
  assert.equal(first.stderr, '');
  assert.equal(first.status, 0);
  assert.match(first.stdout, new RegExp(`^function\\.zip: 3 files and bootstrap for ${NATIVE}, \\d+\\.\\d MB\n$`));
  const entries = readZip(first.read('function.zip'));
  assert.deepEqual(entries.map(({ name }) => name), ['bootstrap', ...CODE]);
  assert.deepEqual(entries.map(({ mode }) => mode.toString(8)), ['100755', '100644', '100644', '100755']);
  assert.ok(entries[0].content.equals(fs.readFileSync(path.join(BUILD, 'bootstrap'))));
  for (const { name, content } of entries.slice(1)) assert.equal(content.toString('latin1'), FILES[name]);
  const second = pack(t, ['--arch', NATIVE, '-o', 'again.zip']);
  assert.ok(second.read('again.zip').equals(first.read('function.zip')));
  assert.deepEqual(fs.readdirSync(first.folder).filter((name) => /zip/.test(name)), ['function.zip']);
});

test('--include adds a file, or all in a folder', (t) => {
  const { status, stderr, read } = pack(t, ['--arch', NATIVE, '--include', './pages/', '--include', 'notes.txt', '--output=x.zip']);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const names = readZip(read('x.zip')).map(({ name }) => name);
  assert.deepEqual(names, ['bootstrap', ...[...CODE, 'notes.txt', 'pages/de/index.html', 'pages/index.html'].sort()]);
});

/** A service whose functions have these architectures; none: the provider's. */
const built = (provider, ...own) => ({ 'a.lua': '', 'serverless.yml': `service: s1\nprovider:\n  runtime: provided.al2023\n${provider ? `  architecture: ${provider}\n` : ''}functions:\n` +
  own.map((arch, i) => `  f${i + 1}:\n    handler: a.main\n${arch ? `    architecture: ${arch}\n` : ''}`).join('') });

test('the architecture is what serverless.yml says', (t) => {
  for (const files of [built(NATIVE, '', ''), built(FOREIGN, NATIVE), built(NATIVE, '', NATIVE)]) {
    const { stdout, stderr } = pack(t, [], files);
    assert.equal(stderr, '');
    assert.match(stdout, new RegExp(`bootstrap for ${NATIVE},`));
  }
  assert.match(pack(t, ['--arch', NATIVE], built('arm64', 'x86_64', '')).stdout, new RegExp(`bootstrap for ${NATIVE},`));
});

const refused = [
  { name: 'functions of two architectures', args: [], files: built('arm64', '', 'x86_64'), status: 1, says: 'f1 is for arm64 and f2 for x86_64: one archive cannot serve both; --arch says for which one it is made' },
  { name: 'an architecture of the file that Lambda has not', args: [], files: built('riscv', ''), status: 1, says: 'serverless.yml: the architecture "riscv" is none of Lambda\'s: x86_64 or arm64' },
  { name: 'an architecture that is not known here', args: [], files: built('${ssm:/x}', ''), status: 1, says: 'serverless.yml:4: the architecture of f1 is ${ssm:/x}, which is not known here; --arch says which one is meant' },
  { name: 'a serverless.yml that cannot be read', args: [], files: { 'a.lua': '', 'serverless.yml': 'functions: [' }, status: 1, says: /^serverless\.yml:\d[^]*; --arch says for which architecture the archive is made, without a look at it$/ },
  { name: 'a machine of serverless.yml that this build has no bootstrap for', args: [], files: built(FOREIGN, ''), status: 1,
    unless: fs.existsSync(path.join(ROOT, `dist/moonwire-layer-${FOREIGN}.zip`)) && '`make package` has made one',
    says: `this moonwire has no bootstrap for ${FOREIGN}; the tarballs of a release have both, \`make package\` makes them` },
  { name: 'an architecture that Lambda has not', args: ['--arch', 'riscv'], status: 2, says: '--arch takes x86_64 or arm64, not "riscv"; `moonwire package --help` lists the options' },
  { name: 'an option that is none', args: ['-x'], status: 2, says: '-x is no option; `moonwire package --help` lists the options' },
  { name: 'a folder without Lua files', args: ['--arch', NATIVE], files: { 'a.txt': '' }, status: 1, says: 'there is no Lua file below this folder' },
  { name: '--include of nothing', args: ['--arch', NATIVE, '--include', 'none'], status: 1, says: 'none: No such file or directory' },
  { name: '--include from elsewhere', args: ['--arch', NATIVE, '--include', 'lib/../../x'], status: 1,
    says: '--include lib/../../x: only what lies below this folder can be in the archive' },
  { name: 'a second bootstrap', args: ['--arch', NATIVE, '--include', './/bootstrap'], files: { 'a.lua': '', bootstrap: 'mine' }, status: 1,
    says: 'bootstrap: the archive has bootstrap already, that of moonwire; leave this one out, or give it another name' },
  { name: 'a pipe that is included', args: ['--arch', NATIVE, '--include', 'pipe'], files: { 'a.lua': '' }, also: (folder) => execFileSync('mkfifo', [path.join(folder, 'pipe')]), status: 1,
    says: '--include pipe: it is neither a plain file nor a folder that can be read' },
  { name: 'more than 250 MB, before they are read', args: ['--arch', NATIVE, '--include', 'data'], files: { 'a.lua': '', data: '' },
    also: (folder) => fs.truncateSync(path.join(folder, 'data'), 2 ** 40), status: 1, says: /^the files and bootstrap have 10485\d\d MB; Lambda takes at most 250$/ },
  { name: 'a name that is no UTF-8', args: ['--arch', NATIVE], files: { 'a.lua': '' },
    also: (folder) => fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xe9]), Buffer.from('.lua')]), ''), status: 1,
    says: 'b\ufffd.lua: a name in an archive has to be UTF-8; rename it' },
  { name: 'an output that cannot be written', args: ['--arch', NATIVE, '-o', 'no/x.zip'], status: 1, says: 'no/x.zip: No such file or directory' },
  { name: 'a machine that this build has no bootstrap for', args: ['--arch', FOREIGN], status: 1,
    unless: fs.existsSync(path.join(ROOT, `dist/moonwire-layer-${FOREIGN}.zip`)) && '`make package` has made one',
    says: `this moonwire has no bootstrap for ${FOREIGN}; the tarballs of a release have both, \`make package\` makes them` },
];

for (const { name, args, files, also, status, says, unless = false } of refused) {
  test(`refused: ${name}`, { skip: unless }, (t) => {
    const result = pack(t, args, files, also);
    if (says instanceof RegExp) assert.match(result.stderr.replace(/^moonwire package: /, '').trimEnd(), says);
    else assert.equal(result.stderr, `moonwire package: ${says}\n`);
    assert.equal(result.status, status);
    assert.deepEqual(fs.readdirSync(result.folder).filter((file) => /zip/.test(file)), []);
  });
}

test('an archive that is there stays when the new one fails', (t) => {
  const { folder, stderr } = pack(t, ['--arch', NATIVE], { ...FILES, 'function.zip/old.zip': 'the old one' }); // a folder has that name
  assert.equal(stderr, 'moonwire package: function.zip: Is a directory\n');
  assert.deepEqual(fs.readdirSync(folder).filter((name) => /zip/.test(name)), ['function.zip']);
  assert.equal(fs.readFileSync(path.join(folder, 'function.zip/old.zip'), 'utf8'), 'the old one');
});

test('a path has one spelling in the archive, and the archive of another time is not in it', (t) => {
  const said = pack(t, ['--arch', NATIVE, '--include', 'pages//index.html', '--include', './pages/./index.html', '--include', '.'], { ...FILES, 'function.zip': 'the old one' });
  assert.deepEqual([said.status, said.stderr], [0, '']);
  const names = readZip(said.read('function.zip')).map(({ name }) => name);
  assert.deepEqual(names, ['bootstrap', ...Object.keys(FILES).filter((name) => !/^(\.|node_modules|build)/.test(name)).sort()]);
});

test('links are followed, those out of the folder with a word; pipes and devices are left out', (t) => {
  const outside = writeFiles({ 'far.lua': 'return "far"', 'deep/far2.lua': 'return 2' });
  t.after(() => fs.rmSync(outside, { recursive: true }));
  const said = pack(t, ['--arch', NATIVE], { 'a.lua': '', 'lib/b.lua': 'return "b"' }, (folder) => {
    const link = (to, name) => fs.symlinkSync(to, path.join(folder, name));
    link('lib', 'near');
    link('..', 'lib/up');
    link(path.join(outside, 'far.lua'), 'far.lua');
    link(path.join(outside, 'deep'), 'deep');
    link('/dev/zero', 'zero.lua');
    link('nowhere', 'gone.lua');
    link('nowhere', 'gone.txt');
    execFileSync('mkfifo', [path.join(folder, 'pipe.lua')]);
  });
  assert.equal(said.status, 0);
  const real = fs.realpathSync(outside);
  assert.deepEqual(said.stderr.trimEnd().split('\n').sort(), [
    `deep is a link out of this folder, to ${real}/deep; the archive has what is there`,
    `far.lua is a link out of this folder, to ${real}/far.lua; the archive has what is there`,
    'gone.lua is left out: it is no plain file',
    'lib/up is left out: it is a link to a folder that it lies in',
    'near/up is left out: it is a link to a folder that it lies in',
    'pipe.lua is left out: it is no plain file',
    'zero.lua is left out: it is no plain file',
  ].map((sentence) => `moonwire package: ${sentence}`));
  assert.deepEqual(readZip(said.read('function.zip')).map(({ name }) => name), ['bootstrap', 'a.lua', 'deep/far2.lua', 'far.lua', 'lib/b.lua', 'near/b.lua']);
});

test('nothing is written into a file or through a link that is there already', (t) => {
  const said = pack(t, ['--arch', NATIVE], { 'a.lua': '', 'function.zip.new': 'mine', mine: 'mine' }, (folder) => fs.symlinkSync('mine', path.join(folder, 'function.zip')));
  assert.deepEqual([said.status, said.stderr], [0, '']);
  assert.deepEqual([said.read('function.zip.new').toString(), said.read('mine').toString()], ['mine', 'mine']);
  assert.deepEqual(readZip(said.read('function.zip')).map(({ name }) => name), ['bootstrap', 'a.lua']);
  assert.deepEqual(fs.readdirSync(said.folder).sort(), ['a.lua', 'function.zip', 'function.zip.new', 'mine']);
});

/** What tools/install-tree takes: the programs, and files of which only the places matter here. */
function ship(folder) {
  fs.mkdirSync(folder);
  for (const program of ['moonwire', 'bootstrap']) fs.copyFileSync(path.join(BUILD, program), path.join(folder, program));
  for (const name of ['NOTICES-moonwire', 'sbom.cdx.json', 'moonwire.1', 'completion.bash', 'completion.zsh']) {
    fs.writeFileSync(path.join(folder, name), name);
  }
  const libraries = execFileSync('ldd', [path.join(BUILD, 'moonwire')], { encoding: 'utf8' });
  fs.copyFileSync(libraries.match(/libwslay\.so\.1 => (\S+)/)[1], path.join(folder, 'libwslay.so.1'));
}

/** What tools/check-links.lua says of the pages below this folder. */
function brokenLinks(folder) {
  const pages = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.md')).map((name) => path.join(folder, name));
  assert.ok(pages.length > 30, pages.join());
  const { stdout, stderr } = run(['lua', path.join(ROOT, 'tools/check-links.lua'), ...pages]);
  return (stdout + stderr).split('\n').filter(Boolean);
}

// Takes the place of the program that the tests would start.
const instead = (program) => ['sh', '-c', 'shift; exec "$0" "$@"', program];

test('installed, it finds bootstrap, and uninstalling leaves nothing', { skip: WRAP.length > 0 || (NATIVE !== MACHINE && 'what is installed is for this machine') }, async () => {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-e2e-')));
  const root = path.join(folder, 'usr');
  const tree = path.join(ROOT, 'tools/install-tree');
  try {
    ship(path.join(folder, 'ship'));
    execFileSync(tree, [path.join(folder, 'ship'), root]);
    for (const file of ['moonwire/client/moonwire.js', 'moonwire/client/moonwire.d.ts', 'doc/moonwire/docs/start.md', 'doc/moonwire/docs/lua/store.md']) {
      assert.ok(fs.statSync(path.join(root, 'share', file)).size > 0, file);
    }
    assert.deepEqual(brokenLinks(path.join(root, 'share/doc/moonwire')), []);
    const dev = await Dev.start({ files: service({ routes: { $default: ECHO } }), through: instead(path.join(root, 'bin/moonwire')) });
    const client = await connect(dev.url);
    assert.equal(await client.ask('hello'), 'hello');
    await client.close();
    await dev.stop();
    fs.writeFileSync(path.join(root, 'bin/other'), '');
    execFileSync(tree, ['--remove', root]);
    const left = fs.readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.deepEqual(left.map(({ name }) => name), ['other']);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('--help says what it does', () => {
  const { stdout, status } = run(['package', '--help']);
  assert.match(stdout, /^Usage: moonwire package[^]*--arch NAME[^]*--include PATH[^]*-o, --output FILE/);
  assert.equal(status, 0);
});
