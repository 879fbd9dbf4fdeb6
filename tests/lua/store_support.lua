-- What every backend of the store has to do: one specification, run against each. `specify` makes specs of it.
local async = require "moonwire.async"
local handle = require "moonwire.store.handle"
local json = require "moonwire.json"

local support = {}

local START = 1800000000

-- Each test has a stage of its own, so that they may share a table; the clock is the test's.
local count = 0
local unique = require("moonwire.crypto").hex(require("moonwire.crypto").random_bytes(4))

--- A store with nothing in it, and its clock: set clock.now to move it.
--- @param backend moonwire.store.Backend
--- @return moonwire.Store s
--- @return { now: integer } clock
--- @return string scope
function support.fresh(backend)
  count = count + 1
  local clock = { now = START }
  local scope = ("%s/stage%d"):format(unique, count)
  return handle.new(backend, scope, function() return clock.now end), clock, scope
end

--- The ids that an iterator gives.
function support.ids(iterator)
  local found = {}
  for member in iterator do found[#found + 1] = member.id end
  return found
end

local fresh, ids = support.fresh, support.ids

local function code_of(_, _, code) return code end

local function specify_connections(open)
  describe("a connection", function()
    local s, clock
    before_each(function() s, clock = fresh(open()) end)

    it("comes back as it was put", function()
      local data = { n = 1.5, big = 2 ^ 53, text = "h\0\195\169", yes = true, no = false, list = { 1, { a = json.null } }, none = json.array {}, map = {} }
      local row = {
        id = "X1abcfYxCPwCJiA=", user = "ann", claims = { sub = "ann", scopes = { "a", "b" } }, endpoint = "https://x.example/prod",
        connected_at = START - 5, expires_at = START + 100, data = data,
      }
      assert.equal(true, s:connect(row))
      row.version = 1
      assert.same(row, s:get(row.id))
      assert.equal("[]", json.encode(s:get(row.id).data.none))
    end)

    it("has two hours, and nothing that was not given", function()
      assert(s:connect { id = "a" })
      assert.same({ id = "a", connected_at = START, expires_at = START + 7200, data = {}, version = 1 }, s:get "a")
    end)

    it("that is not there is gone", function()
      local row, message, code = s:get "a"
      assert.is_nil(row)
      assert.equal("store:get: there is no connection a", message)
      assert.equal("gone", code)
      assert.equal("gone", code_of(s:join("a", "lobby")))
      assert.equal("gone", code_of(s:save("a", { x = 1 })))
      assert.equal("gone", code_of(s:update("a", "x", function() return 1 end)))
      assert.same({}, s:rooms "a")
      assert.equal(0, s:count "lobby")
    end)

    it("can be removed twice", function()
      assert(s:connect({ id = "a", user = "ann" }, { "lobby" }))
      assert.equal(true, s:disconnect "a")
      assert.equal(true, s:disconnect "a")
      assert.equal("gone", code_of(s:get "a"))
      assert.same({}, ids(s:members "lobby"))
      assert.same({}, ids(s:user "ann"))
    end)

    it("is of one stage of one API", function()
      local other = fresh(open())
      assert(s:connect({ id = "a", user = "ann" }, { "lobby" }))
      assert.equal("gone", code_of(other:get "a"))
      assert.equal("gone", code_of(other:join("a", "lobby")))
      assert.equal(0, other:count "lobby")
      assert.same({}, ids(other:user "ann"))
      assert.equal(true, other:disconnect "a")
      assert.equal(1, s:count "lobby")
    end)

    it("is not there for any read once it has expired", function()
      assert(s:connect({ id = "a", user = "ann", expires_at = START + 10 }, { "lobby" }))
      clock.now = START + 9
      assert.same({ "a" }, ids(s:members "lobby"))
      clock.now = START + 10
      assert.equal("gone", code_of(s:get "a"))
      assert.equal("gone", code_of(s:join("a", "other")))
      assert.equal("gone", code_of(s:save("a", { x = 1 })))
      assert.equal("gone", code_of(s:update("a", "x", function() return 1 end)))
      assert.same({}, s:rooms "a")
      assert.same({}, ids(s:members "lobby"))
      assert.equal(0, s:count "lobby")
      assert.same({}, ids(s:user "ann"))
      assert.equal(true, s:leave("a", "lobby"))
      assert.equal(true, s:disconnect "a")
    end)
  end)
end

local function specify_rooms(open)
  describe("a room", function()
    local s
    before_each(function() s = fresh(open()) end)

    it("has who joined it, each once, sorted by id", function()
      assert(s:connect({ id = "b", user = "ben", endpoint = "https://x.example/prod" }, { "lobby", "lobby" }))
      assert(s:connect { id = "a" })
      assert.equal(true, s:join("a", "lobby"))
      assert.equal(true, s:join("a", "lobby"))
      local found = {}
      for member in s:members "lobby" do found[#found + 1] = member end
      assert.same({ { id = "a", connected_at = START },
        { id = "b", user = "ben", endpoint = "https://x.example/prod", connected_at = START } }, found)
      assert.equal(2, s:count "lobby")
    end)

    it("is left", function()
      assert(s:connect({ id = "a" }, { "one", "two", "three" }))
      assert.equal(true, s:leave("a", "two"))
      assert.equal(true, s:leave("a", "two"))
      assert.equal(true, s:leave("nobody", "two"))
      assert.same({ "one", "three" }, s:rooms "a")
      assert.equal(0, s:count "two")
    end)

    it("is another one with another name, however names are put together", function()
      local names = { "a", "a#b", "a/b", "A", "b", "a b", "\195\169", "#", "a\0b", ("r"):rep(512) }
      assert(s:connect({ id = "x" }, names))
      for _, name in ipairs(names) do
        assert.same({ "x" }, ids(s:members(name)), name)
      end
      assert.same({}, ids(s:members "a#"))
      table.sort(names)
      assert.same(names, s:rooms "x")
    end)

    it("may have more members than a page, from whom on one likes", function()
      local wanted = {}
      for i = 1, 450 do
        local id = ("c%04d="):format(i)
        wanted[i] = id
      end
      local jobs = {}
      for worker = 1, 10 do
        jobs[worker] = function()
          for i = worker, #wanted, 10 do assert(s:connect({ id = wanted[i] }, { "big" })) end
          return true
        end
      end
      assert(async.all(jobs))
      assert.same(wanted, ids(s:members "big"))
      assert.equal(450, s:count "big")
      assert.same({ "c0449=", "c0450=" }, ids(s:members("big", "c0448=")))
      assert.same({ "c0449=", "c0450=" }, ids(s:members("big", "c0448A")))
      assert.same({}, ids(s:members("big", "c0450=")))
    end)

    it("can be read in two places at once, while it changes", function()
      for _, id in ipairs { "a", "b", "c" } do assert(s:connect({ id = id }, { "lobby" })) end
      local first, second = s:members "lobby", s:members "lobby"
      assert.equal("a", first().id)
      assert(s:disconnect "b")
      assert.equal("a", second().id)
      assert.equal("c", second().id)
    end)
  end)

  describe("a user", function()
    local s
    before_each(function() s = fresh(open()) end)

    it("has all devices", function()
      assert(s:connect { id = "b", user = "ann" })
      assert(s:connect { id = "a", user = "ann", endpoint = "https://x.example/prod" })
      assert(s:connect { id = "c", user = "ben" })
      assert(s:connect { id = "d" })
      assert.same({ "a", "b" }, ids(s:user "ann"))
      assert.same({ "b" }, ids(s:user("ann", "a")))
      assert.same({ id = "a", user = "ann", endpoint = "https://x.example/prod", connected_at = START }, s:user "ann"())
      assert.same({}, ids(s:user "an"))
      assert(s:disconnect "b")
      assert.same({ "a" }, ids(s:user "ann"))
    end)
  end)
end

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

--- Makes the specs. open() gives the backend, the same one each time.
--- @param what string "the store in a file"
--- @param open fun(): moonwire.store.Backend
function support.specify(what, open)
  describe(what .. ":", function()
    specify_connections(open)
    specify_rooms(open)
    specify_data(open)
    specify_removal(open)
  end)
end

return support
