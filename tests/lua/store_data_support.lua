-- The part of the specification (store_support.lua) that is about what is kept with a connection, and about removing it.
local async = require "moonwire.async"
local fresh_store = require "tests.lua.store_fresh"
local json = require "moonwire.json"

local START = fresh_store.START
local fresh, ids = fresh_store.fresh, fresh_store.ids

local function code_of(_, _, code) return code end

local function specify_data(open)
  describe("data", function()
    local s
    before_each(function()
      s = fresh(open())
      assert(s:connect { id = "a", data = { name = "Ann", n = 0 } })
    end)

    it("is saved by key", function()
      assert.equal(true, s:save("a", { name = "Anna", list = { 1, 2 } }))
      assert.equal(true, s:save("a", { ["a.b#c:d [0]"] = "odd" }))
      assert.equal(true, s:save("a", { n = json.null, never = json.null, no = false }))
      assert.same({ name = "Anna", list = { 1, 2 }, ["a.b#c:d [0]"] = "odd", no = false }, s:get "a".data)
    end)

    it("has another version after each change", function()
      local first = s:get "a".version
      assert(s:save("a", { x = 1 }))
      local second = s:get "a".version
      assert.not_equal(first, second)
      assert(s:join("a", "lobby"))
      assert.equal(second, s:get "a".version)
    end)

    it("of any bytes survives", function()
      local bytes = {}
      for i = 0, 255 do bytes[i + 1] = string.char(i) end
      local text = table.concat(bytes)
      assert(s:save("a", { text = text, deep = { [text] = { text } }, lone = json.decode '"\\ud800"' }))
      local data = s:get "a".data
      assert.equal(text, data.text)
      assert.equal(text, data.deep[text][1])
      assert.equal('"\\uD800"', json.encode(data.lone):upper():gsub("U", "u"))
    end)

    it("has room for 300 KB, and says when it is too much; then nothing of it is saved", function()
      assert.equal(true, s:save("a", { big = ("x"):rep(300 * 1024) }))
      local ok, message, code = s:save("a", { name = "Other", more = ("x"):rep(110 * 1024) })
      assert.is_nil(ok)
      assert.equal("too_large", code)
      assert.matches("^store:save: ", message)
      local data = s:get "a".data
      assert.equal("Ann", data.name)
      assert.is_nil(data.more)
      assert.equal(300 * 1024, #data.big)
      assert.equal("too_large", code_of(s:connect { id = "b", data = { big = ("x"):rep(500 * 1024) } }))
      assert.equal("gone", code_of(s:get "b"))
    end)

    it("is updated from what it is", function()
      assert.equal(1, s:update("a", "n", function(old) return old + 1 end))
      assert.same({ { "first" } }, { s:update("a", "new", function(old) return { old or "first" } end) })
      assert.equal(json.null, s:update("a", "n", function() return nil end))
      assert.same({ name = "Ann", new = { "first" } }, s:get "a".data)
    end)

    it("is updated again when somebody else was faster", function()
      local seen = {}
      local value = s:update("a", "n", function(old)
        seen[#seen + 1] = old
        if #seen <= 2 then assert(s:save("a", { n = old + 10 })) end
        return old + 1
      end)
      assert.equal(21, value)
      assert.same({ 0, 10, 20 }, seen)
    end)

    it("loses no update of many at once", function()
      local jobs = {}
      for i = 1, 12 do jobs[i] = function() return s:update("a", "n", function(old) return old + 1 end) end end
      assert(async.all(jobs))
      assert.equal(12, s:get "a".data.n)
    end)

    it("is given up when others are always faster", function()
      local calls = 0
      local ok, message, code = s:update("a", "n", function(old)
        calls = calls + 1
        assert(s:save("a", { other = calls }))
        return old
      end)
      assert.is_nil(ok)
      assert.equal("conflict", code)
      assert.matches("^store:update: ", message)
      assert.truthy(calls > 5)
    end)
  end)
end

local function specify_removal(open)
  describe("connections that turned out to be closed", function()
    it("are forgotten, except for young ones", function()
      local s, clock = fresh(open())
      assert(s:connect({ id = "old", user = "ann" }, { "lobby" }))
      clock.now = START + 1
      assert(s:connect({ id = "young" }, { "lobby" }))
      clock.now = START + 31
      assert.equal(1, s:forget { "old", "young", "nobody", "old" })
      assert.same({ "young" }, ids(s:members "lobby"))
      assert.same({}, ids(s:user "ann"))
      assert.equal(0, s:forget { "young" })
      clock.now = START + 32
      assert.equal(1, s:forget { "young" })
      assert.equal(0, s:forget {})
    end)

    it("are forgotten by the hundred", function()
      local s, clock = fresh(open())
      local list = {}
      for i = 1, 130 do
        list[i] = ("id%03d"):format(i)
        assert(s:connect({ id = list[i] }, { "lobby", "other" }))
      end
      clock.now = START + 60
      assert.equal(130, s:forget(list))
      assert.same({}, ids(s:members "lobby"))
      assert.equal(0, s:count "other")
    end)
  end)

  describe("a sweep", function()
    it("takes nothing that is there", function()
      local s, clock = fresh(open())
      assert(s:connect({ id = "a", expires_at = START + 10 }, { "lobby" }))
      assert(s:connect({ id = "b" }, { "lobby" }))
      clock.now = START + 20
      assert.truthy(s:sweep() >= 0)
      assert.same({ "b" }, ids(s:members "lobby"))
    end)
  end)
end

return function(open)
  specify_data(open)
  specify_removal(open)
end
