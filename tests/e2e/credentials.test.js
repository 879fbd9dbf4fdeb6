'use strict';
// Keys of a container: an endpoint on the loopback hands out one set after the other, and the server that takes the calls
// verifies each signature with the set that its key names. Hosts and tokens that are refused: test_container_place.c.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Lambda, SECRETS } = require('./helper/bootstrap');
const { message } = require('./helper/events');
const { serve } = require('./helper/server');
const { verify } = require('./helper/signature');

const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const TOKEN = `Basic ${SECRETS[1]}OfTheEndpoint`;
const HOUR_MS = 3600000;
const NO_KEYS = { AWS_ACCESS_KEY_ID: null, AWS_SECRET_ACCESS_KEY: null, AWS_SESSION_TOKEN: null };
const PRELUDE = `local ws, async = require "moonwire.ws", require "moonwire.async"
  local function outcome(ok, message, code) return { ok or false, message or "", code or "" } end
  local function body(value) return { statusCode = 200, body = value } end\n`;
const SEND = 'return body(outcome(ws.send("x", "hi")))';
const SENT = [true, '', ''];
const resultOf = (reply) => JSON.parse(reply.json.body);

/** Set number n: what the endpoint says, and what verify() takes. */
const keysOf = (n, lifetimeMs = HOUR_MS) => ({
  AccessKeyId: `AKIDCONTAINER${n}`, SecretAccessKey: `${SECRETS[0]}/${n}`, Token: `${SECRETS[1]}+${n}==`,
  Expiration: new Date(Date.now() + lifetimeMs).toISOString(),
});
const verifiable = (n) => {
  const { AccessKeyId, SecretAccessKey, Token } = keysOf(n);
  return { keyId: AccessKeyId, secret: SecretAccessKey, token: Token, region: 'eu-central-1' };
};

/** Which set a call was signed with; its signature must be right. */
function setOf(request) {
  const [, n] = /Credential=AKIDCONTAINER(\d+)\//.exec(request.headers.authorization);
  verify(request, verifiable(n));
  return Number(n);
}

/**
 * One test. endpoint(n, request, response) answers the n-th question for keys, from 1, or returns what is sent as JSON;
 * gateway(n, request, response) answers the n-th call, or leaves it to a 200. body gets { lambda, endpoint, gateway, sets },
 * sets() being the sets that the calls so far were signed with.
 */
function scenario(name, { code = SEND, endpoint = (n) => keysOf(n), gateway, env = {}, slots }, body) {
  test(name, { timeout: 120000 }, async () => {
    const asked = await serve((request, response) => {
      const answer = endpoint(asked.requests.length, request, response);
      if (answer) response.end(JSON.stringify(answer));
    });
    const called = await serve((request, response) => {
      if (!gateway || !gateway(called.requests.length, request, response)) response.end();
    });
    let lambda;
    try {
      lambda = await Lambda.start({ code: PRELUDE + code, slots, env: { ...NO_KEYS, [FULL]: `${asked.url}/keys?of=me`, AWS_CONTAINER_AUTHORIZATION_TOKEN: TOKEN,
        AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${called.url}/prod`, ...(typeof env === 'function' ? env(asked) : env) } });
      await body({ lambda, endpoint: asked, gateway: called, sets: () => called.requests.map(setOf) });
      await lambda.stop();
      lambda.check();
    } catch (error) {
      if (lambda) await lambda.stop().catch(() => {});
      throw Object.assign(error, { stack: `${error.stack}\n--- stderr\n${lambda ? lambda.bytes('stderr').toString().slice(-4000) : ''}` });
    } finally {
      await asked.close();
      await called.close();
    }
  });
}

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const warnings = (lambda) => lambda.records.filter((line) => /\tWARN\t/.test(line));

/* Who is asked, and how often */

scenario('asked at the first call, and not again', {}, async ({ lambda, endpoint, sets }) => {
  for (let i = 0; i < 3; i++) assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
  assert.deepEqual(sets(), [1, 1, 1]);
  assert.equal(endpoint.requests.length, 1);
  const [{ method, url, headers }] = endpoint.requests;
  assert.deepEqual([method, url, headers.authorization, headers.accept], ['GET', '/keys?of=me', TOKEN, 'application/json']);
});

scenario('the environment has keys: nobody is asked', { env: { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: SECRETS[0] } },
  async ({ lambda, endpoint, gateway }) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    verify(gateway.requests[0], { keyId: 'AKID', secret: SECRETS[0], region: 'eu-central-1' });
    assert.equal(endpoint.requests.length, 0);
  });

scenario('given keys: nobody is asked', { code: 'return body(outcome(ws.client({ credentials = { access_key_id = "A", secret_access_key = "s" } }).send("x", "hi")))' },
  async ({ lambda, endpoint, gateway }) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    verify(gateway.requests[0], { keyId: 'A', secret: 's', region: 'eu-central-1' });
    assert.equal(endpoint.requests.length, 0);
  });

scenario('keys without a token, without an end', { endpoint: (n) => ({ ...keysOf(n), Token: undefined, Expiration: undefined }) },
  async ({ lambda, gateway }) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    verify(gateway.requests[0], { ...verifiable(1), token: undefined });
  });

const MANY = `local calls = {}
  for i = 1, 64 do calls[i] = function() assert(ws.send("x" .. i, "hi")) return 1 end end
  return body { #assert(async.all(calls)) }`;
scenario('64 calls at once wait for one answer', { code: MANY,
  endpoint: (n, request, response) => { setTimeout(() => response.end(JSON.stringify(keysOf(n))), 200); } },
async ({ lambda, endpoint, sets }) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [64]);
  assert.deepEqual(sets(), Array(64).fill(1));
  assert.equal(endpoint.requests.length, 1);
});

scenario('so do those of several invocations', { slots: 8, endpoint: (n, request, response) => { setTimeout(() => response.end(JSON.stringify(keysOf(n))), 300); } },
  async ({ lambda, endpoint, sets }) => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => lambda.invoke(message())));
    assert.deepEqual(replies.map(resultOf), Array(8).fill(SENT));
    assert.deepEqual(sets(), Array(8).fill(1));
    assert.equal(endpoint.requests.length, 1);
  });

/* Tokens */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-credentials-'));
const tokenFile = path.join(folder, 'token');
test.after(() => fs.rmSync(folder, { recursive: true }));

scenario('the file of the token is read each time, and comes first', {
  env: { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile },
  endpoint: (n, request, response) => {
    fs.writeFileSync(tokenFile, `${TOKEN}${n + 1}`); // it rotates
    if (n > 1) return keysOf(n);
    response.statusCode = 500; // the next attempt has the next token
    return {};
  },
}, async ({ lambda, endpoint, sets }) => {
  fs.writeFileSync(tokenFile, `${TOKEN}1`);
  assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
  assert.deepEqual(endpoint.requests.map(({ headers }) => headers.authorization), [`${TOKEN}1`, `${TOKEN}2`]);
  assert.deepEqual(sets(), [2]);
});

/* What expires */

scenario('keys that have expired are replaced before the next call', { endpoint: (n) => keysOf(n, n === 1 ? 3000 : HOUR_MS) },
  async ({ lambda, endpoint, sets }) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    await sleep(3100);
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    assert.deepEqual(sets(), [1, 2]);
    assert.equal(endpoint.requests.length, 2);
  });

/** Calls until `enough` says so. A refresh is not begun within five seconds of the last one. */
async function callUntil(lambda, enough) {
  do {
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    await sleep(200);
  } while (!enough());
}

scenario('keys with less than five minutes left are refreshed while they are used', { endpoint: (n) => keysOf(n, n === 1 ? 240000 : HOUR_MS) },
  async ({ lambda, endpoint, sets }) => {
    await callUntil(lambda, () => sets().includes(2));
    for (let i = 0; i < 2; i++) await lambda.invoke(message());
    assert.deepEqual(sets().filter((n, i) => n < sets()[i - 1]), []); // none of the old set behind the new one
    assert.ok(sets().filter((n) => n === 1).length >= 2, 'nobody waited for the refresh');
    assert.equal(endpoint.requests.length, 2);
    await lambda.idle();
    assert.deepEqual(warnings(lambda), []);
  });

scenario('a refresh that fails is told once, and the keys in hand are used', {
  endpoint: (n, request, response) => {
    if (n === 1) return keysOf(n, 240000);
    response.writeHead(503);
    return { code: 'Busy', message: SECRETS[0] };
  },
}, async ({ lambda, endpoint, sets }) => {
  await callUntil(lambda, () => warnings(lambda).length > 0);
  for (let i = 0; i < 5; i++) await lambda.invoke(message());
  await lambda.idle();
  assert.deepEqual([...new Set(sets())], [1]);
  assert.ok(warnings(lambda).length <= Math.floor((endpoint.requests.length - 1) / 3)); // a refresh is three attempts
  assert.match(warnings(lambda)[0], /no AWS credentials: AWS_CONTAINER_CREDENTIALS_FULL_URI: http:\/\/127\.0\.0\.1:\d+ answered HTTP 503 Busy, after 3 attempts; those in hand are used/);
});

/* What the service says has expired */

const expired = (type, text = '') => (request, response) => {
  response.writeHead(type === 'ExpiredToken' ? 400 : 403, { 'x-amzn-ErrorType': type });
  response.end(text);
  return true;
};
for (const type of ['ExpiredToken', 'ExpiredTokenException']) {
  scenario(`${type}: once more with fresh keys`, { gateway: (n, ...rest) => n === 1 && expired(type)(...rest) }, async ({ lambda, endpoint, sets }) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    assert.deepEqual(sets(), [1, 2]);
    assert.equal(endpoint.requests.length, 2);
  });
}

scenario('keys that expire for 64 calls at once are replaced once', { code: MANY,
  gateway: (n, request, response) => setOf(request) === 1 && expired('ExpiredTokenException')(request, response) },
async ({ lambda, endpoint, sets }) => {
  assert.deepEqual(resultOf(await lambda.invoke(message())), [64]);
  assert.equal(sets().filter((n) => n === 2).length, 64);
  assert.equal(endpoint.requests.length, 2);
});

scenario('but not for ever', { gateway: (n, ...rest) => expired('ExpiredTokenException', JSON.stringify({ message: `bad ${keysOf(2).Token}` }))(...rest) },
  async ({ lambda, sets }) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), [false, 'ws.send: ExpiredTokenException (HTTP 403), after 2 attempts', 'forbidden']);
    assert.deepEqual(sets(), [1, 2]);
  });

scenario('keys of the environment cannot be renewed', { env: { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: SECRETS[0] }, gateway: (n, ...rest) => expired('ExpiredTokenException')(...rest) },
  async ({ lambda, endpoint, gateway }) => {
    assert.deepEqual(resultOf(await lambda.invoke(message())), [false, 'ws.send: ExpiredTokenException (HTTP 403)', 'forbidden']);
    assert.deepEqual([gateway.requests.length, endpoint.requests.length], [1, 0]);
  });

/* Endpoints that fail */

const says = (status, text) => (n, request, response) => { response.writeHead(status); response.end(text); };
const cut = (n, request, response) => { response.writeHead(200, { 'Content-Length': 500 }); response.write(JSON.stringify(keysOf(n))); response.socket.end(); };
const FROM = /^ws\.send: no AWS credentials: AWS_CONTAINER_CREDENTIALS_FULL_URI: http:\/\/127\.0\.0\.1:\d+/.source;
const failures = [
  { name: '500', endpoint: says(500, SECRETS[0]), asked: 3, want: [' answered HTTP 500, after 3 attempts$', 'server'] },
  { name: 'HTML', endpoint: says(200, `<html>${SECRETS[0]}`), asked: 3, want: [' answered with what is no JSON, after 3 attempts$', 'server'] },
  { name: 'no keys', endpoint: says(200, `{"SecretAccessKey":"${SECRETS[0]}"}`), asked: 3, want: [' answered without a usable AccessKeyId, after 3 attempts$', 'server'] },
  { name: 'old keys', endpoint: (n) => keysOf(n, -1000), asked: 3, want: [' answered with keys that have expired, after 3 attempts$', 'server'] },
  { name: '20 kB', endpoint: says(200, JSON.stringify({ ...keysOf(1), more: 'x'.repeat(20000) })), asked: 3, want: [' answered with more than 10 kB, after 3 attempts$', 'server'] },
  { name: 'cut', endpoint: cut, asked: 3, want: [': .*, after 3 attempts$', 'network'] },
  { name: 'refused', endpoint: says(401, `{"code":"InvalidToken","message":"${TOKEN}"}`), asked: 1, want: [' answered HTTP 401 InvalidToken$', 'bad_request'] },
  { name: 'nobody', env: { [FULL]: 'http://127.0.0.1:1/' }, asked: 0, want: [': .*, after 3 attempts$', 'network'] },
  { name: 'silence', endpoint: () => {}, headers: () => ({ 'Lambda-Runtime-Deadline-Ms': String(Date.now() + 4000) }), asked: 1,
    text: /^ws\.send: no AWS credentials: the container's endpoint has given none before the deadline$/, want: ['', 'timeout'] },
  { name: 'a host that may not be asked', env: { [FULL]: 'http://127.0.0.1@localhost.example/' }, asked: 0,
    text: /^ws\.send: no AWS credentials: AWS_CONTAINER_CREDENTIALS_FULL_URI must have a host/, want: ['', 'bad_request'] },
  { name: 'no file of a token', env: { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path.join(folder, 'none') }, asked: 0,
    text: /^ws\.send: no AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: .*none: No such file/, want: ['', 'bad_request'] },
  { name: 'nothing is set', env: { [FULL]: null }, asked: 0,
    text: /^ws\.send: no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \(AWS_ACCESS_KEY_ID is missing\), or AWS_CONTAINER_CREDENTIALS_FULL_URI/, want: ['', 'bad_request'] },
];
for (const { name, endpoint: answer, env, headers, asked, text, want } of failures) {
  scenario(`no keys: ${name}`, { endpoint: answer, env }, async ({ lambda, endpoint, gateway }) => {
    const [ok, said, code] = resultOf(await lambda.invoke(message(), { headers: headers?.() }));
    assert.deepEqual([ok, code], [false, want[1]], said);
    assert.match(said, text || new RegExp(FROM + want[0]));
    assert.deepEqual([endpoint.requests.length, gateway.requests.length], [asked, 0]);
    await lambda.idle();
    assert.deepEqual(warnings(lambda), []); // the call has told it
  });
}

scenario('an endpoint that comes back is asked again by the next call', { endpoint: (n, request, response) => (n <= 3 ? says(500)(n, request, response) : keysOf(n)) },
  async ({ lambda, sets }) => {
    assert.equal(resultOf(await lambda.invoke(message()))[2], 'server');
    assert.deepEqual(resultOf(await lambda.invoke(message())), SENT);
    assert.deepEqual(sets(), [4]);
  });

scenario('who waits can be cancelled', { endpoint: () => {},
  code: 'return body { async.race { function() ws.send("x", "hi") end, function() async.sleep(50) return "cancelled" end } }' },
async ({ lambda, endpoint, gateway }) => {
  for (let i = 0; i < 2; i++) assert.deepEqual(resultOf(await lambda.invoke(message())), ['cancelled']);
  assert.equal(gateway.requests.length, 0);
  assert.ok(endpoint.requests.length <= 1); // the fetch goes on, for the next one
});
