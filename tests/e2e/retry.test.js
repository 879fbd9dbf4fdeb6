'use strict';
// Calls to AWS that fail: which are tried again, how often, signed with which time, and when no more. How long the pauses
// are is tested in tests/unit/test_retry.c; here a scripted API Gateway counts attempts.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Lambda, SECRETS } = require('./helper/bootstrap');
const { certificate } = require('./helper/certificate');
const { message } = require('./helper/events');
const { serve } = require('./helper/server');
const { verify } = require('./helper/signature');

const KEYS = { keyId: 'AKIDEXAMPLE', secret: SECRETS[0], token: SECRETS[1], region: 'eu-central-1' };
const PRELUDE = `local ws, async, http = require "moonwire.ws", require "moonwire.async", require "moonwire.http"
  local function outcome(ok, message, code) return { ok or false, message or "", code or "" } end
  local function body(value) return { statusCode = 200, body = value } end\n`;
const SEND = 'return body(outcome(ws.send("x", "hi")))';
const resultOf = (reply) => JSON.parse(reply.json.body);
const SENT = [true, '', ''];

/** One answer, written in short: a status, [status, headers, body], or a function (request, response). */
function give(answer, request, response) {
  if (typeof answer === 'function') { answer(request, response); return; }
  const [status, headers = {}, text = ''] = [answer].flat();
  response.writeHead(status, headers);
  response.end(text);
}

/** One test: a server that gives the answers of `script` one after the other, then 200; the handler runs `code`. */
function scenario(name, { code = SEND, script = [], env, slots }, body) {
  test(name, { timeout: 120000 }, async () => {
    const gateway = await serve((request, response) => {
      const answer = typeof script === 'function' ? script : script[gateway.requests.length - 1];
      give(answer ?? 200, request, response);
    });
    let lambda;
    try {
      lambda = await Lambda.start({ code: PRELUDE + code, slots,
        env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${gateway.url}/prod`, URL: gateway.url, ...env } });
      await body(lambda, gateway);
      await lambda.stop();
      lambda.check();
    } catch (error) {
      if (lambda) await lambda.stop().catch(() => {});
      throw Object.assign(error, { stack: `${error.stack}\n--- stderr\n${lambda ? lambda.bytes('stderr').toString().slice(-4000) : ''}` });
    } finally {
      await gateway.close();
    }
  });
}

/* What is tried again */

const destroy = (request, response) => response.socket.destroy();
const reset = (request, response) => response.socket.resetAndDestroy();
const cutHeaders = (request, response) => response.socket.end('HTTP/1.1 200 OK\r\nContent-');
const cutBody = (request, response) => response.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
const resetBehindHeaders = (request, response) => {
  response.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', () => response.socket.resetAndDestroy());
};
const typed = (status, type) => [status, { 'x-amzn-ErrorType': type }, ''];

const recoveries = [
  { name: '500', script: [500] },
  { name: '502, 503', script: [502, 503] },
  { name: '504, then throttled', script: [504, typed(429, 'LimitExceededException')] },
  { name: '429 without a code', script: [429] },
  { name: '400 with a code of throttling', script: [typed(400, 'ThrottlingException')] },
  { name: 'a code of throttling in the body', script: [[400, {}, '{"__type":"com.amazonaws#ThrottlingException"}']] },
  { name: 'a server that asks for a pause', script: [[503, { 'x-amz-retry-after': '200' }]] },
  { name: 'a server that asks for nonsense', script: [[503, { 'x-amz-retry-after': 'soon' }]] },
  { name: 'closed without an answer', script: [destroy] },
  { name: 'reset without an answer', script: [reset, reset] },
  { name: 'closed within the headers', script: [cutHeaders] },
  { name: 'closed within the body', script: [cutBody] },
  { name: 'reset behind the headers', script: [resetBehindHeaders] },
  { name: 'close, too', code: 'return body(outcome(ws.close("x")))', script: [500], method: 'DELETE' },
];
for (const { name, code, script, method = 'POST' } of recoveries) {
  scenario(`tried again: ${name}`, { code, script }, async (lambda, gateway) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    assert.equal(gateway.requests.length, script.length + 1);
    for (const request of gateway.requests) {
      verify(request, KEYS); // each attempt
      assert.equal(request.method, method);
      assert.equal(request.body.toString(), method === 'POST' ? 'hi' : '');
      for (const header of ['amz-sdk-request', 'amz-sdk-invocation-id']) assert.equal(request.headers[header], undefined);
    }
  });
}

const failures = [
  { name: 'for ever 503', answer: 503, attempts: 3, want: ['ws.send: URL answered HTTP 503, after 3 attempts', 'server'] },
  { name: 'for ever throttled', answer: typed(429, 'LimitExceededException'), attempts: 3, want: ['ws.send: LimitExceededException (HTTP 429), after 3 attempts', 'throttled'] },
  { name: 'for ever closed', answer: destroy, attempts: 3, want: [/^ws\.send: URL: .*, after 3 attempts$/, 'network'] },
  { name: 'AWS_MAX_ATTEMPTS', env: { AWS_MAX_ATTEMPTS: '5' }, answer: 500, attempts: 5, want: ['ws.send: URL answered HTTP 500, after 5 attempts', 'server'] },
  { name: 'AWS_MAX_ATTEMPTS is 1', env: { AWS_MAX_ATTEMPTS: '1' }, answer: 500, attempts: 1, want: ['ws.send: URL answered HTTP 500', 'server'] },
  { name: 'gone', answer: typed(410, 'GoneException'), attempts: 1, want: ['ws.send: GoneException (HTTP 410)', 'gone'] },
  { name: 'forbidden', answer: typed(403, 'ForbiddenException'), attempts: 1, want: ['ws.send: ForbiddenException (HTTP 403)', 'forbidden'] },
  { name: 'a wrong key', answer: typed(403, 'InvalidSignatureException'), attempts: 1, want: ['ws.send: InvalidSignatureException (HTTP 403)', 'forbidden'] },
  { name: 'bad request', answer: typed(400, 'BadRequestException'), attempts: 1, want: ['ws.send: BadRequestException (HTTP 400)', 'bad_request'] },
  { name: 'too large', answer: typed(413, 'PayloadTooLargeException'), attempts: 1, want: ['ws.send: PayloadTooLargeException (HTTP 413)', 'too_large'] },
  { name: '501', answer: 501, attempts: 1, want: ['ws.send: URL answered HTTP 501', 'server'] },
  { name: 'http.request', code: 'local r = http.request { url = os.getenv "URL" } return body { r.status, "", "" }', answer: 503, attempts: 1, want: ['', ''], result: 503 },
  { name: 'http.request, closed', code: 'return body(outcome(http.request { url = os.getenv "URL" }))', answer: destroy, attempts: 1, want: [/^http\.request: /, 'network'] },
];
for (const { name, code, env, answer, attempts, want, result = false } of failures) {
  scenario(`given up: ${name}`, { code, env, script: (request, response) => give(answer, request, response) }, async (lambda, gateway) => {
    const [ok, said, failure] = resultOf(await lambda.invoke(message()));
    const text = said.replace(gateway.url, 'URL');
    assert.deepEqual([ok, failure], [result, want[1]]);
    if (want[0] instanceof RegExp) assert.match(text, want[0]);
    else assert.equal(text, want[0]);
    assert.equal(gateway.requests.length, attempts);
  });
}

/* Settings */

const settings = [
  { env: { AWS_RETRY_MODE: 'standard', AWS_MAX_ATTEMPTS: '2' }, attempts: 2, warns: [] },
  { env: { AWS_RETRY_MODE: 'adaptive' }, attempts: 3, warns: [/AWS_RETRY_MODE is "adaptive" and counts as standard/] },
  { env: { AWS_RETRY_MODE: 'legacy' }, attempts: 3, warns: [/AWS_RETRY_MODE is "legacy" and counts as standard/] },
  { env: { AWS_RETRY_MODE: 'fast', AWS_MAX_ATTEMPTS: '0' }, attempts: 3, warns: [/AWS_MAX_ATTEMPTS must be a whole number from 1 to 100/, /AWS_RETRY_MODE is "fast".*must be standard/] },
];
for (const { env, attempts, warns } of settings) {
  scenario(`settings in use: ${JSON.stringify(env)}`, { env, script: (request, response) => give(500, request, response) }, async (lambda, gateway) => {
    for (let i = 1; i <= 2; i++) {
      await lambda.invoke(message());
      assert.equal(gateway.requests.length, attempts * i);
    }
    await lambda.idle();
    const found = lambda.records.filter((line) => /\tWARN\t/.test(line));
    assert.equal(found.length, warns.length, found.join('\n')); // once, not for each call
    warns.forEach((pattern, i) => assert.match(found[i], pattern));
  });
}

/* The quota */

scenario('the quota: calls that fail for ever are tried again 35 times in all, then not at all', {
  code: 'local list = {} for i = 1, 20 do list[i] = outcome(ws.send("x", "hi"))[2] end return body(list)',
  script: (request, response) => give(500, request, response),
}, async (lambda, gateway) => {
  const list = resultOf(await lambda.invoke(message())).map((text) => text.replace(gateway.url, 'URL'));
  const dry = 'too many retries failed lately';
  assert.deepEqual(list.slice(0, 17), Array(17).fill('ws.send: URL answered HTTP 500, after 3 attempts'));
  assert.equal(list[17], `ws.send: URL answered HTTP 500, after 2 attempts; not tried again: ${dry}`);
  assert.deepEqual(list.slice(18), Array(2).fill(`ws.send: URL answered HTTP 500; not tried again: ${dry}`));
  assert.equal(gateway.requests.length, 20 + 35);
});

scenario('the quota is shared by calls that run together, and comes back with success', {
  code: `local calls, refused = {}, 0
    for i = 1, 40 do calls[i] = function() return outcome(ws.send("bad", "hi")) end end
    for _, result in ipairs(async.all(calls)) do if result[2]:find("too many retries", 1, true) then refused = refused + 1 end end
    for i = 1, 18 do assert(ws.send("good", "hi")) end
    return body { refused, outcome(ws.send("bad", "hi"))[2] }`,
  script: (request, response) => give(request.url.endsWith('good') ? 200 : 500, request, response),
}, async (lambda, gateway) => {
  const [refused, last] = resultOf(await lambda.invoke(message()));
  assert.ok(refused >= 40 - 35, `${refused} of 40 calls were refused another attempt`);
  // 10 tokens were left, 18 successes gave back one each: 28 are two retries.
  assert.equal(last.replace(gateway.url, 'URL'), 'ws.send: URL answered HTTP 500, after 3 attempts');
  assert.equal(gateway.requests.length, 40 + 35 + 18 + 3);
});

scenario('the quota of one host is not that of another', {
  code: `for i = 1, 20 do ws.send("x", "hi") end
    return body(outcome(ws.client { endpoint = (os.getenv("URL"):gsub("127.0.0.1", "localhost")) }.send("x", "hi")))`,
  script: (request, response) => give(500, request, response),
}, async (lambda) => {
  const [, text] = resultOf(await lambda.invoke(message()));
  assert.equal(text.replace(/\/localhost:\d+/, '/localhost'), 'ws.send: http://localhost answered HTTP 500, after 3 attempts');
});

/* Clocks */

const stampOf = ({ headers }) => Date.parse(headers['x-amz-date'].replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));

/** A service whose clock is this far from ours, and which is as strict about it as AWS. */
function clockOf(offsetMs, type) {
  return (request, response) => {
    const now = Date.now() + offsetMs;
    const ok = Math.abs(stampOf(request) - now) < 300000;
    response.sendDate = false;
    give([ok ? 200 : 403, { Date: new Date(now).toUTCString(), ...(ok ? {} : { 'x-amzn-ErrorType': type }) }], request, response);
  };
}

for (const [type, hours] of [['InvalidSignatureException', 1], ['RequestTimeTooSkewed', -1], ['RequestExpired', 30 * 24], ['SignatureDoesNotMatch', -10]]) {
  scenario(`clock: ${hours} hours off, ${type}: signed anew with the service's time, and from then on`, { script: clockOf(hours * 3600000, type) }, async (lambda, gateway) => {
    for (let i = 0; i < 3; i++) assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    assert.equal(gateway.requests.length, 4);
    const [wrong, ...right] = gateway.requests.map((request) => stampOf(request) - Date.now());
    assert.ok(Math.abs(wrong) < 240000, `${wrong}`);
    for (const offset of right) assert.ok(Math.abs(offset - hours * 3600000) < 240000, `${offset}`);
  });
}

scenario('clock: calls that run together are all signed anew', {
  code: `local calls = {} for i = 1, 5 do calls[i] = function() return outcome(ws.send("x" .. i, "hi")) end end
    return body(async.all(calls))`,
  script: clockOf(3600000, 'InvalidSignatureException'),
}, async (lambda, gateway) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), Array(5).fill(SENT));
  assert.ok(gateway.requests.length <= 10);
});

scenario('clock: a signature that was too old on arrival is made anew, once, although the clocks agree', {
  script: (request, response) => give([403, { 'x-amzn-ErrorType': 'InvalidSignatureException' }, '{"message":"Signature expired: 20261121T203312Z is now earlier than 20261121T203400Z"}'], request, response),
}, async (lambda, gateway) => {
  const [, text, code] = resultOf(await lambda.invoke(message()));
  assert.match(text, /Signature expired.*, after 2 attempts$/);
  assert.equal(code, 'forbidden');
  assert.equal(gateway.requests.length, 2);
});

scenario('clock: a service that cannot make up its mind is asked twice', {
  script: (request, response) => {
    response.sendDate = false;
    give([403, { Date: new Date(stampOf(request) + 3600000).toUTCString(), 'x-amzn-ErrorType': 'RequestTimeTooSkewed' }], request, response);
  },
}, async (lambda, gateway) => {
  assert.equal(resultOf(await lambda.invoke(message()))[2], 'forbidden');
  assert.equal(gateway.requests.length, 2);
});

/* Deadlines */

const deadline = (ms) => ({ headers: { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + ms) } });

scenario('deadline: no attempt that would begin behind it', { script: (request, response) => give([503, { 'x-amz-retry-after': '5000' }], request, response) }, async (lambda, gateway) => {
  const [, text, code] = resultOf(await lambda.invoke(message(), deadline(4000)));
  assert.equal(text.replace(gateway.url, 'URL'), 'ws.send: URL answered HTTP 503; not tried again: too little time before the deadline');
  assert.equal(code, 'server');
  assert.equal(gateway.requests.length, 1);
});

scenario('deadline: an attempt ends before it, not when the answer comes', { script: (request, response) => { setTimeout(() => give(200, request, response), 4000); } }, async (lambda, gateway) => {
  const [ok, text, code] = resultOf(await lambda.invoke(message(), deadline(1500)));
  assert.deepEqual([ok, code], [false, 'timeout']);
  assert.match(text, /too little time before the deadline$/);
  assert.equal(gateway.requests.length, 1);
});

/* Cancelled calls */

scenario('cancelled in the pause between two attempts', {
  code: `local first = async.race { function() return ws.send("x", "hi") end, function() async.sleep(300) return "sleep" end }
    return body { first }`,
  script: (request, response) => give([503, { 'x-amz-retry-after': '5000' }], request, response),
}, async (lambda, gateway) => {
  for (let i = 1; i <= 3; i++) {
    assert.deepEqual(resultOf(await lambda.invoke(message())), ['sleep']);
    assert.equal(gateway.requests.length, i);
  }
});

scenario('the end of the environment in a pause', { slots: 2, script: (request, response) => give([503, { 'x-amz-retry-after': '5000' }], request, response) }, async (lambda, gateway) => {
  lambda.api.push(message());
  while (gateway.requests.length === 0) await new Promise((resolve) => { setTimeout(resolve, 10); });
  lambda.child.kill('SIGTERM');
  assert.deepEqual(await lambda.exit, { code: 0, signal: null });
});

/* Connections that died while the process was frozen; one attempt is all there may be */

const ONCE = { AWS_MAX_ATTEMPTS: '1' };

const ours = certificate();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-retry-'));
test.after(() => fs.rmSync(folder, { recursive: true }));
fs.writeFileSync(path.join(folder, 'ours.pem'), ours.cert);

for (const [name, tls, kill] of [
  ['closed', null, (socket) => socket.end()],
  ['reset', null, (socket) => socket.resetAndDestroy()],
  ['closed, TLS', ours, (socket) => socket.end(() => socket.destroy())],
  ['dropped without a word of TLS', ours, (socket) => socket.destroy()],
]) {
  test(`frozen: connections that were ${name} meanwhile cost no attempt`, { timeout: 120000 }, async () => {
    const sockets = [];
    const gateway = await serve((request, response) => { sockets.push(response.socket); response.end(); }, tls);
    const lambda = await Lambda.start({ code: PRELUDE + SEND,
      env: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: gateway.url, SSL_CERT_FILE: path.join(folder, 'ours.pem'), ...ONCE } });
    try {
      for (let i = 1; i <= 3; i++) {
        const reply = lambda.invoke(message());
        lambda.child.kill('SIGCONT');
        assert.deepEqual(resultOf(await reply), SENT);
        assert.equal(sockets.length, i);
        assert.equal(gateway.sockets, i);
        await lambda.idle();
        lambda.child.kill('SIGSTOP');
        kill(sockets[i - 1]);
        await new Promise((resolve) => { setTimeout(resolve, 50); });
      }
      lambda.child.kill('SIGCONT');
      await lambda.stop();
      lambda.check();
    } finally {
      lambda.child.kill('SIGCONT');
      await lambda.stop().catch(() => {});
      await gateway.close();
    }
  });
}

scenario('a kept connection that breaks before the first byte of an answer is replaced once for free', {
  env: ONCE, script: [200, reset, 200, destroy, 200],
}, async (lambda, gateway) => {
  for (let i = 0; i < 3; i++) assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
  assert.equal(gateway.requests.length, 5);
  assert.equal(gateway.sockets, 3);
});

scenario('a kept connection that breaks behind the first byte is not', { env: ONCE, script: [200, cutHeaders] }, async (lambda, gateway) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
  assert.equal(resultOf(await lambda.invoke(message()))[2], 'network');
  assert.equal(gateway.requests.length, 2);
});
