'use strict';
// moonwire dev: changed code takes over while clients stay connected and invocations are under way.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/dev');
const { YAML, SAYS, FILES, SLOW, editor, refusals, reload } = require('./helper/reload');

scenario('an invocation under way ends on the code that it began with', { files: { 'serverless.yml': YAML, 'app.lua': SLOW('old') } }, async (dev) => {
  const [slow, quick] = [await dev.connect(), await dev.connect()];
  assert.equal(await slow.ask('slow'), 'begun');
  const edit = editor(dev);
  await reload(dev, () => edit.write('app.lua', SLOW('new')));
  assert.equal(await quick.ask('?'), 'new');
  assert.equal(slow.received.length, 0, 'it still waits');
  edit.write('go.txt', '');
  assert.equal(await slow.next(), 'old');
  assert.equal(await slow.ask('?'), 'new');
  const { environment } = (await dev.invocations(2, { route: '$connect' }))[0];
  await dev.line({ type: 'environment', event: 'ended', environment, exitStatus: 0 });
});

scenario('what waits is served by the new code', { files: { 'serverless.yml': YAML, 'app.lua': SLOW('old') }, args: ['--max-environments', '1'] }, async (dev) => {
  const [slow, other] = [await dev.connect(), await dev.connect()];
  assert.equal(await slow.ask('slow'), 'begun');
  other.send('?');
  await reload(dev, () => editor(dev).write('app.lua', SLOW('new')));
  assert.equal(await other.next(), 'new');
  editor(dev).write('go.txt', '');
  assert.equal(await slow.next(), 'old');
});

scenario('a process that is killed while another generation takes over costs its invocation only', { files: { 'serverless.yml': YAML, 'app.lua': SLOW('old') } }, async (dev) => {
  const client = await dev.connect();
  const pid = Number(await client.ask('pid'));
  await reload(dev, () => editor(dev).write('app.lua', SLOW('new')));
  process.kill(pid, 'SIGKILL');
  assert.match(await client.next(), /Internal server error/);
  assert.equal(await client.ask('?'), 'new');
  assert.equal((await dev.line({ type: 'invocation', outcome: 'crashed' })).route, '$default');
});

scenario('100 reloads while 50 sockets echo: no message is lost', { files: FILES, patience: 240000 }, async (dev) => {
  const clients = await Promise.all(Array.from({ length: 50 }, () => dev.connect()));
  let over = false;
  const words = new Set();
  const echoes = clients.map(async (client, number) => {
    let sent = 0;
    while (!over) {
      const body = `${number}.${sent++}`;
      const answer = await client.askJson(body);
      assert.equal(answer.body, body);
      words.add(answer.word);
    }
    return sent;
  });
  for (let i = 0; i < 100; i++) await reload(dev, () => editor(dev).write('word.lua', SAYS(`word ${i}`)));
  over = true;
  const counts = await Promise.all(echoes);
  assert.ok(counts.every((sent) => sent > 0));
  for (const client of clients) {
    assert.equal((await client.askJson('last')).word, 'word 99');
    assert.equal(client.end, undefined);
  }
  assert.equal(refusals(dev), 0);
  assert.deepEqual(dev.all({ type: 'invocation' }).filter(({ outcome }) => outcome !== 'result'), []);
  assert.ok(words.size > 1);
});
