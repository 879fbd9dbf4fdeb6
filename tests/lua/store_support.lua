-- What every backend of the store has to do: one specification, run against each. `specify` makes specs of it.
local async = require "moonwire.async"
local fresh_store = require "tests.lua.store_fresh"
local json = require "moonwire.json"
local specify_data = require "tests.lua.store_data_support"

local support = {}

local START = fresh_store.START
local fresh, ids = fresh_store.fresh, fresh_store.ids

--- For what is the backend's own.
support.fresh, support.ids = fresh, ids

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

--- Makes the specs. open() gives the backend, the same one each time.
--- @param what string "the store in a file"
--- @param open fun(): moonwire.store.Backend
function support.specify(what, open)
  describe(what .. ":", function()
    specify_connections(open)
    specify_rooms(open)
    specify_data(open)
  end)
end

return support
