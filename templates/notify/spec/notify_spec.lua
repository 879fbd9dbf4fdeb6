-- notify_spec.lua: `moonwire test` runs it. The service runs in the spec's own process; clients are tables.
local t = require "moonwire.test"

describe("notices", function()
  local service
  before_each(function()
    -- A door for specs: a name is enough, instead of a token.
    package.loaded["handlers.door"] = { verify_request = function(_, request)
      local user = request.query.user
      if user then return { id = user } end
      return nil, "there is no name", "missing"
    end }
    service = t.service "serverless.yml"
  end)

  local function connect(user)
    local client = assert(service:connect { query = { user = user } })
    client:expect { hello = user }
    return client
  end

  it("reach all devices of a user, and nobody else", function()
    local phone, laptop, bob = connect "ann", connect "ann", connect "bob"
    local result = assert(service:call("notify", t.event.sqs { user = "ann", text = "your order is ready" }))
    assert.same({}, result.batchItemFailures)
    phone:expect { event = "notice", text = "your order is ready" }
    laptop:expect { event = "notice", text = "your order is ready" }
    bob:expect_nothing()
    for _, client in ipairs { phone, laptop, bob } do client:close() end
  end)

  it("are not kept for users who are not there", function()
    assert.same({}, assert(service:call("notify", t.event.sqs { user = "ann", text = "hello" })).batchItemFailures)
  end)

  it("come again when they fail, and only they", function()
    local ann, bob = connect "ann", connect "bob"
    service:fail("throttled", { client = ann })
    local jobs = t.event.sqs({ user = "ann", text = "one" }, { user = "bob", text = "two" }, { text = "for whom?" })
    local result = assert(service:call("notify", jobs))
    assert.equal(2, #result.batchItemFailures)
    bob:expect { text = "two" }
    ann:expect_nothing()
    ann:close()
    bob:close()
  end)

  it("are for those who say who they are", function()
    local client, _, status = service:connect {}
    assert.is_nil(client)
    assert.equal(401, status)
  end)
end)
