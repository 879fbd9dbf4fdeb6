'use strict';
// Key sets from the network: when they are fetched and when not, rotation, outages, tasks that fetch for each other.

const assert = require('node:assert/strict');
const { scenario } = require('./helper/bootstrap');
const { serve } = require('./helper/server');
const { certificate } = require('./helper/certificate');
const { Issuer, AUDIENCE } = require('./helper/issuer');

const DAY = { exp: Math.floor(Date.now() / 1000) + 86400 };

/** The handlers: os.time runs ahead by event.clock seconds. */
const FILES = {
  'app.lua': `
    local async, http, jwt = require "moonwire.async", require "moonwire.http", require "moonwire.jwt"
    local time, ahead = os.time, 0
    function os.time(t) return t and time(t) or time() + ahead end
    local M = {}

    local function verify(event, token)
      ahead = event.clock or 0
      local claims, header, code = jwt.verifier(event.options):verify(token)
      if claims then return "ok" end
      return code .. ": " .. header
    end

    function M.run(event)
      if event.busy then return M[event.busy](event) end
      local results = {}
      for i, token in ipairs(event.tokens) do results[i] = verify(event, token) end
      return results
    end

    -- All at once.
    function M.all(event)
      local functions = {}
      for i, token in ipairs(event.tokens) do functions[i] = function() return verify(event, token) end end
      return async.all(functions)
    end

    -- The first one is cancelled as soon as its request has reached the server; the others wait for it then.
    function M.cancelled(event)
      local handles, results = {}, {}
      for i, token in ipairs(event.tokens) do handles[i] = async.spawn(function() return verify(event, token) end) end
      assert(http.request { url = event.options.issuer .. "/arrived" })
      assert(handles[1]:cancel())
      for i = 2, #handles do results[i - 1] = handles[i]:wait() end
      return results
    end
    return M`,
};

/** One test with an issuer that publishes the keys of these names; body(verify, issuer, lambda). */
function story(name, names, body, more = {}) {
  scenario(name, { files: FILES, ...more }, async (lambda) => {
    const issuer = await Issuer.start(names);
    const verify = async (tokens, event = {}) => {
      const options = { issuer: issuer.url, audience: AUDIENCE, ...event.options };
      const reply = await lambda.invoke({ tokens, ...event, options });
      assert.equal(reply.kind, 'response', reply.text);
      return reply.json.map((text) => (event.messages ? text : text.split(': ')[0]));
    };
    try {
      await body(verify, issuer, lambda);
    } finally {
      await issuer.close();
    }
  });
}

story('a key set is fetched at the first token, and then kept', ['RS256'], async (verify, issuer) => {
  const token = await issuer.token('RS256', { claims: DAY });
  assert.equal(issuer.fetches, 0);
  assert.deepEqual(await verify([token, token]), ['ok', 'ok']);
  assert.deepEqual(await verify([token], { clock: 599, options: { audience: false } }), ['ok']); // another verifier
  assert.equal(issuer.fetches, 1);
  assert.deepEqual(issuer.server.requests[0].headers.accept, 'application/json');
  assert.deepEqual(await verify([token, token], { clock: 600 }), ['ok', 'ok']);
  assert.equal(issuer.fetches, 2);
});

story('the URL can be given, with a slash behind the issuer or with the set elsewhere', ['ES256'], async (verify, issuer) => {
  const token = (claims) => issuer.token('ES256', { claims });
  const urls = () => issuer.server.requests.map(({ url }) => url);
  assert.deepEqual(await verify([await token({ iss: `${issuer.url}/` })], { options: { issuer: `${issuer.url}/` } }), ['ok']);
  issuer.answer = (request, response) => response.end(JSON.stringify({ keys: issuer.keys }));
  const elsewhere = { issuer: 'someone', jwks_url: `${issuer.url}/oauth/keys?version=1` };
  assert.deepEqual(await verify([await token({ iss: 'someone' })], { options: elsewhere }), ['ok']);
  assert.deepEqual(urls(), ['/.well-known/jwks.json', '/oauth/keys?version=1']);
});

story('an unknown key costs one request a minute, whoever sends how many', ['RS256'], async (verify, issuer) => {
  const old = await issuer.token('RS256', { claims: DAY });
  const strangers = Array.from({ length: 50 }, () => issuer.token('ES256', { claims: DAY }));
  const many = await Promise.all(strangers);
  assert.deepEqual(await verify([old]), ['ok']);
  assert.deepEqual([...new Set(await verify(many, { clock: 59 }))], ['unknown_key']);
  assert.equal(issuer.fetches, 1);
  assert.deepEqual([...new Set(await verify(many, { clock: 61 }))], ['unknown_key']);
  assert.equal(issuer.fetches, 2);
  assert.deepEqual([...new Set(await verify(many, { clock: 130, busy: 'all' }))], ['unknown_key']);
  assert.equal(issuer.fetches, 3);
});

story('a new key is found, a withdrawn one refused', ['RS256'], async (verify, issuer) => {
  const [old, young] = await Promise.all(['RS256', 'ES256'].map((name) => issuer.token(name, { claims: DAY })));
  assert.deepEqual(await verify([old]), ['ok']);
  await issuer.rotate(['RS256', 'ES256']);
  assert.deepEqual(await verify([young, old], { clock: 70 }), ['ok', 'ok']);
  assert.equal(issuer.fetches, 2);
  await issuer.rotate(['ES256']);
  assert.deepEqual(await verify([old, young], { clock: 100 }), ['ok', 'ok']);
  assert.deepEqual(await verify([old, young], { clock: 700 }), ['unknown_key', 'ok']);
  assert.equal(issuer.fetches, 3);
  issuer.keys = [];
  assert.deepEqual(await verify([old, young], { clock: 1400 }), ['unknown_key', 'unknown_key']);
});

story('64 tasks share one fetch', ['RS256'], async (verify, issuer) => {
  const token = await issuer.token('RS256', { claims: DAY });
  const all = await verify(Array(64).fill(token), { busy: 'all' });
  assert.deepEqual([...new Set(all)], ['ok']);
  assert.equal(issuer.fetches, 1);
  await verify(Array(64).fill(token), { busy: 'all', clock: 700 });
  assert.equal(issuer.fetches, 2);
});

story('invocations in several slots share one fetch', ['RS256'], async (verify, issuer, lambda) => {
  const token = await issuer.token('RS256', { claims: DAY });
  const waiting = [];
  issuer.answer = (...exchange) => waiting.push(exchange);
  const all = Promise.all(Array.from({ length: 8 }, () => verify([token])));
  await lambda.api.when(() => lambda.api.waiting.length === 0 && lambda.api.queue.length === 0);
  while (waiting.length === 0) await new Promise(setImmediate);
  issuer.answer = issuer.publish;
  issuer.publish(...waiting[0]);
  assert.deepEqual((await all).flat(), Array(8).fill('ok'));
  assert.equal(issuer.fetches, 1);
}, { slots: 8 });

story('another task takes over when the one that fetches is cancelled', ['RS256'], async (verify, issuer) => {
  const token = await issuer.token('RS256', { claims: DAY });
  let arrived;
  issuer.answer = (request, response) => {
    if (request.url === '/arrived') arrived = response;
    else if (!issuer.held) issuer.held = response; // is never answered
    else issuer.publish(request, response);
    if (arrived && issuer.held) arrived.end();
  };
  assert.deepEqual(await verify(Array(5).fill(token), { busy: 'cancelled' }), Array(4).fill('ok'));
  assert.deepEqual(issuer.server.requests.map(({ url }) => url).sort(), ['/.well-known/jwks.json', '/.well-known/jwks.json', '/arrived']);
});

story('an old set serves for an hour while the issuer is down', ['RS256'], async (verify, issuer) => {
  const token = await issuer.token('RS256', { claims: DAY });
  const stranger = await issuer.token('ES256', { claims: DAY });
  assert.deepEqual(await verify([token]), ['ok']);
  issuer.answer = (request, response) => response.writeHead(503).end('sorry');
  assert.deepEqual(await verify([token, token], { clock: 700 }), ['ok', 'ok']);
  assert.equal(issuer.fetches, 2);
  assert.deepEqual(await verify([token], { clock: 702 }), ['ok']); // not asked again at once
  assert.equal(issuer.fetches, 2);
  assert.match((await verify([stranger], { clock: 800, messages: true }))[0], /^unknown_key: jwt: the set has no key .*; the key set http.* cannot be read: HTTP 503$/);
  assert.deepEqual(await verify([token], { clock: 3590 }), ['ok']);
  assert.deepEqual(await verify([token], { clock: 3601 }), ['server']);
  const asked = issuer.fetches;
  issuer.answer = issuer.publish;
  assert.deepEqual(await verify([token], { clock: 3602 }), ['server']);
  assert.equal(issuer.fetches, asked);
  assert.deepEqual(await verify([token], { clock: 3607 }), ['ok']);
});

story('a clock that is set back makes the set old, not everlasting', ['RS256'], async (verify, issuer) => {
  const token = await issuer.token('RS256', { claims: DAY });
  assert.deepEqual(await verify([token], { clock: 3600 }), ['ok']);
  assert.deepEqual(await verify([token]), ['ok']);
  assert.equal(issuer.fetches, 2);
});

/** Answers that are no key set: name, the answer, what the message says. */
const useless = [
  ['HTML', (response) => response.end('<html>maintenance</html>'), /^server: jwt: the key set http:\/\/127\.0\.0\.1:\d+\/\.well-known\/jwks\.json cannot be read: it is no JSON: line 1/],
  ['nothing', (response) => response.end(), /^server: .*: it is no JSON: line 1/],
  ['a list', (response) => response.end('[]'), /^server: .*: it is no JSON Web Key Set: no list "keys"$/],
  ['404', (response) => response.writeHead(404).end('{"keys":[]}'), /^server: .*: HTTP 404$/],
  ['a redirect', (response) => response.writeHead(302, { Location: '/keys' }).end(), /^server: .*: HTTP 302$/],
  ['too much', (response) => response.end(`{"keys":[]${' '.repeat(66000)}}`), /^server: .* cannot be read: .*(65536|64 KB)/],
  ['too many keys', (response) => response.end(JSON.stringify({ keys: Array(65).fill({}) })), /^server: .*: it has more than 64 keys$/],
  ['half of it', (response) => { response.writeHead(200, { 'Content-Length': 100 }); response.write('{"keys":['); response.socket.end(); }, /^network: /],
  ['a cut connection', (response) => response.socket.destroy(), /^network: /],
  ['keys of no use', (response) => response.end('{"keys":[{"kty":"oct","k":"AAAA"}]}'), /^unknown_key: .*\(keys in the set: 1, usable: 0\)$/],
];
for (const [name, answer, message] of useless) {
  story(`a key set that is none: ${name}`, ['RS256'], async (verify, issuer) => {
    const token = await issuer.token('RS256', { claims: DAY });
    issuer.answer = (request, response) => answer(response);
    const [first, second] = await verify([token, token], { messages: true });
    assert.match(first, message);
    assert.equal(second, first);
    assert.equal(issuer.fetches, 1, 'asked again at once');
    issuer.answer = issuer.publish;
    assert.deepEqual(await verify([token], { clock: 61 }), ['ok']);
  });
}

story('a key set that does not come: timeout', ['RS256'], async (verify, issuer) => {
  const token = await issuer.token('RS256', { claims: DAY });
  issuer.answer = () => {};
  assert.deepEqual(await verify([token, token]), ['timeout', 'timeout']);
  assert.equal(issuer.fetches, 1);
});

story('nobody listens, or with a certificate that nobody vouches for: network', ['RS256'], async (verify, issuer) => {
  const token = await issuer.token('RS256', { claims: DAY });
  const stranger = await serve((request, response) => response.end(JSON.stringify({ keys: issuer.keys })), certificate());
  try {
    assert.deepEqual(await verify([token], { options: { jwks_url: `${stranger.url}/keys` } }), ['network']);
    assert.equal(stranger.requests.length, 0);
  } finally {
    await stranger.close();
  }
  assert.deepEqual(await verify([token], { options: { jwks_url: `${stranger.url}/closed` } }), ['network']);
});
