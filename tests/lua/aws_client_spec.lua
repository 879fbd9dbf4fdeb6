-- aws.request, aws.client, dynamodb.client: what is wrong with arguments is said at the caller. What goes out is tested in
-- tests/e2e/aws-client.test.js.
local aws = require "moonwire.aws"
local dynamodb = require "moonwire.dynamodb"
local json = require "moonwire.json"

-- A port where nobody listens: what gets that far was accepted.
local URL = "http://127.0.0.1:1"
local keys = { access_key_id = "AKID", secret_access_key = "hush" }

local function with(fields)
  local request = { service = "s3", url = URL, region = "eu-central-1", credentials = keys }
  for name, value in pairs(fields) do request[name] = value end
  return request
end

local function client(name, options)
  local all = { endpoint = URL, region = "eu-central-1", credentials = keys }
  for option, value in pairs(options or {}) do all[option] = value end
  return aws.client(name, all)
end

local function db() return dynamodb.client { endpoint = URL, region = "eu-central-1", credentials = keys } end

local function invoke(changes)
  local request = { FunctionName = "f" }
  for name, value in pairs(changes) do request[name] = value end
  return function() client "lambda":Invoke(request) end
end

local raised = {
  { "no request", function() aws.request() end, "aws.request: request must be a table, got nil" },
  { "no service", function() aws.request { url = URL } end, "aws.request: service must be a string, got nil" },
  { "an empty url", function() aws.request(with { url = "" }) end, "aws.request: url must not be empty" },
  { "a typing error", function() aws.request(with { heders = {} }) end, "aws.request: request has an unknown field: heders" },
  { "a body that is a table", function() aws.request(with { body = {} }) end, "aws.request: body must be a string, got table" },
  { "no time", function() aws.request(with { timeout_ms = 0 }) end, "aws.request: timeout_ms must be from 1" },
  { "keys that are none", function() aws.request(with { credentials = { access_key_id = "A" } }) end,
    "aws.request: credentials.secret_access_key must be a string, got nil" },
  { "a header with a line break", function() aws.request(with { headers = { a = "b\nc" } }) end, "aws.request: header a has a line break" },
  { "a header that is a table", function() aws.request(with { headers = { a = {} } }) end, "aws.request: headers: the value of a must be" },
  { "a header of the signature", function() aws.request(with { headers = { { "Authorization", "x" } } }) end,
    "aws.request: headers: Authorization comes with the signature and cannot be given" },
  { "a query that is text", function() aws.request(with { query = "a=b" }) end, "aws.request: query must be a table, got string" },
  { "a list as query", function() aws.request(with { query = { "a" } }) end, "aws.request: query must have strings as names, got number" },
  { "a value of a query", function() aws.request(with { query = { a = print } }) end, 'aws.request: query["a"] must be a string, a number' },
  { "NaN in a query", function() aws.request(with { query = { a = { 0 / 0 } } }) end, 'aws.request: query["a"] must be' },
  { "a query with a table that is no list", function() aws.request(with { query = { a = { b = 1 } } }) end,
    'aws.request: query["a"] must be a list (keys 1..n), got a table with the key "b"' },
  { "a query with a hole", function() aws.request(with { query = { a = { 1, nil, 3 } } }) end,
    'aws.request: query["a"] must be a list (keys 1..n), got a table with nothing at 2' },
  { "headers with a hole", function() aws.request(with { headers = { { "a", "b" }, nil, { "c", "d" } } }) end,
    "aws.request: headers must be a list (keys 1..n), got a table with nothing at 2" },
  { "a Region that is none", function() aws.request(with { region = "a/b" }) end, "aws.request: region must be the name of an AWS Region" },
  { "an endpoint without a scheme", function() client("sqs", { endpoint = "localhost:8000" }) end,
    "aws.client: endpoint must start with https:// or http:// and a host" },
  { "an endpoint without a host", function() client("sqs", { endpoint = "http://" }) end, "aws.client: endpoint must start with" },
  { "an endpoint of another scheme", function() dynamodb.client { endpoint = "ftp://h" } end, "dynamodb.client: endpoint must start with" },
  { "a Region that leads elsewhere", function() client("sqs", { region = "x.evil/" }) end, "aws.client: region must be the name" },
  { "a Region with a blank", function() dynamodb.client { region = "eu central" } end, "dynamodb.client: region must be the name" },
  { "no name", function() aws.client() end, "aws.client: service must be a string, got nil" },
  { "an unknown service", function() aws.client "s3" end, 'aws.client: there is no service "s3" here, but acm,' },
  { "the way out", function() aws.client "sns" end, "aws.request calls every service" },
  { "an unknown option", function() aws.client("sqs", { regio = "x" }) end, "aws.client: options has an unknown field: regio; there are credentials, endpoint, region, timeout_ms" },
  { "an option's type", function() aws.client("sqs", { region = 1 }) end, "aws.client: region must be a string, got number" },
  { "options that are none", function() aws.client("sqs", "eu-central-1") end, "aws.client: options must be a table, got string" },
  { "a small letter", function() client "sqs":sendMessage {} end, "aws.client: sqs has no member sendMessage: actions are written" },
  { "a dot", function() client "sqs".SendMessage {} end, "sqs:SendMessage: call it with a colon: client:SendMessage { ... }" },
  { "a request that is text", function() client "sqs":SendMessage "hi" end, "sqs:SendMessage: the request must be a table, got string" },
  { "a request that is no JSON", function() client "sqs":SendMessage { A = { print } } end, "sqs:SendMessage: $.A[1]: cannot encode a function" },
  { "another action of lambda", function() client "lambda":ListFunctions {} end, "aws.client: there is no lambda:ListFunctions here" },
  { "Invoke without a name", function() client "lambda":Invoke {} end, "lambda:Invoke: FunctionName must be a string, got nil" },
  { "Invoke with a typing error", function() client "lambda":Invoke { FunctionName = "f", Paylod = {} } end, "lambda:Invoke: request has an unknown field: Paylod" },
  { "Invoke with a payload", function() client "lambda":Invoke { FunctionName = "f", Payload = { print } } end,
    "lambda:Invoke: Payload is not JSON: $[1]: cannot encode a function" },
  { "Invoke with a line break in the type", invoke { InvocationType = "Event\r\nX-Evil: 1" },
    "lambda:Invoke: InvocationType must be RequestResponse, Event or DryRun" },
  { "Invoke with another type", invoke { InvocationType = "event" }, "lambda:Invoke: InvocationType must be RequestResponse, Event or DryRun" },
  { "Invoke with a line break in the log", invoke { LogType = "Tail\n" }, "lambda:Invoke: LogType must be None or Tail" },
  { "Invoke with a line break in the context", invoke { ClientContext = "e30=\r\n" }, "lambda:Invoke: ClientContext must be a table, or Base64" },
  { "Invoke with a line break in the alias", invoke { Qualifier = "live\r\n" }, "lambda:Invoke: Qualifier must be a version or an alias" },
  { "Invoke of ..", invoke { FunctionName = ".." }, "lambda:Invoke: FunctionName must be the name or the ARN" },
  { "Invoke of .", invoke { FunctionName = "." }, "lambda:Invoke: FunctionName must be the name or the ARN" },
  { "Invoke of a path", invoke { FunctionName = "../x" }, "lambda:Invoke: FunctionName must be the name or the ARN" },
  { "Invoke of a query", invoke { FunctionName = "f?x" }, "lambda:Invoke: FunctionName must be the name or the ARN" },
  { "Invoke of a name with NUL", invoke { FunctionName = "f\0" }, "lambda:Invoke: FunctionName must be the name or the ARN" },
  { "numbers", function() dynamodb.client { numbers = "all" } end, 'dynamodb.client: numbers must be "exact", or be left out' },
  { "an option of the database", function() dynamodb.client { table = "x" } end, "dynamodb.client: options has an unknown field: table" },
  { "a value", function() db():PutItem { Item = { a = print } } end, "dynamodb:PutItem: Item.a: DynamoDB cannot keep a function" },
  { "null as a request", function() db():PutItem(json.null) end, "dynamodb:PutItem: the request must be a table, got null" },
  { "null as an option", function() dynamodb.client { region = json.null } end, "dynamodb.client: region must be a string, got null" },
  { "null in a set", function() dynamodb.set { json.null } end, "dynamodb.set: element 1 of a set must be a string, a number or binary, got null" },
  { "null as a header", function() aws.request(with { headers = { a = json.null } }) end, "the value of a must be a string, got null" },
  { "a list as an item", function() db():PutItem { Item = { "a", "b" } } end,
    "dynamodb:PutItem: Item: must be a table of attributes, got a list" },
  { "a number as a name", function() db():PutItem { Item = { [3] = "a" } } end,
    "dynamodb:PutItem: Item: the names in it must be strings, got a number" },
  { "a boolean as a name", function() db():PutItem { Item = { [true] = "a" } } end,
    "dynamodb:PutItem: Item: the names in it must be strings, got a boolean" },
  { "a boolean as a name in a map", function() db():PutItem { Item = { a = { [true] = "a" } } } end,
    "dynamodb:PutItem: Item.a.true: the names in a map must be strings, got boolean" },
  { "null as a key", function() db():GetItem { Key = json.null } end, "dynamodb:GetItem: Key: must be a table of attributes, got null" },
  { "names where a list must be", function() db():TransactWriteItems { TransactItems = { a = 1 } } end,
    "dynamodb:TransactWriteItems: TransactItems: must be a list, got an object" },
  { "a list as a request", function() db():PutItem { {} } end, "dynamodb:PutItem: the request: must be a table with names as keys, got a list" },
  { "a method", function() db():put {} end, "dynamodb.client: dynamodb has no member put" },
  { "scan with a dot", function() db().scan {} end, "dynamodb:scan: call it with a colon: client:scan(...)" },
  { "batch_write with a dot", function() db().batch_write {} end, "dynamodb:batch_write: call it with a colon" },
  { "raw with a dot", function() db().raw("PutItem", {}) end, "dynamodb:raw: call it with a colon: client:raw(...)" },
  { "a query without a request", function() db():query() end, "dynamodb:query: request must be a table, got nil" },
  { "a query with a value", function() db():query { ExpressionAttributeValues = { [":a"] = 0 / 0 } } end,
    'dynamodb:query: ExpressionAttributeValues[":a"]: DynamoDB has no NaN' },
  { "a count", function() db():scan { Select = "COUNT" } end, 'dynamodb:scan: Select = "COUNT" gives no items' },
  { "a raw action that is none", function() db():raw("Put\nItem", {}) end, "dynamodb:raw: action must be the name of an action, such as PutItem" },
  { "a raw action", function() db():raw({}) end, "dynamodb:raw: action must be a string, got table" },
  { "a batch", function() db():batch_write { users = { { put = {} }, { set = {} } } } end,
    'dynamodb:batch_write: requests["users"][2] must be { put = item } or { delete = key }' },
  { "a batch of both", function() db():batch_write { users = { { put = {}, delete = {} } } } end, "must be { put = item } or { delete = key }" },
  { "a batch of values", function() db():batch_write { users = { { put = { a = 0 / 0 } } } } end,
    "dynamodb:batch_write: RequestItems.users[1].PutRequest.Item.a: DynamoDB has no NaN" },
  { "a batch without lists", function() db():batch_write { users = { put = { id = "lost" } } } end,
    'dynamodb:batch_write: requests["users"] must be a list (keys 1..n), got a table with the key "put"' },
  { "a batch with a hole", function() db():batch_write { users = { { put = {} }, nil, { put = {} } } } end,
    'dynamodb:batch_write: requests["users"] must be a list (keys 1..n), got a table with nothing at 2' },
  { "a batch in AWS's form", function() db():batch_write { RequestItems = { users = {} } } end,
    "dynamodb:batch_write: requests must have the tables themselves as keys, { users = { ... } }, without RequestItems around them" },
  { "a batch to read in AWS's form", function() db():batch_get { RequestItems = { users = { Keys = {} } } } end,
    "dynamodb:batch_get: requests must have the tables themselves as keys" },
  { "one key in place of keys", function() db():batch_get { users = { id = "lost" } } end,
    'dynamodb:batch_get: requests["users"] must be a list (keys 1..n), got a table with the key "id"' },
  { "Keys that are one key", function() db():batch_get { users = { Keys = { id = "lost" } } } end,
    'dynamodb:batch_get: requests["users"].Keys must be a list (keys 1..n), got a table with the key "id"' },
  { "a batch of text", function() db():batch_get { users = "a" } end, 'requests["users"] must be a list (keys 1..n), got string' },
  { "a batch that is a list", function() db():batch_get { { id = 1 } } end, "dynamodb:batch_get: requests must have names of tables as keys" },
  { "a batch of keys", function() db():batch_get { users = { "a" } } end, "dynamodb:batch_get: RequestItems.users.Keys[1]: must be a table" },
}

describe("raises at the caller:", function()
  for _, case in ipairs(raised) do
    it(case[1], function()
      local ok, message = pcall(case[2])
      assert.equal(false, ok)
      assert.matches("aws_client_spec%.lua:%d+: ", message)
      assert.truthy(message:find(case[3], 1, true), message)
      assert.is_nil(message:find("hush", 1, true))
    end)
  end
end)

describe("returns nil, message, code:", function()
  local returned = {
    { "a url that is none", function() return aws.request(with { url = "x" }) end, "bad_request", "aws.request: url must begin with http" },
    { "an endpoint with a query", function() return client("sqs", { endpoint = "http://h?a" }):A {} end, "bad_request", "sqs:A: endpoint: url must have no query" },
  }
  for _, case in ipairs(returned) do
    it(case[1], function()
      local result, message, code, response = case[2]()
      assert.is_nil(result)
      assert.equal(case[3], code)
      assert.equal(case[4], message:sub(1, #case[4]))
      assert.is_nil(response)
    end)
  end
end)
