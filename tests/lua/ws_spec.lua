local ws = require "moonwire.ws"
local json = require "moonwire.json"

-- A port where nobody listens: what gets that far was accepted.
local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "local" }
local client = ws.client { endpoint = "http://127.0.0.1:1/dev", region = "us-east-1", credentials = KEYS }

local circle = {}
circle.circle = circle

local function changed(changes)
  local options = { endpoint = "http://127.0.0.1:1/dev", region = "us-east-1", credentials = KEYS }
  for name, value in pairs(changes) do options[name] = value end
  return options
end

describe("wrong arguments raise at the caller:", function()
  local cases = {
    { "send, no id", client.send, { nil, "x" }, "ws.send: id must be a string, got nil" },
    { "send, number as id", client.send, { 5, "x" }, "ws.send: id must be a string, got number" },
    { "send, empty id", client.send, { "", "x" }, "ws.send: id must not be empty" },
    { "send, no data", client.send, { "id" }, "ws.send: data must be a string or a table, got nil" },
    { "send, number as data", client.send, { "id", 5 }, "ws.send: data must be a string or a table, got number" },
    { "send, null as data", client.send, { "id", json.null }, "ws.send: data must be a string or a table, got null" },
    { "send, null as id", client.send, { json.null, "x" }, "ws.send: id must be a string, got null" },
    { "send, boolean as data", client.send, { "id", true }, "ws.send: data must be a string or a table, got boolean" },
    { "send, a function in the data", client.send, { "id", { a = { print } } }, "ws.send: data is not JSON: $.a[1]: cannot encode a function" },
    { "send, a circle", client.send, { "id", circle }, "ws.send: data is not JSON: $.circle" },
    { "reply, no data", client.reply, {}, "ws.reply: data must be a string or a table, got nil" },
    { "close, no id", client.close, {}, "ws.close: id must be a string, got nil" },
    { "info, table as id", client.info, { {} }, "ws.info: id must be a string, got table" },
    { "the module itself", ws.send, { nil }, "ws.send: id must be a string, got nil" },
    { "client, no options", ws.client, {}, "ws.client: options must be a table, got nil" },
    { "send, called with a colon", client.send, { client, "id" }, "ws.send: call it with a dot: ws.send(...)" },
    { "send of the module, called with a colon", ws.send, { ws, "id" }, "ws.send: call it with a dot: ws.send(...)" },
    { "reply, called with a colon", client.reply, { client, "x" }, "ws.reply: call it with a dot: ws.reply(...)" },
    { "broadcast, called with a colon", client.broadcast, { client, {} }, "ws.broadcast: call it with a dot: ws.broadcast(...)" },
    { "close, called with a colon", client.close, { client, "id" }, "ws.close: call it with a dot: ws.close(...)" },
    { "info, called with a colon", client.info, { client, "id" }, "ws.info: call it with a dot: ws.info(...)" },
    { "client, called with a colon", ws.client, { ws, {} }, "ws.client: call it with a dot: ws.client(...)" },
    { "client, wss endpoint", ws.client, { changed { endpoint = "wss://h/dev" } }, "ws.client: endpoint must start with https:// or http://" },
    { "client, endpoint without host", ws.client, { changed { endpoint = "https:///dev" } }, "ws.client: endpoint must start with" },
    { "client, empty endpoint", ws.client, { changed { endpoint = "" } }, "ws.client: endpoint must not be empty" },
    { "client, number as region", ws.client, { changed { region = 1 } }, "ws.client: region must be a string, got number" },
    { "client, unknown option", ws.client, { changed { url = "x" } }, "ws.client: options has an unknown field: url; there are credentials, endpoint, region" },
    { "client, a Region with a blank", ws.client, { changed { region = "eu central" } }, "ws.client: region must be the name of an AWS Region" },
    { "client, string as credentials", ws.client, { changed { credentials = "x" } }, "ws.client: credentials must be a table, got string" },
    { "client, no secret", ws.client, { changed { credentials = { access_key_id = "a" } } },
      "ws.client: credentials.secret_access_key must be a string, got nil" },
    { "client, no key id", ws.client, { changed { credentials = { secret_access_key = "a" } } },
      "ws.client: credentials.access_key_id must be a string, got nil" },
    { "client, camel case", ws.client, { changed { credentials = { accessKeyId = "a" } } },
      "ws.client: credentials has an unknown field: accessKeyId; there are access_key_id, secret_access_key, session_token" },
  }
  for _, case in ipairs(cases) do
    local name, fn, arguments, want = case[1], case[2], case[3], case[4]
    it(name, function()
      local ok, message = pcall(function() fn(arguments[1], arguments[2]) end)
      assert.equal(false, ok)
      assert.truthy(message:find("ws_spec.lua:%d+: ")) -- at the caller
      assert.truthy(message:find(want, 1, true))
    end)
  end
end)

-- The specs run without keys in the environment: a client that lost its own would say so.
describe("a client of ws", function()
  it("stays what it was made", function()
    local keys = { access_key_id = "AKIDEXAMPLE", secret_access_key = "local" }
    local given = changed { credentials = keys }
    local made = ws.client(given)
    keys.access_key_id, keys.secret_access_key, given.endpoint, given.credentials = nil, nil, "http://127.0.0.1:2/dev", nil
    local _, message, code = made.send("id", "x")
    assert.equal("network", code)
    assert.truthy(message:find("http://127.0.0.1:1", 1, true), message)
  end)
end)

describe("failures come back:", function()
  local limit = ("x"):rep(131072)
  local cases = {
    { "nobody listens", client.send, { "id", "x" }, "network", "ws.send: http://127.0.0.1:1: " },
    { "a table is sent", client.send, { "id", { a = 1 } }, "network", "ws.send: " },
    { "an empty string is sent", client.send, { "id", "" }, "network", "ws.send: " },
    { "131072 bytes are sent", client.send, { "id", limit }, "network", "ws.send: " },
    { "131073 bytes are not", client.send, { "id", limit .. "x" }, "too_large", "131072" },
    { "a table that is too large as JSON", client.send, { "id", { limit } }, "too_large", "131072" },
    { "close", client.close, { "id" }, "network", "ws.close: " },
    { "info", client.info, { "id" }, "network", "ws.info: " },
    { "reply without an event", client.reply, { "x" }, "bad_request", "ws.reply: there is no connection to reply to" },
    { "endpoint with a query", ws.client(changed { endpoint = "http://h/dev?x" }).send, { "id", "x" }, "bad_request", "no query" },
    { "endpoint with a blank", ws.client(changed { endpoint = "http://h/d v" }).send, { "id", "x" }, "bad_request", "percent-encoded" },
  }
  for _, case in ipairs(cases) do
    local name, fn, arguments, want, part = case[1], case[2], case[3], case[4], case[5]
    it(name, function()
      local result, message, code = fn(arguments[1], arguments[2])
      assert.equal(nil, result)
      assert.equal(want, code)
      assert.truthy(message:find(part, 1, true))
    end)
  end
end)
