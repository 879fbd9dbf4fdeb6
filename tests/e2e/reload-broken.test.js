'use strict';
// moonwire dev: code that cannot be loaded changes nothing, and is told of until it is mended.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/dev');
const { SAYS, APP, FILES, editor, refusals, reload, refuse } = require('./helper/reload');

const BROKEN = {
  'a syntax error': { text: 'return = 1\n', type: 'Error', message: /word\.lua:1: unexpected symbol/, place: 'word.lua:1', line: 'return = 1' },
  'an error while it loads': { text: 'local t = nil\nreturn t.x\n', type: 'Error', message: /attempt to index/, place: 'word.lua:2', line: 'return t.x' },
  'a module that is missing': { text: '\nreturn require "nowhere"\n', type: 'Error', message: /module 'nowhere' not found/, place: /^(app|word)\.lua:\d$/ },
  'a process that ends': { text: 'os.exit(3)\n', type: 'Runtime.ExitError', message: /exit status 3/ },
};
for (const [name, { text, type, message, place, line }] of Object.entries(BROKEN)) {
  scenario(`broken: ${name}; what was there before serves, in old and new environments, until it is mended`, { files: FILES }, async (dev) => {
    const client = await dev.connect();
    const refused = await refuse(dev, () => editor(dev).write('word.lua', text));
    assert.equal(refused.changed, 'word.lua');
    assert.match(refused.error.errorMessage, message);
    assert.equal(refused.error.errorType, type);
    if (typeof place === 'string') assert.deepEqual([refused.place, refused.line], [place, line]);
    else if (place) assert.match(refused.place, place);
    const others = await Promise.all(Array.from({ length: 5 }, () => dev.connect()));
    for (const answer of await Promise.all([client, ...others].map((one) => one.askJson('?')))) assert.equal(answer.word, 'one');
    const { note } = (await dev.invocations(1, { route: '$default' }))[0];
    assert.match(note, /^the code of before served this: /);
    await reload(dev, () => editor(dev).write('word.lua', SAYS('mended')));
    assert.equal((await client.askJson('?')).word, 'mended');
    const last = (await dev.invocations(7, { route: '$default' })).at(-1);
    assert.equal(last.note, undefined);
  });
}

scenario('broken at the start: it is told, and mending it is enough', { files: { ...FILES, 'word.lua': 'return =' } }, async (dev) => {
  const told = await dev.line({ type: 'load', event: 'refused' });
  assert.deepEqual([told.function, told.handler, told.place, told.line], ['app', 'app.main', 'word.lua:1', 'return =']);
  await dev.line({ type: 'environment', event: 'ended', exitStatus: 1 });
  await assert.rejects(dev.connect(), ({ status }) => status === 502);
  await reload(dev, () => editor(dev).write('word.lua', SAYS('mended')));
  assert.equal((await (await dev.connect()).askJson('?')).word, 'mended');
});

for (const [args, effect] of [[[], 'mend it and save it: it is loaded again at once'], [['--no-reload'], 'mend it: the next event loads it again']]) {
  scenario(`text: broken at the start ${args}: the place, and what to do`, { files: { ...FILES, 'word.lua': 'return =' }, text: true, args }, async (dev) => {
    await dev.when(() => dev.stdout.includes(effect));
    assert.match(dev.stdout, /^\S+ {2}the function app \(app\.main\) is not loaded: \S+: .*word\.lua:1: .*\n {10}word\.lua:1 \| return =\n/m);
    assert.doesNotMatch(dev.stdout, /ended unexpectedly|ERROR/);
  });
}

scenario('text: what is broken elsewhere is not the fault of the file that has changed', { files: { ...FILES, 'other.lua': '' }, text: true }, async (dev) => {
  editor(dev).write('word.lua', 'return =');
  await dev.when(() => dev.stdout.includes('word.lua is not loaded: '));
  editor(dev).write('other.lua', '-- mended');
  await dev.when(() => /not reloaded \(other\.lua has changed\): .*word\.lua:1: /.test(dev.stdout));
});

scenario('broken twice: each time it is said', { files: FILES }, async (dev) => {
  assert.match((await refuse(dev, () => editor(dev).write('word.lua', 'return ='))).error.errorMessage, /word\.lua:1/);
  assert.match((await refuse(dev, () => editor(dev).write('app.lua', '\nreturn ='))).error.errorMessage, /app\.lua:2/);
  await refuse(dev, () => editor(dev).write('word.lua', SAYS('two')));
  await reload(dev, () => editor(dev).write('app.lua', APP));
  assert.equal((await (await dev.connect()).askJson('?')).word, 'two');
});

scenario('a newer change takes the place of one that is still being loaded', { files: FILES }, async (dev) => {
  const client = await dev.connect();
  const edit = editor(dev);
  edit.write('word.lua', 'print "stuck" io.stdout:flush() while true do end');
  await dev.line({ type: 'log', text: 'stuck' });
  assert.equal((await client.askJson('?')).word, 'one');
  await reload(dev, () => edit.write('word.lua', SAYS('two')));
  assert.equal((await client.askJson('?')).word, 'two');
  assert.equal(refusals(dev), 0);
});

scenario('text: a line for a reload; for one that fails the place, and a word beneath each invocation', { files: FILES, text: true }, async (dev) => {
  const edit = editor(dev);
  const client = await dev.connect();
  edit.write('word.lua', SAYS('two'));
  await dev.when(() => /^\S+ {2}reloaded word\.lua in \d+ ms$/m.test(dev.stdout));
  edit.write('word.lua', 'return 1\nlocal = 2\n');
  await dev.when(() => dev.stdout.includes('what was loaded before goes on serving'));
  assert.match(dev.stdout, /^\S+ {2}word\.lua is not loaded: Error: .*word\.lua:2: .*\n {10}word\.lua:2 \| local = 2\n/m);
  await client.ask('?');
  await dev.when(() => /\$default.*ms.*\n {10}the code of before served this: .*word\.lua:2: /.test(dev.stdout));
  assert.doesNotMatch(dev.stdout, /ended unexpectedly|could not load/);
});
