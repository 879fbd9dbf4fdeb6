-- What goes wrong on purpose, and what a good service does about it.
local t = require "moonwire.test"

local service

local function play(file)
  return function() service = t.service(file) end
end

local function stop() service:close() end

local function join(name)
  local client = assert(service:connect { query = { name = name } })
  client:send { action = "join", room = "lobby" }
  client:clear()
  return client
end

describe("with a chat", function()
  before_each(play "serverless.yml")
  after_each(stop)

  it("gone: who is gone is taken out of the room, and the others get the message", function()
    local ann, bob = join "ann", join "bob"
    ann:clear()
    service:advance(31) -- a younger connection may still be in its handshake
    service:fail("gone", { client = bob })
    ann:send { action = "say", room = "lobby", text = "hello" }
    ann:expect { event = "said", text = "hello" }
    bob:expect_nothing()
    assert.same({ ann.id }, service:members "lobby")
    assert.equal("gone", service:sent(bob)[#service:sent(bob)].code)
    assert.same({}, service:logs "ERROR")
    ann:close()
    bob:close()
    assert.same({}, service:leftovers())
  end)

  it("throttled: a job of a queue that could not be delivered comes again", function()
    local ann = join "ann"
    local jobs = t.event.sqs({ user = "ann", text = "first" }, { user = "ann", text = "second" })
    service:fail "throttled"
    local result = service:call("notify", jobs)
    assert.equal(1, #result.batchItemFailures)
    assert.equal(jobs.Records[1].messageId, result.batchItemFailures[1].itemIdentifier)
    ann:expect { text = "second" }
    jobs.Records[2] = nil
    assert.same({ batchItemFailures = {} }, service:call("notify", jobs)) -- as the queue does
    ann:expect { text = "first" }
    ann:close()
  end)

  it("crash, timeout: Lambda reports a job that failed, and the queue brings it again", function()
    for kind, code in pairs { crash = "Runtime.ExitError", timeout = "Sandbox.Timedout" } do
      service:fail(kind, { ["function"] = "notify" })
      local result, message, what = service:call("notify", t.event.sqs { user = "ann", text = "hello" })
      assert.is_nil(result)
      assert.matches("Error: ", message)
      assert.equal(code, what)
    end
    assert.same({ batchItemFailures = {} }, service:call("notify", t.event.sqs { user = "ann", text = "hello" }))
  end)

  it("crash: what the service knows is in the store, and the client says it again", function()
    local ann, bob = join "ann", join "bob"
    ann:clear()
    service:fail("crash", { ["function"] = "chat" })
    bob:send { action = "say", room = "lobby", text = "hello" }
    bob:expect { message = "Internal server error" }
    service:expect_log("ERROR", "Runtime exited with error")
    bob:send { action = "say", room = "lobby", text = "hello" }
    for _, client in ipairs { ann, bob } do client:expect { event = "said", name = "bob", text = "hello" } end
    ann:close()
    bob:close()
  end)

  it("silent: a connection whose $disconnect never came is forgotten when a message does not reach it", function()
    local ann, bob = join "ann", join "bob"
    ann:clear()
    service:advance(31)
    service:fail "silent"
    bob:close(1006)
    assert.equal(2, #service:members "lobby")
    ann:send { action = "say", room = "lobby", text = "anybody there?" }
    ann:expect { event = "said" }
    assert.same({ ann.id }, service:members "lobby")
    ann:close()
  end)

  it("silent: it is out of the room after two hours in any case", function()
    local ann = join "ann"
    service:fail "silent"
    service:advance(7200)
    assert.equal(1001, ann.closed.code)
    assert.same({}, service:members "lobby")
  end)
end)

describe("with a shop in another folder", function()
  before_each(play "tests/lua/kit/serverless.yml")
  after_each(stop)

  local function connect(token)
    local client = assert(service:connect { query = { token = token } })
    client:expect { welcome = token, shop = "north" }
    return client
  end

  it("asks its authorizer, has its variables, and answers on a two-way route", function()
    local ann = connect "ann"
    ann:send { action = "order", id = "1", item = "tea" }
    ann:expect { ordered = "1" }
    ann:send { action = "total" }
    assert.same({ total = 3, currency = "EUR" }, ann:expect())
    assert.is_nil(os.getenv "CURRENCY")
    ann:close()
    local refused, body, status = service:connect { query = { token = "thief" } }
    assert.is_nil(refused)
    assert.equal(403, status)
    assert.equal('{"message":"Forbidden"}', body)
    assert.equal(401, select(3, service:connect()))
  end)

  it("crash: variables of the process are lost, and what was kept is not", function()
    local ann = connect "ann"
    ann:send { action = "order", id = "1", item = "tea" }
    ann:expect { orders = 1, served = 1 }
    service:fail "crash"
    ann:send { action = "order", id = "2", item = "cake" }
    ann:expect { message = "Internal server error" }
    ann:send { action = "order", id = "2", item = "cake" }
    ann:expect { orders = 2, served = 1 }
    ann:close()
  end)

  it("timeout: the work may be done although the client hears that it is not; with an id it is done once", function()
    local ann = connect "ann"
    service:fail("timeout", { ["function"] = "orders" })
    ann:send { action = "order", id = "1", item = "tea" }
    ann:expect { ordered = "1" } -- the app's reply went out, as a message of its own
    ann:expect(function(message) return message.message ~= nil end)
    ann:send { action = "order", id = "1", item = "tea" }
    ann:expect { ordered = "1", orders = 1 }
    ann:send { action = "total" }
    ann:expect { total = 3 }
    ann:close()
  end)

  it("says what the service has failed at", function()
    local ann = connect "ann"
    for i = 1, 4 do ann:send { action = "order", id = tostring(i), item = "tea" } end
    ann:clear()
    assert.equal("orders", service:expect_log("ERROR", "too many orders").name)
    service:expect_log("WARN", "statusCode 500: API Gateway tells the client nothing of it")
    assert.has_error(function() service:expect_log("FATAL", "x") end, "there is none of that level")
    service:clear()
    assert.same({}, service:logs())
    ann:send { action = "leave" }
    assert.equal(1000, ann.closed.code)
  end)

  it("notes an undeclared global of a handler, and watches only while the service is played", function()
    local ann = connect "ann"
    ann:send { action = "order", id = "1", item = "soup" }
    ann:send { action = "total" }
    service:expect_log("WARN", '^price.lua:7: global "default_price" was never assigned')
    ann:close()
    service:close()
    assert.is_nil(getmetatable(_G))
    service = t.service "serverless.yml"
  end)

  it("stops a handler at the end of its time", function()
    local ann = connect "ann"
    ann:send { action = "hang" }
    ann:expect { message = "Internal server error" }
    service:expect_log("ERROR", "had not ended 200 ms before the deadline and was stopped: it was waiting at orders.lua:%d+")
    ann:close()
  end)
end)
