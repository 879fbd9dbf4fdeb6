'use strict';
// ws.broadcast: who gets the message, how often, and what the result says.

const assert = require('node:assert/strict');
const { connect, message, requestContext } = require('./helper/events');
const { scenario, resultOf, peak, KEYS } = require('./helper/sink');
const { INSTRUMENTED } = require('./helper/program');
const { verify } = require('./helper/signature');

const OWN = requestContext.connectionId;
const MB = 1024 * 1024;

/** A result without its messages, sorted. */
const plain = ({ sent, gone, failed }) => ({ sent, gone: gone.slice().sort(), failed: failed.map(({ id, code }) => `${id} ${code}`).sort() });

scenario('the message goes to each id, signed, as one text', {
  code: 'return body(ws.broadcast({ "a=", "b", "../x?" }, { hello = "all" }))',
}, async (lambda, sink) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), { sent: 3, gone: [], failed: [] });
  const urls = sink.requests.map(({ url }) => url).sort();
  assert.deepEqual(urls, ['/prod/@connections/..%2Fx%3F', '/prod/@connections/a%3D', '/prod/@connections/b']);
  for (const request of sink.requests) {
    assert.equal(request.method, 'POST');
    assert.equal(request.body.toString(), '{"hello":"all"}');
    verify(request, KEYS);
  }
});

const each = { gone: 'gone', slow: 'throttled', down: 'server' };
const rows = [
  { name: 'what became of each', ids: '{ "a", "gone", "slow", "down", "b" }', want: { sent: 2, gone: ['gone'], failed: ['down server', 'slow throttled'] },
    tries: { a: 1, gone: 1, slow: 1, down: 1, b: 1 } },
  { name: 'an id that comes twice gets it twice', ids: '{ "a", "gone", "a", "gone" }', want: { sent: 2, gone: ['gone', 'gone'], failed: [] }, tries: { a: 2, gone: 2 } },
  { name: 'all but one', ids: '{ "a", "b", "a", "c" }', how: '{ except = "a" }', want: { sent: 2, gone: [], failed: [] }, tries: { b: 1, c: 1 } },
  { name: 'all but some', ids: '{ "a", "b", "c", "gone" }', how: '{ except = { "gone", "a", "nobody" } }', want: { sent: 2, gone: [], failed: [] }, tries: { b: 1, c: 1 } },
  { name: 'all but some, from an iterator', ids: 'numbers(4)', how: '{ except = { "c2=", "c4=" } }', want: { sent: 2, gone: [], failed: [] }, tries: { 'c1=': 1, 'c3=': 1 } },
  { name: 'one at a time', ids: 'numbers(20)', how: '{ concurrency = 1 }', want: { sent: 20, gone: [], failed: [] }, most: 1 },
  { name: 'as many as asked for', ids: 'numbers(600)', how: '{ concurrency = 256 }', want: { sent: 600, gone: [], failed: [] }, most: 256 },
  { name: 'one that opens its connection is not called', event: connect, ids: `{ "a", "${OWN}" }`, want: { sent: 1, gone: [], failed: [`${OWN} connecting`] }, tries: { a: 1 } },
];
for (const { name, event = message, ids, how = 'nil', want, tries, most = 32 } of rows) {
  let open = 0;
  let seen = 0;
  const answer = (id, n, response) => {
    seen = Math.max(seen, ++open);
    response.on('close', () => { open -= 1; });
    return each[id] || 'ok';
  };
  scenario(name, { code: `return body(ws.broadcast(${ids}, "x", ${how}))`, answer, env: { AWS_MAX_ATTEMPTS: '1' } }, async (lambda, sink) => {
    const { sent, gone, failed, ...more } = resultOf(await lambda.invoke(event()));
    assert.deepEqual(plain({ sent, gone, failed }), want);
    assert.deepEqual(more, {});
    if (tries) assert.deepEqual(Object.fromEntries(sink.tries), tries);
    assert.ok(seen <= most, `${seen} at once`);
  });
}

scenario('the client of another place has it, too', {
  code: 'return body(ws.client { endpoint = os.getenv "SINK" .. "/live", region = "us-west-2" }.broadcast({ "a" }, "x"))',
}, async (lambda, sink) => {
  assert.equal(resultOf(await lambda.invoke(message())).sent, 1);
  assert.equal(sink.requests[0].url, '/live/@connections/a');
  verify(sink.requests[0], { ...KEYS, region: 'us-west-2' });
});

for (const [name, env, code] of [['no Region', { AWS_REGION: null, AWS_DEFAULT_REGION: null }, /AWS_REGION/], ['no keys', { AWS_ACCESS_KEY_ID: null }, /AWS_ACCESS_KEY_ID/],
  ['no endpoint', { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: null }, /no endpoint/]]) {
  scenario(`it cannot begin: ${name}`, {
    code: `local pulled = 0
      local result, text, code = ws.broadcast(function() pulled = pulled + 1 return "id" end, "x")
      return { result == nil, text, code, pulled }`,
    env,
  }, async (lambda) => {
    const [none, text, kind, pulled] = (await lambda.invoke({})).json;
    assert.deepEqual([none, kind, pulled], [true, 'bad_request', 0]);
    assert.match(text, code);
  });
}

scenario('in context:defer the event\'s own connection is tried until it is open', {
  code: `context:defer(function()
      local result = ws.broadcast({ "other", event.requestContext.connectionId }, "x")
      print(result.sent, #result.gone, #result.failed)
    end)
    return { statusCode = 200 }`,
  answer: (id, tries) => (id === 'other' || tries < 3 ? 'gone' : 'ok'),
}, async (lambda, sink) => {
  await lambda.invoke(connect());
  await lambda.idle();
  assert.equal(lambda.stdout, '1\t1\t0\n');
  assert.deepEqual(Object.fromEntries(sink.tries), { other: 1, [OWN]: 3 });
});

scenario('the counters of metrics count each once', {
  code: 'return body(ws.broadcast({ "a", "b", "c", "gone", "slow" }, "x"))',
  answer: (id) => each[id] || 'ok',
  env: { MOONWIRE_METRICS: 'Chat', AWS_MAX_ATTEMPTS: '1' },
}, async (lambda) => {
  await lambda.invoke(message());
  await lambda.idle();
  const [{ Sends, Gone, Throttled }] = lambda.records.filter((line) => line.startsWith('{"_aws"')).map(JSON.parse);
  assert.deepEqual({ Sends, Gone, Throttled }, { Sends: 3, Gone: 1, Throttled: 1 });
});

/* Many: 5 % are gone, 5 % are throttled once, one never answers */

const MANY = INSTRUMENTED ? 1000 : 10000;
const number = (id) => Number(/^c(\d+)=$/.exec(id)[1]);
const isGone = (id) => number(id) % 20 === 7;
const isSlow = (id) => number(id) % 20 === 3;
const SILENT = 'c100=';

scenario(`${MANY} receivers: the sums are exact, and the memory is bounded`, {
  code: `local result = ws.broadcast(numbers(${MANY}), { text = ("x"):rep(200) })
    return body { sent = result.sent, gone = result.gone, failed = result.failed, rest = result.rest ~= nil }`,
  answer: (id, tries) => (id === SILENT ? 'silent' : isGone(id) ? 'gone' : isSlow(id) && tries === 1 ? 'throttled' : 'ok'),
}, async (lambda, sink) => {
  const { sent, gone, failed, rest } = resultOf(await lambda.invoke(message()));
  assert.equal(sent, MANY - MANY / 20 - 1);
  assert.equal(new Set(gone).size, MANY / 20);
  assert.ok(gone.every(isGone));
  assert.deepEqual(failed.map(({ id, code }) => [id, code]), [[SILENT, 'timeout']]);
  assert.equal(rest, false);
  assert.equal(sink.tries.size, MANY);
  for (const [id, tries] of sink.tries) assert.equal(tries, isSlow(id) ? 2 : 1, id);
  for (const request of sink.requests) verify(request, KEYS);
  if (!INSTRUMENTED) assert.ok(peak(lambda) < 16 * MB, `${(peak(lambda) / MB).toFixed(1)} MB`);
});
