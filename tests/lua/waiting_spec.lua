-- coroutine.resume and wrap as prelude.lua replaces them: a wait inside them reaches the loop, and only the loop ends it.
local async = require "moonwire.async"

-- Runs fn as a task until it waits for the first time.
local function begin(fn)
  local started = false
  local handle = async.spawn(function() started = true return fn() end)
  repeat async.sleep(0) until started
  return handle
end

describe("a coroutine in which a function waits", function()
  it("cannot be resumed by another task", function()
    local slept = false
    local co = coroutine.create(function() async.sleep(300) slept = true return "done" end)
    local handle = begin(function() return coroutine.resume(co) end)
    local ok, message = coroutine.resume(co)
    assert.equal(ok, false)
    assert.truthy(message:find("cannot resume a coroutine that waits", 1, true))
    assert.equal(slept, false)
    assert.equal(coroutine.status(co), "normal")
    assert.same({ handle:wait() }, { true, "done" })
    assert.equal(coroutine.status(co), "dead")
  end)

  it("is the same for the coroutine of a task", function()
    local co
    local handle = begin(function() co = coroutine.running() async.sleep(300) return "done" end)
    local ok, message = coroutine.resume(co)
    assert.equal(ok, false)
    assert.truthy(message:find("cannot resume a coroutine that waits", 1, true))
    assert.equal(coroutine.status(co), "normal")
    assert.equal(handle:wait(), "done")
    assert.equal(coroutine.status(co), "dead")
  end)

  it("stays still when its task was cancelled", function()
    local co = coroutine.create(function() async.sleep(300) end)
    local handle = begin(function() coroutine.resume(co) end)
    handle:cancel()
    assert.equal(coroutine.resume(co), false)
  end)

  it("is an ordinary one afterwards", function()
    local next_number = coroutine.wrap(function()
      for i = 1, 3 do async.sleep(0) coroutine.yield(i) end
    end)
    assert.same({ next_number(), next_number(), next_number() }, { 1, 2, 3 })
    next_number()
    local ok, message = pcall(next_number)
    assert.equal(ok, false)
    assert.equal(message, "cannot resume dead coroutine")
  end)
end)

describe("coroutine.resume", function()
  it("raises for what is no coroutine, any number of times", function()
    for _ = 1, 20000 do assert.equal(pcall(coroutine.resume, 5), false) end
    assert.equal(coroutine.resume(coroutine.create(function() end)), true)
  end)

  it("refuses the coroutine that runs", function()
    local ok, message = coroutine.resume(coroutine.running())
    assert.equal(ok, false)
    assert.equal(message, "cannot resume running coroutine")
  end)

  it("ends an endless recursion with an error, also across waits", function()
    local function deeper() return coroutine.wrap(deeper)() end
    local function deeper_and_back(n)
      if n == 0 then async.sleep(0) return end
      coroutine.wrap(deeper_and_back)(n - 1)
    end
    for _ = 1, 3 do
      local ok, message = pcall(deeper)
      assert.equal(ok, false)
      assert.truthy(tostring(message):find("stack overflow", 1, true))
      deeper_and_back(5000)
    end
  end)
end)
