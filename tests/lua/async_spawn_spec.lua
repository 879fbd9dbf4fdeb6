local async = require "moonwire.async"
local support = require "tests.lua.async_support"
local pack, later, raiser, FOREVER = support.pack, support.later, support.raiser, support.FOREVER

describe("async.spawn", function()
  it("begins when the current function waits", function()
    local began = false
    local handle = async.spawn(function() began = true end)
    assert.equal(false, began)
    handle:wait()
    assert.equal(true, began)
  end)

  it("gives all results, every time they are asked for", function()
    local handle = async.spawn(later(1, nil, 2, nil))
    assert.same({ n = 3, nil, 2, nil }, pack(handle:wait()))
    assert.same({ n = 3, nil, 2, nil }, pack(handle:wait()))
  end)

  it("raises an error at whoever waits", function()
    local handle = async.spawn(raiser("boom"))
    local waiting = async.spawn(function() return pcall(handle.wait, handle) end)
    assert.equal("boom", assert.has_error(function() handle:wait() end))
    assert.same({ n = 2, false, "boom" }, pack(waiting:wait()))
  end)

  it("wakes all who wait", function()
    local handle = async.spawn(later(2, "done"))
    local function wait() return handle:wait() end
    assert.same({ "done", "done", "done" }, async.all { wait, wait, wait })
  end)

  it("can be cancelled, once", function()
    local finished = false
    local handle = async.spawn(function()
      async.sleep(1)
      finished = true
    end)
    assert.equal(true, handle:cancel())
    assert.equal(false, handle:cancel())
    async.sleep(5)
    assert.equal(false, finished)
    assert.has_error(function() handle:wait() end, "the task was cancelled")
  end)

  it("that has ended cannot be cancelled", function()
    local handle = async.spawn(later(0, "x"))
    handle:wait()
    assert.equal(false, handle:cancel())
    assert.equal("x", handle:wait())
  end)

  it("tells who waits that it was cancelled", function()
    local handle = async.spawn(later(FOREVER))
    local waiting = async.spawn(function() return pcall(handle.wait, handle) end)
    async.sleep(0)
    handle:cancel()
    local ok, message = waiting:wait()
    assert.equal(false, ok)
    assert.matches("the task was cancelled$", message)
  end)

  it("cannot cancel itself or what it belongs to", function()
    local own
    own = async.spawn(function()
      local inner = async.spawn(function() return pcall(own.cancel, own) end)
      local ok, message = inner:wait()
      return ok, message, pcall(own.cancel, own)
    end)
    local ok, message, ok2, message2 = own:wait()
    assert.equal(false, ok)
    assert.matches("a task cannot cancel itself", message)
    assert.equal(false, ok2)
    assert.matches("a task cannot cancel itself", message2)
  end)

  it("outlives the function that started it", function()
    local inner
    async.spawn(function() inner = async.spawn(later(3, "late")) end):wait()
    assert.equal("late", inner:wait())
  end)

  it("is cancelled with the grandparent that inherited it", function()
    local reached = false
    local top = async.spawn(function()
      async.spawn(function()
        async.spawn(function()
          async.sleep(300)
          reached = true
        end)
      end)
      async.sleep(FOREVER)
    end)
    async.sleep(1)
    top:cancel()
    async.sleep(400)
    assert.equal(false, reached)
  end)

  it("refuses what is no function", function()
    assert.has_error(function() async.spawn("x") end, "async.spawn: fn must be a function, got string")
  end)
end)
