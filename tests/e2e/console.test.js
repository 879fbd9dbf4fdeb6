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

/** What the feed has behind `after`: waits for it for a while. */
async function feed(dev, after, wait = 20000) {
  const { status, json, body } = await call(dev, `console/feed?wait_ms=${wait}${after === undefined ? '' : `&after=${after}`}`);
  assert.equal(status, 200, body);
  return json;
}

/** Reads the feed until `find(records)` gives something; `find` sees all records that have come. */
async function follow(dev, find, after) {
  const all = [];
  for (let next = after; ;) {
    const answer = await feed(dev, next);
    all.push(...answer.records);
    next = answer.next;
    const found = find(all);
    if (found) return found;
  }
}

scenario('the feed has the records in their order, once', echo, async (dev) => {
  const client = await dev.connect();
  await client.ask('before anybody looks');
  const first = await follow(dev, (records) => records.find(({ type, route }) => type === 'invocation' && route === '$default') && records);
  for (let i = 0; i < 20; i++) await client.ask(`message ${i}`);
  const { next: last } = await feed(dev, first.at(-1).seq);
  assert.ok(last > first.at(-1).seq);
  const { run, records, next, lost } = await feed(dev);
  assert.match(run, /^[0-9a-f-]{36}$/);
  assert.deepEqual(records.map(({ seq }) => seq), records.map((_, i) => i + 1));
  assert.deepEqual([next, lost], [records.at(-1).seq, 0]);
  assert.ok(records.filter(({ type }) => type === 'invocation').length > 1);
  const lines = dev.all({ type: 'invocation' });
  for (const { seq, ...record } of records.filter(({ type }) => type === 'invocation')) {
    assert.deepEqual(record, lines.find(({ requestId }) => requestId === record.requestId));
  }
  assert.deepEqual((await feed(dev, next + 100)).records, []); // a number of another run: at once
  for (const query of ['after=x', 'after=-1', 'wait_ms=soon']) assert.equal((await call(dev, `console/feed?${query}`)).status, 400, query);
});

scenario('a poll waits for news, and its end', echo, async (dev) => {
  const { next } = await feed(dev);
  const waiting = feed(dev, next);
  await (await dev.connect()).ask('hello');
  const { records } = await waiting;
  assert.ok(records.length > 0);
});

scenario('how things are: GET console/state', echo, async (dev) => {
  const client = await dev.connect();
  await client.ask('hello');
  const { json: state } = await call(dev, 'console/state');
  assert.equal(state.service, 'tested');
  assert.equal(state.websocketUrl, dev.url);
  assert.equal(state.generation, 1);
  assert.equal(state.loadError, null);
  assert.deepEqual(state.routes, [{ routeKey: '$default', function: 'app', handler: 'app.main', twoWay: false }]);
  assert.deepEqual(state.functions, [{ name: 'app', handler: 'app.main', routed: true, memoryMb: 1024, timeoutS: 25 }]);
  assert.equal(state.environments.length, 1);
  assert.deepEqual(state.environments.map(({ function: name, number, generation, invocations, places }) => [name, number, generation, invocations, places]), [['app', 1, 1, 1, 1]]);
  assert.match(state.environments[0].state, /^(idle|busy)$/);
  assert.deepEqual(state.connections.map(({ state: is }) => is), ['open']);
  assert.deepEqual(state.faults, (await call(dev, 'faults')).json);
});
