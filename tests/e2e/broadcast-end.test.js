'use strict';
// ws.broadcast: how it ends before all have the message: the deadline, its task, an iterator that raises, nobody there.

const assert = require('node:assert/strict');
const { message } = require('./helper/events');
const { scenario, resultOf, deadline } = require('./helper/sink');
const { SLOW } = require('./helper/program');

/** The first invocation loads what there is to load: deadlines count from the second on. */
async function warm(lambda) {
  await lambda.invoke({ warm: true });
  await lambda.idle();
}
const UNLESS_WARM = 'if event.warm then ws.broadcast({}, "x") return true end\n';

/* The deadline */

const MANY = SLOW > 1 ? 20000 : 100000; // more than can be sent, and not too many to be counted in what is left

scenario('it stops before the deadline: what was not tried is the rest, and continues where it stopped', {
  code: `${UNLESS_WARM}local pulled = 0
    local result = ws.broadcast(function() pulled = pulled + 1 if pulled <= ${MANY} then return "c" .. pulled .. "=" end end, "x", { except = { "c1=", "c${MANY}=" } })
    local first, left = result.rest(), context:get_remaining_time_in_millis()
    return body { result.sent, #result.gone, #result.failed, first, 1 + count(result.rest), left > 200, result.rest() == nil }`,
}, async (lambda, sink) => {
  await warm(lambda);
  const [sent, gone, failed, first, rest, intime, over] = resultOf(await lambda.invoke(message(), deadline(2500)));
  const tried = sink.tries.size;
  assert.equal(sent + gone + failed, tried);
  assert.equal(sent + gone + failed + rest, MANY - 2);
  assert.equal(first, `c${tried + 2}=`); // the first was excepted
  assert.ok(tried > 0 && intime && over);
  for (let i = 2; i < tried + 2; i++) assert.equal(sink.tries.get(`c${i}=`), 1);
});

scenario('calls that have no answer by then failed; of an array the rest follows', {
  code: `${UNLESS_WARM}local ids = {}
    for id in numbers(9) do ids[#ids + 1] = id end
    local result = ws.broadcast(ids, "x", { concurrency = 4, timeout_ms = 60000, except = "c7=" })
    local rest = {}
    for id in result.rest do rest[#rest + 1] = id end
    return body { { sent = result.sent, gone = result.gone, failed = result.failed }, rest }`,
  answer: () => 'silent',
}, async (lambda, sink) => {
  await warm(lambda);
  const [{ sent, gone, failed }, rest] = resultOf(await lambda.invoke(message(), deadline(1500)));
  assert.deepEqual([sent, gone], [0, []]);
  assert.deepEqual(failed.map(({ id, code }) => `${id} ${code}`).sort(), ['c1= timeout', 'c2= timeout', 'c3= timeout', 'c4= timeout']);
  assert.deepEqual(rest, ['c5=', 'c6=', 'c8=', 'c9=']);
  await sink.when(() => sink.open === 0);
  assert.equal(sink.dropped, 4);
});

scenario('nothing is sent when it is too late; the rest can be broadcast again', {
  code: `${UNLESS_WARM}while context:get_remaining_time_in_millis() > 500 do async.sleep(10) end
    local late = ws.broadcast({ "a", "b" }, "x")
    local again = ws.broadcast(late.rest, "x")
    return body { late.sent, #late.failed, again.sent, again.rest(), again.rest(), again.rest() == nil }`,
}, async (lambda, sink) => {
  await warm(lambda);
  assert.deepEqual(resultOf(await lambda.invoke(message(), deadline(1500))), [0, 0, 0, 'a', 'b', true]);
  assert.equal(sink.requests.length, 0);
});

scenario('a receiver has so long and no longer, pauses included', {
  code: `local result = ws.broadcast({ "a", "silent", "slow" }, "x", { timeout_ms = 1500 })
    return body(result)`,
  answer: (id, tries, response) => {
    if (id === 'silent') return 'silent';
    if (id === 'a') return 'ok';
    return response.writeHead(429, { 'x-amz-retry-after': '1200' }).end() && undefined;
  },
}, async (lambda, sink) => {
  const { sent, failed, rest } = resultOf(await lambda.invoke(message()));
  assert.deepEqual([sent, rest], [1, undefined]);
  assert.deepEqual(failed.map(({ id, code }) => `${id} ${code}`).sort(), ['silent timeout', 'slow throttled']);
  assert.ok(sink.tries.get('slow') <= 2); // 1.2 s and up to 1 s more: no time for a third
});

/* Its task */

const CANCELLED = [
  { name: 'while it waits for a place', ids: 'numbers(100)' },
  { name: 'while it waits for the last', ids: 'numbers(4)' },
  { name: 'while the iterator waits', ids: '(function() local next = numbers(4) return function() local id = next() if not id then async.sleep(3600000) end return id end end)()' },
];
for (const { name, ids } of CANCELLED) {
  const held = [];
  let go = null;
  const look = () => { if (go && held.length === 4) go.end(); };
  scenario(`it ends with its task: ${name}`, {
    code: `local first = async.race {
        function() return ws.broadcast(${ids}, "x", { concurrency = 4, timeout_ms = 3600000 }) end,
        function() http.request { url = os.getenv "SINK" .. "/go" } return "race" end,
      }
      return body { first }`,
    answer: (id, tries, response) => {
      if (id === 'go') go = response;
      else held.push(response);
      look();
    },
  }, async (lambda, sink) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), ['race']);
    await sink.when(() => sink.open === 0);
    await lambda.idle();
    assert.equal(sink.dropped, 4);
    assert.equal(sink.requests.length, 5);
  });
}

scenario('it ends with its invocation', {
  code: `async.spawn(function() ws.broadcast(numbers(100), "x", { concurrency = 4 }) end)
    http.request { url = os.getenv "SINK" .. "/go" }
    return body { "done" }`,
  answer: (() => {
    let go = null;
    let held = 0;
    return (id, tries, response) => {
      if (id === 'go') go = response;
      else held += 1;
      if (go && held === 4) go.end();
    };
  })(),
}, async (lambda, sink) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), ['done']);
  await sink.when(() => sink.open === 0);
  assert.equal(sink.dropped, 4);
  await lambda.idle();
});

const STEP = `local step = coroutine.wrap(function()
    local next = numbers(6)
    return ws.broadcast(function() coroutine.yield "between" return next() end, "x").sent
  end)\n`;

scenario('a coroutine that passes from one task to another takes it along', {
  code: `${STEP}local first = async.spawn(function() step() step() async.sleep(3600000) end)
    async.sleep(1)
    step()
    first:cancel()
    local value
    repeat value = step() until value ~= "between"
    return body { value }`,
}, async (lambda) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [6]);
});

scenario('one whose task has ended in between is over', {
  code: `${STEP}async.spawn(function() step() end):wait()
    local ok, err = pcall(step)
    return body { ok, (err:gsub("^%S*: ", "")) }`,
}, async (lambda, sink) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [false, 'ws.broadcast: it is over: the task that it belonged to has ended']);
  assert.equal(sink.requests.length, 0);
});

/* Errors */

const RAISES = `local next, given = numbers(100), 0
    local function ids() given = given + 1 if given == 5 then http.request { url = os.getenv "SINK" .. "/go" } error "no more" end return next() end\n`;
const holdFour = () => {
  let go = null;
  let held = 0;
  return (id, tries, response) => {
    if (id === 'go') go = response;
    else held += 1;
    if (go && held === 4) go.end();
  };
};

scenario('an iterator that raises ends it: what is under way is given up', {
  code: `${RAISES}ws.broadcast(ids, "x")`, answer: holdFour(),
}, async (lambda, sink) => {
  const reply = await lambda.invoke(message());
  assert.equal(reply.kind, 'error');
  assert.equal(reply.json.errorMessage, 'no more');
  assert.match(reply.json.stackTrace[0], /app\.lua:\d+/);
  await sink.when(() => sink.open === 0);
  assert.equal(sink.dropped, 4);
});

scenario('and the handler may go on', {
  code: `${RAISES}local ok, err = pcall(ws.broadcast, ids, "x")
    local answer = http.request { url = os.getenv "SINK" .. "/dropped" }
    return body { ok, (err:gsub("^.*: ", "")), answer.status }`,
  answer: (() => {
    const rule = holdFour();
    let closed = 0;
    let asked = null;
    const look = () => { if (asked && closed === 4) asked.end(); };
    return (id, tries, response) => {
      if (id === 'dropped') { asked = response; look(); } // they may have been given up already
      else rule(id, tries, response);
      if (/^c/.test(id)) response.on('close', () => { closed += 1; look(); });
    };
  })(),
}, async (lambda) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [false, 'no more', 200]); // 200 came when all four were given up
});

scenario('nobody listens: each id fails, the quota ends the retries', {
  code: `local result = ws.broadcast(numbers(500), "x")
    local codes = {}
    for _, failure in ipairs(result.failed) do codes[failure.code] = (codes[failure.code] or 0) + 1 end
    return body { result.sent, codes }`,
  env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://127.0.0.1:1' },
}, async (lambda) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [0, { network: 500 }]);
});
