local async = require "moonwire.async"
local ws = require "moonwire.ws"

-- A port where nobody listens: what gets that far was accepted.
local KEYS = { access_key_id = "AKIDEXAMPLE", secret_access_key = "local" }
local client = ws.client { endpoint = "http://127.0.0.1:1/dev", region = "us-east-1", credentials = KEYS }

local function nothing() return nil end

--- An iterator over these values.
local function over(...)
  local list, at = { n = select("#", ...), ... }, 0
  return function()
    at = at + 1
    return list[at]
  end
end

describe("wrong arguments of ws.broadcast raise at the caller, before anything is sent:", function()
  local cases = {
    { "no ids", { nil, "x" }, "ids must be an array or an iterator function, got nil" },
    { "one id", { "id", "x" }, "ids must be an array or an iterator function, got string" },
    { "a set of ids", { { a = true }, "x" }, 'ids must be a list (keys 1..n), got a table with the key "a"' },
    { "ids with a hole", { { "a", nil, "c" }, "x" }, "ids must be a list (keys 1..n), got a table with nothing at 2" },
    { "ids and a name", { { "a", n = 1 }, "x" }, 'ids must be a list (keys 1..n), got a table with the key "n"' },
    { "a number as id", { { "a", 5 }, "x" }, "ids[2] must be a string, got number" },
    { "an empty id", { { "a", "b", "" }, "x" }, "ids[3] must not be empty" },
    { "no data", { { "a" } }, "data must be a string or a table, got nil" },
    { "a number as data", { { "a" }, 5 }, "data must be a string or a table, got number" },
    { "data that is no JSON", { { "a" }, { print } }, "data is not JSON: $[1]: cannot encode a function" },
    { "a number as options", { { "a" }, "x", 5 }, "options must be a table, got number" },
    { "an unknown option", { { "a" }, "x", { parallel = 5 } }, "options has an unknown field: parallel; there are concurrency, except, timeout_ms" },
    { "a number as except", { { "a" }, "x", { except = 5 } }, "except must be an id or an array of ids, got number" },
    { "an empty except", { { "a" }, "x", { except = "" } }, "except must not be empty" },
    { "a number in except", { { "a" }, "x", { except = { "a", 5 } } }, "except[2] must be a string, got number" },
    { "a set as except", { { "a" }, "x", { except = { a = true } } }, 'except must be a list (keys 1..n), got a table with the key "a"' },
    { "an except with a hole", { { "a" }, "x", { except = { [2] = "a" } } }, "except must be a list (keys 1..n), got a table with nothing at 1" },
    { "no concurrency", { { "a" }, "x", { concurrency = 0 } }, "concurrency must be a whole number from 1 to 256, got 0" },
    { "too much concurrency", { { "a" }, "x", { concurrency = 257 } }, "concurrency must be a whole number from 1 to 256, got 257" },
    { "half a call", { { "a" }, "x", { concurrency = 1.5 } }, "concurrency must be a whole number from 1 to 256, got 1.5" },
    { "not a number", { { "a" }, "x", { concurrency = 0 / 0 } }, "concurrency must be a whole number" },
    { "a string as concurrency", { { "a" }, "x", { concurrency = "8" } }, "concurrency must be a number, got string" },
    { "no time", { { "a" }, "x", { timeout_ms = 0 } }, "timeout_ms must be a number from 1 to 2147483647, got 0" },
    { "endless time", { { "a" }, "x", { timeout_ms = math.huge } }, "timeout_ms must be a number from 1 to 2147483647, got inf" },
    { "an iterator that gives a number", { over("a", 5), "x" }, "ids: the iterator gave the number 5; an id is a string" },
    { "an iterator that gives a table", { over({}), "x" }, "ids: the iterator gave a table; an id is a string" },
    { "an iterator that gives false", { over(false), "x" }, "ids: the iterator gave false; an id is a string" },
    { "an iterator that gives an empty string", { over(""), "x" }, "ids: the iterator gave an empty string; an id is a string" },
  }
  for _, case in ipairs(cases) do
    local name, arguments, want = case[1], case[2], case[3]
    it(name, function()
      local ok, message = pcall(function() client.broadcast(arguments[1], arguments[2], arguments[3]) end)
      assert.equal(false, ok)
      assert.truthy(message:find("broadcast_spec.lua:%d+: ws.broadcast: ")) -- at the caller
      assert.truthy(message:find(want, 1, true))
    end)
  end
end)

describe("what cannot begin returns nil, message and code:", function()
  local function place(changes)
    local options = { endpoint = "http://127.0.0.1:1/dev", region = "us-east-1", credentials = KEYS }
    for name, value in pairs(changes) do options[name] = value end
    return ws.client(options)
  end
  local cases = {
    { "too large", client, ("x"):rep(131073), "too_large", "131072" },
    { "an endpoint with a query", place { endpoint = "http://h/dev?x" }, "x", "bad_request", "no query" },
    { "an endpoint with a blank", place { endpoint = "http://h/d v" }, "x", "bad_request", "percent-encoded" },
  }
  for _, case in ipairs(cases) do
    local name, at, data, want, part = case[1], case[2], case[3], case[4], case[5]
    it(name, function()
      local pulled = 0
      local result, message, code = at.broadcast(function() pulled = pulled + 1 return "id" end, data)
      assert.equal(nil, result)
      assert.equal(want, code)
      assert.truthy(message:find("^ws.broadcast: "))
      assert.truthy(message:find(part, 1, true))
      assert.equal(0, pulled)
    end)
  end
end)

describe("a broadcast", function()
  it("to nobody is done at once", function()
    for _, ids in ipairs { {}, nothing } do
      local result = client.broadcast(ids, "x")
      assert.same({ sent = 0, gone = {}, failed = {} }, result)
    end
  end)

  it("counts every id once when nobody answers, and ends", function()
    local ids = {}
    for i = 1, 300 do ids[i] = "id" .. i end
    local result = client.broadcast(ids, "x", { except = { "id7", "id300", "other" } })
    assert.equal(0, result.sent)
    assert.equal(0, #result.gone)
    assert.equal(298, #result.failed)
    local seen = {}
    for _, failure in ipairs(result.failed) do
      assert.equal("network", failure.code)
      assert.truthy(failure.message:find("^http://127.0.0.1:1: "))
      seen[failure.id] = (seen[failure.id] or 0) + 1
    end
    for i, id in ipairs(ids) do assert.equal((i ~= 7 and i ~= 300) and 1 or nil, seen[id]) end
    assert.equal(nil, result.rest)
  end)

  it("calls an id that cannot be in a URL failed, and goes on", function()
    local result = client.broadcast({ ("x"):rep(9000), "b" }, "x")
    assert.equal(2, #result.failed)
    assert.equal("bad_request", result.failed[1].code)
  end)

  it("does not ask an iterator again that gave nil", function()
    local asked = 0
    local ids = function()
      asked = asked + 1
      if asked < 3 then return "id" .. asked end
      if asked > 3 then error "asked again" end
    end
    assert.equal(2, #client.broadcast(ids, "x").failed)
    assert.equal(3, asked)
  end)

  it("calls the iterator without arguments", function()
    local most = 0
    client.broadcast(function(...) most = math.max(most, select("#", ...)) end, "x")
    assert.equal(0, most)
  end)

  it("takes an iterator that waits, and one that is a coroutine", function()
    local slow = coroutine.wrap(function()
      for i = 1, 40 do
        async.sleep(i % 3)
        coroutine.yield("id" .. i)
      end
    end)
    assert.equal(40, #client.broadcast(slow, "x", { concurrency = 4 }).failed)
  end)

  it("raises what the iterator raises, as it is", function()
    local thing = {}
    for _, value in ipairs { thing, "text" } do
      local given = 0
      local ok, err = pcall(client.broadcast, function()
        given = given + 1
        if given == 50 then error(value, 0) end
        return "id" .. given
      end, "x")
      assert.equal(false, ok)
      assert.equal(value, err)
    end
  end)

  it("runs beside another", function()
    local function one() return client.broadcast({ "a", "b", "c" }, "x") end
    local results = async.all { one, one, one }
    for i = 1, 3 do assert.equal(3, #results[i].failed) end
  end)

  it("cannot begin where nothing can wait", function()
    local ok, message = pcall(table.sort, { 1, 2 }, function() client.broadcast({ "a" }, "x") end)
    assert.equal(false, ok)
    assert.truthy(message:find("ws.broadcast: cannot wait inside a callback", 1, true))
  end)
end)
