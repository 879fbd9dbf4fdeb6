'use strict';
// moonwire dev: whatever way files are saved, the change takes effect; and what is no change does not.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { scenario } = require('./helper/dev');
const { YAML, SAYS, APP, FILES, editor, reloads, reload, until } = require('./helper/reload');

const ways = {
  'truncate and write': (edit) => edit.write('word.lua', SAYS('two')),
  'rename over it': (edit) => { edit.write('word.lua.tmp', SAYS('two')); edit.rename('word.lua.tmp', 'word.lua'); },
  'rename it away, write it, delete the backup': (edit) => { edit.rename('word.lua', 'word.lua~'); edit.write('word.lua', SAYS('two')); edit.remove('word.lua~'); },
  'delete and create': (edit) => { edit.remove('word.lua'); edit.write('word.lua', SAYS('two')); },
  'in two writes': (edit) => { const fd = fs.openSync(edit.at('word.lua'), 'w'); fs.writeSync(fd, 'return '); fs.writeSync(fd, '"two"\n'); fs.closeSync(fd); },
  'a folder in its place': (edit) => { edit.write('word/init.lua', SAYS('two')); edit.remove('word.lua'); },
  'a new folder, and a new file that requires it': (edit) => { edit.write('deep/er/word.lua', SAYS('two')); edit.write('word.lua', 'return require "deep.er.word"'); },
  'several files': (edit) => { edit.write('a.lua', SAYS('two')); edit.write('b.lua', 'return require "a"'); edit.write('word.lua', 'return require "b"'); },
  'a symbolic link in its place': (edit) => { edit.write('real/word.lua', SAYS('two')); edit.remove('word.lua'); edit.link('real/word.lua', 'word.lua'); },
  'a hard link in its place': (edit) => { edit.write('other.txt', SAYS('two')); edit.remove('word.lua'); fs.linkSync(edit.at('other.txt'), edit.at('word.lua')); },
  'a renamed folder': (edit) => { edit.write('new/word.lua', SAYS('two')); edit.rename('new', 'lua'); edit.remove('word.lua'); },
};
for (const [name, change] of Object.entries(ways)) {
  scenario(`saving: ${name}`, { files: FILES }, async (dev) => {
    const client = await dev.connect();
    assert.deepEqual(await client.askJson('a'), { word: 'one', count: 1, body: 'a' });
    change(editor(dev));
    await until(client, 'two');
  });
}

scenario('saving: what a link points at', { files: { ...FILES, 'real/word.lua': SAYS('one') } }, async (dev) => {
  const client = await dev.connect();
  const edit = editor(dev);
  edit.remove('word.lua');
  edit.link('real/word.lua', 'word.lua');
  await reload(dev, () => edit.write('real/word.lua', SAYS('two')));
  await until(client, 'two');
});

scenario('saving: git checkout of many files, there and back', { files: FILES }, async (dev) => {
  const client = await dev.connect();
  const edit = editor(dev);
  const chain = (word) => {
    for (let i = 0; i < 50; i++) edit.write(`many/m${i}.lua`, `return { ${JSON.stringify(word)}, ${i < 49 ? `require "many.m${i + 1}"` : 'false'} }`);
    edit.write('word.lua', `local m, all = require "many.m0", {}
      while m do all[m[1]] = true m = m[2] end
      assert(not next(all, next(all)), "two versions at once")
      return (next(all))`);
  };
  edit.git('init', '-q');
  chain('old');
  edit.git('add', '.');
  edit.git('commit', '-qm', 'old');
  chain('new');
  edit.git('checkout', '-qb', 'new');
  edit.git('commit', '-qam', 'new');
  await until(client, 'new');
  for (const [branch, word] of [['main', 'old'], ['new', 'new'], ['main', 'old']]) {
    edit.git('checkout', '-q', branch);
    await until(client, word);
  }
});

scenario('saved again without a change: whoever does that wants it loaded again', { files: FILES, args: ['--max-environments', '1'] }, async (dev) => {
  const client = await dev.connect();
  assert.equal((await client.askJson('a')).count, 1);
  assert.equal((await client.askJson('a')).count, 2);
  assert.equal((await reload(dev, () => editor(dev).write('word.lua', SAYS('one')))).changed, 'word.lua');
  assert.equal((await client.askJson('a')).count, 1, 'Lua state does not survive');
});

scenario('saving: the whole folder is replaced by another one', { files: { 'service/serverless.yml': YAML, 'service/app.lua': APP, 'service/word.lua': SAYS('one') }, args: ['--config', 'service/serverless.yml'] }, async (dev) => {
  const client = await dev.connect();
  const edit = editor(dev);
  for (const [name, text] of Object.entries({ ...FILES, 'word.lua': SAYS('two') })) edit.write(`other/${name}`, text);
  edit.rename('service', 'away');
  edit.rename('other', 'service');
  await until(client, 'two');
  await dev.line({ type: 'warning', text: /the service's folder was moved or removed/ });
  edit.write('service/word.lua', SAYS('three'));
  await until(client, 'three');
});

scenario('what takes no effect: files that are no code, specs, hidden ones, node_modules', { files: { ...FILES, 'node_modules/x.lua': '' } }, async (dev) => {
  const edit = editor(dev);
  edit.write('data.json', '{}');
  edit.write('word_spec.lua', 'it("says a word", function() end)');
  edit.write('spec/word_spec.lua', '');
  edit.write('.hidden.lua', '');
  edit.write('.git/x.lua', '');
  edit.write('node_modules/x.lua', 'x');
  edit.write('node_modules/y.lua', 'x');
  const { changed } = await reload(dev, () => edit.write('word.lua', SAYS('two')));
  assert.equal(changed, 'word.lua');
  assert.equal(reloads(dev), 1);
});

scenario('names of what was changed', { files: FILES }, async (dev) => {
  const { changed, durationMs } = await reload(dev, () => { editor(dev).write('app.lua', APP); editor(dev).write('word.lua', SAYS('two')); });
  if (changed !== 'app.lua') assert.equal(changed, 'app.lua and 1 more'); // or in two steps
  assert.ok(durationMs > 0);
});
