-- moonwire.lambda where there is no Lambda: in scripts and specs. What bootstrap does is in tests/e2e/shutdown.test.js.
local lambda = require "moonwire.lambda"

describe("lambda.on_shutdown", function()
  it("takes functions, as often as one likes, and does not run them", function()
    local ran = false
    for _ = 1, 3 do
      assert.equal(nil, lambda.on_shutdown(function() ran = true end))
    end
    assert.equal(false, ran)
  end)

  for _, value in ipairs { false, 1, "fn", {} } do
    it("raises at the caller for a " .. type(value), function()
      local ok, message = pcall(function() lambda.on_shutdown(value) end)
      assert.equal(false, ok)
      assert.matches("lambda_spec%.lua:%d+: lambda%.on_shutdown: fn must be a function, got " .. type(value) .. "$", message)
    end)
  end

  it("raises for nothing", function()
    assert.has_error(function() lambda.on_shutdown() end)
  end)
end)

describe("lambda.version", function()
  it("is a semantic version", function()
    assert.matches("^%d+%.%d+%.%d+", lambda.version)
  end)
end)
