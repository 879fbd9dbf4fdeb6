-- echo_spec.lua: `moonwire test` runs it. The service runs in the spec's own process, with a clock that stands still.
local t = require "moonwire.test"

describe("the echo", function()
  local client
  before_each(function() client = assert(t.service("serverless.yml"):connect()) end)
  after_each(function() client:close() end)

  it("says back a text, and JSON", function()
    client:send "hello"
    client:expect { you_said = "hello" }
    client:send { action = "dance", steps = { 1, 2 } }
    client:expect { you_said = { action = "dance", steps = { 1, 2 } } }
  end)

  it("tells the time", function()
    client:send { action = "time" }
    client:expect { time = "2026-01-01T12:00:00Z" }
  end)
end)
