'use strict';
// Metrics: lines of CloudWatch's embedded metric format on standard error, before the reply; the runtime's own counters.

const test = require('node:test');
const assert = require('node:assert/strict');
const { Lambda, scenario } = require('./helper/bootstrap');
const { connect, message, disconnect } = require('./helper/events');
const { serve } = require('./helper/server');

const M = 'local metrics = require "moonwire.metrics"\n';

/* CloudWatch User Guide, "Specification: Embedded metric format": what a line must be. */

const UNITS = new Set(['None', 'Count', 'Percent', 'Seconds', 'Microseconds', 'Milliseconds', 'Count/Second']);
for (const size of ['Bytes', 'Bits', ...['Kilo', 'Mega', 'Giga', 'Tera'].flatMap((many) => [`${many}bytes`, `${many}bits`])]) UNITS.add(size).add(`${size}/Second`);

function validate(line) {
  const root = JSON.parse(line);
  const { Timestamp, CloudWatchMetrics, ...more } = root._aws;
  assert.deepEqual(more, {});
  assert.ok(Number.isInteger(Timestamp) && Math.abs(Timestamp - Date.now()) < 24 * 3600e3, `timestamp ${Timestamp}`);
  assert.equal(CloudWatchMetrics.length, 1);
  const [{ Namespace, Dimensions, Metrics, ...other }] = CloudWatchMetrics;
  assert.deepEqual(other, {});
  assert.match(Namespace, /^[0-9A-Za-z .\-_/#:]{1,255}$/);
  for (const set of Dimensions) {
    assert.ok(set.length <= 30);
    for (const name of set) assert.ok(typeof root[name] === 'string' && root[name].length <= 1024, name);
  }
  assert.ok(Dimensions.length === 1 && Metrics.length >= 1 && Metrics.length <= 100);
  for (const { Name, Unit, ...rest } of Metrics) {
    assert.deepEqual(rest, {});
    assert.ok(UNITS.has(Unit), Unit);
    const values = [root[Name]].flat();
    assert.ok(values.length >= 1 && values.length <= 100 && values.every(Number.isFinite), Name);
  }
  assert.equal(new Set(Metrics.map(({ Name }) => Name)).size, Metrics.length);
  assert.ok(Buffer.byteLength(line) <= 240 * 1024);
  return { ...root, _aws: { ...root._aws, Timestamp: 0 } };
}

/** The lines of metrics so far, checked, with 0 as their time. */
const lines = (lambda) => lambda.records.filter((line) => line.startsWith('{"_aws"')).map(validate);

/** What a line should be. metrics: { name: [unit, value] }. */
function line({ metrics, dimensions = { FunctionName: 'chat' }, namespace = 'Moonwire', ...properties }) {
  const Metrics = Object.entries(metrics).map(([Name, [Unit]]) => ({ Name, Unit }));
  const values = Object.fromEntries(Object.entries(metrics).map(([name, [, value]]) => [name, value]));
  return {
    _aws: { Timestamp: 0, CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics }] },
    ...dimensions, ...values, ...properties,
  };
}

/** A line without the ids that depend on who fills the log's fields. */
function counters({ _aws, ...members }) {
  const [{ Namespace, Metrics }] = _aws.CloudWatchMetrics;
  return { Namespace, ...Object.fromEntries(Metrics.map(({ Name }) => [Name, members[Name]])) };
}

/* What handlers give */

const given = [
  { name: 'a count', code: 'metrics.count("Joined")', want: [{ metrics: { Joined: ['Count', 1] } }] },
  { name: 'counts are added up', code: 'metrics.count("Joined") metrics.count("Joined", 2.5) metrics.count("Left", 0)', want: [{ metrics: { Joined: ['Count', 3.5], Left: ['Count', 0] } }] },
  { name: 'values', code: 'metrics.put("Latency", 12.5, "Milliseconds") metrics.put("Latency", 8, "Milliseconds") metrics.put("Ratio", 0.5)',
    want: [{ metrics: { Latency: ['Milliseconds', [12.5, 8]], Ratio: ['None', 0.5] } }] },
  { name: 'dimensions', code: 'metrics.put("Rows", 3, "Count", { Table = "rooms", Env = "live" }) metrics.put("Rows", 4, "Count", {}) metrics.count("Rows")',
    want: [{ metrics: { Rows: ['Count', 3] }, dimensions: { Env: 'live', Table: 'rooms' } }, { metrics: { Rows: ['Count', 4] }, dimensions: {} }, { metrics: { Rows: ['Count', 1] } }] },
  { name: 'names that need escapes', code: 'metrics.count("a \\"b\\" \\\\")', want: [{ metrics: { 'a "b" \\': ['Count', 1] } }] },
  { name: '150 metrics', code: 'for i = 1, 150 do metrics.count("m" .. i, i) end',
    want: [[1, 100], [101, 150]].map(([from, to]) => ({ metrics: Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [`m${from + i}`, ['Count', from + i]])) })) },
  { name: '150 values', code: 'for i = 1, 150 do metrics.put("v", i) end',
    want: [[1, 100], [101, 150]].map(([from, to]) => ({ metrics: { v: ['None', Array.from({ length: to - from + 1 }, (_, i) => from + i)] } })) },
  { name: 'a namespace', code: 'metrics.count("Joined")', env: { MOONWIRE_METRICS: 'My Chat/live' }, want: [{ metrics: { Joined: ['Count', 1] }, namespace: 'My Chat/live' }] },
  { name: 'no name of a function', code: 'metrics.count("Joined")', env: { AWS_LAMBDA_FUNCTION_NAME: null }, want: [{ metrics: { Joined: ['Count', 1] }, dimensions: {} }] },
  { name: 'in tasks and coroutines', code: 'coroutine.wrap(function() metrics.count("n") end)() require("moonwire.async").all { function() metrics.count("n") end }', want: [{ metrics: { n: ['Count', 2] } }] },
  { name: 'in a handler that fails', code: 'metrics.count("n") error "no"', kind: 'error', want: [{ metrics: { n: ['Count', 1] } }] },
  { name: 'in a handler that returns what cannot be encoded', code: 'metrics.count("n") return print', kind: 'error', want: [{ metrics: { n: ['Count', 1] } }] },
  { name: 'in a handler that returns nil, message', code: 'metrics.count("n") return nil, "no", "gone"', kind: 'error', want: [{ metrics: { n: ['Count', 1] } }] },
  { name: 'in deferred functions', code: 'metrics.count("n") context:defer(function() metrics.count("n") metrics.count("n") end)', want: [{ metrics: { n: ['Count', 1] } }, { metrics: { n: ['Count', 2] } }] },
  { name: 'with JSON logs', code: 'metrics.count("n")', env: { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'ERROR' }, want: [{ metrics: { n: ['Count', 1] } }] },
  { name: 'none', code: 'return 1', want: [] },
];
for (const { name, code, env, kind = 'response', want } of given) {
  scenario(`metrics: ${name}`, { code: M + code, env }, async (lambda) => {
    for (const id of ['request-1', 'request-2']) { // the second one starts from nothing
      assert.equal((await lambda.invoke({}, { id })).kind, kind);
      await lambda.idle();
      assert.deepEqual(lines(lambda).filter(({ requestId }) => requestId === id), want.map((one) => line({ ...one, requestId: id })));
    }
    assert.equal(lines(lambda).length, 2 * want.length);
    assert.equal(lambda.stdout, '');
  });
}

scenario('metrics: with the tenant', { code: `${M}metrics.count("n")` }, async (lambda) => {
  await lambda.invoke({}, { id: 'r', headers: { 'Lambda-Runtime-Aws-Tenant-Id': 'blue' } });
  await lambda.idle();
  assert.deepEqual(lines(lambda), [line({ metrics: { n: ['Count', 1] }, requestId: 'r', tenantId: 'blue' })]);
});

scenario('metrics: while the handler loads', { files: { 'app.lua': `${M}metrics.count("Starts")\nreturn { run = function() return 1 end }` } }, async (lambda) => {
  await lambda.api.when(() => lambda.api.waiting.length === 1); // no event has come
  await lambda.wrote('stderr', /_aws/);
  assert.deepEqual(lines(lambda), [line({ metrics: { Starts: ['Count', 1] } })]);
});

scenario('metrics: of a handler that does not load', { files: { 'app.lua': `${M}metrics.count("Starts")\nerror "no"` } }, async (lambda) => {
  await lambda.exit;
  assert.deepEqual(lines(lambda), [line({ metrics: { Starts: ['Count', 1] } })]);
});

scenario('metrics: they are out before the platform has taken the reply', { code: `${M}metrics.count("n")\nreturn 1` }, async (lambda) => {
  let answer;
  const hold = new Promise((resolve) => { answer = resolve; });
  lambda.api.push({}, { reply: [{ hold }] }); // the platform takes its time: no deferred work, no next event
  await lambda.wrote('stderr', /_aws.*\n/);
  answer();
  await lambda.idle();
  assert.equal(lines(lambda).length, 1);
});

scenario('metrics: invocations at once do not mix', {
  slots: 8,
  code: `${M}local sleep = require("moonwire.async").sleep
    for i = 1, 5 do metrics.count("n", event.n) sleep(event.ms) metrics.put("id", event.n, "None", { Of = "n" .. event.n }) end
    if event.n % 7 == 0 then error "seventh" end`,
}, async (lambda) => {
  const ns = Array.from({ length: 100 }, (_, n) => n);
  await Promise.all(ns.map((n) => lambda.invoke({ n, ms: n % 4 }, { id: `request-${n}` })));
  await lambda.idle();
  const found = lines(lambda);
  assert.equal(found.length, 200);
  for (const n of ns) {
    const requestId = `request-${n}`;
    assert.deepEqual(found.filter((one) => one.requestId === requestId), [
      line({ metrics: { n: ['Count', 5 * n] }, requestId }),
      line({ metrics: { id: ['None', Array(5).fill(n)] }, dimensions: { Of: `n${n}` }, requestId }),
    ]);
  }
});

/* The runtime's own counters */

const ANSWERS = { ok: 200, gone: 410, slow: 429, forbidden: 403, broken: 500 };

/** A server in API Gateway's place: the id of a connection says what is answered. */
function own(name, { code, events = [message()], env = { MOONWIRE_METRICS: 'Chat' }, slots, want, check }) {
  test(`counters: ${name}`, { timeout: 120000 }, async () => {
    const gateway = await serve(({ url }, response) => {
      response.writeHead(ANSWERS[/@connections\/([a-z]+)/.exec(url)?.[1]] || 200);
      response.end('{}');
    });
    const settings = { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${gateway.url}/prod`, AWS_MAX_ATTEMPTS: '1', ...env };
    const lambda = await Lambda.start({ code: `local ws = require "moonwire.ws"\n${M}${code}`, env: settings, slots });
    try {
      if (check) await check(lambda);
      for (const event of check ? [] : events) await lambda.invoke(event);
      await lambda.idle();
      if (want) assert.deepEqual(lines(lambda).map(counters), want.map((one) => ({ Namespace: 'Chat', ...one })), lambda.stderr);
      await lambda.stop();
      lambda.check();
    } catch (error) {
      await lambda.stop().catch(() => {});
      throw Object.assign(error, { stack: `${error.stack}\n--- stderr\n${lambda.stderr.slice(-4000)}` });
    } finally {
      await gateway.close();
    }
  });
}

const OK = 'return { statusCode = 200 }';
own('kinds of events', { code: OK, events: [connect(), message(), disconnect(), {}], want: [{ Connects: 1 }, { Messages: 1 }, { Disconnects: 1 }] });
own('sent', { code: `ws.send("ok", "a") ws.send("ok", "b") ${OK}`, want: [{ Sends: 2, Messages: 1 }] });
own('gone', { code: `ws.send("gone", "a") ws.close("gone") ws.info("gone") ${OK}`, want: [{ Gone: 3, Messages: 1 }] });
own('throttled', { code: `ws.send("slow", "a") ws.send("ok", "a") ${OK}`, want: [{ Throttled: 1, Sends: 1, Messages: 1 }] });
own('other answers', { code: `ws.send("forbidden", "a") ws.send("broken", "a") ws.close("ok") ws.info("ok") ${OK}`, want: [{ Messages: 1 }] });
own('errors', { code: 'if event.body == "raise" then error "no" end return nil, "no", "gone"', events: [message('raise'), message('return'), { body: 'raise' }],
  want: [{ Messages: 1, Errors: 1 }, { Messages: 1, Errors: 1 }, { Errors: 1 }] });
own('an event that is no JSON', { code: OK, check: (lambda) => lambda.invoke(null, { body: Buffer.from('{') }), want: [{ Errors: 1 }] });
own('sent by deferred functions', { code: `context:defer(function() ws.send("ok", "a") end) ${OK}`, events: [connect()], want: [{ Connects: 1 }, { Sends: 1 }] });
own('beside what the handler gives', { code: `metrics.count("Joined") ${OK}`, want: [{ Joined: 1, Messages: 1 }] });
own('none when off', { code: `ws.send("ok", "a") ws.send("gone", "a") ${OK}`, env: {}, events: [connect(), message(), disconnect()], want: [] });
own('none when off, but what the handler gives', { code: 'metrics.count("Joined") ws.send("gone", "a") error "no"', env: { MOONWIRE_METRICS: '' },
  check: async (lambda) => {
    await lambda.invoke(message());
    await lambda.idle();
    assert.deepEqual(lines(lambda).map(counters), [{ Namespace: 'Moonwire', Joined: 1 }]);
  } });
own('a namespace that is none is warned about, once, and counts as off', { code: `metrics.count("n") ${OK}`, env: { MOONWIRE_METRICS: 'AWS/Mine' },
  check: async (lambda) => {
    for (const event of [message(), message()]) await lambda.invoke(event);
    await lambda.idle();
    assert.deepEqual(lines(lambda).map(counters), Array(2).fill({ Namespace: 'Moonwire', n: 1 }));
    assert.equal(lambda.stderr.match(/\tWARN\tMOONWIRE_METRICS is "AWS\/Mine" and counts as not set; it must name a namespace of CloudWatch: [^\n]*AWS\//g).length, 1);
  } });
own('of invocations at once', { code: `require("moonwire.async").sleep(event.ms or 0) ws.send(event.to, "a") ${OK}`, slots: 4,
  check: async (lambda) => {
    const ns = Array.from({ length: 40 }, (_, n) => n);
    await Promise.all(ns.map((n) => lambda.invoke({ ...message(), to: n % 2 ? 'ok' : 'gone', ms: n % 3 }, { id: `r${n}` })));
    await lambda.idle();
    const found = Object.fromEntries(lines(lambda).map((one) => [one.requestId, counters(one)]));
    for (const n of ns) assert.deepEqual(found[`r${n}`], { Namespace: 'Chat', [n % 2 ? 'Sends' : 'Gone']: 1, Messages: 1 });
  } });
