-- coroutine.resume, wrap and yield of the runtime (prelude.lua): generators as in plain Lua, and waiting inside of them.
local async = require "moonwire.async"

local function pack(...)
  return { n = select("#", ...), ... }
end

-- What goes through must come out with its number of values.
local lists = {
  { name = "nothing", n = 0 },
  { name = "nil", n = 1 },
  { name = "two nils", n = 2 },
  { name = "values around nils", n = 5, nil, 1, nil, "x" },
  { name = "false", n = 1, false },
  { name = "a light userdata", n = 1, require("moonwire.json").null },
}

for _, list in ipairs(lists) do
  describe("with " .. list.name, function()
    local function values() return unpack(list, 1, list.n) end
    local function same(shift, ...)
      assert.equal(list.n, select("#", ...) - shift)
      for i = 1, list.n do assert.equal(list[i], (select(i + shift, ...))) end
    end

    it("resume gives what was yielded and what was returned", function()
      local co = coroutine.create(function()
        coroutine.yield(values())
        return values()
      end)
      same(1, coroutine.resume(co))
      same(1, coroutine.resume(co))
      assert.equal("dead", coroutine.status(co))
    end)

    it("wrap gives what was yielded and what was returned", function()
      local next_one = coroutine.wrap(function()
        coroutine.yield(values())
        return values()
      end)
      same(0, next_one())
      same(0, next_one())
    end)

    it("the first arguments go to the function, the next to yield", function()
      local seen = {}
      local next_one = coroutine.wrap(function(...)
        seen[1] = pack(...)
        seen[2] = pack(coroutine.yield())
      end)
      next_one(values())
      next_one(values())
      same(0, unpack(seen[1], 1, seen[1].n))
      same(0, unpack(seen[2], 1, seen[2].n))
    end)

    it("all of that with waiting in between", function()
      local seen = {}
      local co = coroutine.create(function(...)
        async.sleep(0)
        seen[1] = pack(...)
        async.sleep(0)
        seen[2] = pack(coroutine.yield(values()))
        async.sleep(0)
        return values()
      end)
      same(1, coroutine.resume(co, values()))
      same(1, coroutine.resume(co, values()))
      same(0, unpack(seen[1], 1, seen[1].n))
      same(0, unpack(seen[2], 1, seen[2].n))
    end)
  end)
end

describe("a generator", function()
  -- A generator of 1..n; each level passes on what the level below yields.
  local function nested(depth, n)
    return coroutine.wrap(function()
      if depth == 0 then
        for i = 1, n do
          async.sleep(i % 2)
          coroutine.yield(i)
        end
        return
      end
      for i in nested(depth - 1, n) do
        async.sleep(0)
        coroutine.yield(i)
      end
    end)
  end

  it("may wait at every depth", function()
    local seen = {}
    for i in nested(5, 4) do seen[#seen + 1] = i end
    assert.same({ 1, 2, 3, 4 }, seen)
  end)

  it("may be shared by tasks that take turns", function()
    local numbers, seen = nested(1, 6), {}
    local function take()
      seen[#seen + 1] = numbers()
    end
    for _ = 1, 3 do async.all { take } end
    assert.same({ 1, 2, 3 }, seen)
  end)

  it("may run tasks of its own", function()
    local results = coroutine.wrap(function()
      coroutine.yield(async.all { function() async.sleep(1) return "a" end, function() return "b" end })
    end)()
    assert.same({ "a", "b" }, results)
  end)

  it("may be left when its task is cancelled", function()
    local reached = false
    async.race {
      function()
        nested(2, 3)()
        async.sleep(1e12)
        reached = true
      end,
      function()
        coroutine.wrap(function() async.sleep(5) end)()
        return true
      end,
    }
    assert.equal(false, reached)
  end)
end)

describe("an error inside a coroutine", function()
  local err = setmetatable({}, { __tostring = function() return "custom" end })
  for _, value in ipairs { "boom", 42, err, false } do
    it("comes out of wrap as it is: " .. tostring(value), function()
      local ok, got = pcall(coroutine.wrap(function()
        async.sleep(0)
        error(value, 0)
      end))
      assert.equal(false, ok)
      assert.equal(value, got)
    end)

    it("comes out of resume as it is: " .. tostring(value), function()
      local co = coroutine.create(function() error(value, 0) end)
      assert.same({ n = 2, false, value }, pack(coroutine.resume(co)))
      assert.equal("dead", coroutine.status(co))
    end)
  end

  it("keeps its own position", function()
    local err_text = assert.has_error(coroutine.wrap(function() error("boom") end))
    assert.matches("^tests/lua/coroutine_spec.lua:%d+: boom$", err_text)
  end)

  it("can be caught inside, across a wait", function()
    local result = coroutine.wrap(function()
      local ok, message = pcall(function()
        async.sleep(0)
        error("inside", 0)
      end)
      return ok, message
    end)
    assert.same({ n = 2, false, "inside" }, pack(result()))
  end)

  it("says that a dead coroutine is dead", function()
    local co = coroutine.create(function() end)
    coroutine.resume(co)
    assert.same({ n = 2, false, "cannot resume dead coroutine" }, pack(coroutine.resume(co)))
  end)

  for _, value in ipairs { "x", 1, false } do
    it("is raised for what is no function: " .. tostring(value), function()
      assert.has_error(function() coroutine.wrap(value) end, "function expected")
      assert.has_error(function() coroutine.resume(value) end, "coroutine expected")
    end)
  end
end)

describe("a place that cannot wait", function()
  local sleep = function() async.sleep(1) end
  local places = {
    { "table.sort", function(fn) table.sort({ 2, 1 }, fn) end },
    { "string.gsub", function(fn) string.gsub("a", "a", fn) end },
    { "table.sort in a generator", function(fn) coroutine.wrap(function() table.sort({ 2, 1 }, fn) end)() end },
  }
  for _, place in ipairs(places) do
    it("says so: " .. place[1], function()
      assert.has_error(function() place[2](sleep) end,
        "async.sleep: cannot wait inside a callback of a C function (table.sort, string.gsub, or a C module's)")
      assert.has_error(function() place[2](function() async.all { sleep } end) end,
        "waiting for another task: cannot wait inside a callback")
      async.sleep(3)
    end)

    it("may start a task: " .. place[1], function()
      local handle
      place[2](function() handle = handle or async.spawn(function() return "ran" end) end)
      assert.equal("ran", handle:wait())
    end)

    it("leaves nothing armed when a generator tries to wait there: " .. place[1], function()
      local function generate() coroutine.wrap(sleep)() end
      assert.has_error(function() place[2](generate) end, "attempt to yield across C-call boundary")
      assert.has_error(function() place[2](generate) end, "attempt to yield across C-call boundary")
      async.sleep(3)
      local handle = async.spawn(function() place[2](generate) end)
      assert.has_error(function() handle:wait() end, "attempt to yield across C-call boundary")
      async.sleep(3)
    end)
  end
end)

describe("coroutine.yield outside of a coroutine", function()
  for _, values in ipairs { {}, { 1 }, { require("moonwire.core.task").mark } } do
    it("ends the task, given " .. tostring(values[1]), function()
      local reached = false
      local handle = async.spawn(function()
        coroutine.yield(unpack(values))
        reached = true
      end)
      async.sleep(2)
      assert.equal(false, reached)
      assert.has_error(function() handle:wait() end)
    end)
  end
end)

describe("coroutine.yield outside of a coroutine", function()
  local function stray() coroutine.yield(1) end

  it("is an error, which can be caught", function()
    local ok, message = pcall(stray)
    assert.equal(ok, false)
    assert.truthy(message:find("^tests/lua/coroutine_spec.lua:%d+: coroutine.yield was called outside of a coroutine"))
  end)

  it("fails async.all, race and wait instead of leaving them waiting", function()
    for _, run in ipairs {
      function() async.all { stray, function() async.sleep(1e9) end } end,
      function() async.race { stray } end,
      function() async.spawn(stray):wait() end,
    } do
      local ok, message = pcall(run)
      assert.equal(ok, false)
      assert.truthy(message:find("outside of a coroutine", 1, true))
    end
  end)

  it("passes nil and several values inside of one", function()
    local co = coroutine.wrap(function(...) return select("#", coroutine.yield(nil, 2, nil)) end)
    assert.equal(select("#", co()), 3)
    assert.equal(co(nil, nil), 2)
  end)
end)
