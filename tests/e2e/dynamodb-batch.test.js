'use strict';
// Batches that DynamoDB leaves undone, errors with items in them, answers that make no sense: a scripted server in DynamoDB's
// place.

const test = require('node:test');
const assert = require('node:assert/strict');
const { serve } = require('./helper/server');
const { withSnippets } = require('./helper/snippets');

/** One test: answer(body, n) gives what the n-th request (from 1) is answered with: a JSON value, or [status, value]. */
function scenario(name, answer, body) {
  test(name, { timeout: 120000 }, async () => {
    const requests = [];
    const server = await serve((request, response) => {
      requests.push({ action: request.headers['x-amz-target'].split('.')[1], ...JSON.parse(request.body) });
      const found = answer(requests.at(-1), requests.length);
      const [status, value] = Array.isArray(found) ? found : [200, found];
      response.writeHead(status);
      response.end(typeof value === 'string' ? value : JSON.stringify(value));
    });
    try {
      await withSnippets({ AWS_ENDPOINT_URL: server.url, AWS_MAX_ATTEMPTS: '1' }, (run) => body((code, options) => run(`local db = dynamodb.client()\n${code}`, null, options), requests));
    } finally {
      await server.close();
    }
  });
}

const WRITES = `local writes = {}
  for i = 1, 60 do writes[i] = { put = { id = "u" .. i, n = i } } end\n`;
const idsOf = (writes) => writes.map(({ PutRequest, DeleteRequest }) => (PutRequest ? PutRequest.Item.id.S : DeleteRequest.Key.id.S));
const sorted = (list) => [...list].sort();
const ALL = Array.from({ length: 60 }, (_, i) => `u${i + 1}`);

scenario('60 writes, some undone: every one is written once', ({ RequestItems: { users } }, n) => (
  n <= 2 ? { UnprocessedItems: { users: users.slice(0, 10) } } : { UnprocessedItems: {} }
), async (run, requests) => {
  assert.deepEqual(await run(`${WRITES} return outcome(db:batch_write { users = writes })`), { result: true });
  assert.ok(requests.every(({ RequestItems: { users } }) => users.length <= 25));
  const done = requests.flatMap(({ RequestItems: { users } }, i) => idsOf(i < 2 ? users.slice(10) : users));
  assert.deepEqual(sorted(done), sorted(ALL));
});

scenario('no table twice in a request, no more than 25 of all tables', () => ({}), async (run, requests) => {
  await run(`${WRITES} assert(db:batch_write { users = writes, chat = { { delete = { id = "c" } }, { put = { id = "d" } } } })`);
  const sizes = requests.map(({ RequestItems }) => Object.values(RequestItems).flat().length);
  assert.deepEqual(sizes, [25, 25, 12]);
  assert.deepEqual(requests.flatMap(({ RequestItems: { chat = [] } }) => idsOf(chat)), ['c', 'd']);
});

scenario('a service that gets nothing done is given up', ({ RequestItems }) => ({ UnprocessedItems: RequestItems }), async (run, requests) => {
  const seen = await run('return outcome(db:batch_write { users = { { put = { id = "a", n = 0.1 } }, { delete = { id = "b" } } } })', { headers: { 'Lambda-Runtime-Deadline-Ms': String(Date.now() + 5000) } });
  assert.equal(seen.code, 'throttled');
  assert.match(seen.message, /^dynamodb:batch_write: 2 requests are left undone: (too little time before the deadline|tried 10 times)$/); // pauses are drawn by lot
  assert.deepEqual(seen.details, { users: [{ put: { id: 'a', n: 0.1 } }, { delete: { id: 'b' } }] });
  assert.ok(requests.length > 1);
});

scenario('a failure tells what is left', (_, n) => (n === 2 ? [400, { __type: 'ResourceNotFoundException', message: 'no table' }] : {}), async (run) => {
  const seen = await run(`${WRITES} local result = outcome(db:batch_write { users = writes }) result.count = #result.details.users return result`);
  assert.deepEqual([seen.code, seen.count], ['ResourceNotFoundException', 35]);
  assert.equal(seen.message, 'dynamodb:BatchWriteItem: ResourceNotFoundException: no table (HTTP 400)');
});

scenario('what is left can be written again, digits and all', (body, n) => (n === 1 ? [500, {}] : {}), async (run, requests) => {
  await run(`local _, _, _, rest = db:batch_write { users = { { put = { id = "a", n = dynamodb.number "9007199254740993", m = 0.5, s = dynamodb.set { 1 } } } } }
    assert(rest.users[1].put.m == 0.5 and db:batch_write(rest))`);
  assert.deepEqual(requests[1].RequestItems.users[0].PutRequest.Item, { id: { S: 'a' }, n: { N: '9007199254740993' }, m: { N: '0.5' }, s: { NS: ['1'] } });
});

scenario('250 reads, some undone: every key is read once, with its options', ({ RequestItems: { users } }, n) => {
  const [undone, done] = n <= 2 ? [users.Keys.slice(0, 30), users.Keys.slice(30)] : [[], users.Keys];
  const unprocessed = undone.length ? { UnprocessedKeys: { users: { Keys: undone } } } : {};
  return { Responses: { users: done.map((key) => ({ ...key, n: { N: '1' } })) }, ...unprocessed };
}, async (run, requests) => {
  const seen = await run(`local keys = {}
    for i = 1, 250 do keys[i] = { id = "u" .. i } end
    local got, seen, sum = assert(db:batch_get { users = { Keys = keys, ConsistentRead = true } }), {}, 0
    for _, item in ipairs(got.users) do assert(not seen[item.id]) seen[item.id] = true sum = sum + item.n end
    return sum`);
  assert.equal(seen, 250);
  assert.ok(requests.every(({ RequestItems: { users } }) => users.Keys.length <= 100 && users.ConsistentRead));
});

scenario('a failure in the middle of reads keeps what was read', ({ RequestItems: { users } }, n) => (
  n === 2 ? [400, { __type: 'ValidationException' }] : { Responses: { users: users.Keys } }
), async (run) => {
  const seen = await run(`local keys = {}
    for i = 1, 150 do keys[i] = { id = "u" .. i } end
    local got, message, code, items = db:batch_get { users = keys }
    return { got = got, code = code, count = #items.users }`);
  assert.deepEqual(seen, { code: 'ValidationException', count: 100 });
});

/* Pages */

scenario('pages go on at the key that was told, digit by digit, also behind an empty page', (_, n) => ({
  Items: n === 2 ? [] : [{ id: { N: String(n) } }], ...(n < 4 ? { LastEvaluatedKey: { id: { N: `900719925474099${n}` } } } : {}),
}), async (run, requests) => {
  assert.deepEqual(await run(`local ids = {}
    for item in db:scan { TableName = "t" } do ids[#ids + 1] = item.id end
    return ids`), [1, 3, 4]);
  assert.deepEqual(requests.map(({ ExclusiveStartKey }) => ExclusiveStartKey?.id.N), [undefined, '9007199254740991', '9007199254740992', '9007199254740993']);
});

scenario('a page in the middle that fails raises', (_, n) => (n === 2 ? [400, { __type: 'X', message: 'no' }] : { Items: [{}, {}], LastEvaluatedKey: {} }), async (run) => {
  const seen = await run(`local count = 0
    local ok, err = pcall(function() for item in db:scan { TableName = "t" } do count = count + 1 end end)
    return { ok = ok, code = err.code, message = err.message, details = err.details, count = count }`);
  assert.deepEqual(seen, { ok: false, code: 'X', message: 'dynamodb:Scan: X: no (HTTP 400)', details: { __type: 'X', message: 'no' }, count: 2 });
});

/* Errors with items */

scenario('a condition that failed shows the item', () => [400, {
  __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'The conditional request failed', Item: { id: { S: 'a' }, n: { N: '5' } },
}], async (run) => {
  const seen = await run('return outcome(db:PutItem { TableName = "users", Item = { id = "a" }, ReturnValuesOnConditionCheckFailure = "ALL_OLD" })');
  assert.deepEqual([seen.code, seen.details.Item], ['ConditionalCheckFailedException', { id: 'a', n: 5 }]);
});

scenario('a transaction that was cancelled says why', () => [400, {
  __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException', Message: 'Transaction cancelled',
  CancellationReasons: [{ Code: 'None', Message: null }, { Code: 'ConditionalCheckFailed', Message: 'no', Item: { id: { S: 'b' } } }],
}], async (run) => {
  const seen = await run('return outcome(db:TransactWriteItems { TransactItems = { { Put = { TableName = "t", Item = { id = "a" } } } } })');
  assert.equal(seen.code, 'TransactionCanceledException');
  assert.deepEqual(seen.details.CancellationReasons, [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Message: 'no', Item: { id: 'b' } }]);
});

/* Answers that make no sense */

const NONSENSE = [
  ['GetItem', { Item: { a: 'x' } }, /^dynamodb:GetItem: the answer makes no sense: Item\.a: an attribute value that is none$/],
  ['GetItem', { Item: [] }, /Item: must be a table of attributes, got a list/],
  ['GetItem', { Item: { a: { L: { x: { S: 'b' } } } } }, /Item\.a: L holds an object instead of a list/],
  ['Query', { Items: { a: {} } }, /Items: must be a list, got an object/],
  ['Query', '[]', /the answer is not a JSON object: a list/],
  ['GetItem', { Item: { a: { N: 'abc' } } }, /Item\.a: N: "abc" is not a decimal number/],
  ['GetItem', { Item: 7 }, /Item: must be a table of attributes, got a number/],
  ['Query', { Items: [{ a: { B: '?' } }] }, /Items\[1\]\.a: B: /],
  ['Query', { Items: 'x' }, /Items: must be a list, got a string/],
  ['Scan', '[1', /the answer is not a JSON object/],
  ['Scan', `{"Items":[{"a":${'{"L":['.repeat(600)}${']}'.repeat(600)}}]}`, /the answer is not a JSON object/],
];
for (const [action, answer, message] of NONSENSE) {
  scenario(`nonsense: ${action}: ${JSON.stringify(answer).slice(0, 40)}`, () => (typeof answer === 'string' ? [200, answer] : answer), async (run) => {
    const seen = await run(`return outcome(db:${action} { Key = {} })`);
    assert.equal(seen.code, 'server');
    assert.match(seen.message, message);
  });
}

const SENSELESS_BATCHES = [
  ['batch_write', 'users = { { put = { id = "a" } } }', { UnprocessedItems: { users: [{}] } }],
  ['batch_write', 'users = { { put = { id = "a" } } }', { UnprocessedItems: { users: [{ PutRequest: {} }] } }],
  ['batch_write', 'users = { { put = { id = "a" } } }', { UnprocessedItems: { users: 7 } }],
  ['batch_get', 'users = { { id = "a" } }', { Responses: { users: 7 } }],
  ['batch_get', 'users = { { id = "a" } }', { UnprocessedKeys: { users: { Keys: [7] } } }],
];
for (const [method, requests, answer] of SENSELESS_BATCHES) {
  scenario(`nonsense: ${method}: ${JSON.stringify(answer)}`, () => answer, async (run) => {
    const seen = await run(`return outcome(db:${method} { ${requests} })`);
    assert.equal(seen.code, 'server', seen.message);
    assert.match(seen.message, /the answer makes no sense/);
  });
}

scenario('keys of a table that nobody asked for are asked for again, and come', ({ RequestItems }, n) => (
  n === 1 ? { UnprocessedKeys: { other: { Keys: [{ id: { S: 'x' } }] }, users: {} } } : { Responses: { other: [{ id: { S: 'x' } }] } }
), async (run) => {
  assert.deepEqual(await run('return outcome(db:batch_get { users = { { id = "a" } } })'), { result: { users: {}, other: [{ id: 'x' }] } });
});
