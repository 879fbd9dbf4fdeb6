'use strict';
// What bootstrap must not depend on: variables that Lambda does not promise, local time, a writable task root, a loopback
// address, open standard descriptors, many descriptors or processes, the signals that it was started with.

const test = require('node:test');
const assert = require('node:assert/strict');
const os = require('node:os');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { scenario, BUILD } = require('./helper/bootstrap');
const { descriptors } = require('./helper/leftovers');
const { INSTRUMENTED, WRAP, tools } = require('./helper/program');
const { RuntimeApi } = require('./helper/runtime-api');
const { serve } = require('./helper/server');

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** A shell command that becomes bootstrap: '"$@"' stands for it. */
const shell = (text) => ['/bin/sh', '-c', text, 'sh'];

/** Why another user cannot run the programs of this tree, or false. */
function noOtherUser() {
  if (process.getuid() !== 0) return 'only root can start it as another user';
  const [program, ...args] = [...NOBODY, 'test', '-x', path.join(BUILD, 'bootstrap')];
  return spawnSync(program, args).status === 0 ? false : 'another user cannot reach the build directory';
}

/** A scenario, or the reason why it cannot be here. */
function unless(reason, name, ...rest) {
  if (reason) test(name, { skip: reason }, () => {});
  else scenario(name, ...rest);
}

const EVENT = { text: 'Grüße', n: 1 };

async function serves(lambda) {
  for (let i = 0; i < 3; i++) {
    const reply = await lambda.invoke({ ...EVENT, i });
    assert.deepEqual(reply.json, { ...EVENT, i }, reply.text);
  }
  await lambda.idle();
}

/* Variables */

const NEEDED = ['AWS_LAMBDA_RUNTIME_API', '_HANDLER', 'LAMBDA_TASK_ROOT'];
const LAMBDAS = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME', 'LANG', 'TZ', 'PATH', 'HOME'];
const without = (names) => Object.fromEntries(names.map((name) => [name, null]));

scenario('no HOME, LANG, PATH, TZ', { code: 'return event', env: without(['HOME', 'LANG', 'PATH', 'TZ']) }, serves);

scenario('nothing but the three variables that it needs', {
  code: `local names = {}
    for line in io.open("/proc/self/environ"):read("*a"):gmatch("([^=%z]+)=[^%z]*") do names[#names + 1] = line end
    table.sort(names)
    return { names = names, name = context.function_name == nil, memory = context.memory_limit_in_mb == nil, log = context.log_group_name == nil }`,
  env: without(LAMBDAS),
}, async (lambda) => {
  const { json } = await lambda.invoke({});
  const ours = json.names.filter((name) => !(name in tools()) && !/^(GLIBCPP|VALGRIND|LD_)/.test(name));
  assert.deepEqual([ours, json.name, json.memory, json.log], [[...NEEDED].sort(), true, true, true]);
  assert.deepEqual(lambda.records, []);
});

scenario('no names of a log group and stream', {
  code: 'return { group = context.log_group_name == nil, stream = context.log_stream_name == nil }',
  env: without(['AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME']),
}, async (lambda) => {
  assert.deepEqual((await lambda.invoke({})).json, { group: true, stream: true });
  assert.deepEqual(lambda.records, []);
});

/* Time */

for (const [zone, shift] of [[':Asia/Kolkata', '+0530'], ['XYZ-13', '+1300'], [':UTC', '+0000'], [':no/such/zone', '+0000']]) {
  for (const format of ['Text', 'JSON']) {
    scenario(`TZ=${zone}: timestamps of ${format} records are in UTC`, {
      code: 'require("moonwire.log").info "now"\nreturn os.date "%z"',
      env: { TZ: zone, AWS_LAMBDA_LOG_FORMAT: format },
    }, async (lambda) => {
      const before = Date.now();
      assert.equal((await lambda.invoke({})).json, shift);
      await lambda.idle();
      const [stamp] = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/.exec(lambda.records[0]);
      assert.ok(Date.parse(stamp) >= before - 1 && Date.parse(stamp) <= Date.now() + 1, stamp);
    });
  }
}

/* Files */

unless(noOtherUser(), 'a task root that cannot be written, as a user without rights', {
  code: `local here, message = io.open((os.getenv "LAMBDA_TASK_ROOT") .. "/new", "w")
    local cwd = io.open("new", "w")
    return { here = here == nil, cwd = cwd == nil, message = message, n = event.n }`,
  before: shell(`chmod 0555 "$LAMBDA_TASK_ROOT" && chmod 0444 "$LAMBDA_TASK_ROOT"/* && exec ${NOBODY.join(' ')} "$@"`),
}, async (lambda) => {
  const { json } = await lambda.invoke({ n: 7 });
  assert.deepEqual([json.here, json.cwd, json.n], [true, true, 7], json.message);
  assert.match(fs.readFileSync(`/proc/${lambda.child.pid}/status`, 'utf8'), /^Uid:\t65534\t65534/m);
});

scenario('a working directory that is gone', {
  code: 'return event', before: shell('mkdir "$LAMBDA_TASK_ROOT/gone" && cd "$LAMBDA_TASK_ROOT/gone" && rmdir "$PWD" && exec "$@"'),
}, serves);

scenario('descriptors, when it serves: the standard ones, the loop, one connection', { code: 'return event' }, async (lambda) => {
  await serves(lambda);
  if (WRAP.length) return; // the tool has its own
  const found = descriptors(lambda.child.pid).map((name) => name.replace(/:\[\d+\]$/, '')).sort();
  assert.deepEqual(found.filter((name) => name.startsWith('/')), ['/dev/null']); // no file of the task root stays open
  assert.equal(found.filter((name) => name === 'socket').length, 3); // Node.js gives it sockets as output
});

unless(INSTRUMENTED && 'tools bring their own libraries', "libraries, when it serves: glibc's own", { code: 'return event' }, async (lambda) => {
  await serves(lambda);
  const maps = fs.readFileSync(`/proc/${lambda.child.pid}/maps`, 'utf8');
  const libraries = new Set([...maps.matchAll(/\/([^/\s]+\.so[^/\s]*)$/gm)].map(([, name]) => name));
  const foreign = [...libraries].filter((name) => !/^(ld-linux\S*|lib(c|m|dl|pthread|resolv|nss_\w+)[-.\d]*)\.so(\.\d+)?$/.test(name));
  assert.ok(libraries.size > 0);
  assert.deepEqual(foreign, []); // `make check` looks at the program itself
});

/* Addresses of the Runtime API */

/** A Runtime API that listens at `at` and is called `name`. */
const apiAt = (at, name) => ({
  async start(options) {
    const api = new RuntimeApi(options);
    await new Promise((resolve, reject) => api.server.on('error', reject).listen(0, at, resolve));
    api.host = api.address = `${name}:${api.server.address().port}`;
    return api;
  },
});
const ipv6 = fs.existsSync('/proc/net/if_inet6') && fs.readFileSync('/proc/net/if_inet6', 'utf8').includes('00000000000000000000000000000001');
for (const [at, name, reason] of [['127.8.9.10', '127.8.9.10'], ['::1', '[::1]', !ipv6 && 'no IPv6 here'], [ipv6 ? '::' : '127.0.0.1', 'localhost']]) {
  unless(reason, `the Runtime API is at ${name}`, { code: 'return event', api: apiAt(at, name) }, serves);
}

/* Standard descriptors */

const TALK = `print("to standard output " .. ("x"):rep(1000))
  io.write("more", "\\n")
  io.stderr:write("to standard error\\n")
  require("moonwire.log").error "a record"
  return event`;
for (const [name, text, closed] of [
  ['standard input is closed', 'exec "$@" <&-', [0]],
  ['standard output is closed', 'exec "$@" >&-', [1]],
  ['standard error is closed', 'exec "$@" 2>&-', [2]],
  ['all three are closed', 'exec "$@" <&- >&- 2>&-', [0, 1, 2]],
]) {
  unless(WRAP.length && 'the tool writes to them', `${name}: no other descriptor takes the place`, { code: TALK, before: shell(text) }, async (lambda) => {
    await serves(lambda);
    for (const fd of closed) {
      let found = 'nothing';
      try { found = fs.readlinkSync(`/proc/${lambda.child.pid}/fd/${fd}`); } catch { /* still closed */ }
      assert.match(found, /^(nothing|\/dev\/null)$/, `descriptor ${fd}`);
    }
  });
}

scenario('output that cannot be written: a full device', { code: TALK, before: shell('exec "$@" >/dev/full 2>/dev/full') }, serves);

scenario('output that nobody reads any more', { code: TALK, before: shell('exec "$@" | true') }, async (lambda) => {
  await lambda.invoke(EVENT); // the reader is gone by now, or soon
  await serves(lambda);
});

/* Limits */

const [MANY, DESCRIPTORS] = INSTRUMENTED ? [64, 128] : [1000, 1024];
scenario(`${DESCRIPTORS} descriptors are enough for ${MANY} slots`, { code: 'return event', slots: MANY, before: ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`] }, async (lambda) => {
  await lambda.idle();
  assert.equal(lambda.api.waiting.length, MANY);
  const replies = await Promise.all(Array.from({ length: MANY }, (_, n) => lambda.invoke({ n })));
  replies.forEach(({ json }, n) => assert.deepEqual(json, { n }));
  await lambda.idle();
});

scenario('no descriptor is left: a call fails, the invocation does not, and the next one works', {
  code: `local http, open = require "moonwire.http", {}
    if event.hold then repeat open[#open + 1] = io.open("/dev/null") until #open > 4000 or not io.open("/dev/null") end
    local response, message, code = http.request { url = event.url, timeout_ms = 5000 }
    for _, file in ipairs(open) do file:close() end
    collectgarbage()
    return { status = response and response.status, message = message, code = code, held = #open }`,
  before: ['prlimit', '--nofile=64:64'],
}, async (lambda) => {
  const server = await serve((request, response) => response.end('here'));
  try {
    const full = (await lambda.invoke({ url: server.url, hold: true })).json;
    assert.ok(full.held > 0 && full.held < 64, `${full.held} were free`);
    assert.equal(full.status, undefined);
    assert.equal(full.code, 'network', full.message);
    assert.equal((await lambda.invoke({ url: server.url })).json.status, 200);
  } finally {
    await server.close();
  }
});

unless(noOtherUser(), 'no further process or thread is allowed', {
  code: `local response = require("moonwire.http").request { url = event.url }
    return response and response.body`,
  before: shell(`chmod 0755 "$LAMBDA_TASK_ROOT" && exec prlimit --nproc=1:1 ${NOBODY.join(' ')} "$@"`),
  env: { ASAN_OPTIONS: 'detect_leaks=0' }, // looking for leaks takes a thread
}, async (lambda) => {
  const server = await serve((request, response) => response.end('here'));
  try {
    assert.equal((await lambda.invoke({ url: server.url })).json, 'here');
  } finally {
    await server.close();
  }
});

/* Signals */

const SERVE_AND_WAIT = 'require("moonwire.async").sleep(5)\nreturn event';
for (const [name, before] of [
  ['all signals ignored', ['env', '--ignore-signal']],
  ['all signals blocked', ['env', '--block-signal']],
  ['SIGPIPE at its default', ['env', '--default-signal=PIPE']],
]) {
  scenario(`started with ${name}`, { code: SERVE_AND_WAIT, before }, async (lambda) => {
    await serves(lambda);
    assert.deepEqual((await lambda.invoke(EVENT, { reply: { drop: 'upload' } })).json, EVENT);
    await serves(lambda);
  });
}

scenario('programs that a handler starts die of SIGPIPE, as they expect', { code: 'return os.execute "kill -PIPE $$"' }, async (lambda) => {
  assert.equal((await lambda.invoke({})).json, os.constants.signals.SIGPIPE);
});
