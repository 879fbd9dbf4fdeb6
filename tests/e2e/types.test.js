'use strict';
// moonwire types: the library as text for the editor of a service, and what it leaves alone.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { execFileSync, spawnSync } = require('node:child_process');
const { ROOT, PATIENCE_MS, command, run, withoutTools, writeFiles } = require('./helper/program');

const SETTINGS = '.luarc.json';
const LIBRARY = '.moonwire/lua/moonwire';

/** Runs `moonwire types` in a folder that stays. */
function types(folder, args = ['.']) {
  const [program, ...before] = command('moonwire');
  const { status, stdout, stderr } = spawnSync(program, [...before, 'types', ...args], { cwd: folder, timeout: PATIENCE_MS, encoding: 'utf8' });
  return { status, stdout, stderr: withoutTools(stderr) };
}

function inFolder(files, body) {
  const folder = writeFiles(files);
  try {
    body(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const read = (...parts) => fs.readFileSync(path.join(...parts), 'utf8');

/** The paths of all files below a folder. */
function list(folder, below = '') {
  return fs.readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const inside = path.join(below, entry.name);
    return entry.isDirectory() ? list(folder, inside) : [inside];
  }).sort();
}

test('all of the library but the commands, as it is, and nothing that git would take', () => inFolder({ 'chat.lua': 'return {}' }, (folder) => {
  const said = types(folder);
  assert.deepEqual([said.status, said.stderr], [0, '']);
  assert.match(said.stdout, /^The types of moonwire \d+\.\d+\.\d+ are in \.\/\.moonwire\/lua\.\n$/);
  const written = list(path.join(folder, LIBRARY));
  assert.deepEqual(written, list(path.join(ROOT, 'lua/moonwire')).filter((name) => !name.startsWith('cli/')));
  for (const name of written) assert.equal(read(folder, LIBRARY, name), read(ROOT, 'lua/moonwire', name), name);
  assert.equal(read(folder, '.moonwire/.gitignore'), '*\n');
  assert.deepEqual(list(folder).filter((name) => !name.startsWith('.moonwire/')), [SETTINGS, 'chat.lua']);
}));

test('the settings name the types by a path that holds on any machine', () => inFolder({}, (folder) => {
  types(folder);
  const settings = JSON.parse(read(folder, SETTINGS));
  assert.equal(settings['runtime.version'], 'LuaJIT');
  assert.ok(settings['workspace.library'].includes('.moonwire/lua'));
  assert.ok(fs.existsSync(path.join(folder, '.moonwire/lua', 'moonwire/ws.lua')), 'require "moonwire.ws" is found there');
  assert.ok(!read(folder, SETTINGS).includes(folder));
}));

test('settings of one\'s own stay, and the command says what they lack', () => {
  const own = '{ "runtime.version": "LuaJIT" }';
  inFolder({ [SETTINGS]: own }, (folder) => {
    assert.match(types(folder).stdout, /\n\.\/\.luarc\.json was there already; for the types it wants "\.moonwire\/lua" in workspace\.library\.\n$/);
    assert.equal(read(folder, SETTINGS), own);
  });
  inFolder({ '.luarc.jsonc': '{ "workspace.library": [".moonwire/lua"] } // mine' }, (folder) => {
    assert.doesNotMatch(types(folder).stdout, /already/);
    assert.ok(!fs.existsSync(path.join(folder, SETTINGS)));
  });
});

test('a second run replaces what the first one wrote, and what an older version left there', () => inFolder({}, (folder) => {
  types(folder);
  fs.writeFileSync(path.join(folder, LIBRARY, 'ws.lua'), 'return {}');
  fs.mkdirSync(path.join(folder, LIBRARY, 'old'));
  fs.writeFileSync(path.join(folder, LIBRARY, 'old/part.lua'), 'return {}');
  fs.writeFileSync(path.join(folder, SETTINGS), '{ "workspace.library": [".moonwire/lua"], "mine": true }');
  assert.equal(types(folder).status, 0);
  assert.equal(read(folder, LIBRARY, 'ws.lua'), read(ROOT, 'lua/moonwire/ws.lua'));
  assert.ok(!fs.existsSync(path.join(folder, LIBRARY, 'old')));
  assert.match(read(folder, SETTINGS), /"mine"/);
}));

test('a folder by its name', () => inFolder({ 'services/chat/chat.lua': 'return {}' }, (folder) => {
  assert.match(types(folder, ['services/chat']).stdout, /are in services\/chat\/\.moonwire\/lua\.\n$/);
  assert.ok(fs.existsSync(path.join(folder, 'services/chat', LIBRARY, 'ws.lua')));
  assert.ok(!fs.existsSync(path.join(folder, '.moonwire')));
}));

test('nothing is written through a link, and nothing deleted behind one', () => {
  for (const place of ['.moonwire', '.moonwire/lua', LIBRARY]) {
    inFolder({ 'elsewhere/ws.lua': 'mine' }, (folder) => {
      fs.mkdirSync(path.dirname(path.join(folder, place)), { recursive: true });
      fs.symlinkSync(path.join(folder, 'elsewhere'), path.join(folder, place));
      const said = types(folder);
      assert.deepEqual([said.status, said.stdout], [1, '']);
      assert.equal(said.stderr, `moonwire types: ./${place} is no folder; remove it, and moonwire makes one\n`);
      assert.deepEqual(list(path.join(folder, 'elsewhere')), ['ws.lua']);
    });
  }
  inFolder({ 'elsewhere/ws.lua': 'mine' }, (folder) => {
    types(folder);
    fs.symlinkSync(path.join(folder, 'elsewhere'), path.join(folder, LIBRARY, 'linked'));
    assert.equal(types(folder).status, 0);
    assert.ok(!fs.existsSync(path.join(folder, LIBRARY, 'linked')));
    assert.equal(read(folder, 'elsewhere/ws.lua'), 'mine');
  });
});

test('files that links stand for are replaced or left alone, and pipes are not opened', () => inFolder({ mine: 'mine' }, (folder) => {
  fs.mkdirSync(path.join(folder, '.moonwire'));
  fs.symlinkSync(path.join(folder, 'mine'), path.join(folder, '.moonwire/.gitignore'));
  fs.symlinkSync(path.join(folder, 'nowhere'), path.join(folder, SETTINGS));
  execFileSync('mkfifo', [path.join(folder, '.moonwire/lua')]);
  assert.equal(types(folder).stderr, 'moonwire types: ./.moonwire/lua is no folder; remove it, and moonwire makes one\n');
  fs.rmSync(path.join(folder, '.moonwire/lua'));
  const said = types(folder);
  assert.deepEqual([said.status, said.stderr], [0, '']);
  assert.match(said.stdout, /luarc\.json was there already/);
  assert.equal(read(folder, 'mine'), 'mine');
  assert.ok(!fs.existsSync(path.join(folder, 'nowhere')));
  assert.equal(read(folder, '.moonwire/.gitignore'), '*\n');
  assert.ok(fs.lstatSync(path.join(folder, '.moonwire/.gitignore')).isFile());
  for (const name of ['.moonwire/.gitignore', SETTINGS]) {
    fs.rmSync(path.join(folder, name));
    execFileSync('mkfifo', [path.join(folder, name)]);
  }
  assert.equal(types(folder).status, 0);
  assert.equal(read(folder, '.moonwire/.gitignore'), '*\n');
  assert.ok(fs.lstatSync(path.join(folder, SETTINGS)).isFIFO());
  assert.deepEqual(fs.readdirSync(path.join(folder, '.moonwire')).sort(), ['.gitignore', 'lua']);
}));

test('wrong calls', () => {
  assert.deepEqual(run(['types', 'nowhere']), { status: 1, signal: null, stdout: '', stderr: 'moonwire types: there is no folder nowhere\n' });
  assert.equal(run(['types', 'a', 'b']).status, 2);
  const help = run(['types', '--help']);
  assert.deepEqual([help.status, help.stdout.startsWith('Usage: moonwire types [DIR]\n')], [0, true]);
  const taken = run(['types', '.'], { files: { '.moonwire': 'a file' } });
  assert.deepEqual([taken.status, taken.stderr], [1, 'moonwire types: ./.moonwire is no folder; remove it, and moonwire makes one\n']);
});

test('the working directory has to be that of a service, unless it is said', () => inFolder({}, (folder) => {
  const said = types(folder, []);
  assert.deepEqual(said, { status: 1, stdout: '', stderr: 'moonwire types: there is no serverless.yml in this folder; `moonwire types .` writes them here all the same\n' });
  assert.deepEqual(list(folder), []);
  fs.writeFileSync(path.join(folder, 'serverless.yml'), '');
  assert.deepEqual([types(folder, []).status, types(folder).status], [0, 0]);
}));
