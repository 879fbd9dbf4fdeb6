'use strict';
// moonwire dev: functions run in a private copy of the service, and nobody notices.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { Dev, withDev, scenario } = require('./helper/dev');
const { FIXTURES, WRAP, compileLibrary, writeFiles } = require('./helper/program');
const { YAML, FILES, SLOW, APP, SAYS, editor, reloads, refusals, reload } = require('./helper/reload');

const WHERE = `local ws, ffi = require "moonwire.ws", require "ffi"
ffi.cdef "char *getcwd(char *, size_t);"
local function read(path) local file = io.open(path) local text = file and file:read "*a" if file then file:close() end return text end
return { main = function(event)
  if event.requestContext.eventType == "CONNECT" then return true end
  if event.body == "fail" then error "on purpose" end
  if event.body == "trace" then return ws.reply { trace = debug.traceback "here", source = debug.getinfo(1).source } end
  if event.body == "require" then require "nowhere" end
  local root = os.getenv "LAMBDA_TASK_ROOT"
  return ws.reply { root = root, directory = ffi.string(ffi.C.getcwd(ffi.new("char[4096]"), 4096)), path = package.path,
    relative = read "page.html", absolute = read(root .. "/page.html"), deep = read(root .. "/pages/deep/x.html"),
    code = read(root .. "/app.lua") ~= nil }
end }
`;
const WITH_PAGES = { 'serverless.yml': YAML, 'app.lua': WHERE, 'page.html': 'one', 'pages/deep/x.html': 'deep' };

scenario('where a function is: LAMBDA_TASK_ROOT is a private copy, the working directory the project', { files: WITH_PAGES }, async (dev) => {
  const client = await dev.connect();
  const seen = await client.askJson('?');
  assert.equal(seen.directory, dev.directory);
  assert.notEqual(seen.root, dev.directory);
  assert.equal(fs.statSync(path.dirname(seen.root)).mode & 0o777, 0o700);
  assert.ok(seen.path.startsWith(`${seen.root}/?.lua;`));
  assert.deepEqual([seen.relative, seen.absolute, seen.deep, seen.code], ['one', 'one', 'deep', true]);
  editor(dev).write('page.html', 'two');
  assert.equal((await client.askJson('?')).absolute, 'two', 'other files are read as they are now');
  await dev.stop();
  assert.ok(!fs.existsSync(path.dirname(seen.root)), 'it is removed at the end');
});

scenario('files that come later can be read through the copy', { files: { 'serverless.yml': YAML, 'app.lua': WHERE } }, async (dev) => {
  const client = await dev.connect();
  const seen = () => client.askJson('?').then(({ absolute, deep }) => [absolute, deep]);
  assert.deepEqual(await seen(), [undefined, undefined]);
  editor(dev).write('page.html', 'new');
  editor(dev).write('pages/deep/x.html', 'new');
  while ((await seen()).join() !== 'new,new') continue; // nothing says when
  assert.equal(reloads(dev), 0);
});

const C_MODULE = 'lua_modules/lib/lua/5.1/lib/room.so';
const WITH_C = { 'serverless.yml': YAML, 'app.lua': `local ws, room = require "moonwire.ws", require "lib.room"
return { main = function(event) return event.requestContext.eventType == "CONNECT" or ws.reply(room.origin) end }` };

scenario('modules in C come from the copy, and may be compiled anew', { files: { ...WITH_C, [`${C_MODULE}.txt`]: '' } }, async (dev) => {
  const edit = editor(dev);
  const compile = () => {
    compileLibrary(path.join(FIXTURES, 'room.c'), edit.at(`${C_MODULE}.new`));
    edit.rename(`${C_MODULE}.new`, C_MODULE);
  };
  assert.equal((await reload(dev, compile)).changed, C_MODULE);
  const client = await dev.connect();
  assert.equal(await client.ask('?'), 'made in C');
  assert.equal((await reload(dev, compile)).changed, C_MODULE);
  assert.equal(await client.ask('?'), 'made in C');
});

scenario('errors name the files of the project', { files: WITH_PAGES }, async (dev) => {
  const client = await dev.connect();
  const { trace, source } = await client.askJson('trace');
  assert.match(trace, /\n\tapp\.lua:\d+: /);
  assert.equal(source, '@app.lua');
  await client.ask('fail');
  const { error } = await dev.line({ type: 'invocation', outcome: 'error' });
  assert.match(error.stackTrace.join('\n'), /^app\.lua:\d+/);
  await client.ask('require');
  const [, second] = await dev.invocations(2, { outcome: 'error' });
  assert.ok(second.error.errorMessage.includes(`no file '${dev.directory}/nowhere.lua'`), second.error.errorMessage);
  assert.ok(!dev.stdout.includes('moonwire-dev-'), 'the copy is not named');
});

scenario('--no-reload: the project itself, and nothing takes effect', { files: WITH_PAGES, args: ['--no-reload'] }, async (dev) => {
  const client = await dev.connect();
  const seen = await client.askJson('?');
  assert.equal(seen.root, dev.directory);
  editor(dev).write('app.lua', 'broken');
  assert.deepEqual(await client.askJson('?'), seen);
  assert.equal(reloads(dev) + refusals(dev), 0);
});

test('what kill -9 left behind is removed at the next start', { skip: WRAP.length > 0 && 'the tool would be killed, too' }, async () => {
  const temporary = writeFiles({});
  const env = { TMPDIR: temporary };
  const first = await Dev.start({ files: FILES, env });
  first.child.kill('SIGKILL');
  await first.exit;
  await first.stop();
  const [left, ...more] = fs.readdirSync(temporary);
  assert.deepEqual(more, []);
  fs.utimesSync(path.join(temporary, left), 1000, 1000);
  await withDev({ files: FILES, env }, async () => {
    const now = fs.readdirSync(temporary);
    assert.ok(!now.includes(left) && now.length === 1, now.join());
  });
  assert.deepEqual(fs.readdirSync(temporary), []);
  fs.rmSync(temporary, { recursive: true });
});

test('no place for the copy: one sentence', async () => {
  const dev = new Dev();
  await assert.rejects(Dev.start({ files: FILES, env: { TMPDIR: '/nowhere/at/all' } }), (error) => {
    assert.match(error.message, /moonwire dev: \/nowhere\/at\/all, where the folder of this run belongs, cannot be found: .*; TMPDIR names another place\n/);
    return true;
  });
  assert.equal(dev.child, undefined);
});

/* Where the service lies */

scenario('a handler in build/ is watched, too', { files: { 'serverless.yml': YAML.replace('app.main', 'build/app.main'), 'build/app.lua': SLOW('one') } }, async (dev) => {
  const client = await dev.connect();
  assert.equal(await client.ask('?'), 'one');
  await reload(dev, () => editor(dev).write('build/app.lua', SLOW('two')));
  assert.equal(await client.ask('?'), 'two');
});

scenario('the service is not in the working directory', { files: { 'a/b/chat.yml': YAML, 'a/b/app.lua': APP, 'a/b/word.lua': SAYS('one') }, args: ['--config', 'a/b/chat.yml'] }, async (dev) => {
  const client = await dev.connect();
  await reload(dev, () => editor(dev).write('a/b/word.lua', SAYS('two')));
  assert.equal((await client.askJson('?')).word, 'two');
});

scenario('handlers in a folder', { files: { 'serverless.yml': YAML.replace('app.main', 'handlers/app.main'), 'handlers/app.lua': SLOW('one') } }, async (dev) => {
  const client = await dev.connect();
  await reload(dev, () => editor(dev).write('handlers/app.lua', SLOW('two')));
  assert.equal(await client.ask('?'), 'two');
});
