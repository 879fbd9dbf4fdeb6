'use strict';
// Signing in locally: the issuer that `moonwire dev` has, and `moonwire token`. jose is the second opinion.

const assert = require('node:assert/strict');
const test = require('node:test');
const jose = require('jose');
const { withDev, service } = require('./helper/dev');
const { request, upgrade } = require('./helper/client');
const { run } = require('./helper/program');
const { sign } = require('./helper/signature');
const { Issuer } = require('./helper/issuer');

const KEYS = { keyId: 'local', secret: 'local', region: 'local', service: 'moonwire' };

/** What a message is answered with: what each verifier says of the token in it. */
const ROUTES = {
  $connect: `
    local user = verifiers["local"]:verify_request { headers = event.headers, query = event.queryStringParameters }
    return { statusCode = user and 200 or 401 }`,
  $default: `
    local results = {}
    for name, verifier in pairs(verifiers) do
      local user, _, code = verifier:verify(event.body)
      results[name] = user and user.id or code
    end
    return ws.reply(results)`,
};

const more = (other) => `
  local auth = require "moonwire.auth"
  local verifiers = {
    ["local"] = auth.jwt { issuer = os.getenv "MOONWIRE_LOCAL_ISSUER", audience = "tested" },
    other = auth.jwt { issuer = "${other}", audience = "tested" },
    pool_here = auth.cognito { user_pool_id = "eu-central-1_a", client_id = "web", issuer = os.getenv "MOONWIRE_LOCAL_ISSUER" },
  }`;

let other;
test.before(async () => { other = await Issuer.start(['ES256']); });
test.after(() => other.close());

const decode = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

test('the local issuer', (t) => withDev({ files: service({ routes: ROUTES, more: more(other.url) }) }, async (dev) => {
  const { port, host } = new URL(dev.controlUrl);
  const issuer = `${dev.controlUrl}/_identity`;
  const keys = jose.createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const made = []; // nothing of these may be written
  const command = (...args) => run(['token', '--control-port', port, ...args]);
  const token = (...args) => {
    const { status, stdout, stderr } = command(...args);
    assert.deepEqual([status, stderr], [0, '']);
    made.push(stdout.trim());
    return stdout.trim();
  };

  await t.test('jose takes its tokens', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { payload, protectedHeader } = await jose.jwtVerify(token('--sub', 'ann'), keys, { issuer, audience: 'tested', algorithms: ['ES256'] });
    assert.deepEqual(Object.keys(payload).sort(), ['aud', 'exp', 'iat', 'iss', 'sub']);
    assert.deepEqual([payload.sub, payload.exp - payload.iat], ['ann', 3600]);
    assert.ok(payload.iat >= before && payload.iat <= Math.floor(Date.now() / 1000));
    const { keys: [key, ...rest] } = JSON.parse((await request(`${issuer}/.well-known/jwks.json`)).body);
    assert.deepEqual(rest, []);
    assert.deepEqual(Object.keys(key).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'], 'the public key alone');
    assert.equal(key.kid, await jose.calculateJwkThumbprint(key));
    assert.equal(protectedHeader.kid, key.kid);
    const configuration = JSON.parse((await request(`${issuer}/.well-known/openid-configuration`)).body);
    assert.deepEqual([configuration.issuer, configuration.jwks_uri], [issuer, `${issuer}/.well-known/jwks.json`]);
  });

  await t.test('claims', () => {
    const claims = ['name=Ann', 'level=3', 'admin=true', 'groups=["a","b"]', 'address={"city":"Bern"}', 'none=null', 'quoted="3"', 'empty=',
      'formula=a=b', 'phone=0041', 'long=12345678901234567890', 'nearly={x'].flatMap((claim) => ['--claim', claim]);
    const { iss, iat, exp, ...rest } = decode(token('--sub', 'ann', ...claims, '--audience', 'a', '--audience=b', '--expires', '60'));
    assert.equal(exp - iat, 60);
    assert.equal(iss, issuer);
    assert.deepEqual(rest, {
      sub: 'ann', aud: ['a', 'b'], name: 'Ann', level: 3, admin: true, groups: ['a', 'b'], address: { city: 'Bern' }, none: null, quoted: '3', empty: '',
      formula: 'a=b', phone: '0041', long: '12345678901234567890', nearly: '{x',
    });
    const { stdout } = command('--sub', '7', '--audience', 'x', '--json');
    const answer = JSON.parse(stdout);
    made.push(answer.token);
    assert.deepEqual([decode(answer.token).sub, decode(answer.token).aud, answer.issuer, answer.expiresAt], ['7', 'x', issuer, decode(answer.token).exp]);
  });

  await t.test('it opens the door', async () => {
    const good = token('--sub', 'ann');
    assert.equal(await dev.handshake({ path: `?token=${good}` }), 101);
    assert.equal(await dev.handshake({ headers: { authorization: `Bearer ${good}` } }), 101);
    const answer = await upgrade(dev.url, { 'Sec-WebSocket-Protocol': `chat.v1, bearer.${good}` });
    assert.deepEqual([answer.status, answer.headers['sec-websocket-protocol']], [101, undefined], 'the token is not echoed');
    answer.socket.destroy();
    for (const bad of ['', 'x', token('--sub', 'ann', '--audience', 'shop'), token('--sub', 'ann', '--expires', '-120')]) {
      assert.equal(await dev.handshake({ path: `?token=${bad}` }), 401);
    }
  });

  await t.test('only who names the issuer takes its tokens', async () => {
    const client = await dev.connect({ path: `?token=${token('--sub', 'ann')}` });
    const results = async (text) => client.askJson(text);
    assert.deepEqual(await results(token('--sub', 'ann')), { local: 'ann', other: 'unknown_key', pool_here: 'token_use' });
    const cognito = token('--sub', 'ann', '--claim', 'token_use=access', '--claim', 'client_id=web');
    assert.deepEqual(await results(cognito), { local: 'ann', other: 'unknown_key', pool_here: 'ann' });
    assert.deepEqual(await results(await other.token('ES256', { claims: { aud: 'tested' } })), { local: 'unknown_key', other: 'ann', pool_here: 'unknown_key' });
    const { kid } = jose.decodeProtectedHeader(cognito);
    const forged = await other.token('ES256', { header: { kid }, claims: { iss: issuer, aud: 'tested' } });
    assert.deepEqual(await results(forged), { local: 'signature', other: 'unknown_key', pool_here: 'signature' });
    const elsewhere = await other.token('ES256', { claims: { iss: issuer, aud: 'tested' } });
    assert.deepEqual(await results(elsewhere), { local: 'unknown_key', other: 'issuer', pool_here: 'unknown_key' });
    await client.close();
  });

  await t.test('without a signature nobody gets a token', async () => {
    const body = '{"sub":"ann"}';
    const path = '/_control/token';
    const post = (headers, to = path) => request(dev.controlUrl + to, { method: 'POST', headers, body });
    const signed = (changes = {}, headers = {}) => sign({ method: 'POST', host, path, body, headers }, { ...KEYS, ...changes });
    assert.equal((await post(signed())).status, 200);
    const page = { origin: 'https://evil.example' };
    for (const headers of [{}, signed({ secret: 'x' }), signed({ service: 'execute-api' }), signed({}, page), { ...signed(), ...page },
      { ...signed(), 'sec-fetch-site': 'cross-site' }, { ...signed(), host: 'evil.example' }]) {
      const answer = await post(headers);
      assert.equal(answer.status, 403, JSON.stringify(headers));
      assert.ok(!answer.body.includes('eyJ'), answer.body);
    }
    assert.equal((await request(dev.controlUrl + path, { headers: signed() })).status, 403, 'another method was signed');
  });

  await t.test('what it publishes is for programs of this machine', async () => {
    const url = `${issuer}/.well-known/jwks.json`;
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      assert.equal((await request(url, { headers })).status, 403, JSON.stringify(headers));
    }
    for (const path of ['', '/', '/.well-known', '/.well-known/jwks.json/', '/.well-known/other', '/token']) {
      assert.equal((await request(issuer + path)).status, 404, path);
    }
    assert.equal((await request(url, { method: 'POST' })).status, 404);
  });

  await t.test('wrong calls', () => {
    const cases = [
      [[], 2, '--sub is missing'],
      [['--sub', ''], 2, '--sub must not be empty'],
      [['--sub', 'ann', '--claim', 'name'], 2, '--claim takes NAME=VALUE, not "name"'],
      [['--sub', 'ann', '--claim', 'sub=eve'], 2, '--claim sub: --sub says it'],
      [['--sub', 'ann', '--claim', 'iss=x'], 2, '--claim iss: the issuer sets it'],
      [['--sub', 'ann', '--claim', 'a=1', '--claim', 'a=2'], 2, '--claim a is said twice'],
      [['--sub', 'ann', '--expires', '1h'], 2, '--expires takes a number of seconds, not "1h"'],
      [['--sub', 'ann', 'bob'], 2, '"bob" is too much'],
      [['--sub', 'ann', '--expires', '999999999999'], 1, 'expires_in must be a number of seconds, at most 315360000'],
      [['--sub', 'ann', '--claim', 'nbf=soon'], 1, 'nbf'],
    ];
    for (const [args, status, sentence] of cases) {
      const answer = command(...args);
      assert.deepEqual([answer.status, answer.stdout], [status, ''], args.join(' '));
      assert.match(answer.stderr, /^moonwire token: [^\n]+\n$/);
      assert.ok(answer.stderr.includes(sentence), answer.stderr);
    }
    assert.match(run(['token', '--help']).stdout, /^Usage: moonwire token --sub NAME/);
    const nobody = run(['token', '--sub', 'ann', '--control-port', '1']);
    assert.deepEqual([nobody.status, nobody.stdout], [1, '']);
    assert.match(nobody.stderr, /^moonwire token: no `moonwire dev` runs here with the control port 1/);
  });

  const said = dev.stdout + dev.stderr;
  for (const text of made) assert.ok(!said.includes(text.split('.')[2]) && !said.includes(text.split('.')[1]), 'a token was written');
}));
