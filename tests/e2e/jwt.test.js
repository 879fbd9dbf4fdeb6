'use strict';
// Tokens in a handler: those that jose signs, those that jose refuses, and what it takes and we do not.
// What is verified at all stands in tests/unit/test_jwt*.c; fetching key sets in jwt-keys.test.js.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const test = require('node:test');
const { exportSPKI } = require('jose');
const { scenario } = require('./helper/bootstrap');
const { Issuer, ALGORITHMS, AUDIENCE, keyPair, forge, hmac, base64url } = require('./helper/issuer');

/** The handler verifies event.tokens (or event.token) with event.options: [{ claims, header } or { message, code }]. */
const HANDLER = `
  local jwt = require "moonwire.jwt"
  local M = {}
  local function verify(verifier, token)
    local claims, header, code = verifier:verify(token)
    if claims then return { claims = claims, header = header } end
    return { message = header, code = code }
  end
  function M.run(event)
    local verifier, results = jwt.verifier(event.options), {}
    for i, token in ipairs(event.tokens) do results[i] = verify(verifier, token) end
    return results
  end
  return M`;
const FILES = { 'app.lua': HANDLER };

let issuer;
test.before(async () => { issuer = await Issuer.start(); });
test.after(() => issuer.close());

const options = (changes = {}) => ({ issuer: issuer.url, audience: AUDIENCE, ...changes });

async function verify(lambda, tokens, changes) {
  const reply = await lambda.invoke({ tokens, options: options(changes) });
  assert.equal(reply.kind, 'response', reply.text);
  return reply.json;
}

/** Nothing of the tokens, header and claims in clear included, was written or stands in a message. */
function assertSilent(lambda, results, tokens) {
  const said = lambda.stderr + lambda.stdout + results.map(({ message }) => message || '').join('\n');
  for (const token of tokens) {
    for (const part of token.split('.').filter((text) => text.length > 12)) assert.ok(!said.includes(part), part);
  }
  assert.ok(!said.includes('canary'));
}

scenario('tokens of every algorithm are accepted, by jose too', { files: FILES }, async (lambda) => {
  const tokens = await Promise.all(ALGORITHMS.map((name) => issuer.token(name, { claims: { name, list: [], none: null, canary: 1 } })));
  const results = await verify(lambda, tokens);
  for (const [i, name] of ALGORITHMS.entries()) {
    assert.equal(results[i].code, undefined, `${name}: ${results[i].message}`);
    assert.deepEqual(results[i].claims, await issuer.secondOpinion(tokens[i]), name);
    assert.deepEqual(results[i].header, { alg: name, kid: name });
  }
  const other = await Promise.all(ALGORITHMS.map((name) => verify(lambda, tokens, { algorithms: [name] })));
  for (const [i, ofOne] of other.entries()) {
    assert.deepEqual(ofOne.map(({ code }) => code || 'ok'), tokens.map((_, k) => (k === i ? 'ok' : 'algorithm')));
  }
  assertSilent(lambda, results, tokens);
});

/** ES256 signatures of 64 bytes: r, s. */
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const ZERO = Buffer.alloc(32);
const one = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);

/** A function that signs a text as ES256 does, whatever it is. */
async function signerOf(name) {
  const { privateKey } = await keyPair(name);
  return (text) => crypto.sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
}

/** Tokens that both refuse: name, the token, our code. */
async function refused() {
  const rs = await issuer.token('RS256', { header: { canary: 'canary' } });
  const es = await issuer.token('ES256');
  const { publicKey, jwk } = await keyPair('RS256');
  const pem = await exportSPKI(publicKey);
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const signer = await signerOf('ES256');
  const parts = (token) => token.split('.');
  const claims = issuer.claims({ sub: 'canary' });
  const signed = (name, changes) => issuer.token(name, { claims: changes });
  const now = Math.floor(Date.now() / 1000);
  const hs = (secret, header = {}) => forge({ alg: 'HS256', ...header }, claims, hmac(secret));
  const esWith = (r, s) => forge({ alg: 'ES256', kid: 'ES256' }, claims, Buffer.concat([r, s]));
  const raw = Buffer.from(parts(es)[2], 'base64url');
  return [
    ['another payload', `${parts(rs)[0]}.${base64url(claims)}.${parts(rs)[2]}`, 'signature'],
    ['another header', `${base64url({ alg: 'RS256', kid: 'RS256' })}.${parts(rs)[1]}.${parts(rs)[2]}`, 'signature'],
    ['no signature', `${parts(rs)[0]}.${parts(rs)[1]}.`, 'signature'],
    ['the signature of another token', `${parts(rs)[0]}.${parts(rs)[1]}.${parts(es)[2]}`, 'signature'],
    ['another key of the same kind', await issuer.token('RS256 2', { header: { kid: 'RS256' } }), 'signature'],
    ['expired', await signed('RS256', { exp: now - 70 }), 'expired'],
    ['not yet valid', await signed('ES256', { nbf: now + 300 }), 'not_yet_valid'],
    ['another issuer', await signed('EdDSA', { iss: `${issuer.url}/` }), 'issuer'],
    ['no issuer', await signed('EdDSA', { iss: undefined }), 'issuer'],
    ['another audience', await signed('PS256', { aud: ['a', 'b'] }), 'audience'],
    ['no audience', await signed('PS256', { aud: undefined }), 'audience'],
    ['no exp', await signed('ES384', { exp: undefined }), 'claims'],
    ['exp in a string', await signed('ES384', { exp: String(now + 600) }), 'claims'],
    ['an unknown kid', await signed('RS256 2', {}), 'unknown_key'],
    ['RS256 with the kid of an ES key', await issuer.token('RS256', { header: { kid: 'ES256' } }), 'algorithm'],
    ['RS256 in the name of ES256', forge({ alg: 'RS256', kid: 'ES256' }, claims, raw), 'algorithm'],
    ['ES256 in the name of RS256', forge({ alg: 'ES256', kid: 'RS256' }, claims, raw), 'algorithm'],
    ['HS256 by the PEM of the RSA key', hs(pem, { kid: 'RS256' }), 'algorithm'],
    ['HS256 by the PEM without line end', hs(pem.trim()), 'algorithm'],
    ['HS256 by the DER', hs(der, { kid: 'RS256' }), 'algorithm'],
    ['HS256 by the modulus', hs(Buffer.from(jwk.n, 'base64url')), 'algorithm'],
    ['HS256 by the modulus as text', hs(jwk.n), 'algorithm'],
    ['HS256 by nothing', hs(''), 'algorithm'],
    ...['none', 'None', 'NONE', 'nOnE', '', ' none'].map((alg) => [`alg "${alg}"`, forge({ alg, kid: 'RS256' }, claims, ''), 'algorithm']),
    ['alg none with the signature of another', forge({ alg: 'none' }, claims, raw), 'algorithm'],
    ['a psychic signature', esWith(ZERO, ZERO), 'signature'],
    ['r of zero', esWith(ZERO, raw.subarray(32)), 'signature'],
    ['s of zero', esWith(raw.subarray(0, 32), ZERO), 'signature'],
    ['r and s of the order', esWith(ORDER, ORDER), 'signature'],
    ['r and s of one', esWith(one, one), 'signature'],
    ['ES256 signature in DER', forge({ alg: 'ES256', kid: 'ES256' }, claims, Buffer.concat([Buffer.from([0x30, 6, 2, 1, 0, 2, 1, 0])])), 'signature'],
    ['ES256 signature with zeros in front', `${parts(es)[0]}.${parts(es)[1]}.${base64url(Buffer.concat([ZERO, raw]))}`, 'signature'],
    ['ES256 signature of one byte more', `${parts(es)[0]}.${parts(es)[1]}.${base64url(Buffer.concat([raw, Buffer.from([0])]))}`, 'signature'],
    ['an extension that must be understood', forge({ alg: 'ES256', kid: 'ES256', crit: ['canary'], canary: 1 }, claims, signer), 'malformed'],
    ['one part', 'canary', 'malformed'],
    ['five parts', `${es}.canary.canary`, 'malformed'],
    ['blanks around it', ` ${es} `, 'malformed'],
    ['Bearer in front', `Bearer ${es}`, 'malformed'],
    ['payload that is no JSON', forge({ alg: 'ES256', kid: 'ES256' }, 'canary', raw), 'signature'],
    ['header that is no JSON', forge('canary', claims, raw), 'malformed'],
    ['header that is a list', forge([], claims, raw), 'malformed'],
    ['alg that is a list', forge({ alg: ['ES256'], kid: 'ES256' }, claims, raw), 'malformed'],
  ];
}

scenario('forged, confused and expired tokens are refused, by jose too', { files: FILES }, async (lambda) => {
  const cases = await refused();
  const results = await verify(lambda, cases.map(([, token]) => token));
  for (const [i, [name, token, code]] of cases.entries()) {
    assert.deepEqual([results[i].code, results[i].claims], [code, undefined], `${name}: ${results[i].message}`);
    assert.equal(typeof await issuer.secondOpinion(token), 'string', `${name}: jose accepts it`);
  }
  assertSilent(lambda, results, cases.map(([, token]) => token));
});

scenario('what jose takes and we do not', { files: FILES }, async (lambda) => {
  const twice = (text) => text.replace('}', ',"sub":"mallory"}');
  const signer = await signerOf('ES256');
  const cases = [
    [await issuer.token('ES256', { header: { typ: 'logout+jwt' } }), 'malformed'],
    [await issuer.token('ES256', { header: { crit: ['b64'], b64: true } }), 'malformed'],
    [forge('{"alg":"ES256","kid":"RS256","kid":"ES256"}', issuer.claims(), signer), 'malformed'],
    [forge({ alg: 'ES256', kid: 'ES256' }, twice(JSON.stringify(issuer.claims())), signer), 'claims'],
    [await issuer.token('ES256', { claims: { sub: 7 } }), 'claims'],
    [await issuer.token('ES256', { claims: { iat: Math.floor(Date.now() / 1000) + 300 } }), 'not_yet_valid'],
    [await issuer.token('ES256', { claims: { pad: 'x'.repeat(6200) } }), 'too_large'],
    [await issuer.token('ES256', { header: { pad: 'x'.repeat(1024) } }), 'too_large'],
  ];
  const results = await verify(lambda, cases.map(([token]) => token));
  for (const [i, [token, code]] of cases.entries()) {
    assert.equal(results[i].code, code, `${i}: ${results[i].message}`);
    assert.equal(typeof await issuer.secondOpinion(token), 'object', `${i}: jose refuses it`);
  }
});

scenario('max_token moves the limit', { files: FILES }, async (lambda) => {
  const bytes = (count) => issuer.token('EdDSA', { claims: { pad: 'x'.repeat(count) } });
  const tokens = await Promise.all([5000, 60000, 90000].map(bytes));
  assert.deepEqual(tokens.map(({ length }) => length > 8192), [false, true, true]);
  const codes = async (changes) => (await verify(lambda, tokens, changes)).map(({ code }) => code || 'ok');
  assert.deepEqual(await codes({}), ['ok', 'too_large', 'too_large']);
  assert.deepEqual(await codes({ max_token: 131072 }), ['ok', 'ok', 'ok']);
  assert.deepEqual(await codes({ max_token: 100000 }), ['ok', 'ok', 'too_large']);
});

scenario('keys are chosen without a kid when only one fits', { files: FILES }, async (lambda) => {
  const tokens = await Promise.all(['RS256', 'ES256', 'EdDSA', 'RS384'].map((name) => issuer.token(name, { header: { kid: undefined } })));
  const [rs, es, ed] = await Promise.all(['RS256', 'ES256', 'EdDSA'].map(async (name) => (await keyPair(name)).jwk));
  const codes = async (keys) => (await verify(lambda, tokens, { jwks: { keys } })).map(({ code }) => code || 'ok');
  assert.deepEqual(await codes([rs, es, ed]), ['ok', 'ok', 'ok', 'signature']);
  assert.deepEqual(await codes([{ ...rs, alg: 'RS256' }, es]), ['ok', 'ok', 'unknown_key', 'unknown_key']);
  assert.deepEqual(await codes([rs, { ...rs, kid: 'other' }, es]), ['unknown_key', 'ok', 'unknown_key', 'unknown_key']);
  assert.deepEqual(await codes([es, { kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA' }, { kty: 'unknown' }]), ['unknown_key', 'ok', 'unknown_key', 'unknown_key']);
});

scenario('a secret in the key set verifies nothing', { files: FILES }, async (lambda) => {
  const secret = 'a secret that was published, by mistake';
  const { jwk } = await keyPair('ES256');
  const keys = [jwk, { kty: 'oct', kid: 'oct', alg: 'HS256', k: base64url(secret) }];
  const tokens = [{ kid: 'oct' }, {}].map((header) => forge({ alg: 'HS256', ...header }, issuer.claims(), hmac(secret)));
  const results = await verify(lambda, tokens, { jwks: { keys } });
  assert.deepEqual(results.map(({ code }) => code), ['algorithm', 'algorithm']);
  const own = await verify(lambda, tokens, { secret });
  assert.deepEqual(own.map(({ claims }) => claims && claims.sub), ['ann', 'ann']);
});

/** The numbers of a linear congruential generator (Numerical Recipes): the same tokens in every run. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A good token with one to four bytes changed, dropped, doubled or exchanged. */
function damage(token, random) {
  const bytes = [...Buffer.from(token)];
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(bytes.length);
    const other = [random(128), 46, 65 + random(26), 34][random(4)];
    bytes.splice(at, random(2), ...[[], [other], [other], [bytes[at], bytes[at]]][random(4)]);
  }
  return Buffer.from(bytes).toString();
}

scenario('garbage by the thousand', { files: FILES }, async (lambda) => {
  const random = generator(5);
  const good = await Promise.all(ALGORITHMS.map((name) => issuer.token(name)));
  const codes = new Set();
  for (let round = 0; round < 10; round++) {
    const tokens = Array.from({ length: 400 }, () => damage(good[random(good.length)], random)).filter((token) => !good.includes(token));
    for (const [i, { code, claims }] of (await verify(lambda, tokens)).entries()) {
      assert.equal(claims, undefined, tokens[i]);
      codes.add(code);
    }
  }
  assert.deepEqual([...codes].sort(), ['algorithm', 'malformed', 'signature', 'unknown_key']);
});
