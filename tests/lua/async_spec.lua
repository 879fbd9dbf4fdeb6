local async = require "moonwire.async"
local support = require "tests.lua.async_support"
local pack, later, raiser, FOREVER = support.pack, support.later, support.raiser, support.FOREVER

describe("async.sleep", function()
  it("returns nothing, and lets others run", function()
    local order = {}
    async.spawn(function() order[#order + 1] = "other" end)
    assert.same({ n = 0 }, pack(async.sleep(0)))
    order[#order + 1] = "me"
    assert.same({ "other", "me" }, order)
  end)

  it("ends in the order of the times", function()
    local order = {}
    local function note(ms)
      return function()
        async.sleep(ms)
        order[#order + 1] = ms
      end
    end
    async.all { note(60), note(0), note(30), note(0.5) }
    assert.same({ 0, 0.5, 30, 60 }, order)
  end)

  local refused = { -1, 0 / 0, 1 / 0, 1e13, "5", {}, false }
  for _, ms in ipairs(refused) do
    it("refuses " .. tostring(ms), function()
      assert.has_error(function() async.sleep(ms) end, "async.sleep: ms must be a number of milliseconds from 0 to 1e12")
    end)
  end

  it("refuses nothing, and names the caller's line", function()
    assert.matches("async_spec.lua:%d+: async.sleep: ms must", assert.has_error(function() async.sleep() end))
  end)
end)

describe("async.all", function()
  it("gives the first results in the order of the functions", function()
    local results, message = async.all { later(20, "a", "x"), later(1, "b"), function() return "c" end }
    assert.same({ "a", "b", "c" }, results)
    assert.is_nil(message)
  end)

  it("of nothing is nothing", function()
    assert.same({}, async.all {})
  end)

  it("leaves gaps where functions return nothing or false", function()
    local results = async.all { later(1), later(1, false), later(1, 3) }
    assert.same({ [2] = false, [3] = 3 }, results)
  end)

  it("runs them at once", function()
    local running, most = 0, 0
    local function one()
      running = running + 1
      most = math.max(most, running)
      async.sleep(1)
      running = running - 1
    end
    async.all { one, one, one }
    assert.equal(3, most)
  end)

  it("returns the first failure and cancels the others", function()
    local finished = false
    local results = pack(async.all {
      function()
        async.sleep(FOREVER)
        finished = true
      end,
      later(1, nil, "no such thing", "gone"),
    })
    assert.same({ n = 3, [2] = "no such thing", [3] = "gone" }, results)
    async.sleep(1)
    assert.equal(false, finished)
  end)

  it("raises what a function raises, and cancels the others", function()
    local finished = false
    local err = { type = "Custom" }
    assert.equal(err, assert.has_error(function()
      async.all { raiser(err), function()
        async.sleep(FOREVER)
        finished = true
      end }
    end))
    assert.equal(false, finished)
  end)

  it("raises false as it is", function()
    assert.same({ n = 2, false, false }, pack(pcall(async.all, { raiser(false) })))
  end)

  it("keeps the position of an error", function()
    assert.matches("^tests/lua/async_spec.lua:%d+: boom$", assert.has_error(function()
      async.all { function() error("boom") end }
    end))
  end)

  it("nests", function()
    local results = async.all {
      function() return async.all { later(2, 1), function() return async.all { later(1, 2), later(1, 3) } end } end,
      later(1, 4),
    }
    assert.same({ { 1, { 2, 3 } }, 4 }, results)
  end)

  it("cancels the children of what it cancels", function()
    local reached = {}
    async.race {
      function()
        async.all { function()
          async.spawn(function()
            async.sleep(300)
            reached.grandchild = true
          end)
          async.sleep(300)
          reached.child = true
        end }
        reached.parent = true
      end,
      later(1),
    }
    async.sleep(400)
    assert.same({}, reached)
  end)

  it("runs a thousand", function()
    local functions, want = {}, {}
    for i = 1, 1000 do
      functions[i] = later(i % 7, i)
      want[i] = i
    end
    assert.same(want, async.all(functions))
  end)

  it("cancels a thousand", function()
    local functions, count = {}, 0
    for i = 1, 1000 do
      functions[i] = function()
        async.sleep(FOREVER)
        count = count + 1
      end
    end
    functions[501] = later(1, nil, "enough")
    assert.same({ n = 2, nil, "enough" }, pack(async.all(functions)))
    assert.equal(0, count)
  end)

  local refused = {
    { nil, "async.all: functions must be a list (keys 1..n), got nil" },
    { "x", "async.all: functions must be a list (keys 1..n), got string" },
    { { 1 }, "async.all: functions[1] must be a function, got number" },
    { { print, {} }, "async.all: functions[2] must be a function, got table" },
    { { print, nil, print }, "async.all: functions must be a list (keys 1..n), got a table with nothing at 2" },
    { { a = print }, 'async.all: functions must be a list (keys 1..n), got a table with the key "a"' },
    { { [0] = print }, "async.all: functions must be a list (keys 1..n), got a table with the key 0" },
    { { ["a\n\"b"] = print }, 'got a table with the key "a\\n\\"b"' },
  }
  for _, case in ipairs(refused) do
    it("refuses: " .. case[2], function()
      local err = assert.has_error(function() async.all(case[1]) end, case[2])
      assert.matches("^tests/lua/async_spec.lua:", err)
    end)
  end
end)

describe("async.race", function()
  it("returns all results of the first to end", function()
    assert.same({ n = 3, 1, nil, 3 }, pack(async.race { later(FOREVER), later(1, 1, nil, 3) }))
  end)

  it("takes the first of the list when several end at once", function()
    assert.equal("a", async.race { function() return "a" end, function() return "b" end })
  end)

  it("returns a failure as it is", function()
    assert.same({ n = 3, nil, "why", "code" }, pack(async.race { later(1, nil, "why", "code"), later(FOREVER) }))
  end)

  it("raises what the first raises, and cancels the others", function()
    local finished
    assert.equal("boom", assert.has_error(function()
      async.race { raiser("boom"), function()
        async.sleep(300)
        finished = true
      end }
    end))
    async.sleep(400)
    assert.is_nil(finished)
  end)

  it("refuses an empty list", function()
    assert.has_error(function() async.race {} end, "async.race: at least one function expected")
  end)
end)
