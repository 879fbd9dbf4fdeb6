-- Apps without API Gateway and without a store: who comes in, who has left, and what the connection does.
local app = require "moonwire.app"
local support = require "tests.lua.app_support"

local connect, message, disconnect = support.connect, support.message, support.disconnect

describe("$connect", function()
  -- what the route does, the status, the greeting
  local cases = {
    { "true", function() return true end, 200 },
    { "a greeting", function() return { hello = 1 } end, 200, { hello = 1 } },
    { "a text", function() return "hi" end, 200, "hi" },
    { "conn:send", function(conn) return conn:send { hello = 1 } end, 200, { hello = 1 } },
    { "a proxy result that accepts", function() return { statusCode = 204 } end, 204 },
    { "a proxy result that refuses", function() return { statusCode = 402 } end, 402 },
    { "false", function() return false end, 403 },
    { "conn:refuse", function(conn) return conn:refuse() end, 403 },
    { "conn:refuse with a status", function(conn) return conn:refuse(429) end, 429 },
    { "conn:refuse, and true", function(conn) conn:refuse(401) return true end, 401 },
    { "nil and a message", function() return nil, "no" end, 403 },
    { "nil and unauthorized", function() return nil, "no", "unauthorized" end, 401 },
    { "nil and another code", function() return nil, "no", "throttled" end, 500 },
    { "an error", function() error "no" end, 500 },
    { "a forgotten return", function() end, 500 },
    { "a number", function() return 200 end, 500 },
    { "a greeting that is no JSON", function() return { print } end, 500 },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local result, sent, later = connect(app { ["$connect"] = case[2] })
      assert.equal(case[3], result.statusCode)
      assert.same({}, sent)
      assert.same(case[4] and { { "BFaT_fALIAMCKug=", case[4] } } or {}, later)
    end)
  end

  it("greets in order", function()
    local _, _, later = connect(app { ["$connect"] = function(conn) conn:send "1" conn:send "2" return "3" end })
    assert.same({ "1", "2", "3" }, { later[1][2], later[2][2], later[3][2] })
  end)

  it("says in the log what to write when the return was forgotten", function()
    connect(app { ["$connect"] = function() end })
    local level, text = unpack(support.logged[#support.logged])
    assert.equal("error", level)
    assert.equal("$connect failed: the route returned nothing, so the connection is refused: return true, or a greeting, to accept it", text)
  end)

  it("accepts without a route, and with one that has no function", function()
    assert.equal(200, connect(app { a = function() end }).statusCode)
    assert.equal(200, connect(app { ["$connect"] = {} }).statusCode)
  end)

  it("is refused by hooks, whose values are no greetings", function()
    local made = app { ["$connect"] = function() return true end }
    assert.equal(403, connect(made:before(function() return false end)).statusCode)
    made = app { ["$connect"] = { run = function() return true end, before = function() return { hello = 1 } end } }
    assert.equal(500, connect(made).statusCode)
  end)

  it("gets a request", function()
    local seen
    local made = app { ["$connect"] = function(_, request) seen = request return true end }
    connect(made, { origin = "https://a.example", ["sec-websocket-protocol"] = "a, b" }, { queryStringParameters = { room = "x" } })
    assert.same({ "a", "b" }, seen.protocols)
    assert.same({ room = "x" }, seen.query)
    assert.same({ "https://a.example", "192.0.2.1" }, { seen.origin, seen.ip })
  end)

  it("wants one of its origins", function()
    local made = app { ["$connect"] = { origins = { "https://App.example", "http://localhost:8080" } } }
    assert.equal(200, connect(made, { origin = "https://app.example" }).statusCode)
    assert.equal(200, connect(made, { origin = "http://localhost:8080" }).statusCode)
    for _, origin in ipairs { "http://app.example", "https://app.example.evil.example", "https://app.example:444", "null", "" } do
      assert.equal(403, connect(made, { origin = origin }).statusCode)
    end
    assert.equal(403, connect(made).statusCode)
  end)

  it("agrees on one of its protocols", function()
    local made = app { ["$connect"] = { protocols = { "chat.v1", "chat.v2" } } }
    local function answer(offer)
      local result = connect(made, { ["sec-websocket-protocol"] = offer })
      return result.headers and result.headers["Sec-WebSocket-Protocol"] or result.statusCode
    end
    assert.equal("chat.v2", answer "bearer.secret, chat.v2, chat.v1")
    assert.equal(200, answer(nil))
    assert.equal(403, answer "bearer.secret")
    local own = app { ["$connect"] = { protocols = { "a" }, run = function() return { statusCode = 200, headers = { x = "y" } } end } }
    assert.same({ x = "y", ["Sec-WebSocket-Protocol"] = "a" }, connect(own, { ["sec-websocket-protocol"] = "a" }).headers)
  end)

  it("asks a verifier, after origins and before hooks", function()
    local log = {}
    local auth = { verify_request = function(_, request)
      log[#log + 1] = "auth"
      if request.query.token == "good" then return { id = "ann", name = "Ann" } end
      return nil, "it is bad", request.query.token or "missing"
    end }
    local made = app { ["$connect"] = { auth = auth, origins = { "https://a.example" }, run = function(conn)
      log[#log + 1] = "run"
      return { hello = conn.user.name }
    end } }:before(function() log[#log + 1] = "before" end)
    local function status(token, origin)
      return (connect(made, { origin = origin or "https://a.example" }, { queryStringParameters = { token = token } })).statusCode
    end
    assert.equal(200, status "good")
    assert.same({ "auth", "before", "run" }, log)
    assert.equal(401, status "expired")
    assert.equal(401, status(nil))
    assert.equal(500, status "network")
    local count = #log
    assert.equal(403, status("good", "https://b.example"))
    assert.equal(count, #log)
  end)
end)

describe("$disconnect", function()
  it("tells code and text, and whatever it returns is 200", function()
    local seen
    local made = app { ["$disconnect"] = function(_, reason) seen = reason return "bye" end }
    local result, sent = disconnect(made, 1001, "Going away")
    assert.same({ statusCode = 200 }, result)
    assert.same({}, sent)
    assert.same({ code = 1001, text = "Going away" }, seen)
  end)

  it("may be missing, and may fail", function()
    assert.same({ statusCode = 200 }, (disconnect(app { a = function() end })))
    assert.same({ statusCode = 500 }, (disconnect(app { ["$disconnect"] = function() error "x" end })))
  end)
end)

describe("conn", function()
  local function with(fn)
    local failed
    message(app { ["$default"] = function(conn) fn(conn) end }:on_error(function(_, failure) failed = failure.message end), "x")
    return failed
  end

  it("has the user of a Lambda authorizer", function()
    local user
    local event = support.event("MESSAGE", "$default", { body = "x" })
    event.requestContext.authorizer = { principalId = "ann", admin = "true", exp = "4102444800" }
    support.take(app { ["$default"] = function(conn) user = conn.user end }, event)
    assert.same({ id = "ann", principalId = "ann", admin = "true", exp = 4102444800 }, user)
  end)

  it("is closed when the token of the authorizer has expired, unless that is not wanted", function()
    local event = support.event("MESSAGE", "$default", { body = "x" })
    event.requestContext.authorizer = { principalId = "ann", exp = "1" }
    local route = function() return "hello" end
    local result, sent = support.take(app { ["$default"] = route }, event)
    assert.equal(401, result.statusCode)
    assert.equal("expired", sent[1][2].error)
    assert.equal("(closed)", sent[2][2])
    result, sent = support.take(app { ["$default"] = route, ["$connect"] = { close_expired = false } }, event)
    assert.equal(200, result.statusCode)
    assert.equal("hello", sent[1][2])
  end)

  it("takes no exp of an authorizer that is no number", function()
    local event = support.event("MESSAGE", "$default", { body = "x" })
    event.requestContext.authorizer = { principalId = "ann", exp = "never" }
    assert.equal(500, (support.take(app { ["$default"] = function() return "hello" end }, event)).statusCode)
  end)

  it("has no user when nobody said who it is", function()
    local user = 5
    with(function(conn) user = conn.user end)
    assert.equal(nil, user)
  end)

  it("has the user of auth in $connect only, when there is no store, and the log says so", function()
    local made = app {
      ["$connect"] = { auth = { verify_request = function() return { id = "ann" } end } },
      ["$default"] = function(conn) return { user = conn.user } end,
    }
    connect(made)
    assert.equal(200, connect(made).statusCode)
    local warnings = 0
    for _, entry in ipairs(support.logged) do
      if entry[1] == "warn" and entry[2]:find "^auth without a store: " then warnings = warnings + 1 end
    end
    assert.equal(1, warnings) -- once in a process
    local _, sent = message(made, "x")
    assert.equal("internal", sent[1][2].error)
    assert.truthy(support.logged[#support.logged][2]:find("MOONWIRE_STORE", 1, true))
  end)

  it("names the setting that is missing when the store is needed", function()
    for _, fn in ipairs {
      function(conn) return conn:join "lobby" end, function(conn) return conn.data.x end, function(conn) return conn:rooms() end,
      function(conn) return conn:update("n", function() return 1 end) end,
    } do
      assert.truthy(with(fn):find("MOONWIRE_STORE", 1, true))
    end
    assert.equal(500, connect(app { ["$connect"] = function(conn) conn:join "lobby" return true end }).statusCode)
  end)

  it("refuses wrong arguments", function()
    local cases = {
      { function(conn) conn:send(5) end, "conn:send: data must be a string or a table, got number" },
      { function(conn) conn:send { print } end, "conn:send: data is not JSON: $[1]: cannot encode a function" },
      { function(conn) conn:join "" end, "conn:join: room must not be empty" },
      { function(conn) conn:leave(5) end, "conn:leave: room must be a string, got number" },
      { function(conn) conn:update(5) end, "conn:update: key must be a string, got number" },
      { function(conn) conn:update("n", 5) end, "conn:update: fn must be a function, got number" },
      { function(conn) conn:refuse(403) end, "conn:refuse: only $connect can refuse" },
      { function(conn) conn.send "x" end, "conn:send: call it with a colon" },
      { function(conn) conn.data = {} end, "conn.data cannot be replaced" },
      { function(conn) conn.user = {} end, "conn.user.id must be a string, got nil" },
    }
    for _, case in ipairs(cases) do
      local why = with(case[1])
      assert.truthy(why and why:find("app_conn_spec.lua:", 1, true) and why:find(case[2], 1, true), tostring(why) .. " / " .. case[2])
    end
    local seen
    connect(app { ["$connect"] = function(conn) conn:refuse(302) end }:on_error(function(_, failure) seen = failure.message end))
    assert.truthy(seen:find("status must be a whole number from 400 to 599, got 302", 1, true))
  end)
end)
