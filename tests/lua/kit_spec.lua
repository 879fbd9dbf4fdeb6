-- The kit for specs of services, on the service of this repository.
local async = require "moonwire.async"
local json = require "moonwire.json"
local t = require "moonwire.test"
local ws = require "moonwire.ws"

local service

local function connect(name)
  return assert(service:connect { query = { name = name } })
end

-- A client in a room, with what that has brought forgotten.
local function join(name, room)
  local client = connect(name)
  client:send { action = "join", room = room }
  client:expect { event = "welcome", name = name }
  return client
end

describe("moonwire.test", function()
  before_each(function() service = t.service "serverless.yml" end)
  after_each(function() service:close() end)

  it("runs a plain handler behind the gateway's routes", function()
    local client = connect "ann"
    client:send "hello"
    client:expect "hello"
    client:send { action = "foo" }
    client:expect 'hello from foo, you sent: {"action":"foo"}'
    client:expect_nothing()
    client:close()
    assert.same({ code = 1005, reason = "" }, client.closed)
    assert.has_error(function() client:send "more" end, "client:send: the connection was closed with 1005")
  end)

  it("gives handlers the events of the gateway, with ids and times that are the same at every run", function()
    local client = connect "ann"
    client:send { action = "mirror" }
    local event = client:expect { requestContext = { eventType = "MESSAGE", routeKey = "mirror", stage = "dev" } }
    assert.equal(client.id, event.requestContext.connectionId)
    assert.equal(1767268800000, event.requestContext.requestTimeEpoch)
    assert.equal("YwAAAAAAAAAAAAE=", client.id)
    client:close()
  end)

  it("says what is missing, and what is another than expected", function()
    local client = connect "ann"
    assert.has_error(function() client:expect { event = "welcome" } end, 'expected {"event":"welcome"}, but nothing came')
    client:send { action = "join", room = "lobby" }
    assert.has_error(function() client:expect { event = "left" } end, 'message.event: expected {"event":"left"}, got {"')
    client:send "not for the app"
    assert.has_error(function() client:expect_nothing() end, 'expected nothing, got "not for the app"')
    assert.equal(1, client:clear())
    client:expect_nothing()
    client:close()
  end)

  it("refuses as the gateway does", function()
    local client, body, status = service:connect { query = { name = ("x"):rep(41) } }
    assert.is_nil(client)
    assert.equal(400, status)
    assert.equal("string", type(body))
    assert.same({}, service:leftovers())
  end)

  it("has rooms, and shows their members", function()
    local ann, bob = join("ann", "lobby"), join("bob", "lobby")
    ann:expect { event = "joined", name = "bob", here = 2 }
    bob:send { action = "say", room = "lobby", text = "hello" }
    for _, client in ipairs { ann, bob } do client:expect { event = "said", name = "bob", text = "hello" } end
    local ids = { ann.id, bob.id }
    table.sort(ids)
    assert.same(ids, service:members "lobby")
    assert.equal("bob", service.store:get(bob.id).user)
    assert.equal(2, #service:sent(bob))
    bob:close()
    ann:expect { event = "left", name = "bob", here = 1 }
    ann:close()
    assert.same({}, service:members "lobby")
  end)

  it("calls a function of the service, which can push", function()
    local ann = connect "ann"
    local result = service:call("notify", t.event.sqs { user = "ann", text = "ready" })
    assert.same({ batchItemFailures = {} }, result)
    ann:expect { event = "notice", text = "ready" }
    ann:close()
  end)

  it("lets a spec send by itself, and close", function()
    local ann = join("ann", "lobby")
    assert.truthy(ws.send(ann.id, "psst"))
    ann:expect "psst"
    assert.equal("127.0.0.1", ws.info(ann.id).identity.sourceIp)
    assert.truthy(ws.close(ann.id))
    assert.same({ code = 1000, reason = "" }, ann.closed)
    assert.same({}, service:members "lobby")
    local ok, message, code = ws.send(ann.id, "psst")
    assert.is_nil(ok)
    assert.equal("ws.send: GoneException (HTTP 410)", message)
    assert.equal("gone", code)
  end)

  it("knows who a client is when an authorizer has said so", function()
    local ann = assert(service:connect { user = { id = "ann", role = "admin" } })
    ann:send { action = "mirror" }
    local event = ann:expect()
    assert.equal("ann", event.requestContext.authorizer.principalId)
    assert.equal("admin", event.requestContext.authorizer.role)
    ann:close()
  end)

  it("cuts idle connections after ten minutes, and all after two hours", function()
    local idle, busy = join("idle", "lobby"), connect "busy"
    for _ = 1, 13 do
      service:advance(9 * 60)
      busy:send "still here"
    end
    assert.equal(1001, idle.closed.code)
    assert.same({}, service:members "lobby")
    service:advance(2 * 60)
    assert.is_nil(busy.closed)
    service:advance(60)
    assert.equal(1001, busy.closed.code)
    assert.equal(1767268800 + 7200, os.time())
  end)

  it("plays 100 clients, 3 rooms and the cut after two hours", function()
    local rooms, clients, ids = { "red", "green", "blue" }, {}, {}
    for i = 1, 100 do
      clients[i] = connect("user " .. i)
      ids[i] = clients[i].id
    end
    for i, client in ipairs(clients) do client:send { action = "join", room = rooms[i % 3 + 1] } end
    for _, client in ipairs(clients) do client:clear() end
    assert.equal(33, #service:members "red")
    assert.equal(34, #service:members "green")
    for i = 1, 3 do clients[i]:send { action = "say", room = rooms[i % 3 + 1], text = "hello" } end
    for i, client in ipairs(clients) do
      client:expect { event = "said", room = rooms[i % 3 + 1], text = "hello" }
      client:expect_nothing()
    end
    for _ = 1, 13 do
      service:advance(9 * 60)
      assert.equal(100, assert(ws.broadcast(ids, "beat")).sent)
    end
    assert.same({}, service:logs "ERROR")
    service:advance(3 * 60)
    for _, client in ipairs(clients) do assert.equal(1001, client.closed.code) end
    assert.equal(0, service.store:count "red")
    assert.same({}, service:leftovers())
  end)

  it("tells what is left", function()
    local ann = connect "ann"
    service:fail "gone"
    service:fail("crash", { times = 2, ["function"] = "chat" })
    assert.same({
      "1 client is still connected: client:close()", "a failure that was to come has not: crash, 2",
      "a failure that was to come has not: gone, 1",
    }, service:leftovers())
    assert.is_nil(ann.closed)
    assert.has_error(function() service:close() end, "service:close: 1 client is still connected: client:close(); a failure")
    assert.has_error(function() service:connect() end, "service:connect: the service is closed")
    service = t.service "serverless.yml"
  end)

  it("wants to be called as it is described", function()
    assert.has_error(function() t.service "serverless.yml" end, "test.service: another service is not closed")
    assert.has_error(function() service:connect { names = {} } end, "service:connect: options has an unknown field: names")
    assert.has_error(function() service.connect() end, "service:connect: call it with a colon")
    assert.has_error(function() service:connect { user = "" } end, "service:connect: user must not be empty")
    assert.has_error(function() service:advance(-1) end, "service:advance: seconds must be from 0")
    assert.has_error(function() service:fail "fire" end, "there is no failure \"fire\"; there are crash, gone")
    assert.has_error(function() service:fail("crash", { ["function"] = "chad" }) end, "the service has no function chad")
    assert.has_error(function() service:call("nobody", {}) end, "service:call: the service has no function nobody")
  end)

  it("lets clients act at the same time", function()
    local ann, bob = join("ann", "lobby"), join("bob", "lobby")
    ann:clear()
    assert(async.all {
      function() ann:send { action = "say", room = "lobby", text = "a" } end,
      function() bob:send { action = "say", room = "lobby", text = "b" } end,
    })
    assert.equal(2, ann:clear())
    assert.equal(2, bob:clear())
    ann:close()
    bob:close()
  end)
end)

describe("t.call", function()
  it("calls a function as the runtime does", function()
    assert.same({ statusCode = 200 }, t.call(function() return true end, t.event.connect()))
    assert.is_nil((t.call(function() end, { a = 1 })))
    assert.equal(3, t.call(function(event) return event.a + 2 end, { a = 1 }))
    local result, message, code = t.call(function() return nil, "no luck", "busy" end, {})
    assert.is_nil(result)
    assert.equal("no luck", message)
    assert.matches("^Function", code)
  end)

  it("runs deferred functions, and gives a context", function()
    local ran
    local function handler(_, context)
      context:defer(function() ran = context.tenant_id end)
      return { left = context:get_remaining_time_in_millis() > 0 }
    end
    assert.same({ left = true }, t.call(handler, {}, { tenant_id = "blue" }))
    assert.equal("blue", ran)
  end)

  it("stops a handler that does not end", function()
    local result, message, code = t.call(function() error({ type = "Busy", message = "later" }, 0) end, {})
    assert.same({ nil, "later", "Function.Busy" }, { result, message, code })
  end)
end)

describe("t.event", function()
  it("makes events", function()
    assert.equal("CONNECT", t.event.connect({ query = { a = "b c" } }).requestContext.eventType)
    assert.equal("b c", t.event.connect({ query = { a = "b c" } }).queryStringParameters.a)
    local message = t.event.message { body = { a = 1 }, connection_id = "X=", user = "ann", route = "say" }
    assert.equal('{"a":1}', message.body)
    assert.equal("X=", message.requestContext.connectionId)
    assert.equal("ann", message.requestContext.authorizer.principalId)
    assert.equal("say", message.requestContext.routeKey)
    assert.equal(1006, t.event.disconnect({ code = 1006 }).requestContext.disconnectStatusCode)
    assert.equal(2, #t.event.sqs("a", { b = 1 }).Records)
    assert.equal("hi", t.event.sns("hi").Records[1].Sns.Message)
    assert.equal("2026-01-01T12:00:00Z", t.event.schedule().time)
    assert.equal("/x", t.event.http({ path = "/x?a=1" }).rawPath)
    assert.has_error(function() t.event.connect { body = "x" } end, "event.connect: fields has an unknown field: body")
  end)
end)
