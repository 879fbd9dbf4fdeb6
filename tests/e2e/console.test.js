'use strict';
// The console's side of the control port: the page, who may call, what the calls tell.

const assert = require('node:assert/strict');
const { scenario, ECHO } = require('./helper/dev');
const { request } = require('./helper/client');

/** One call below /_control/ with the token of the run, as the page makes it: { status, headers, body, json }. */
async function call(dev, target, { method = 'GET', body, headers = {}, token = dev.token } = {}) {
  const authorization = token === null ? {} : { Authorization: `Bearer ${token}` };
  const answer = await request(`${dev.controlUrl}/_control/${target}`, { method, body, headers: { ...authorization, ...headers } });
  return { ...answer, json: answer.body ? JSON.parse(answer.body) : undefined };
}

const echo = { routes: { $default: ECHO } };

scenario('the page is there for everybody on this machine', echo, async (dev) => {
  const { status, headers, body } = await request(`${dev.controlUrl}/`);
  assert.equal(status, 200);
  assert.match(body, /^<!doctype html>/i);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.deepEqual(
    ['cache-control', 'x-content-type-options', 'referrer-policy', 'cross-origin-resource-policy', 'x-frame-options'].map((name) => headers[name]),
    ['no-store', 'nosniff', 'no-referrer', 'same-origin', 'DENY'],
  );
  const policy = headers['content-security-policy'];
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /);
  assert.ok(policy.includes(`ws://127.0.0.1:${dev.port} ws://localhost:${dev.port}`), policy);
  assert.ok(!body.includes(dev.token));
  assert.equal((await request(`${dev.controlUrl}/console/console.html`)).body, body);
  for (const path of ['/console/', '/console/none.js', '/console/../console.html', '/console/%2e%2e/console.html', '/consoles']) {
    assert.equal((await request(dev.controlUrl + path)).status, 404, path);
  }
  assert.equal((await request(`${dev.controlUrl}/`, { method: 'POST', body: '{}' })).status, 405);
  assert.equal((await request(`${dev.controlUrl}/`, { headers: { Host: 'evil.example' } })).status, 403);
});

scenario('whoever has the token may do what signed calls may', echo, async (dev) => {
  assert.equal((await call(dev, 'service')).json.service, 'tested');
  assert.deepEqual((await call(dev, 'connections')).json, { connections: [] });
  for (const token of ['', 'x', `${dev.token}x`, dev.token.slice(1), dev.token.toUpperCase()]) {
    const { status, json } = await call(dev, 'service', { token });
    assert.deepEqual([status, Object.keys(json)], [401, ['message']], token);
  }
  assert.equal((await call(dev, 'console/state', { token: null })).status, 401);
  assert.equal((await call(dev, 'service', { token: null })).status, 403); // as ever
  assert.equal((await call(dev, 'console/none')).status, 404);
});

scenario('the token alone is not enough for a page of another site', echo, async (dev) => {
  for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }, { Host: 'evil.example' }]) {
    const { status, body } = await call(dev, 'service', { headers });
    assert.equal(status, 403, JSON.stringify(headers));
    assert.ok(!body.includes('tested'));
  }
});
