-- Apps without API Gateway and without a store: routes, answers, failures, hooks. What the store does, and what real clients see,
-- is in tests/e2e/app.test.js.
local app = require "moonwire.app"
local support = require "tests.lua.app_support"

local message = support.message

local function refused_load(routes, options)
  local ok, why = pcall(function() return app(routes, options), 1 end)
  assert.equal(false, ok)
  return why
end

describe("app refuses", function()
  local fn = function() end
  local cases = {
    { { 5 }, "routes must be a table, got number", bare = 5 },
    { {}, "app: there is no route" },
    { { ["$conect"] = fn }, "app: route $conect: a route that begins with $ is $connect, $disconnect or $default" },
    { { say = 5 }, "app: route say: a route is a function or { run = function, ... }, got number" },
    { { say = {} }, "app: route say: run is missing" },
    { { say = { run = fn, shcema = {} } }, "app: route say: the route has an unknown field: shcema" },
    { { say = { run = fn, schema = { text = "strng" } } }, "app: route say: schema.text: unknown type \"strng\"" },
    { { say = { run = fn, reply = "post" } }, 'app: route say: reply must be "body"' },
    { { say = { run = fn, before = { fn, 5 } } }, "app: route say: before[2] must be a function, got number" },
    { { say = { run = fn, auth = {} } }, "app: route say: the route has an unknown field: auth" },
    { { ["$connect"] = { auth = {} } }, "app: route $connect: auth must be a verifier" },
    { { ["$connect"] = { origins = { "https://app.example/" } } }, "app: route $connect: origins[1] must be scheme://host" },
    { { ["$connect"] = { origins = {} } }, "app: route $connect: origins must name at least one" },
    { { ["$connect"] = { protocols = { "chat v1" } } }, "app: route $connect: protocols[1] must be the name of a subprotocol" },
    { { [1] = fn }, "app: route 1: keys of routes are texts" },
    { { say = fn }, "app: options has an unknown field: acton", options = { acton = "x" } },
  }
  for _, case in ipairs(cases) do
    it(case[2], function()
      local why = refused_load(case.bare or case[1], case.options)
      assert.truthy(why:find(case[2], 1, true), why)
    end)
  end

  it("with the file of the route", function()
    assert.matches("app_spec%.lua:%d+: app: route say: ", refused_load { say = { run = function() end, reply = 5 } })
  end)

  it("events that are none of a WebSocket API", function()
    local ok, why = pcall(app { a = fn }, { Records = {} }, {})
    assert.equal(false, ok)
    assert.truthy(tostring(why):find("it is for the events of a WebSocket API", 1, true))
  end)
end)

describe("a message goes to", function()
  local function name_of(key)
    return function(_, input) return { route = key, input = input } end
  end
  local all = app { join = name_of "join", ["$default"] = name_of "$default", ["$connect"] = name_of "$connect", ["$disconnect"] = name_of "$disconnect" }
  local by_type = app({ join = name_of "join", ["$default"] = name_of "$default" }, { action = "type" })
  local cases = {
    { "the route that API Gateway chose", all, "x", "join", "join" },
    { "the route that it names, behind $default", all, '{"action":"join"}', "$default", "join" },
    { "... and behind a route that the app does not have", all, '{"action":"join"}', "other", "join" },
    { "$default when it names none", all, '{"x":1}', "$default", "$default" },
    { "$default when it names one that is not there", all, '{"action":"leave"}', "$default", "$default" },
    { "$default when the name is no text", all, '{"action":{"a":1}}', "$default", "$default" },
    { "$default when it names $connect", all, '{"action":"$connect"}', "$default", "$default" },
    { "$default when it names $disconnect", all, '{"action":"$disconnect"}', "$default", "$default" },
    { "$default when it is no JSON", all, "hello", "$default", "$default" },
    { "$default when it is a list", all, "[1]", "$default", "$default" },
    { "the route that another member names", by_type, '{"type":"join"}', "$default", "join" },
    { "... and not the one of action", by_type, '{"action":"join"}', "$default", "$default" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local result, sent = message(case[2], case[3], case[4])
      assert.same({ statusCode = 200 }, result)
      assert.equal(case[5], sent[1][2].route)
    end)
  end

  it("nobody: the client is told", function()
    local result, sent = message(app { join = name_of "join" }, { action = "leave" })
    assert.same({ statusCode = 404 }, result)
    assert.same({ message = "Unknown action", error = "unknown_action", connectionId = "BFaT_fALIAMCKug=", requestId = "BFaVtH2HoAMFZEQ=" }, sent[1][2])
  end)

  it("a route with the decoded table, or the text", function()
    local _, sent = message(all, '{"x":1}')
    assert.same({ x = 1 }, sent[1][2].input)
    for _, text in ipairs { "5", "null", "{broken", "", "hello" } do
      _, sent = message(all, text)
      assert.equal(text, sent[1][2].input)
    end
  end)
end)

describe("what a route returns for a message", function()
  local FAILED = { message = "Request failed", error = "failed" }
  local INTERNAL = { message = "Internal server error", error = "internal" }
  -- values, the status, what is sent
  local cases = {
    { "nothing", {}, 200 },
    { "true", { true }, 200 },
    { "a table", { { a = 1 } }, 200, { a = 1 } },
    { "a text", { "hello" }, 200, "hello" },
    { "a proxy result", { { statusCode = 202, x = 1 } }, 202 },
    { "a statusCode that is no number", { { statusCode = "x" } }, 200, { statusCode = "x" } },
    { "false", { false }, 403, { message = "Forbidden", error = "forbidden" } },
    { "a number", { 5 }, 500, INTERNAL },
    { "what JSON does not have", { { print } }, 500, INTERNAL },
    { "nil and a message", { nil, "secret" }, 500, FAILED },
    { "nil, a message and a code", { nil, "secret", "full" }, 500, { message = "Request failed", error = "full" } },
    { "nil and unauthorized", { nil, "secret", "unauthorized" }, 401, { message = "Unauthorized", error = "unauthorized" } },
    { "nil and the code of a call to AWS", { nil, "secret", "forbidden" }, 500, { message = "Request failed", error = "forbidden" } },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local result, sent = message(app { ["$default"] = function() return unpack(case[2], 1, 3) end }, "x")
      assert.equal(case[3], result.statusCode)
      assert.equal(case[4] and 1 or 0, #sent)
      local got = sent[1] and sent[1][2]
      for name, value in pairs(type(case[4]) == "table" and case[4] or {}) do assert.equal(value, got[name]) end
      if type(case[4]) == "string" then assert.equal(case[4], got) end
      if type(got) == "table" and got.error then assert.equal(nil, (require "moonwire.json".encode(got):find "secret")) end
    end)
    it(case[1] .. ", two-way", function()
      local route = { reply = "body", run = function() return unpack(case[2], 1, 3) end }
      local result, sent = message(app { ["$default"] = route }, "x")
      assert.equal(0, #sent)
      assert.equal(case[3], result.statusCode)
    end)
  end

  it("goes into the body of a two-way route", function()
    local result, sent = message(app { ask = { reply = "body", run = function() return { a = 1 } end } }, "x", "ask")
    assert.same({ statusCode = 200, body = '{"a":1}' }, result)
    assert.same({}, sent)
  end)

  it("is not sent to a client that has left", function()
    local result, sent = message(app { ["$default"] = function() return "x" end }, "x", nil, { nil, "gone away", "gone" })
    assert.same({ statusCode = 200 }, result)
    assert.equal(1, #sent)
  end)

  it("and cannot be sent: the client is told once", function()
    local result, sent = message(app { ["$default"] = function() return "x" end }, "x", nil, { nil, "more than 128 KB", "too_large" })
    assert.same({ statusCode = 500 }, result)
    assert.equal(2, #sent)
    assert.equal("too_large", sent[2][2].error)
  end)
end)

describe("an error", function()
  it("is logged with everything, and a client's fault is an INFO", function()
    local made = app { ["$default"] = function(_, input) if input == "x" then error "secret" end return false end }
    message(made, "x")
    local level, text, fields = unpack(support.logged[#support.logged])
    assert.equal("error", level)
    assert.matches("^%$default failed: .-app_spec%.lua:%d+: secret$", text)
    assert.equal("internal", fields.error)
    assert.matches("app_spec%.lua:%d+: in function", fields.stackTrace[1])
    for _, frame in ipairs(fields.stackTrace) do assert.falsy(frame:find "^moonwire/", frame) end
    message(made, "y")
    assert.same({ "info", "$default failed: the route returned false", { error = "forbidden" } }, support.logged[#support.logged])
  end)

  it("reaches the client without its words", function()
    local result, sent = message(app { ["$default"] = function() error "secret" end }, "x")
    assert.same({ statusCode = 500 }, result)
    assert.same({ message = "Internal server error", error = "internal", connectionId = "BFaT_fALIAMCKug=", requestId = "BFaVtH2HoAMFZEQ=" }, sent[1][2])
  end)

  it("of a schema names the place and the rule, and the route is not called", function()
    local called = false
    local made = app { say = { schema = { text = "string<=3" }, run = function() called = true end } }
    local result, sent = message(made, { action = "say", text = "hello" })
    assert.same({ statusCode = 400 }, result)
    assert.equal("text must have at most 3 characters", sent[1][2].message)
    assert.equal("invalid", sent[1][2].error)
    assert.equal(false, called)
  end)
end)

describe("hooks", function()
  local function traced(log, name, ...)
    local values, count = { ... }, select("#", ...)
    return function()
      log[#log + 1] = name
      return unpack(values, 1, count)
    end
  end

  it("run in order around the schema and the route", function()
    local log = {}
    local made = app { say = { schema = {}, before = { traced(log, "r1"), traced(log, "r2", true) }, run = traced(log, "run", "x") } }
    assert.equal(made, made:before(traced(log, "b1")):before(traced(log, "b2", true)):after(traced(log, "a1")):after(traced(log, "a2")))
    message(made, "{}", "say")
    assert.same({ "b1", "b2", "r1", "r2", "run", "a1", "a2" }, log)
    log[1] = nil
    while #log > 0 do table.remove(log) end
    message(made, "[]", "say")
    assert.same({ "b1", "b2" }, log) -- the schema wants an object
  end)

  it("before may answer, refuse and fail, and then the route is not called", function()
    for _, case in ipairs { { { { a = 1 } }, 200 }, { { false }, 403 }, { { nil, "no", "full" }, 500 }, { { { statusCode = 202 } }, 202 } } do
      local log = {}
      local made = app { ["$default"] = traced(log, "run") }:before(traced(log, "b1", unpack(case[1], 1, 3))):before(traced(log, "b2"))
      assert.equal(case[2], message(made, "x").statusCode)
      assert.same({ "b1" }, log)
    end
  end)

  it("after may replace the answer", function()
    local made = app { ["$default"] = function() return { a = 1 } end }:after(function(_, result) return { all = result } end)
    local _, sent = message(made, "x")
    assert.same({ all = { a = 1 } }, sent[1][2])
  end)

  it("after lets nobody in whom $connect refused", function()
    local wraps = function(_, result) return { result = result } end
    local event = support.event("CONNECT", "$connect", {})
    for _, case in ipairs { { { statusCode = 401 }, 401 }, { { statusCode = 302 }, 302 }, { false, 403 } } do
      local made = app { ["$connect"] = function() return case[1] end }:after(wraps)
      local result, sent = support.take(made, event)
      assert.equal(case[2], result.statusCode)
      assert.same({}, sent)
    end
    local hooked = app { ["$connect"] = function() return true end }:before(function() return { statusCode = 401 } end):after(wraps)
    assert.equal(401, (support.take(hooked, event)).statusCode)
    local refuses = app { ["$connect"] = function() return true end }:after(function() return { statusCode = 403 } end)
    assert.equal(403, (support.take(refuses, event)).statusCode)
  end)

  it("on_error sees everything, and may answer instead", function()
    local seen
    local made = app { ["$default"] = function() error { type = "Full", message = "secret" } end }
    made:on_error(function(conn, failure, context)
      seen = { conn.id, failure.code, failure.message, failure.trace ~= nil, context.event.body }
    end):on_error(function() return { sorry = true } end)
    local result, sent = message(made, "x")
    assert.same({ "BFaT_fALIAMCKug=", "internal", "Full: secret", true, "x" }, seen)
    assert.same({ statusCode = 500 }, result)
    assert.same({ sorry = true }, sent[1][2])
  end)

  it("on_error may say nothing to the client, and may fail itself", function()
    local made = app { ["$default"] = function() error "x" end }
    local silent = app { ["$default"] = function() error "x" end }:on_error(function() return false end)
    local _, sent = message(silent, "x")
    assert.same({}, sent)
    made:on_error(function() error "again" end)
    _, sent = message(made, "x")
    assert.equal("internal", sent[1][2].error)
  end)

  it("leave something for routes in conn", function()
    local made = app { ["$default"] = function(conn) return { n = conn.started } end }:before(function(conn) conn.started = 5 end)
    local _, sent = message(made, "x")
    assert.same({ n = 5 }, sent[1][2])
  end)

  it("must be functions", function()
    for _, name in ipairs { "before", "after", "on_error" } do
      local made = app { a = function() end }
      local ok, why = pcall(function() made[name](made, 5) end)
      assert.equal(false, ok)
      assert.matches("app_spec%.lua:%d+: app:" .. name .. ": fn must be a function, got number", why)
    end
  end)
end)

describe("app:routes", function()
  it("lists what there is", function()
    local fn = function() end
    local list = app { say = { schema = {}, run = fn }, ["$connect"] = { auth = { verify_request = fn } }, ask = { reply = "body", run = fn } }:routes()
    assert.same({ "$connect", "ask", "say" }, { list[1].route, list[2].route, list[3].route })
    assert.same({ true, false, false }, { list[1].auth, list[2].auth, list[3].auth })
    assert.same({ false, false, true }, { list[1].schema, list[2].schema, list[3].schema })
    assert.equal("body", list[2].reply)
    assert.equal(nil, list[1].source)
    assert.matches("app_spec%.lua:%d+$", list[3].source)
  end)
end)
