'use strict';
// aws.sign against @smithy/signature-v4, the signer of the AWS SDK for JavaScript, over generated requests: both give the
// same signature for the same request, and each accepts what the other one has signed.
// MOONWIRE_SEED repeats a run.

const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { SignatureV4 } = require('@smithy/signature-v4');
const { Random } = require('./helper/random');
const { randomRequest } = require('./helper/signed-requests');

const ROOT = path.resolve(__dirname, '../..');
const PROGRAM = path.join(path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build')), 'moonwire');
const WRAP = (process.env.MOONWIRE_WRAP || '').split(' ').filter(Boolean);
const SEED = process.env.MOONWIRE_SEED ? Number(process.env.MOONWIRE_SEED) : crypto.randomInt(2 ** 32);
const COUNT = 600;

// What SignatureV4 hashes with: SHA-256, or HMAC when it gets a key.
class Sha256 {
  constructor(key) {
    this.hash = key === undefined ? crypto.createHash('sha256') : crypto.createHmac('sha256', key);
  }

  update(data) {
    this.hash.update(data);
  }

  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}

// ---- Ours ------------------------------------------------------------------------------------------------------------

const urlOf = ({ host, path: wirePath, query }) => `https://${host}${wirePath}${query ? `?${query}` : ''}`;

// What aws.sign takes, with the body as base64.
const inputOf = (request, presign) => ({
  method: request.method,
  url: urlOf(request),
  headers: request.headers,
  body: request.body.toString('base64'),
  service: request.service,
  region: request.region,
  credentials: request.credentials,
  time: request.time,
  normalize_path: !request.keep,
  double_encode: !request.keep,
  sign_body_header: request.signBodyHeader,
  ...(presign ? { query: true, expires: request.expires } : {}),
});

// Signs all of them in one process.
function signWithOurs(inputs) {
  const [command, ...args] = [...WRAP, PROGRAM, 'lua', path.join(__dirname, 'fixtures/sign.lua')];
  const run = spawnSync(command, args, {
    input: inputs.map((input) => `${JSON.stringify(input)}\n`).join(''),
    maxBuffer: 2 ** 28,
  });
  assert.ifError(run.error);
  assert.equal(run.status, 0, run.stderr.toString());
  const results = run.stdout.toString().split('\n').slice(0, -1).map((line) => JSON.parse(line));
  assert.equal(results.length, inputs.length);
  results.forEach((result, i) => assert.equal(result.error, undefined, JSON.stringify(inputs[i])));
  // Pairs come back as pairs; an empty array of them is any empty table to Lua, and comes back as names and values.
  return results.map((result) => ({
    ...result,
    headers: Array.isArray(result.headers) ? result.headers : Object.entries(result.headers),
  }));
}

// ---- Theirs ----------------------------------------------------------------------------------------------------------

// They take no duplicates: values are joined as the rules for duplicates say, trimmed first.
function joinHeaders(headers) {
  const joined = new Map();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    joined.set(key, [...(joined.get(key) || []), value]);
  }
  const trim = (value) => value.replace(/[\r\n\t ]+/g, ' ').trim();
  return Object.fromEntries([...joined].map(([key, values]) => [key, values.length === 1 ? values[0] : values.map(trim).join(',')]));
}

function groupPairs(pairs) {
  const query = {};
  for (const [key, value] of pairs) {
    if (!Object.hasOwn(query, key)) query[key] = value;
    else query[key] = [query[key], value].flat();
  }
  return query;
}

const theirRequest = (request) => ({
  method: request.method,
  protocol: 'https:',
  hostname: request.host,
  path: request.path,
  query: groupPairs(request.pairs),
  headers: { host: request.host, ...joinHeaders(request.headers) },
  body: request.body,
});

const theirSigner = (request) =>
  new SignatureV4({
    service: request.service,
    region: request.region,
    credentials: {
      accessKeyId: request.credentials.access_key_id,
      secretAccessKey: request.credentials.secret_access_key,
      sessionToken: request.credentials.session_token,
    },
    sha256: Sha256,
    uriEscapePath: !request.keep,
    applyChecksum: request.signBodyHeader,
  });

const signWithTheirs = (request) =>
  theirSigner(request).sign(theirRequest(request), { signingDate: new Date(request.time * 1000) });

// Unlike theirs, our presigned form leaves x-amz-* headers where they are.
const presignWithTheirs = (request) =>
  theirSigner(request).presign(theirRequest(request), {
    signingDate: new Date(request.time * 1000),
    expiresIn: request.expires,
    unhoistableHeaders: new Set(request.headers.map(([name]) => name.toLowerCase())),
  });

// ---- What a verifier reads from a signed request -----------------------------------------------------------------------

// "20150830T123600Z" in Unix seconds; the years before 1970 do not occur.
const timeOf = (date) =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')) / 1000;

const headerOf = (headers, name) => headers.find(([key]) => key.toLowerCase() === name)?.[1];

// The request that a receiver of these headers would sign again: everything but the secret comes from the wire.
function received(request, headers) {
  const authorization = headerOf(headers, 'authorization');
  const [, id, , region, service] = authorization.match(/^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, /);
  const token = headerOf(headers, 'x-amz-security-token');
  return {
    ...request,
    headers: headers.filter(([name]) => name.toLowerCase() !== 'authorization'),
    region,
    service,
    credentials: {
      access_key_id: id,
      secret_access_key: request.credentials.secret_access_key,
      ...(request.credentials.session_token ? { session_token: token } : {}),
    },
    time: timeOf(headerOf(headers, 'x-amz-date')),
    signBodyHeader: false,
  };
}

const encodeStrictly = (plain) =>
  encodeURIComponent(plain).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function queryOf(query) {
  return Object.entries(query)
    .flatMap(([key, value]) => [value].flat().map((one) => `${encodeStrictly(key)}=${encodeStrictly(one)}`))
    .join('&');
}

// ---- Tests -------------------------------------------------------------------------------------------------------------

const random = new Random(SEED);
const requests = Array.from({ length: COUNT }, () => randomRequest(random));

const describe = (request, ours) =>
  `MOONWIRE_SEED=${SEED}\n${JSON.stringify({ ...request, body: request.body.toString('base64') })}\n${ours.canonical_request}`;

test(`seed ${SEED}: the requests are worth it`, (t) => {
  t.diagnostic(`MOONWIRE_SEED=${SEED}`);
  const count = (predicate) => requests.filter(predicate).length;
  assert.ok(count((r) => r.path.includes('connections')) > 20);
  assert.ok(count((r) => r.query.includes('&')) > 100);
  assert.ok(count((r) => r.headers.some(([, value]) => value.includes('\n'))) > 20);
  assert.ok(count((r) => r.credentials.session_token) > 100);
  assert.ok(count((r) => r.keep) > 20);
  assert.ok(count((r) => r.body.includes(0)) > 50);
});

test('both sign alike, and add the same headers', async () => {
  const ours = signWithOurs(requests.map((request) => inputOf(request)));
  for (const [i, request] of requests.entries()) {
    const theirs = await signWithTheirs(request);
    assert.equal(ours[i].authorization, theirs.headers.authorization, describe(request, ours[i]));
    for (const name of ['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token']) {
      assert.equal(headerOf(ours[i].headers, name), theirs.headers[name], describe(request, ours[i]));
    }
  }
});

test('theirs accepts what ours has signed', async () => {
  const ours = signWithOurs(requests.map((request) => inputOf(request)));
  for (const [i, request] of requests.entries()) {
    const again = await signWithTheirs(received(request, ours[i].headers));
    assert.equal(again.headers.authorization, ours[i].authorization, describe(request, ours[i]));
  }
});

test('ours accepts what theirs has signed', async () => {
  const theirs = await Promise.all(requests.map(signWithTheirs));
  const ours = signWithOurs(requests.map((request, i) => inputOf(received(request, Object.entries(theirs[i].headers)))));
  for (const [i, request] of requests.entries()) {
    assert.equal(ours[i].authorization, theirs[i].headers.authorization, describe(request, ours[i]));
  }
});

test('ours refuses what theirs has signed when something changed on the way', async () => {
  const changes = [
    (r) => ({ ...r, body: Buffer.concat([r.body, Buffer.from('x')]), headers: r.headers.filter(([name]) => name !== 'x-amz-content-sha256') }),
    (r) => ({ ...r, path: `${r.path}x` }),
    (r) => ({ ...r, query: r.query ? `${r.query}&x=1` : 'x=1' }),
    (r) => ({ ...r, method: r.method === 'GET' ? 'POST' : 'GET' }),
    (r) => ({ ...r, headers: [...r.headers, ['x-added', '1']] }),
    (r) => ({ ...r, host: 'other.example', headers: r.headers.filter(([name]) => name !== 'host') }),
    (r) => ({ ...r, time: r.time + 1 }),
    (r) => ({ ...r, region: `${r.region}0` }),
    (r) => ({ ...r, credentials: { ...r.credentials, secret_access_key: 'other' } }),
  ];
  const theirs = await Promise.all(requests.map(signWithTheirs));
  const changed = requests.map((request, i) => changes[i % changes.length](received(request, Object.entries(theirs[i].headers))));
  const ours = signWithOurs(changed.map((request) => inputOf(request)));
  for (const [i, request] of changed.entries()) {
    const signature = theirs[i].headers.authorization.match(/[0-9a-f]{64}$/)[0];
    assert.notEqual(ours[i].signature, signature, describe(request, ours[i]));
  }
});

test('both presign alike', async () => {
  const ours = signWithOurs(requests.map((request) => inputOf(request, true)));
  for (const [i, request] of requests.entries()) {
    const theirs = await presignWithTheirs(request);
    assert.equal(ours[i].signature, theirs.query['X-Amz-Signature'], describe(request, ours[i]));
    const parameters = new URL(ours[i].url).searchParams;
    for (const name of Object.keys(theirs.query).filter((key) => key.startsWith('X-Amz-'))) {
      assert.equal(parameters.get(name), theirs.query[name], describe(request, ours[i]));
    }
  }
});

test('ours accepts a URL that theirs has presigned', async () => {
  const theirs = await Promise.all(requests.map(presignWithTheirs));
  const ours = signWithOurs(
    requests.map((request, i) => {
      const { query } = theirs[i];
      const wire = { ...request, query: queryOf(query), time: timeOf(query['X-Amz-Date']), expires: Number(query['X-Amz-Expires']) };
      return inputOf(wire, true);
    }),
  );
  for (const [i, request] of requests.entries()) {
    assert.equal(ours[i].signature, theirs[i].query['X-Amz-Signature'], describe(request, ours[i]));
  }
});
