-- chat_spec.lua: `moonwire test` runs it. The service runs in the spec's own process; clients are tables.
local t = require "moonwire.test"

describe("the chat", function()
  local service
  before_each(function() service = t.service "serverless.yml" end)

  -- A client that is in the lobby.
  local function enter(name)
    local client = assert(service:connect { query = { name = name } })
    client:send { action = "join", room = "lobby" }
    client:expect { event = "welcome", name = name }
    return client
  end

  it("tells a room what is said in it", function()
    local ann, bob = enter "ann", enter "bob"
    ann:expect { event = "joined", name = "bob" }
    bob:send { action = "say", room = "lobby", text = "hello" }
    ann:expect { event = "said", name = "bob", text = "hello" }
    bob:expect { event = "said", text = "hello" }
    bob:close()
    ann:expect { event = "left", name = "bob" }
    ann:close()
  end)

  it("keeps what is said from those who are not in the room", function()
    local ann, eve = enter "ann", assert(service:connect { query = { name = "eve" } })
    eve:send { action = "say", room = "lobby", text = "hello" }
    eve:expect { error = "not_a_member" }
    ann:send { action = "say", room = "lobby", text = "nobody else here?" }
    eve:expect_nothing()
    ann:send { action = "leave", room = "lobby" }
    assert.same({}, service:members "lobby")
    ann:close()
    eve:close()
  end)

  it("lasts when a client vanishes without a word", function()
    local ann, bob = enter "ann", enter "bob"
    ann:clear()
    service:fail "silent"
    bob:close(1006)
    service:advance(60)
    ann:send { action = "say", room = "lobby", text = "still there?" }
    ann:expect { event = "said" }
    assert.same({ ann.id }, service:members "lobby")
    ann:close()
  end)

  it("refuses names that are too long", function()
    local client, _, status = service:connect { query = { name = ("x"):rep(41) } }
    assert.is_nil(client)
    assert.equal(400, status)
  end)
end)
