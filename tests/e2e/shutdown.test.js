'use strict';
// The end of an environment: SIGTERM and SIGINT, on_shutdown and its extension, and a Runtime API that says that it is over.
// Nothing may hang, whatever is at hand gets its end, and the status tells Lambda whether that was an accident.

const test = require('node:test');
const assert = require('node:assert/strict');
const { Lambda, scenario } = require('./helper/bootstrap');
const { SLOW, patiently } = require('./helper/program');
const { Random } = require('./helper/random');

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const SIGNALS = ['SIGTERM', 'SIGINT'];

/** app.lua with on_shutdown(fn) for each of these bodies, and run(event, context) with this one. */
function withHooks(hooks, run = 'return event', more = '') {
  const lua = [
    'local lambda, async, log = require "moonwire.lambda", require "moonwire.async", require "moonwire.log"',
    more, ...hooks.map((body) => `lambda.on_shutdown(function()\n${body}\nend)`),
    `return { run = function(event, context)\n${run}\nend }`, '',
  ];
  return { files: { 'app.lua': lua.join('\n') } };
}

/** Runs event.work: { ms = how long it waits, defer = ms of a deferred function }. */
const WORKER = {
  files: {
    'app.lua': [
      'local async = require "moonwire.async"',
      'return { run = function(event, context)',
      '  if event.defer then context:defer(function() async.sleep(event.defer) print("deferred " .. event.n) end) end',
      '  print("begun " .. event.n)',
      '  if event.spin then while true do end end',
      '  async.sleep(event.ms)',
      '  return event.n',
      'end }', '',
    ].join('\n'),
  },
};

const polling = (lambda) => lambda.api.when(() => lambda.api.waiting.length === lambda.api.slots);
const count = (text, pattern) => (text.match(pattern) || []).length;

/** The process ends by itself with this status; the log then has these records besides INFO, each a pattern. */
async function ends(lambda, status, records = []) {
  const end = await lambda.exit;
  assert.deepEqual(end, { code: status, signal: null }, lambda.stderr);
  const seen = lambda.told.filter((line) => /\t(WARN|ERROR|FATAL)\t/.test(line));
  assert.equal(seen.length, records.length, lambda.stderr);
  records.forEach((pattern) => assert.ok(seen.some((line) => pattern.test(line)), `${pattern}: ${lambda.stderr}`));
}

// ---- Signals, without hooks

for (const signal of SIGNALS) {
  for (const slots of [undefined, 8]) {
    scenario(`${signal} while ${slots || 1} polls wait`, { ...WORKER, slots }, async (lambda) => {
      assert.equal((await lambda.invoke({ n: 1, ms: 0 })).json, 1);
      await polling(lambda);
      lambda.child.kill(signal);
      await ends(lambda, 0);
    });
  }

  scenario(`${signal} before the first event`, WORKER, async (lambda) => {
    await polling(lambda);
    lambda.child.kill(signal);
    await ends(lambda, 0);
  });

  scenario(`${signal} while an invocation waits: it finishes, deferred functions too`, WORKER, async (lambda) => {
    const { reply } = lambda.api.push({ n: 1, ms: 20, defer: 10 });
    await lambda.wrote('printed', /begun 1/);
    lambda.child.kill(signal);
    assert.equal((await reply).json, 1);
    await ends(lambda, 0);
    assert.equal(lambda.printed, 'begun 1\ndeferred 1\n');
    assert.equal(lambda.api.polls, 1);
  });

  scenario(`${signal} while an invocation waits for too long: it is cut off`, WORKER, async (lambda) => {
    const invocation = lambda.api.push({ n: 1, ms: 60000 });
    await lambda.wrote('printed', /begun 1/);
    lambda.child.kill(signal);
    await ends(lambda, 0, [new RegExp(`${invocation.id}.*WARN.*the invocation was cut off`)]);
    assert.equal(invocation.state, 'delivered');
  });

  // The code that runs is not interrupted; a second signal ends it all the same.
  scenario(`${signal} twice ends a handler that spins`, WORKER, async (lambda) => {
    lambda.api.push({ n: 1, spin: true });
    await lambda.wrote('printed', /begun 1/);
    lambda.child.kill(signal);
    await sleep(300);
    lambda.child.kill(signal);
    await ends(lambda, 0);
  });

  for (const [how, code] of [['waits', 'require "moonwire.async".sleep(60000)'], ['spins', 'while true do end']]) {
    scenario(`${signal} while the handler loads and ${how}: it ends at once`, {
      files: { 'app.lua': `print "loading"\n${code}\nreturn { run = print }` },
    }, async (lambda) => {
      await lambda.wrote('printed', /loading/);
      lambda.child.kill(signal);
      await ends(lambda, 0);
      assert.equal(lambda.api.requests.length, 0);
    });
  }
}

scenario('one signal and a handler that spins: it ends all the same', WORKER, async (lambda) => {
  lambda.api.push({ n: 1, spin: true });
  await lambda.wrote('printed', /begun 1/);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0);
});

scenario('the same signal twice in a moment is one signal', WORKER, async (lambda) => {
  const { reply } = lambda.api.push({ n: 1, ms: 30 });
  await lambda.wrote('printed', /begun 1/);
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT']) lambda.child.kill(signal);
  assert.equal((await reply).json, 1);
  await ends(lambda, 0);
});

scenario('8 invocations at a signal: the short ones finish, the long ones are cut off', { ...WORKER, slots: 8 }, async (lambda) => {
  const invocations = Array.from({ length: 8 }, (_, n) => lambda.api.push({ n, ms: n < 5 ? 20 : 60000 }));
  await lambda.api.when(() => count(lambda.printed, /begun/g) === 8);
  lambda.child.kill('SIGTERM');
  const replies = await Promise.all(invocations.slice(0, 5).map(({ reply }) => reply));
  assert.deepEqual(replies.map(({ json }) => json), [0, 1, 2, 3, 4]);
  await ends(lambda, 0, invocations.slice(5).map(({ id }) => new RegExp(id)));
});

scenario('io.write without a line feed appears', {
  ...withHooks(['io.write "half a line"']),
}, async (lambda) => {
  await polling(lambda);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0);
  assert.equal(lambda.printed, 'half a line');
});

// ---- on_shutdown

for (const signal of SIGNALS) {
  scenario(`${signal} runs the functions in order, whatever one raises; they may wait`, withHooks([
    'print "one"', 'error("two is broken")', 'async.sleep(5) print "three"', 'error { type = "Four", message = "no" }', 'return nil, "lost", "gone"', 'print "five"',
  ]), async (lambda) => {
    assert.deepEqual((await lambda.invoke({ a: 1 })).json, { a: 1 });
    await polling(lambda);
    lambda.child.kill(signal);
    await ends(lambda, 0, [/ERROR\ta function given to on_shutdown failed: .*app\.lua:\d+: two is broken/, /on_shutdown failed: .*no/,
      /on_shutdown failed: lost {"code":"gone"}/]);
    assert.equal(lambda.printed, 'one\nthree\nfive\n');
    assert.match(lambda.stderr, /two is broken\rstack traceback:|two is broken\n.*stack traceback:/);
  });
}

scenario('they have 250 ms together', withHooks(['print "one"', 'async.sleep(60000)', 'print "never"']), async (lambda) => {
  await polling(lambda);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0, [/WARN\tthe functions given to on_shutdown were cut off after 250 ms/]);
  assert.equal(lambda.printed, 'one\n');
});

scenario('one that spins is stopped, and told of', withHooks(['print "one" while true do end', 'print "never"']), async (lambda) => {
  await polling(lambda);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0, [/WARN\tthe functions given to on_shutdown were (stopped at app\.lua:\d+|cut off)/]);
  assert.equal(lambda.printed, 'one\n');
});

scenario('what they leave behind is cancelled', withHooks(['async.spawn(function() async.sleep(60000) end)']), async (lambda) => {
  await polling(lambda);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0, [/WARN\t.*on_shutdown returned while 1 task still ran; cancelled/]);
});

scenario('they run beside an invocation, which gets its end', withHooks(
  ['print "hook"', 'async.sleep(10) print "hook again"'], 'print "begun" async.sleep(60) print "ready" return 1',
), async (lambda) => {
  const { reply } = lambda.api.push({});
  await lambda.wrote('printed', /begun/);
  lambda.child.kill('SIGTERM');
  assert.equal((await reply).json, 1);
  await ends(lambda, 0);
  assert.deepEqual(lambda.printed.split('\n').sort(), ['', 'begun', 'hook', 'hook again', 'ready']);
  assert.ok(lambda.printed.indexOf('hook\n') < lambda.printed.indexOf('ready'));
});

scenario('they share the variables of the handler, and belong to no invocation', withHooks(
  ['log.info("end") print(calls, pcall(require("moonwire.ws").reply, "x"))'], 'calls = calls + 1 return calls', 'calls = 0',
), async (lambda) => {
  for (let n = 1; n <= 3; n++) assert.equal((await lambda.invoke({})).json, n);
  await polling(lambda);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0);
  assert.match(lambda.printed, /^3\ttrue\tnil\tws\.reply: there is no connection/);
  assert.match(lambda.stderr, /\t-\tINFO\tend/);
});

for (const [name, code, message] of [
  ['in an invocation', 'lambda.on_shutdown(print)', /^app\.lua:4: lambda\.on_shutdown: call it while the handler's module loads/],
  ['without a function', 'lambda.on_shutdown(nil)', /^app\.lua:4: lambda\.on_shutdown: fn must be a function, got nil$/],
]) {
  scenario(`on_shutdown ${name} raises`, {
    ...withHooks([], `local ok, message = pcall(function() ${code} end) return message`),
  }, async (lambda) => {
    assert.match((await lambda.invoke({})).json, message);
  });
}

scenario('the version', withHooks([], 'return lambda.version'), async (lambda) => {
  const { json } = await lambda.invoke({});
  assert.ok(lambda.api.requests.every(({ headers }) => headers['user-agent'] === `moonwire/${json}`), json);
});

// ---- The extension

for (const prefix of ['', '/_runtime/echo/0123abcd']) {
  scenario(`the extension is registered before the first poll${prefix && ', below a path'}`, { ...withHooks(['print "end"']), prefix }, async (lambda) => {
    await lambda.api.when(() => lambda.api.extensionPolls.length === 1 && lambda.api.waiting.length === 1);
    const [register, ...others] = lambda.api.requests;
    assert.deepEqual(register.list.map(([name, value]) => `${name}: ${value}`).slice(2), [
      'lambda-extension-name: moonwire', 'content-type: application/json', 'content-length: 13',
    ]);
    assert.equal(register.body.toString(), '{"events":[]}');
    assert.deepEqual(others.map(({ method, target }) => `${method} ${target}`).sort(), [
      'GET /2018-06-01/runtime/invocation/next', 'GET /2020-01-01/extension/event/next',
    ]);
    for (let n = 0; n < 5; n++) assert.equal((await lambda.invoke(n)).json, n);
    await lambda.idle();
    assert.equal(lambda.api.connections, 2);
    assert.equal(lambda.api.extensionPolls.length, 1);
    lambda.child.kill('SIGTERM');
    await ends(lambda, 0);
    assert.equal(lambda.printed, 'end\n');
  });
}

for (const [name, code] of [
  ['nobody gives a function', 'local lambda = require "moonwire.lambda"'],
  ['the call failed', 'pcall(require("moonwire.lambda").on_shutdown, 1)'],
]) {
  scenario(`no extension when ${name}`, { files: { 'app.lua': `${code}\nreturn { run = function() return 1 end }` } }, async (lambda) => {
    assert.equal((await lambda.invoke({})).json, 1);
    assert.equal(lambda.api.registrations.length, 0);
    await lambda.idle();
    assert.equal(lambda.api.connections, 1);
  });
}

scenario('no extension when the handler cannot be loaded', {
  files: { 'app.lua': 'require("moonwire.lambda").on_shutdown(print) error "x"' },
}, async (lambda) => {
  await lambda.api.when(() => lambda.api.initErrors.length === 1);
  assert.equal((await lambda.exit).code, 1);
  assert.equal(lambda.api.registrations.length, 0);
});

scenario('no poll before the registration was answered', withHooks(['print "end"']), async (lambda) => {
  let release;
  lambda.api.registerReply.push({ hold: new Promise((resolve) => { release = resolve; }) });
  await lambda.api.when(() => lambda.api.registrations.length === 1);
  await sleep(200);
  assert.equal(lambda.api.polls, 0);
  release();
  assert.equal((await lambda.invoke(1)).json, 1);
});

const WARNING = /WARN\tthe extension for on_shutdown: /;
for (const [name, way, where = 'registerReply'] of [
  ['its registration is refused', { status: 403 }],
  ['its registration fails with 500', { status: 500 }],
  ['there are no extensions', { status: 404 }],
  ['its registration is answered with nonsense', { raw: Buffer.from('no HTTP\r\n\r\n'), hangup: true }],
  ['its registration is lost', { drop: 'request' }],
  ['the answer to its registration is lost', { drop: 'head' }],
  ['its registration is never answered', { hold: new Promise(() => {}) }],
  ['its GET is refused', { status: 403 }, 'extensionPollReply'],
  ['its GET returns', { status: 200 }, 'extensionPollReply'],
]) {
  scenario(`${name}: one warning, events are served, a signal runs the functions`, withHooks(['print "end"']), async (lambda) => {
    lambda.api[where].push(way);
    for (let n = 0; n < 3; n++) assert.equal((await lambda.invoke(n)).json, n);
    await lambda.wrote('stderr', WARNING);
    await lambda.idle();
    lambda.child.kill('SIGTERM');
    await ends(lambda, 0, [WARNING]);
    assert.equal(lambda.printed, 'end\n');
  });
}

scenario('its GET is lost, twice: it is sent again', withHooks(['print "end"']), async (lambda) => {
  lambda.api.extensionPollReply.push({ drop: 'head' }, { drop: 'request' });
  assert.equal((await lambda.invoke(1)).json, 1);
  await lambda.api.when(() => lambda.api.extensionPolls.length === 3);
  assert.equal((await lambda.invoke(2)).json, 2);
  await lambda.idle();
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0);
  assert.equal(lambda.printed, 'end\n');
});

scenario('a registration that is answered late is used', withHooks(['print "end"']), async (lambda) => {
  let release;
  lambda.api.registerReply.push({ hold: new Promise((resolve) => { release = resolve; }) });
  assert.equal((await lambda.invoke(1)).json, 1);
  release();
  await lambda.api.when(() => lambda.api.extensionPolls.length === 1);
  await polling(lambda);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0, [WARNING]);
});

scenario('a registration that closes its connection', withHooks(['print "end"']), async (lambda) => {
  lambda.api.registerReply.push({ close: true });
  await lambda.api.when(() => lambda.api.extensionPolls.length === 1);
  assert.equal((await lambda.invoke(1)).json, 1);
  await polling(lambda);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 0);
});

// ---- A Runtime API that is over

const work = (lambda, how) => how.map((more, n) => lambda.api.push({ n, ms: 200, ...more }, more.options));
const begun = (lambda, n) => lambda.api.when(() => count(lambda.printed, /begun/g) === n);

scenario('500 to one poll: the others finish, deferred functions too', { ...WORKER, slots: 8 }, async (lambda) => {
  const invocations = work(lambda, Array.from({ length: 7 }, (_, n) => (n === 3 ? { defer: 100 } : {})));
  await begun(lambda, 7);
  lambda.api.fault({ status: 500 });
  const replies = await Promise.all(invocations.map(({ reply }) => reply));
  assert.deepEqual(replies.map(({ json }) => json), [0, 1, 2, 3, 4, 5, 6]);
  await ends(lambda, 1, [/FATAL\tRuntime API answered 500/]);
  assert.match(lambda.printed, /deferred 3/);
  assert.equal(lambda.api.polls, 8);
});

scenario('500 to one reply: the others finish, polls are given up', { ...WORKER, slots: 8 }, async (lambda) => {
  const how = Array.from({ length: 6 }, (_, n) => (n === 2 ? { ms: 20, options: { reply: { status: 500 } } } : {}));
  const invocations = work(lambda, how);
  await begun(lambda, 6);
  const replies = await Promise.all(invocations.map(({ reply }) => reply));
  assert.deepEqual(replies.map(({ json }) => json), [0, 1, 2, 3, 4, 5]);
  await ends(lambda, 1, [/FATAL\tRuntime API answered 500/]);
  assert.equal(lambda.api.polls, 8);
});

scenario('500 to every reply: one FATAL, the rest is told with its invocation', { ...WORKER, slots: 4 }, async (lambda) => {
  const invocations = work(lambda, Array.from({ length: 4 }, () => ({ options: { reply: { status: 500 } } })));
  await Promise.all(invocations.map(({ reply }) => reply));
  const lost = /WARN\tthe reply was lost: Runtime API answered 500/;
  await ends(lambda, 1, [/FATAL\tRuntime API answered 500/, lost, lost, lost]);
});

scenario('a reply that cannot be posted: the others finish', { ...WORKER, slots: 8 }, async (lambda) => {
  const how = Array.from({ length: 8 }, (_, n) => (n === 5 ? { ms: 0, options: { reply: Array(20).fill({ drop: 'request' }) } } : { ms: 1500 }));
  const invocations = work(lambda, how);
  await begun(lambda, 8);
  const replies = await Promise.all(invocations.filter((_, n) => n !== 5).map(({ reply }) => reply));
  assert.deepEqual(replies.map(({ json }) => json), [0, 1, 2, 3, 4, 6, 7]);
  await ends(lambda, 1, [/FATAL\tRuntime API at .* \(after 5 attempts\)/]);
});

for (const slots of [1, 64]) {
  scenario(`the API is gone while ${slots} polls wait: one FATAL`, { ...WORKER, slots }, async (lambda) => {
    await polling(lambda);
    await lambda.api.close();
    await ends(lambda, 1, [/FATAL\tRuntime API at .* \(after 5 attempts\)/]);
  });
}

scenario('the API is gone while 16 invocations are at work: it ends', { ...WORKER, slots: 16 }, async (lambda) => {
  work(lambda, Array.from({ length: 16 }, (_, n) => ({ ms: n * 20 })));
  await begun(lambda, 16);
  await lambda.api.close();
  assert.deepEqual(await lambda.exit, { code: 1, signal: null });
  assert.equal(count(lambda.told.join('\n'), /\tFATAL\t/g), 1);
  assert.ok(count(lambda.told.join('\n'), /\tWARN\tthe reply was lost: /g) <= 15);
});

scenario('a signal while it drains', { ...withHooks(['print "end"'], 'print "begun" async.sleep(60000)'), slots: 2 }, async (lambda) => {
  lambda.api.push({});
  await lambda.wrote('printed', /begun/);
  lambda.api.fault({ status: 500 });
  await lambda.wrote('stderr', /FATAL/);
  lambda.child.kill('SIGTERM');
  await ends(lambda, 1, [/FATAL/, /the invocation was cut off/]);
  assert.equal(lambda.printed, 'begun\nend\n');
});

// ---- A storm

const ROUNDS = SLOW > 1 ? 10 : 200;

test(`${ROUNDS} signals at random moments of a storm of invocations`, async () => {
  const random = new Random(20);
  for (let round = 0; round < ROUNDS; round++) {
    const slots = [undefined, 2, 8][round % 3];
    const options = round % 2 ? WORKER : { files: withHooks(['async.sleep(1) print "end"'], 'print("begun " .. event.n) async.sleep(event.ms) return event.n').files };
    const lambda = await Lambda.start({ ...options, slots });
    try {
      await patiently((async () => {
        await polling(lambda);
        for (let n = 0; n < 100; n++) lambda.api.push({ n, ms: n % 4, defer: n % 10 ? undefined : 1 });
        await sleep(random.below(25));
        lambda.child.kill(SIGNALS[random.below(2)]);
        assert.deepEqual(await lambda.exit, { code: 0, signal: null });
      })());
      await lambda.stop();
      lambda.check();
    } catch (error) {
      await lambda.stop().catch(() => {});
      throw Object.assign(error, { message: `round ${round}: ${error.message}\n${lambda.stderr}` });
    }
  }
});
