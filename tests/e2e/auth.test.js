'use strict';
// moonwire.auth: tokens as Amazon Cognito makes them, and authorizer functions behind the local gateway. Tokens are made by jose.

const assert = require('node:assert/strict');
const test = require('node:test');
const { scenario } = require('./helper/bootstrap');
const { withDev } = require('./helper/dev');
const { upgrade } = require('./helper/client');
const { Issuer } = require('./helper/issuer');

const POOL = 'eu-central-1_Ab1Cd2Ef3';
const COGNITO = `https://cognito-idp.eu-central-1.amazonaws.com/${POOL}`;

/** The handler verifies event.tokens with a verifier for each of event.options: lists of the id, or of the code. */
const VERIFY = `
  local auth = require "moonwire.auth"
  local M = {}
  function M.run(event)
    local results = {}
    for i, options in ipairs(event.options) do
      local verifier = auth.cognito(options)
      results[i] = {}
      for k, token in ipairs(event.tokens) do
        local user, message, code = verifier:verify(token)
        results[i][k] = user and user.id or code
        if message then print(message) end
      end
    end
    return results
  end
  return M`;

let issuer;
test.before(async () => { issuer = await Issuer.start(['RS256', 'ES256']); });
test.after(() => issuer.close());

/** Claims as "Understanding user pool JSON web tokens" (Amazon Cognito Developer Guide) shows them; undefined removes one. */
const common = { iss: COGNITO, sub: 'ann', event_id: 'e', auth_time: 1, jti: 'j', 'cognito:groups': ['admin'] };
const access = (changes) => issuer.token('RS256', { claims: { ...common, aud: undefined, client_id: 'web', token_use: 'access', scope: 'openid', username: 'Ann', ...changes } });
const id = (changes) => issuer.token('RS256', { claims: { ...common, aud: 'web', token_use: 'id', 'cognito:username': 'Ann', email: 'ann@example.com', ...changes } });

scenario('tokens of a user pool', { files: { 'app.lua': VERIFY } }, async (lambda) => {
  const jwks = { keys: issuer.keys };
  const pool = { user_pool_id: POOL, client_id: 'web', jwks };
  const now = Math.floor(Date.now() / 1000);
  // what verifiers say of each: for access tokens, for id tokens, for access tokens of several clients, of any client
  const cases = [
    ['an access token', access(), 'ann', 'audience', 'ann', 'ann'],
    ['an id token', id(), 'token_use', 'ann', 'token_use', 'token_use'],
    ['of another client', access({ client_id: 'mobile' }), 'audience', 'audience', 'ann', 'ann'],
    ['of a third client', access({ client_id: 'shop' }), 'audience', 'audience', 'audience', 'ann'],
    ['of no client', access({ client_id: undefined }), 'audience', 'audience', 'audience', 'ann'],
    ['of a list of clients', access({ client_id: ['web'] }), 'audience', 'audience', 'audience', 'ann'],
    ['an access token with aud, without client', access({ client_id: undefined, aud: 'web' }), 'audience', 'token_use', 'audience', 'ann'],
    ['an id token of another client', id({ aud: 'mobile' }), 'token_use', 'audience', 'token_use', 'token_use'],
    ['an id token that says it is one for access', id({ token_use: 'access' }), 'audience', 'token_use', 'audience', 'ann'],
    ['without a use', access({ token_use: undefined }), 'token_use', 'audience', 'token_use', 'token_use'],
    ['of another pool', access({ iss: `${COGNITO}x` }), 'issuer', 'issuer', 'issuer', 'issuer'],
    ['of the same pool in another Region', access({ iss: COGNITO.replace('central', 'west') }), 'issuer', 'issuer', 'issuer', 'issuer'],
    ['expired', access({ exp: now - 61 }), 'expired', 'expired', 'expired', 'expired'],
    ['of another key', issuer.token('RS256 2', { header: { kid: 'RS256' }, claims: { ...common } }), 'signature', 'signature', 'signature', 'signature'],
  ];
  const tokens = await Promise.all(cases.map(([, token]) => token));
  const options = [pool, { ...pool, token_use: 'id' }, { ...pool, token_use: 'access', client_id: ['web', 'mobile'] }, { ...pool, client_id: false }];
  const { json, text } = await lambda.invoke({ tokens, options });
  assert.equal(json?.length, options.length, text);
  for (const [i, [name, , ...wanted]] of cases.entries()) assert.deepEqual(json.map((list) => list[i]), wanted, name);
  for (const token of tokens) {
    for (const part of token.split('.')) assert.ok(!(lambda.stdout + lambda.stderr).includes(part), 'a token was written');
  }
});

scenario('the id of a user of a pool, and pools elsewhere', { files: { 'app.lua': VERIFY } }, async (lambda) => {
  const jwks = { keys: issuer.keys };
  const idOf = { user_pool_id: POOL, client_id: 'web', jwks, id_claim: 'username' };
  const china = { user_pool_id: 'cn-north-1_a', client_id: 'web', jwks };
  const government = { user_pool_id: 'us-gov-west-1_a', client_id: 'web', jwks };
  const tokens = [await access(),
    await access({ iss: 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a' }),
    await access({ iss: 'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_a' })];
  const { json } = await lambda.invoke({ tokens, options: [idOf, china, government] });
  assert.deepEqual(json, [['Ann', 'issuer', 'issuer'], ['issuer', 'ann', 'issuer'], ['issuer', 'issuer', 'ann']]);
});

/** A service whose door lets in who has a token of the issuer, unless that one is banned. */
function guarded(url) {
  const door = `
    local auth = require "moonwire.auth"
    local verifier = auth.jwt { issuer = "${url}", audience = "chat" }
    local authorizer = verifier:authorizer { claims = { "name", "level", "groups" } }
    return { main = function(event)
      local user = verifier:verify_request { headers = event.headers, query = event.queryStringParameters }
      if user and user.banned then return auth.deny(event, { principal = user.id }) end
      return authorizer(event)
    end }`;
  const app = `
    local ws = require "moonwire.ws"
    return { main = function(event)
      local c = event.requestContext
      if c.eventType == "DISCONNECT" then print("gone: " .. c.authorizer.principalId) end
      if c.eventType ~= "MESSAGE" then return true end
      return ws.reply(c.authorizer)
    end }`;
  const events = ['$connect', '$disconnect', '$default']
    .map((route) => ({ websocket: { route, ...(route === '$connect' && { authorizer: { name: 'door', identitySource: [] } }) } }));
  const yaml = { service: 'chat', provider: { name: 'aws', environment: { MOONWIRE_LOG_EVENT: 'errors' } }, functions: { app: { handler: 'app.main', events }, door: { handler: 'door.main' } } };
  return { files: { 'serverless.yml': JSON.stringify(yaml), 'app.lua': app, 'door.lua': door }, args: ['--max-environments', '1'] };
}

test('an authorizer function', () => withDev(guarded(issuer.url), async (dev) => {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const good = await issuer.token('ES256', { claims: { name: 'Ann', level: 3, groups: ['a', 'b'], exp } });
  const client = await dev.connect({ path: `?token=${good}` });
  const context = { principalId: 'ann', name: 'Ann', level: '3', groups: '["a","b"]', exp: String(exp) };
  assert.deepEqual(await client.askJson('who am I?'), context);
  await client.close();
  await dev.line({ type: 'log', function: 'app', text: 'gone: ann' });

  const sign = (name, claims) => issuer.token(name, { claims });
  const tokens = {
    shop: await sign('ES256', { aud: 'shop' }), old: await sign('RS256', { exp: exp - 700 }), banned: await sign('RS256', { banned: true }),
  };
  const refused = [
    ['nothing', {}, 401, 'missing'],
    ['no token', { Authorization: 'Bearer nonsense' }, 401, 'malformed'],
    ['for somebody else', { Authorization: `Bearer ${tokens.shop}` }, 401, 'audience'],
    ['expired', { 'Sec-WebSocket-Protocol': `chat.v1, bearer.${tokens.old}` }, 401, 'expired'],
    ['banned', { Authorization: `Bearer ${tokens.banned}` }, 403],
  ];
  for (const [name, headers, status, code] of refused) {
    const answer = await upgrade(dev.url, headers);
    assert.equal(answer.status, status, name);
    answer.socket?.destroy();
    if (code) await dev.line({ type: 'log', function: 'door', text: new RegExp(`refused: auth: .*"code":"${code}"`) });
  }
  assert.equal((await upgrade(`${dev.url}?token=${tokens.old}`)).status, 401);
  await dev.invocations(refused.length + 2, { route: 'authorizer' });
  await dev.line({ type: 'log', function: 'door', text: /the event of the invocation that failed/ });
  for (const part of Object.values({ ...tokens, good }).flatMap((token) => token.split('.').slice(1))) {
    assert.ok(!dev.stdout.includes(part), 'a token was written');
  }
}));

test('an issuer that does not answer is not the client\'s fault', async () => {
  const gone = await Issuer.start(['ES256']);
  const token = await gone.token('ES256');
  await gone.close();
  await withDev(guarded(gone.url), async (dev) => {
    assert.equal(await dev.handshake({ path: `?token=${token}` }), 500);
    const { error } = await dev.line({ type: 'invocation', route: 'authorizer' });
    assert.match(JSON.stringify(error), /auth: the key set http[^ ]+ cannot be read/);
  });
});
