-- What the subcommands in Lua share: their options, the events that `moonwire invoke` makes.
local event = require "moonwire.cli.event"
local json = require "moonwire.json"
local kinds = require "moonwire.cli.event_kinds"
local md5 = require "moonwire.cli.md5"
local options = require "moonwire.cli.options"
local verdict = require "moonwire.cli.verdict"

-- What parse() gives, and what it wrote to standard output and error.
local function parse(args)
  local out, err = {}, {}
  local stdout, stderr = io.stdout, io.stderr
  io.stdout = { write = function(_, ...) out[#out + 1] = table.concat { ... } end }
  io.stderr = { write = function(_, ...) err[#err + 1] = table.concat { ... } end }
  local ok, parsed, status = pcall(options.parse, {
    command = "try", usage = "Usage: moonwire try\n", arguments = { "NAME", "[FILE]" },
    options = { json = "flag", text = "text", port = "port", count = "count", opt = "list" },
  }, args)
  io.stdout, io.stderr = stdout, stderr
  assert.truthy(ok)
  return parsed, status, table.concat(out), table.concat(err)
end

describe("options.parse", function()
  it("reads options and arguments in any order", function()
    local cases = {
      { { "a" }, { "a" } },
      { { "a", "b" }, { "a", "b" } },
      { { "--json", "a" }, { "a", json = true } },
      { { "a", "--text", "x y", "--port", "65535", "--count=0" }, { "a", text = "x y", port = 65535, count = 0 } },
      { { "--text=a=b", "a" }, { "a", text = "a=b" } },
      { { "--text=", "a" }, { "a", text = "" } },
      { { "--text", "--json", "a" }, { "a", text = "--json" } },
      { { "--opt", "a=1", "--opt=b=2", "n" }, { "n", opt = { "a=1", "b=2" } } },
      { { "--", "--json", "-" }, { "--json", "-" } },
      { { "-1", "-20" }, { "-1", "-20" } },
      { { "-" }, { "-" } },
    }
    for _, case in ipairs(cases) do assert.same(case[2], (parse(case[1]))) end
  end)

  it("says what is wrong, with status 2", function()
    local cases = {
      { {}, "NAME is missing" },
      { { "a", "b", "c" }, '"c" is too much' },
      { { "a", "--fly" }, "--fly is no option" },
      { { "a", "-x" }, "-x is no option" },
      { { "a", "--json=1" }, "--json takes no value" },
      { { "a", "--text" }, "--text wants a value" },
      { { "a", "--text", "x", "--text=y" }, "--text is said twice" },
      { { "a", "-1x" }, "-1x is no option" },
      { { "a", "--port", "0" }, '--port takes a number from 1 to 65535, not "0"' },
      { { "a", "--port", "65536" }, '--port takes a number from 1 to 65535, not "65536"' },
      { { "a", "--count", "-1" }, '--count takes a number from 0 to 2147483648, not "-1"' },
    }
    for _, case in ipairs(cases) do
      local parsed, status, out, err = parse(case[1])
      assert.is_nil(parsed)
      assert.equal(2, status)
      assert.equal("", out)
      assert.equal(("moonwire try: %s; `moonwire try --help` lists the options\n"):format(case[2]), err)
    end
  end)

  it("prints the usage", function()
    for _, args in ipairs { { "--help" }, { "-h" }, { "a", "--help" } } do
      local parsed, status, out, err = parse(args)
      assert.is_nil(parsed)
      assert.same({ 0, "Usage: moonwire try\n", "" }, { status, out, err })
    end
  end)
end)

describe("md5", function()
  it("has the values of RFC 1321, and of texts around the size of a block", function()
    local cases = {
      [""] = "d41d8cd98f00b204e9800998ecf8427e", ["a"] = "0cc175b9c0f1b6a831c399e269772661",
      ["message digest"] = "f96b697d7cb7938d525a2f31aaf161d0", ["abcdefghijklmnopqrstuvwxyz"] = "c3fcd3d76192e4007dfb496cca67e13b",
      [("1234567890"):rep(8)] = "57edf4a22be3c955ac49da2e2107b67a", ["test"] = "098f6bcd4621d373cade4e832627b4f6",
      [("a"):rep(55)] = "ef1772b6dff9a122358552954ad0df65", [("a"):rep(56)] = "3b0c8ac703f828b04c6c197006d17218",
      [("a"):rep(64)] = "014842d480b571495a4a0363793f7367",
    }
    for text, hash in pairs(cases) do assert.equal(hash, md5(text)) end
  end)
end)

local function make(kind, more)
  local given = { region = "eu-central-1", now = 1545082649183 }
  for name, value in pairs(more or {}) do given[name] = value end
  local made, why = kinds[kind](given)
  return made and json.decode(json.encode(made)), why
end

local function names(t)
  local list = {}
  for name in pairs(t) do list[#list + 1] = name end
  table.sort(list)
  return table.concat(list, " ")
end

describe("events", function()
  it("of SQS", function()
    local record = make("sqs", { body = "test" }).Records[1]
    assert.equal("attributes awsRegion body eventSource eventSourceARN md5OfBody messageAttributes messageId receiptHandle", names(record))
    assert.equal("ApproximateFirstReceiveTimestamp ApproximateReceiveCount SenderId SentTimestamp", names(record.attributes))
    assert.same({ "test", "098f6bcd4621d373cade4e832627b4f6", "aws:sqs", "eu-central-1", "1545082649183" },
      { record.body, record.md5OfBody, record.eventSource, record.awsRegion, record.attributes.SentTimestamp })
    assert.equal("arn:aws:sqs:eu-central-1:123456789012:my-queue", record.eventSourceARN)
  end)

  it("of SNS", function()
    local record = make("sns", { body = "hello" }).Records[1]
    assert.equal("EventSource EventSubscriptionArn EventVersion Sns", names(record))
    assert.equal("Message MessageAttributes MessageId Signature SignatureVersion SigningCertUrl Subject Timestamp TopicArn Type UnsubscribeUrl",
      names(record.Sns))
    assert.same({ "hello", "Notification", "2018-12-17T21:37:29.183Z" }, { record.Sns.Message, record.Sns.Type, record.Sns.Timestamp })
  end)

  it("of a schedule", function()
    local made = make "schedule"
    assert.equal("account detail detail-type id region resources source time version", names(made))
    assert.same({ "Scheduled Event", "aws.events", "2018-12-17T21:37:29Z", "0" }, { made["detail-type"], made.source, made.time, made.version })
    assert.equal("{}", json.encode(made.detail))
    assert.same({ a = 1 }, make("schedule", { body = '{"a":1}' }).detail)
    for _, body in ipairs { "1", "[]", "{", "null", '"{}"' } do
      local made_of, why = make("schedule", { body = body })
      assert.is_nil(made_of)
      assert.matches("^%-%-body must be a JSON object", why)
    end
  end)
end)

describe("event.check", function()
  it("knows which options go together", function()
    local right = { {}, { event = "sqs", body = "x" }, { route = "a", body = "x" }, { event = "x.json" }, { event = "http", path = "/", method = "put" },
      { event = "http", header = { "a=", "X-B=c=d" }, query = { "a=1" } }, { route = "$connect", header = { "a=b" }, query = { "a=b" } },
      { route = "$default", connection = "x" }, { route = "$disconnect", connection = "x" },
    }
    for _, given in ipairs(right) do assert.is_nil(event.check(given)) end
    local wrong = {
      { { event = "sqs", route = "a" }, "exclude" }, { { body = "x" }, "^%-%-body goes with" }, { { event = "x.json", body = "x" }, "^%-%-body goes with" },
      { { path = "/" }, "^%-%-path and" }, { { event = "sqs", method = "PUT" }, "^%-%-path and" }, { { event = "http", path = "x" }, "begin with /" },
      { { event = "http", method = "PSOT" }, '^%-%-method takes .*, not "PSOT"$' }, { { event = "sqs", header = { "a=b" } }, "^%-%-header and" },
      { { route = "say", query = { "a=b" } }, "^%-%-header and" }, { { route = "$connect", connection = "x" }, "^%-%-connection goes" },
      { { connection = "x" }, "^%-%-connection goes" }, { { event = "http", header = { "a" } }, '^%-%-header takes NAME=VALUE, not "a"' },
      { { event = "http", header = { "a b=c" } }, "^%-%-header takes" }, { { event = "http", header = { "a=b\nc: d" } }, "^%-%-header takes" },
      { { event = "http", query = { "=b" } }, "^%-%-query takes NAME=VALUE" },
    }
    for _, case in ipairs(wrong) do assert.matches(case[2], event.check(case[1])) end
  end)
end)

describe("verdict.of", function()
  it("says what a result means to who called", function()
    local records = '{"Records":[{},{}]}'
    local cases = {
      { nil, "", "null" }, { nil, "", '{"statusCode":500}' }, { nil, records, '{"batchItemFailures":[]}' }, { "a", "{}", "null" }, { "$connect", "", '{"statusCode":"200"}' },
      { "a", "", '{"statusCode":204}' }, { nil, "", "no JSON" },
      { nil, records, '{"batchItemFailures":[{"itemIdentifier":"a"}]}', "1 of 2 records failed" },
      { nil, "", '{"batchItemFailures":[{"itemIdentifier":"a"}]}', "1 of 1 records failed" },
      { "a", "", '{"statusCode":410}', "the route has failed: its statusCode is 410" },
      { "$connect", "", '{"statusCode":401}', "$connect refuses: its statusCode is 401" },
      { "$connect", "", "null", "$connect refuses: its result has no statusCode, for which the client gets 502" },
    }
    for _, case in ipairs(cases) do assert.equal(case[4], (verdict.of(case[1], case[2], case[3]))) end
  end)
end)
