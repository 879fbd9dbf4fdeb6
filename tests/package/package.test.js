'use strict';
// What `make package` has written: the layers and the tarballs in dist/. `make test-package` runs this.

const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { WebSocket } = require('../e2e/node_modules/ws');
const { Dev, service, ECHO } = require('../e2e/helper/dev');
const { connect } = require('../e2e/helper/client');
const { readZip } = require('../e2e/helper/zip');
const { ROOT } = require('../e2e/helper/program');

const DIST = path.join(ROOT, 'dist');
const LAYER_MAX = 2.5e6; // bytes
const MACHINES = { x86_64: 62, arm64: 183 }; // e_machine
const ARCH = process.arch === 'arm64' ? 'arm64' : 'x86_64';
const VERSION = fs.readFileSync(path.join(ROOT, 'runtime/base/version.h'), 'utf8').match(/MOONWIRE_VERSION "(.*)"/)[1];
const EPOCH = (1 << 21) | (1 << 16); // 1980-01-01 in a zip

const layerOf = (arch) => fs.readFileSync(path.join(DIST, `moonwire-layer-${arch}.zip`));
const made = Object.keys(MACHINES).filter((arch) => fs.existsSync(path.join(DIST, `moonwire-layer-${arch}.zip`)));
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-package-')));
test.after(() => fs.rmSync(folder, { recursive: true }));

test('both layers are there', () => assert.deepEqual(made, Object.keys(MACHINES)));

for (const arch of made) {
  test(`the layer for ${arch}: bootstrap that may be executed, the notices, at most 2.5 MB`, () => {
    const bytes = layerOf(arch);
    const [bootstrap, notices, ...rest] = readZip(bytes);
    assert.deepEqual([bootstrap.name, notices.name, rest.length], ['bootstrap', 'share/doc/moonwire/THIRD-PARTY-NOTICES', 0]);
    assert.deepEqual([bootstrap.mode.toString(8), notices.mode.toString(8)], ['100755', '100644']);
    assert.deepEqual([bootstrap.date >>> 16, notices.date >>> 16], [EPOCH >>> 16, EPOCH >>> 16]);
    assert.equal(bootstrap.content.readUInt16LE(18), MACHINES[arch]);
    assert.ok(bootstrap.content.includes(`moonwire/${VERSION}`), 'by which doctor knows how old it is');
    assert.ok(bytes.length <= LAYER_MAX, `${bytes.length} bytes`);
    for (const name of ['LuaJIT', 'cJSON', 'curl', 'OpenSSL']) assert.ok(notices.content.includes(name), name);
  });

  test(`the layer for ${arch} is made once more, and is the same`, () => {
    const ship = path.join(ROOT, arch === ARCH ? 'build/ship' : `build/${arch}/ship`);
    const again = path.join(folder, `${arch}.zip`);
    execFileSync(path.join(ROOT, 'tools/make-layer'), [`${ship}/bootstrap`, `${ship}/NOTICES-bootstrap`, again]);
    assert.equal(sha256(fs.readFileSync(again)), sha256(layerOf(arch)));
  });

  test(`symbols, libraries and hardening of the programs for ${arch}`, () => {
    const build = arch === ARCH ? 'build' : `build/${arch}`;
    const env = { ...process.env, CROSS: arch === ARCH ? '' : 'aarch64-linux-gnu-' };
    for (const program of ['bootstrap', 'moonwire']) {
      const { status, stdout } = spawnSync('tools/check', ['--program', `${build}/${program}`], { cwd: ROOT, env, encoding: 'utf8' });
      assert.equal(status, 0, stdout);
    }
  });
}

/** The tool of the tarball for this machine, unpacked: the path of its folder. */
function unpack() {
  const name = `moonwire-${VERSION}-linux-${ARCH}`;
  if (!fs.existsSync(path.join(folder, name))) execFileSync('tar', ['xzf', path.join(DIST, `${name}.tar.gz`), '-C', folder]);
  return path.join(folder, name);
}

// No compiler, no Node.js, nothing: what a command needs has to come with it.
const env = { PATH: '/nowhere' };
const through = ['/bin/sh', '-c', 'shift; exec "$0" "$@"'];

for (const template of ['echo', 'chat', 'notify']) {
  test(`a new user makes a service (${template}), tries it, looks for mistakes and packs it, with the tarball alone`, async () => {
    const tool = path.join(unpack(), 'bin/moonwire');
    const place = fs.mkdtempSync(path.join(folder, 'user-'));
    const moonwire = (cwd, ...args) => {
      const { status, stdout, stderr } = spawnSync(tool, args, { cwd, env: { PATH: path.dirname(tool), HOME: place }, encoding: 'utf8' });
      assert.equal(status, 0, stdout + stderr);
      return stdout;
    };
    assert.doesNotMatch(moonwire(place, 'new', 'mine', '--template', template), /did not come/);
    const home = path.join(place, 'mine');
    assert.match(moonwire(home, 'test'), /^[1-9]\d* passed, 0 failed/m);
    assert.match(moonwire(home, 'doctor'), /: 0 errors, 0 warnings/);
    assert.doesNotMatch(moonwire(home, 'doctor'), /layer-missing/);
    moonwire(home, 'package', '--arch', 'arm64');
    const [bootstrap, ...code] = readZip(fs.readFileSync(path.join(home, 'function.zip'))).map(({ name }) => name);
    assert.equal(bootstrap, 'bootstrap');
    assert.ok(code.length > 0 && code.every((name) => /^handlers\/\w+\.lua$/.test(name)), code.join());
    const dev = await Dev.start({ directory: home, through: [...through, tool], env });
    await dev.stop();
  });
}

test('its client talks to its service', async () => {
  const tree = unpack();
  const tool = path.join(tree, 'bin/moonwire');
  execFileSync(tool, ['new', 'talk', '--template', 'chat'], { cwd: folder });
  const dev = await Dev.start({ directory: path.join(folder, 'talk'), through: [...through, tool], env });
  const { connect: stay } = await import(path.join(tree, 'share/moonwire/client/moonwire.js'));
  const socket = stay(`${dev.url}?name=ann`, { WebSocket, hello: { action: 'join', room: 'lobby' }, ready: ({ event }) => event === 'welcome' });
  const said = new Promise((resolve) => socket.on('message', ({ data }) => data.event === 'said' && resolve(data.text)));
  socket.send({ action: 'say', room: 'lobby', text: 'hello' });
  assert.equal(await said, 'hello');
  socket.close();
  await dev.stop();
});

test('README.md at the top has the archive by its name, and the links of all pages lead somewhere', () => {
  const tree = unpack();
  const readme = fs.readFileSync(path.join(tree, 'README.md'), 'utf8');
  assert.ok(readme.includes(`tar xzf ${path.basename(tree)}.tar.gz`));
  const pages = fs.readdirSync(tree, { recursive: true }).filter((name) => name.endsWith('.md'));
  assert.ok(pages.length > 30, pages.join());
  const { stdout, stderr } = spawnSync(path.join(tree, 'bin/moonwire'), ['lua', path.join(ROOT, 'tools/check-links.lua'), ...pages], { cwd: tree, encoding: 'utf8' });
  assert.equal(stdout + stderr, '');
  for (const [, name] of readme.matchAll(/^\| (`(?:bin|lib|share)[^|]*)/gm)) {
    for (const [, place] of name.matchAll(/`([^`]+)`/g)) assert.ok(fs.existsSync(path.join(tree, place)), place);
  }
});

test('the tool of the tarball serves a service without anything else', async () => {
  const tool = path.join(unpack(), 'bin/moonwire');
  const dev = await Dev.start({ files: service({ routes: { $default: ECHO } }), through: [...through, tool], env });
  const client = await connect(dev.url);
  assert.equal(await client.ask('hello'), 'hello');
  await client.close();
  await dev.stop();
});

test('it needs the C library and what it has with it', () => {
  const tree = unpack();
  const needed = execFileSync('ldd', [path.join(tree, 'bin/moonwire')], { encoding: 'utf8' });
  const others = needed.split('\n').filter((line) => line && !/linux-vdso|ld-linux|lib(c|m|dl|pthread)\.so/.test(line));
  assert.equal(others.length, 1, others.join('\n'));
  assert.ok(fs.realpathSync(others[0].match(/=> (\S+)/)[1]).startsWith(tree), others[0]);
});

for (const arch of made) {
  test(`moonwire package takes bootstrap for ${arch} from the layer`, () => {
    const tool = path.join(unpack(), 'bin/moonwire');
    const place = fs.mkdtempSync(path.join(folder, 'service-'));
    fs.writeFileSync(path.join(place, 'echo.lua'), 'return {}');
    execFileSync(tool, ['package', '--arch', arch], { cwd: place });
    const [bootstrap, code, ...rest] = readZip(fs.readFileSync(path.join(place, 'function.zip')));
    const [ofLayer] = readZip(layerOf(arch));
    assert.deepEqual([bootstrap.name, bootstrap.mode, code.name, rest.length], ['bootstrap', ofLayer.mode, 'echo.lua', 0]);
    assert.equal(sha256(bootstrap.content), sha256(ofLayer.content));
    execFileSync('unzip', ['-tq', 'function.zip'], { cwd: place });
  });
}

test('the SBOM and --version name the same libraries', () => {
  const tree = unpack();
  const sbom = JSON.parse(fs.readFileSync(path.join(tree, 'share/doc/moonwire/sbom.cdx.json'), 'utf8'));
  assert.deepEqual([sbom.bomFormat, sbom.specVersion], ['CycloneDX', '1.5']);
  const listed = sbom.components.filter(({ purl }) => purl).map(({ name, version }) => `${name} ${version}`);
  const said = execFileSync(path.join(tree, 'bin/moonwire'), ['--version'], { encoding: 'utf8' }).split('\n');
  assert.equal(said[0], `moonwire ${VERSION}`);
  assert.deepEqual(said.slice(2).filter(Boolean).map((line) => line.trim().replace(/ +/, ' ')), listed);
  const refs = new Set(sbom.components.map((component) => component['bom-ref']));
  for (const { dependsOn } of sbom.dependencies) for (const ref of dependsOn) assert.ok(refs.has(ref), ref);
});

test('the manual page has every command and option', () => {
  const tree = unpack();
  const tool = path.join(tree, 'bin/moonwire');
  const page = fs.readFileSync(path.join(tree, 'share/man/man1/moonwire.1'), 'utf8').replace(/\\-/g, '-');
  const commands = [...execFileSync(tool, ['--help'], { encoding: 'utf8' }).matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
  assert.ok(commands.includes('dev') && commands.includes('package'));
  for (const name of commands) {
    assert.ok(page.includes(`.SH "moonwire ${name}"`), name);
    for (const [option] of execFileSync(tool, [name, '--help'], { encoding: 'utf8' }).matchAll(/--[a-z-]+/g)) assert.ok(page.includes(option), option);
  }
});

test('bash completes commands and options', () => {
  const file = path.join(unpack(), 'share/bash-completion/completions/moonwire');
  const complete = (...words) => execFileSync('bash', ['-c',
    `source '${file}'; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _moonwire; printf '%s\\n' "\${COMPREPLY[@]}"`, '-', ...words],
  { encoding: 'utf8' }).split('\n').filter(Boolean);
  assert.deepEqual(complete('moonwire', 'pack'), ['package']);
  assert.deepEqual(complete('moonwire', 'package', '--a'), ['--arch']);
  assert.deepEqual(complete('moonwire', 'package', '--arch', ''), ['x86_64', 'arm64']);
  assert.deepEqual(complete('moonwire', 'new', 'mine', '--template', 'c'), ['chat']);
  assert.deepEqual(complete('moonwire', 'ctl', 'no'), ['no-disconnect']);
  assert.deepEqual(complete('moonwire', 'ctl', '--js'), ['--json']);
});
