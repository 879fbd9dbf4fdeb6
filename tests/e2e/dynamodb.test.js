'use strict';
// dynamodb.client against dynalite, which keeps tables as DynamoDB does, and its values against AWS's own @aws-sdk/util-dynamodb.

const test = require('node:test');
const assert = require('node:assert/strict');
const dynalite = require('dynalite');
const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const { marshall, NumberValueImpl } = require('@aws-sdk/util-dynamodb');
const { serve } = require('./helper/server');
const { withSnippets } = require('./helper/snippets');

const TABLES = `local db = dynamodb.client()
for name, keys in pairs { users = { "id" }, chat = { "pk", "sk" } } do
  local schema, attributes = {}, {}
  for i, key in ipairs(keys) do
    schema[i] = { AttributeName = key, KeyType = i == 1 and "HASH" or "RANGE" }
    attributes[i] = { AttributeName = key, AttributeType = "S" }
  end
  assert(db:CreateTable { TableName = name, KeySchema = schema, AttributeDefinitions = attributes, BillingMode = "PAY_PER_REQUEST" })
end
for _, name in ipairs { "users", "chat" } do
  while assert(db:DescribeTable { TableName = name }).Table.TableStatus ~= "ACTIVE" do async.sleep(10) end
end
return true`;

/** One test with two empty tables; body(run, url). */
function scenario(name, body) {
  test(name, { timeout: 120000 }, async () => {
    const server = dynalite({ createTableMs: 0 });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${server.address().port}`;
    try {
      await withSnippets({ AWS_ENDPOINT_URL_DYNAMODB: url }, async (run) => {
        assert.equal(await run(TABLES), true);
        await body((code, arg, options) => run(`local db = dynamodb.client()\n${code}`, arg, options), url);
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
}

scenario('an item comes back as it was put', async (run) => {
  const seen = await run(`
    local item = { id = "ann", text = "", zero = 0, n = -1.5, yes = true, no = false, none = json.null, list = json.array {}, map = {},
      deep = { { a = { 1, { b = json.array {} } } } }, bytes = dynamodb.binary "\\0\\255", tags = dynamodb.set { "a", "b" },
      ns = dynamodb.set { 1, 2.5 }, bs = dynamodb.set { dynamodb.binary "x" } }
    assert(db:PutItem { TableName = "users", Item = item })
    local first = assert(db:GetItem { TableName = "users", Key = { id = "ann" } }).Item
    assert(db:PutItem { TableName = "users", Item = first })
    local raw = assert(db:raw("GetItem", { TableName = "users", Key = { id = { S = "ann" } } })).Item
    return { raw = raw, bytes = first.bytes.bytes == "\\0\\255", has = first.tags:has "b", sum = first.ns[1] + first.ns[2] }`);
  assert.deepEqual(seen.raw.deep, { L: [{ M: { a: { L: [{ N: '1' }, { M: { b: { L: [] } } }] } } }] });
  assert.deepEqual([seen.raw.text, seen.raw.zero, seen.raw.n, seen.raw.yes, seen.raw.no], [{ S: '' }, { N: '0' }, { N: '-1.5' }, { BOOL: true }, { BOOL: false }]);
  assert.deepEqual([seen.raw.none, seen.raw.list, seen.raw.map, seen.raw.bytes], [{ NULL: true }, { L: [] }, { M: {} }, { B: 'AP8=' }]);
  assert.deepEqual([seen.raw.tags, seen.raw.ns, seen.raw.bs], [{ SS: ['a', 'b'] }, { NS: ['1', '2.5'] }, { BS: ['eA=='] }]);
  assert.deepEqual([seen.bytes, seen.has, seen.sum], [true, true, 3.5]);
});

scenario('numbers keep all digits when asked to', async (run, url) => {
  const digits = '12345678901234567890.123456789012345678';
  const seen = await run(`
    local exact = dynamodb.client { numbers = "exact" }
    assert(exact:PutItem { TableName = "users", Item = { id = "n", n = dynamodb.number(ARG) } })
    assert(exact:UpdateItem { TableName = "users", Key = { id = "n" }, UpdateExpression = "SET twin = :n",
      ExpressionAttributeValues = { [":n"] = exact:GetItem { TableName = "users", Key = { id = "n" } }.Item.n } })
    return { exact = tostring(exact:GetItem { TableName = "users", Key = { id = "n" } }.Item.twin),
      plain = db:GetItem { TableName = "users", Key = { id = "n" } }.Item.twin }`, digits);
  assert.deepEqual(seen, { exact: digits, plain: 12345678901234567000 });
  const sdk = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  const { Item } = await sdk.send(new GetItemCommand({ TableName: 'users', Key: { id: { S: 'n' } } }));
  sdk.destroy();
  assert.equal(Item.twin.N, digits);
});

scenario('update, delete, conditions', async (run) => {
  const seen = await run(`
    local function key(id) return { id = id } end
    local results = {}
    assert(db:PutItem { TableName = "users", Item = { id = "a", n = 1 } })
    results.updated = outcome(db:UpdateItem { TableName = "users", Key = key "a", UpdateExpression = "ADD n :n", ExpressionAttributeValues = { [":n"] = 2 },
      ReturnValues = "ALL_NEW" })
    results.refused = outcome(db:PutItem { TableName = "users", Item = key "a", ConditionExpression = "attribute_not_exists(id)" })
    results.deleted = outcome(db:DeleteItem { TableName = "users", Key = key "a", ReturnValues = "ALL_OLD" })
    results.missing = outcome(db:GetItem { TableName = "users", Key = key "a" })
    results.nowhere = outcome(db:GetItem { TableName = "nope", Key = key "a" })
    results.unknown = outcome(db:GrowTable { TableName = "users" })
    return results`);
  assert.deepEqual(seen.updated, { result: { Attributes: { id: 'a', n: 3 } } });
  assert.deepEqual([seen.refused.code, seen.refused.message], ['ConditionalCheckFailedException', 'dynamodb:PutItem: ConditionalCheckFailedException: The conditional request failed (HTTP 400)']);
  assert.deepEqual(seen.deleted, { result: { Attributes: { id: 'a', n: 3 } } });
  assert.deepEqual(seen.missing, { result: {} });
  assert.equal(seen.nowhere.code, 'ResourceNotFoundException');
  assert.equal(seen.unknown.code, 'UnknownOperationException');
});

scenario('query and scan follow pages', async (run) => {
  const seen = await run(`
    local writes = {}
    for i = 1, 60 do writes[i] = { put = { pk = i % 2 == 0 and "even" or "odd", sk = ("%03d"):format(i), n = i } } end
    assert(db:batch_write { chat = writes })
    local query = { TableName = "chat", KeyConditionExpression = "pk = :pk", ExpressionAttributeValues = { [":pk"] = "even" }, Limit = 7 }
    local names, all, first = {}, 0, nil
    for item in db:query(query) do names[#names + 1] = item.n end
    for item in db:scan { TableName = "chat", Limit = 11 } do all = all + item.n end
    for item in db:query(query) do first = item.n break end
    local page = assert(db:Query(query))
    for item in db:query { TableName = "chat", KeyConditionExpression = "pk = :pk", ExpressionAttributeValues = { [":pk"] = "none" } } do error "?" end
    local filtered = 0
    for item in db:scan { TableName = "chat", Limit = 5, FilterExpression = "n > :n", ExpressionAttributeValues = { [":n"] = 50 } } do filtered = filtered + 1 end
    return { names = names, all = all, first = first, page = page.Count, key = page.LastEvaluatedKey, kept = query.ExclusiveStartKey == nil, filtered = filtered }`);
  assert.deepEqual(seen.names, Array.from({ length: 30 }, (_, i) => 2 * i + 2));
  assert.deepEqual([seen.all, seen.first, seen.page, seen.kept, seen.filtered], [1830, 2, 7, true, 10]);
  assert.deepEqual(seen.key, { pk: 'even', sk: '014' });
});

scenario('an iterator raises what the service said', async (run) => {
  const seen = await run(`
    local ok, err = pcall(function() for item in db:scan { TableName = "nope" } do end end)
    return { ok = ok, code = err.code, type = err.type, message = err.message, text = tostring(err) }`);
  assert.deepEqual([seen.ok, seen.code, seen.type], [false, 'ResourceNotFoundException', 'ResourceNotFoundException']);
  assert.match(seen.message, /^dynamodb:Scan: ResourceNotFoundException/);
  assert.equal(seen.text, seen.message);
  const failure = await run('for item in db:scan { TableName = "nope" } do end').catch((error) => error.reply);
  assert.equal(failure.errorType, 'ResourceNotFoundException');
});

scenario('batches of any size', async (run) => {
  const seen = await run(`
    local writes, keys = {}, {}
    for i = 1, 130 do writes[i], keys[i] = { put = { id = "u" .. i, n = i } }, { id = "u" .. i } end
    keys[131] = { id = "nobody" }
    local written = outcome(db:batch_write { users = writes, chat = { { put = { pk = "a", sk = "b" } } } })
    local got = assert(db:batch_get { users = { Keys = keys, ProjectionExpression = "n", ConsistentRead = true }, chat = { { pk = "a", sk = "b" } } })
    local sum = 0
    for _, item in ipairs(got.users) do sum = sum + item.n assert(item.id == nil) end
    local deletes = {}
    for i, key in ipairs(keys) do deletes[i] = { delete = key } end
    assert(db:batch_write { users = deletes })
    local left = 0
    for _ in db:scan { TableName = "users" } do left = left + 1 end
    return { written = written, count = #got.users, sum = sum, chat = got.chat, left = left, nothing = outcome(db:batch_write {}), none = db:batch_get { users = {} } }`);
  assert.deepEqual(seen.written, { result: true });
  assert.deepEqual([seen.count, seen.sum, seen.chat, seen.left], [130, 8515, [{ pk: 'a', sk: 'b' }], 0]);
  assert.deepEqual([seen.nothing, seen.none], [{ result: true }, {}]);
});

/* Values, next to those of AWS's SDK: JavaScript and the Lua that means the same */

const VALUES = [
  ['', '""'], ['ü🌙', '"ü🌙"'], [0, '0'], [-0, '-0'], [1, '1'], [-7, '-7'], [0.1, '0.1'], [1 / 3, '1/3'], [1e-7, '1e-7'],
  [9007199254740991, '2^53 - 1'], [123456789.125, '123456789.125'], [true, 'true'], [false, 'false'], [null, 'json.null'],
  [[], 'json.array {}'], [{}, '{}'], [[1, 'a', null, [true]], '{ 1, "a", json.null, { true } }'], [{ a: { b: [] } }, '{ a = { b = json.array {} } }'],
  [new Uint8Array([0, 1, 255]), 'dynamodb.binary "\\0\\1\\255"'], [new Set(['a', 'b']), 'dynamodb.set { "a", "b" }'], [new Set([1, 2.5]), 'dynamodb.set { 1, 2.5 }'],
  [new Set([new Uint8Array([97])]), 'dynamodb.set { dynamodb.binary "a" }'],
  [NumberValueImpl.from('12345678901234567890.5'), 'dynamodb.number "12345678901234567890.5"'],
];

/** What JSON makes of AWS's form: bytes as Base64; 1e-7 as JavaScript writes it. */
const plain = (value) => JSON.parse(JSON.stringify(value, (key, part) => (part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part)));
const numbersAs = (text) => text.replace(/"N":"([^"]*)"/g, (_, digits) => `"N":${digits.length < 18 ? Number(digits) : `"${digits}"`}`);

test('values have the form that AWS\'s SDK gives them', { timeout: 120000 }, async () => {
  const server = await serve((request, response) => response.end('{}'));
  try {
    await withSnippets({ AWS_ENDPOINT_URL: server.url }, async (run) => {
      for (const [value, lua] of VALUES) {
        await run(`assert(dynamodb.client():PutItem { TableName = "t", Item = { v = ${lua} } })`);
        const { Item } = JSON.parse(server.requests.pop().body);
        assert.equal(numbersAs(JSON.stringify(Item)), numbersAs(JSON.stringify(plain(marshall({ v: value })))), lua);
      }
    });
  } finally {
    await server.close();
  }
});
