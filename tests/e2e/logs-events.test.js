'use strict';
// What the runtime adds to logs: the names of a WebSocket event, the init line, the event of a failed invocation.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/bootstrap');
const { connect, message, disconnect, authorizer, requestContext } = require('./helper/events');

const JSON_LOGS = { AWS_LAMBDA_LOG_FORMAT: 'JSON' };
const LOG = 'local log = require "moonwire.log"\n';
const FORMATS = [['text', {}], ['JSON', JSON_LOGS]];

/** "said {...}": the members are the object that ends the line; the message may hold JSON, too. */
function split(text) {
  for (let at = text.indexOf(' {"'); at >= 0; at = text.indexOf(' {"', at + 1)) {
    try {
      return { message: text.slice(0, at), ...JSON.parse(text.slice(at)) };
    } catch { /* of the message */ }
  }
  return { message: text };
}

/** A record of either format as { level, requestId, message, ...members }. */
function read(line) {
  if (line.startsWith('{')) return JSON.parse(line);
  const [timestamp, requestId, level, ...rest] = line.split('\t');
  return { timestamp, requestId, level, ...split(rest.join('\t')) };
}

function names({ connectionId, routeKey, apiRequestId }) { return { connectionId, routeKey, apiRequestId }; }

function namesOf(routeKey) {
  return { connectionId: requestContext.connectionId, routeKey, apiRequestId: requestContext.requestId };
}

const NONE = names({});

// The names of a WebSocket event

for (const [format, env] of FORMATS) {
  for (const [name, event, want] of [
    ['$connect', connect(), namesOf('$connect')],
    ['a message', message('hi', { routeKey: 'join' }), namesOf('join')],
    ['$disconnect', disconnect(), namesOf('$disconnect')],
    ['the authorizer of $connect', authorizer(), namesOf('$connect')],
    ['HTTP', { requestContext: { requestId: 'a', routeKey: 'GET /' }, routeKey: 'GET /' }, NONE],
    ['a queue', { Records: [{ body: '{"requestContext":{"connectionId":"x"}}' }] }, NONE],
    ['anything with a connectionId', { connectionId: 'x', requestContext: { connectionId: 'x' } }, NONE],
    ['nothing', null, NONE],
  ]) {
    scenario(`${format}: the names of ${name}`, { code: `${LOG}log.info("got", { n = 1 }) log.warn("plain")`, env }, async (lambda) => {
      await lambda.invoke(event, { id: 'request-1' });
      await lambda.idle();
      const records = lambda.records.map(read);
      assert.deepEqual(records.map(names).slice(0, 2), [want, want]);
      assert.deepEqual(records.slice(0, 2).map(({ requestId, n, message: said }) => [requestId, n, said]),
        [['request-1', 1, 'got'], ['request-1', undefined, 'plain']]);
    });
  }

  scenario(`${format}: names that a user gives are not taken for ours`, { code: `${LOG}log.info("got", { connectionId = "forged", a = 1 })`, env }, async (lambda) => {
    await lambda.invoke(message());
    await lambda.invoke({});
    await lambda.idle();
    const [first, second] = lambda.records.map(read);
    assert.deepEqual([names(first), first.fields], [namesOf('$default'), { connectionId: 'forged', a: 1 }]);
    assert.deepEqual([names(second), second.fields], [NONE, { connectionId: 'forged', a: 1 }]);
  });

  scenario(`${format}: the runtime's own records have the names`, {
    code: `
      local async = require "moonwire.async"
      if event.body == "fail" then error "failed" end
      if event.body == "leave" then async.spawn(function() async.sleep(10000) end) end
      if event.body == "later" then context:defer(function() error "failed later" end) end
      return { statusCode = 200, body = event.body == "bad" and print or nil }`,
    env,
  }, async (lambda) => {
    const said = [];
    for (const body of ['fail', 'bad', 'leave', 'later', 'refused']) {
      await lambda.invoke(message(body), { id: body, ...(body === 'refused' && { reply: { status: 410 } }) });
      await lambda.idle();
      const records = lambda.records.slice(said.length).map(read);
      assert.ok(records.length > 0, body);
      said.push(...records);
      for (const record of records) assert.deepEqual([record.requestId, names(record)], [body, namesOf('$default')]);
    }
  });

  scenario(`${format}: the names end with their invocation`, { code: `${LOG}log.info("got") return true`, env }, async (lambda) => {
    for (const event of [message(), {}, connect(), [1]]) await lambda.invoke(event);
    await lambda.idle();
    assert.deepEqual(lambda.records.map((line) => names(read(line))), [namesOf('$default'), NONE, namesOf('$connect'), NONE]);
  });

  scenario(`${format}: of an event that is no JSON there are no names`, { code: 'return true', env }, async (lambda) => {
    await lambda.invoke(message());
    await lambda.invoke(undefined, { body: Buffer.from('{"requestContext":') });
    await lambda.idle();
    assert.deepEqual(lambda.records.map((line) => names(read(line))), [NONE]);
  });
}

scenario('the names of many at once do not mix', {
  code: `${LOG}require("moonwire.async").sleep(event.body % 7) log.info("got", { n = event.body })`, slots: 8,
}, async (lambda) => {
  await Promise.all(Array.from({ length: 100 }, (_, n) => {
    return lambda.invoke(message(String(n), { connectionId: `c${n}`, routeKey: `r${n}`, requestId: `a${n}` }), { id: `i${n}` });
  }));
  await lambda.idle();
  const records = lambda.records.map(read);
  assert.equal(records.length, 100);
  for (const record of records) {
    const { n } = record;
    assert.deepEqual([record.requestId, names(record)], [`i${n}`, { connectionId: `c${n}`, routeKey: `r${n}`, apiRequestId: `a${n}` }]);
  }
});

// The form

for (const env of [{}, { AWS_LAMBDA_LOG_FORMAT: 'Text' }, JSON_LOGS]) {
  scenario(`with AWS_LAMBDA_MAX_CONCURRENCY, "1" too, records are JSON: ${JSON.stringify(env)}`, {
    code: `${LOG}log.info("got")`, env: { ...env, AWS_LAMBDA_MAX_CONCURRENCY: '1' },
  }, async (lambda) => {
    await lambda.invoke({});
    await lambda.idle();
    assert.deepEqual(lambda.lines.map((line) => JSON.parse(line).level), ['INFO', 'INFO']);
  });
}

for (const [format, env] of FORMATS) {
  scenario(`${format}: whatever the fields are, a line stays below 250 KB`, {
    code: `${LOG}log.info(event.body, { a = ("x"):rep(300000) }) log.info(("\\27"):rep(200000)) log.info(("\\255"):rep(200000), { b = ("\\1"):rep(100000) })`, env,
  }, async (lambda) => {
    await lambda.invoke(message('y'.repeat(1000), { connectionId: 'c'.repeat(500000), routeKey: '\u0001'.repeat(500000) }));
    await lambda.idle();
    new TextDecoder('utf-8', { fatal: true }).decode(lambda.bytes('stderr'));
    assert.equal(lambda.records.length, 3);
    for (const line of lambda.records) {
      assert.ok(Buffer.byteLength(line) < 250000, `${Buffer.byteLength(line)} bytes`);
      const { truncated, fields } = read(line);
      assert.ok(truncated || fields === 'too long');
      assert.doesNotMatch(line, /[\0-\x08\x0b-\x1f]/);
    }
  });
}

// The init line

for (const [format, env] of FORMATS) {
  scenario(`${format}: one line says what is ready`, { code: 'return 1', env }, async (lambda) => {
    for (let i = 0; i < 3; i++) await lambda.invoke({});
    await lambda.idle();
    assert.equal(lambda.lines.length, 1);
    const { timestamp, requestId, initMs, ...rest } = read(lambda.initLine);
    const version = /^moonwire (\d+\.\d+\.\d+): app\.run is ready$/.exec(rest.message)[1];
    assert.deepEqual(rest, { level: 'INFO', message: rest.message, version, handler: 'app.run' });
    assert.equal(requestId, format === 'text' ? '-' : undefined);
    assert.ok(initMs >= 0 && initMs < 600000);
    assert.ok(Number.isFinite(Date.parse(timestamp)));
  });
}

scenario('the init line of many slots', { code: 'return 1', slots: 3 }, async (lambda) => {
  await lambda.idle();
  assert.deepEqual(lambda.lines.map((line) => JSON.parse(line).slots), [3]);
});

scenario('no init line below its level', { code: 'return 1', env: { AWS_LAMBDA_LOG_LEVEL: 'WARN' } }, async (lambda) => {
  await lambda.idle();
  assert.equal(lambda.stderr, '');
});

for (const [format, env] of FORMATS) {
  scenario(`${format}: no init line when the handler cannot be loaded`, { files: { 'app.lua': 'error "no"' }, env }, async (lambda) => {
    await lambda.exit;
    assert.equal(lambda.initLine, undefined);
  });
}

scenario('settings that nobody knows are warned about, once', {
  code: 'return 1', env: { MOONWIRE_LOGLEVEL: 'DEBUG', MOONWIRE_LOG_EVENT: 'all', MOONWIRE_LOG_LEVEL: 'INFO' },
}, async (lambda) => {
  await lambda.invoke({});
  await lambda.idle();
  assert.deepEqual(lambda.records.map(read).map(({ level, message: said }) => [level, said]), [
    ['WARN', 'MOONWIRE_LOGLEVEL is not a setting of moonwire; did you mean MOONWIRE_LOG_LEVEL? docs/settings.md lists them'],
    ['WARN', 'MOONWIRE_LOG_EVENT is "all" and counts as not set; it must be errors'],
  ]);
});

// MOONWIRE_LOG_EVENT=errors

const EVENTS = { MOONWIRE_LOG_EVENT: 'errors' };
const HUSH = 'hush-hush-0815';
const FAILING = `
  local how = event.how or event.headers and event.headers.how or "raise"
  if how == "raise" then error "failed" end
  if how == "return" then return nil, "failed", "code" end
  if how == "bad" then return print end
  return true`;

/** An event with a secret in every place. */
function secretive() {
  const event = connect({
    Authorization: `Bearer ${HUSH}`, Cookie: `id=${HUSH}`, 'X-Api-Key': HUSH, 'Sec-WebSocket-Protocol': HUSH, Accept: '*/*',
    Referer: `https://example.com/?access_token=${HUSH}`, 'X-Other': `Bearer ${HUSH}`,
  });
  return {
    ...event,
    queryStringParameters: { token: HUSH, room: 'lobby' },
    stageVariables: { dbPassword: HUSH },
    body: JSON.stringify({ text: 'hello', password: HUSH, deep: [{ client_secret: HUSH }] }),
    requestContext: { ...event.requestContext, authorizer: { claims: { session: HUSH, sub: 'me' } } },
  };
}

for (const [format, env] of FORMATS) {
  scenario(`${format}: the event of a failed invocation, without its secrets`, { code: FAILING, env: { ...env, ...EVENTS } }, async (lambda) => {
    const event = secretive();
    await lambda.invoke(event, { id: 'request-1' });
    await lambda.idle();
    const [failure, record, ...more] = lambda.records.map(read);
    assert.deepEqual([failure.level, more], ['ERROR', []]);
    assert.deepEqual([record.level, record.requestId, names(record)], ['ERROR', 'request-1', namesOf('$connect')]);
    const { event: shown } = record;
    assert.equal(shown.headers.Accept, '*/*');
    assert.equal(shown.headers.Authorization, '(redacted)');
    assert.equal(shown.queryStringParameters.room, 'lobby');
    assert.equal(shown.requestContext.authorizer.claims.sub, 'me');
    assert.deepEqual(JSON.parse(shown.body), { text: 'hello', password: '(redacted)', deep: [{ client_secret: '(redacted)' }] });
    assert.equal(record.truncated, undefined);
    assert.ok(!(lambda.stdout + lambda.stderr).includes(HUSH));
    assert.ok(JSON.stringify(event).includes(HUSH));
  });

  scenario(`${format}: a long event is cut, the body first`, { code: FAILING, env: { ...env, ...EVENTS } }, async (lambda) => {
    const many = Object.fromEntries(Array.from({ length: 60000 }, (_, i) => [`member-${i}`, i]));
    await lambda.invoke(message('x'.repeat(1000000)));
    await lambda.invoke({ ...message('x'.repeat(100000)), other: 'y'.repeat(300000) });
    await lambda.invoke({ many });
    await lambda.idle();
    const records = lambda.records.map(read).filter((record) => record.event !== undefined);
    assert.deepEqual(records.map(({ truncated }) => truncated), [true, true, true]);
    const [first, second, third] = records.map(({ event }) => event);
    assert.match(first.body, /^x{32768}\.\.\. \(truncated\)$/);
    assert.equal(first.requestContext.connectionId, requestContext.connectionId);
    assert.match(second.body, /^x{1024}\.\.\. \(truncated\)$/);
    assert.match(second.other, /^y{1024}\.\.\. \(truncated\)$/);
    assert.equal(third, `(too long: ${JSON.stringify({ many }).length} bytes)`);
    for (const line of lambda.records) assert.ok(Buffer.byteLength(line) < 250000);
  });
}

for (const how of ['raise', 'return', 'bad']) {
  scenario(`the event of an invocation that fails by: ${how}`, { code: FAILING, env: EVENTS }, async (lambda) => {
    assert.equal((await lambda.invoke({ how })).kind, 'error');
    await lambda.idle();
    assert.deepEqual(lambda.records.map(read).map(({ event }) => event), [undefined, { how }]);
  });
}

scenario('an event that is no JSON is not shown', { code: FAILING, env: EVENTS }, async (lambda) => {
  await lambda.invoke(undefined, { body: Buffer.from(`{"password":"${HUSH}"`) });
  await lambda.idle();
  assert.deepEqual(lambda.records.map(read).map(({ event }) => event), [undefined, `(not JSON: ${HUSH.length + 14} bytes)`]);
  assert.ok(!lambda.stderr.includes(HUSH));
});

for (const [name, env, how] of [
  ['what succeeds', EVENTS, 'well'],
  ['what fails, unless it is asked for', {}, 'raise'],
  ['what fails, when the setting is misspelt', { MOONWIRE_LOG_EVENT: 'error' }, 'raise'],
]) {
  scenario(`no event of ${name}`, { code: FAILING, env }, async (lambda) => {
    await lambda.invoke({ how, mark: 4711 });
    await lambda.idle();
    assert.doesNotMatch(lambda.stderr, /4711/);
  });
}
