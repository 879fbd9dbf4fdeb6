'use strict';
// What one invocation sees, says and sends is its own, whatever 63 others do at the same time: random programs of steps
// that wait, send, log, fail and start others, in random order, on 64 slots.
// Every text carries the number of its invocation ("#7"); so does everything that the runtime adds by itself: ids, stage,
// tenant, trace, deadline. MOONWIRE_SEED repeats a run.

const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { Lambda } = require('./helper/bootstrap');
const { message } = require('./helper/events');
const { Random } = require('./helper/random');
const { serve } = require('./helper/server');
const { SLOW, PATIENCE_MS, patiently } = require('./helper/program');

const SLOTS = 64;
const INVOCATIONS = SLOW > 1 ? 100 : 500;
const SEEDS = process.env.MOONWIRE_SEED ? [Number(process.env.MOONWIRE_SEED)] : Array.from({ length: 6 }, () => crypto.randomInt(2 ** 32));

/** The handler: runs the steps of its event, and looks after each whether the world around it is still its own. */
const HANDLER = `
local async, http, json = require "moonwire.async", require "moonwire.http", require "moonwire.json"
local log, ws = require "moonwire.log", require "moonwire.ws"
local owners = setmetatable({}, { __mode = "k" })
local run

local function check_own(me, what)
  local context, event = me.context, me.event
  local left = context:get_remaining_time_in_millis()
  local function same(name, is, want)
    if is ~= want then error(("MIXED after %s: %s is %s, not %s"):format(what, name, tostring(is), tostring(want)), 0) end
  end
  same("context", owners[context], me.n)
  same("event", owners[event], me.n)
  same("context.aws_request_id", context.aws_request_id, "request-" .. me.n)
  same("context.trace_id", context.trace_id, "Root=1-" .. me.n)
  same("context.tenant_id", context.tenant_id, me.call.tenant)
  same("context.client_context", context.client_context.custom.n, me.n)
  same("context.mine", context.mine, me.n)
  same("the trace id in the environment", os.getenv "_X_AMZN_TRACE_ID", nil)
  same("the event's connection", event.requestContext.connectionId, "c" .. me.n .. "=")
  same("the deadline", math.abs(context.deadline_ms - left - os.time() * 1000) < 5000 and context.deadline_ms, me.call.deadline)
end

local function text(me, step) return ("%s #%d."):format(step.key, me.n) end

local function sent(ok, failure)
  if not ok then error("not sent: " .. tostring(failure)) end
end

local steps = {}

function steps.sleep(_, step) async.sleep(step.ms) end

function steps.fetch(me, step)
  local url = ("%s/fetch?n=%d&ms=%d"):format(me.call.server, me.n, step.ms)
  local response = assert(http.request { url = url, headers = { ["X-N"] = me.n } })
  assert(response.body == text(me, { key = "fetched" }), response.body)
end

function steps.log(me, step) log[step.level](text(me, step), { n = me.n }) end

function steps.print(me, step) print(text(me, step)) end

function steps.reply(me, step) sent(ws.reply { n = me.n, key = step.key }) end

function steps.send(me, step) sent(ws.send(("o%d-%s="):format(me.n, step.key), { n = me.n, key = step.key })) end

function steps.client(me, step)
  local about = me.event.requestContext
  local client = ws.client { endpoint = "https://" .. about.domainName .. "/" .. about.stage }
  sent(client.send(about.connectionId, { n = me.n, key = step.key }))
end

function steps.all(me, step)
  local functions = {}
  for i, list in ipairs(step.lists) do functions[i] = function() run(me, list) return me.n + i end end
  for i, value in ipairs(assert(async.all(functions))) do assert(value == me.n + i) end
end

function steps.race(me, step)
  local first = async.race {
    function() async.sleep(600000) return "never" end,
    function() http.request { url = me.call.server .. "/silence" } return "never" end,
    function() run(me, step.list) return me.n end,
  }
  assert(first == me.n, first)
end

function steps.spawn(me, step)
  local handle = async.spawn(function() run(me, step.list) return me.n end)
  if step.wait then assert(handle:wait() == me.n) end
end

function steps.generate(me, step)
  local next_one = coroutine.wrap(function()
    for _, inner in ipairs(step.list) do run(me, { inner }) coroutine.yield(me.n) end
  end)
  for _ in ipairs(step.list) do assert(next_one() == me.n) end
end

function steps.catch(me, step)
  local ok, failure = pcall(function() run(me, step.list) error(text(me, step), 0) end)
  assert(not ok and failure == text(me, step), failure)
end

function steps.defer(me, step) me.context:defer(function() run(me, step.list) end) end

function run(me, list)
  for _, step in ipairs(list) do
    steps[step.does](me, step)
    check_own(me, step.does)
  end
end

local ends = {}

ends["return"] = function(me) return { statusCode = 200, body = { n = me.n, id = me.context.aws_request_id } } end
function ends.raise(me) error(("raised #%d."):format(me.n)) end
function ends.raise_table(me) error { type = "Odd", message = ("raised #%d."):format(me.n) } end
function ends.fail(me) return nil, ("failed #%d."):format(me.n), "odd" end

local M = {}

function M.run(event, context)
  local call = json.decode(event.body)
  local me = { n = call.n, call = call, event = event, context = context }
  for _, mine in ipairs { event, context } do
    if owners[mine] then error(("MIXED: a table of #%d. is handed to #%d."):format(owners[mine], me.n), 0) end
    owners[mine] = me.n
  end
  context.mine = me.n
  run(me, call.steps)
  return ends[call.ends](me)
end

return M
`;

/** A random program of one invocation; `must` and `may` get the keys of what it has to, or may, say and send. */
class Program {
  constructor(random, n) {
    Object.assign(this, { random, n, keys: 0, must: new Set(), may: new Set() });
    this.ends = random.pick(['return', 'return', 'return', 'raise', 'raise_table', 'fail']);
    this.way = random.pick([{}, {}, {}, { status: 410 }, { status: 413 }, { drop: 'request' }, { close: true }]);
    this.delivery = random.pick([{}, {}, {}, { chunked: [1 + random.below(40)] }, { pace: 1 + random.below(300) }]);
    if (n % 150 === 0) this.delivery = { drop: 'body' }; // one slot gives up after five in a row
    this.deferredRuns = this.ends === 'return' && !this.way.status && !this.way.drop;
    this.steps = this.list(this.must, 3);
  }

  list(into, depth) {
    return this.random.many(1, 4, () => this.step(into, depth));
  }

  step(into, depth) {
    const { random } = this;
    const simple = ['sleep', 'sleep', 'fetch', 'log', 'log', 'print', 'reply', 'send', 'client'];
    const nested = ['all', 'race', 'spawn', 'spawn', 'generate', 'catch', 'defer'];
    const does = random.pick(depth > 0 ? [...simple, ...nested] : simple);
    const step = { does, key: `k${++this.keys}` };
    switch (does) {
      case 'sleep': case 'fetch': return { ...step, ms: random.below(12) };
      case 'all': return { ...step, lists: random.many(1, 3, () => this.list(into, depth - 1)) };
      case 'race': case 'generate': case 'catch': return { ...step, list: this.list(into, depth - 1) };
      case 'spawn': {
        const wait = random.chance(0.6);
        return { ...step, wait, list: this.list(wait ? into : this.may, depth - 1) };
      }
      case 'defer': return { ...step, list: this.list(this.deferredRuns && into === this.must ? this.must : this.may, 0) };
      default:
        into.add(step.key);
        return { ...step, level: random.pick(['debug', 'info', 'warn', 'error']) };
    }
  }
}

/** Plays the web and API Gateway: answers after a random while, keeps what was sent. */
function world(random) {
  return serve((request, response) => {
    if (request.url === '/silence') return;
    const [, n, ms] = /^\/fetch\?n=(\d+)&ms=(\d+)$/.exec(request.url) || [];
    const body = n === request.headers['x-n'] && n ? `fetched #${n}.` : '';
    setTimeout(() => response.end(body), ms ? Number(ms) : random.below(8));
  });
}

/** Every message that went out went from the right stage, to the right connection. Returns [[n, key], ...]. */
function messages(requests) {
  return requests.filter(({ url }) => url.includes('@connections')).map(({ url, body }) => {
    const { n, key } = JSON.parse(body);
    const targets = [`/stage-${n}/@connections/c${n}%3D`, `/stage-${n}/@connections/o${n}-${key}%3D`];
    assert.ok(targets.includes(url), `#${n} ${key} went to ${url}`);
    return [n, key];
  });
}

/** Every record has the ids of the invocation that its text names. Returns [[n, key], ...] of those that steps wrote. */
function records(lines, programs) {
  const said = [];
  for (const line of lines) {
    const record = JSON.parse(line);
    const [, n] = /^request-(\d+)$/.exec(record.requestId) || assert.fail(`a record of nobody: ${line}`);
    assert.ok(!line.includes('MIXED'), line);
    assert.equal(record.tenantId, programs[n].tenant, line);
    if ('connectionId' in record) assert.equal(record.connectionId, `c${n}=`, line);
    for (const [, other] of `${record.message} ${record.errorMessage}`.matchAll(/#(\d+)\./g)) assert.equal(other, n, line);
    const [, key] = /^(k\d+) #/.exec(record.message) || [];
    if (key) said.push([Number(n), key]);
    if (key && 'n' in record) assert.equal(record.n, Number(n), line);
  }
  return said;
}

/** What was said and sent is what the programs say: all that they must, once; nothing else but what they may. */
function account(found, programs) {
  const seen = programs.map(() => new Set());
  for (const [n, key] of found) {
    assert.ok(!seen[n].has(key), `#${n} ${key} twice`);
    assert.ok(programs[n].must.has(key) || programs[n].may.has(key), `#${n} ${key} is not of this invocation`);
    seen[n].add(key);
  }
  programs.forEach(({ n, must }) => assert.deepEqual([...must].filter((key) => !seen[n].has(key)), [], `#${n} left out`));
}

function checkReply(reply, { n, ends }) {
  assert.ok(!reply.text.includes('MIXED'), reply.text);
  assert.equal(reply.kind, ends === 'return' ? 'response' : 'error', reply.text);
  if (ends === 'return') assert.deepEqual(JSON.parse(reply.json.body), { n, id: `request-${n}` });
  else assert.equal(reply.json.errorMessage, `${ends === 'fail' ? 'failed' : 'raised'} #${n}.`);
}

/** Starts the invocation; resolves when its reply was checked. */
async function invoke(lambda, program, server, began) {
  const { n, steps, ends, way, delivery, tenant } = program;
  const deadline = began + 1000000 + n * 100000;
  const event = message(JSON.stringify({ n, steps, ends, server, tenant, deadline }), { connectionId: `c${n}=`, stage: `stage-${n}`, apiId: `api${n}`, domainName: `api${n}.example.com` });
  const headers = {
    'Lambda-Runtime-Trace-Id': `Root=1-${n}`, 'Lambda-Runtime-Deadline-Ms': String(deadline),
    'Lambda-Runtime-Aws-Tenant-Id': tenant ?? null, 'Lambda-Runtime-Client-Context': JSON.stringify({ custom: { n } }),
  };
  checkReply(await lambda.invoke(event, { id: `request-${n}`, headers, deliver: delivery, reply: way }), program);
}

async function interleave(lambda, random, server) {
  const programs = Array.from({ length: INVOCATIONS }, (_, n) => new Program(random, n));
  for (const program of programs) program.tenant = random.chance(0.5) ? `tenant-${program.n}` : undefined;
  const began = Date.now();
  const underWay = new Set();
  for (const program of programs) {
    const one = invoke(lambda, program, server.url, began).finally(() => underWay.delete(one));
    underWay.add(one);
    one.catch(() => {}); // seen below, by who waits for all or any
    if (random.chance(0.1)) await new Promise((resolve) => setTimeout(resolve, random.below(5)));
    while (underWay.size > SLOTS + random.below(SLOTS)) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  await lambda.idle();
  account([...messages(server.requests), ...records(lambda.records, programs)], programs);
}

for (const seed of SEEDS) {
  test(`${INVOCATIONS} invocations on ${SLOTS} slots, MOONWIRE_SEED=${seed}`, { timeout: 4 * PATIENCE_MS }, async () => {
    const random = new Random(seed);
    const server = await world(random);
    let lambda;
    try {
      lambda = await Lambda.start({
        files: { 'app.lua': HANDLER }, slots: SLOTS,
        env: { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'DEBUG', AWS_ENDPOINT_URL: server.url },
      });
      await patiently(interleave(lambda, random, server));
      await lambda.stop();
      lambda.check();
    } catch (error) {
      await lambda.stop().catch(() => {});
      throw Object.assign(error, { stack: `MOONWIRE_SEED=${seed}:  ${error.stack}\n--- stderr\n${lambda.stderr.slice(-4000)}` });
    } finally {
      await server.close();
    }
  });
}
