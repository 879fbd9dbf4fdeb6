'use strict';
// moonwire dev: several invocations at once in one process (--concurrency), and processes that have nothing to do.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/dev');
const { YAML, SLOW, editor, reload } = require('./helper/reload');

const FAILED = /Internal server error/;

/** What a handler does is what the message says; module variables are those of its process. */
const HANDLER = {
  more: `local log, met = require "moonwire.log", 0
local function pid() return tostring(ffi.C.getpid()) end`,
  routes: {
    $default: `local name, number = event.body:match "^(%a+) ?(%d*)$"
if name == "meet" then
  met = met + 1
  while met < tonumber(number) do async.sleep(2) end
  print("printed for " .. event.requestContext.connectionId)
  log.info("logged", { of = event.requestContext.connectionId })
  return ws.reply { pid = pid(), concurrency = os.getenv "AWS_LAMBDA_MAX_CONCURRENCY", kind = os.getenv "AWS_LAMBDA_INITIALIZATION_TYPE" }
end
if name == "hold" then
  ws.reply(pid())
  while not io.open "go.txt" do async.sleep(5) end
  return ws.reply "done"
end
if name == "count" then met = met + 1 return ws.reply(tostring(met)) end
if name == "exit" then os.exit(3) end
if name == "fail" then error "no" end
if name == "forever" then async.sleep(600000) end
if name == "stick" then os.execute "exec sleep 100" end
return ws.reply(pid())`,
  },
};

const clients = (dev, count) => Promise.all(Array.from({ length: count }, () => dev.connect()));
const all = (list, message) => Promise.all(list.map((client) => client.ask(message)));

scenario('eight handlers that wait for each other, in one process', { ...HANDLER, args: ['--concurrency', '8'] }, async (dev) => {
  const eight = await clients(dev, 8);
  const answers = (await all(eight, 'meet 8')).map(JSON.parse);
  assert.deepEqual(answers, Array(8).fill({ ...answers[0], concurrency: '8', kind: 'lambda-managed-instances' }));
  const lines = await dev.invocations(8);
  assert.deepEqual(lines.map(({ environment, outcome }) => [environment, outcome]), Array(8).fill([1, 'result']));
  assert.equal(lines.filter(({ cold }) => cold).length, 1);
  for (const { requestId, connectionId } of lines) { // each line is known to be that of its invocation
    const of = dev.all({ type: 'log', requestId });
    assert.equal(of.length, 2, JSON.stringify(of));
    for (const { text } of of) assert.ok(JSON.parse(text).connectionId === connectionId && text.includes(connectionId), text);
  }
  // A ninth at once is one process more; what fails fails alone; a crash takes those that its process has.
  const eighth = eight.pop();
  assert.deepEqual(new Set(await all(eight, 'hold')), new Set([answers[0].pid]));
  assert.match(await eighth.ask('fail'), FAILED);
  assert.match(await eighth.ask('exit'), FAILED);
  for (const client of eight) assert.match(await client.next(), FAILED);
  assert.equal((await dev.line({ type: 'environment', event: 'ended', environment: 1 })).exitStatus, 3);
  assert.equal(dev.all({ type: 'invocation', outcome: 'crashed' }).length, 8);
  assert.notEqual(await eighth.ask('pid'), answers[0].pid);
  assert.equal((await dev.invocations(18))[17].environment, 2);
});

scenario('a process that is killed costs what it had at hand, and nothing else', { ...HANDLER, args: ['--concurrency', '2'] }, async (dev) => {
  const four = await clients(dev, 4);
  const pids = await all(four, 'hold');
  const [victim] = pids;
  assert.equal(new Set(pids).size, 2);
  process.kill(Number(victim), 'SIGKILL');
  const [killed, others] = [true, false].map((is) => four.filter((_, i) => (pids[i] === victim) === is));
  assert.deepEqual([killed.length, others.length], [2, 2]);
  for (const client of killed) assert.match(await client.next(), FAILED);
  editor(dev).write('go.txt', '');
  for (const client of others) assert.equal(await client.next(), 'done');
});

scenario('another generation takes over while a process has several at hand', { files: { 'serverless.yml': YAML, 'app.lua': SLOW('old') }, args: ['--concurrency', '4'] }, async (dev) => {
  const slow = await clients(dev, 3);
  const quick = await dev.connect();
  assert.deepEqual(await all(slow, 'slow'), Array(3).fill('begun'));
  const { environment } = (await dev.invocations(4, { route: '$connect' }))[0];
  await reload(dev, () => editor(dev).write('app.lua', SLOW('new')));
  assert.equal(await quick.ask('?'), 'new');
  assert.deepEqual(slow.map((client) => client.received.length), [0, 0, 0], 'they still wait');
  editor(dev).write('go.txt', '');
  for (const client of slow) assert.equal(await client.next(), 'old');
  assert.equal((await dev.line({ type: 'environment', event: 'ended', environment })).exitStatus, 0);
  assert.deepEqual(await all(slow, '?'), Array(3).fill('new'));
});

scenario('timeouts: of a handler that waits, and of one that nothing stops', { ...HANDLER, settings: { timeout: 1 }, args: ['--concurrency', '4'] }, async (dev) => {
  const [one, other] = await clients(dev, 2);
  const pid = await one.ask('pid');
  assert.match(await one.ask('forever'), FAILED);
  assert.match((await dev.line({ type: 'invocation', outcome: 'error' })).error.errorMessage, /^the handler had not ended .* was waiting at app\.lua:/);
  assert.equal(await one.ask('pid'), pid, 'the process goes on');
  assert.match(await one.ask('stick'), FAILED);
  assert.match((await dev.line({ type: 'invocation', outcome: 'timed_out' })).error.errorMessage, /Task timed out after 1\.00 seconds$/);
  await dev.line({ type: 'log', text: /the handler still is in execute, called at app\.lua:/ });
  await dev.line({ type: 'environment', event: 'ended' });
  assert.notEqual(await other.ask('pid'), pid);
});

scenario('Ctrl-C while a process has several at hand', { ...HANDLER, args: ['--concurrency', '4'] }, async (dev) => {
  assert.equal(new Set(await all(await clients(dev, 3), 'hold')).size, 1);
});

scenario('idle processes end; the next message starts one', { ...HANDLER, args: ['--environment-idle', '1'] }, async (dev) => {
  const three = await clients(dev, 3);
  assert.equal(new Set(await all(three, 'hold')).size, 3);
  editor(dev).write('go.txt', '');
  for (const client of three) assert.equal(await client.next(), 'done');
  const numbers = (await dev.invocations(3)).map(({ environment }) => environment);
  for (const environment of numbers) {
    assert.equal((await dev.line({ type: 'environment', event: 'ended', environment, reason: 'idle' })).exitStatus, 0);
  }
  assert.equal(await three[0].ask('count'), '1');
  assert.equal(await three[0].ask('count'), '2');
  const [first, second] = (await dev.invocations(5)).slice(3);
  assert.ok(first.environment > Math.max(...numbers));
  assert.deepEqual([first.cold, second.environment, second.cold], [true, first.environment, false]);
});

scenario('idle processes: what people see', { ...HANDLER, text: true, args: ['--environment-idle', '1', '--concurrency', '2'] }, async (dev) => {
  await (await dev.connect()).ask('meet 1');
  await dev.when(() => /\n\d\d:\d\d:\d\d {2}app#1 {2}ended after 1 s without an event\n/.test(dev.stdout));
  assert.match(dev.stdout, /\n {10}INFO {2}printed for \S+\n {10}INFO {2}logged \{"of":"\S+"\}\n/, 'records in JSON look like others');
});
