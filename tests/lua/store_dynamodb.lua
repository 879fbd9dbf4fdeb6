-- The store in DynamoDB: what every backend does (store_support.lua), then what is its own. tests/e2e/store-dynamodb.test.js runs
-- it against dynalite, with the table that TABLE names.
local dynamodb = require "moonwire.store.dynamodb"
local fresh_store = require "tests.lua.store_fresh"
local support = require "tests.lua.store_support"

local shared = dynamodb.open(os.getenv "TABLE")
support.specify("the store in DynamoDB", function() return shared end)

local async = require "moonwire.async"
local client = require("moonwire.dynamodb").client()
local handle = require "moonwire.store.handle"

local TABLE = os.getenv "TABLE"
local ids = fresh_store.ids

-- The items whose pk begins with the scope, as "pk sk", without the scope.
local function items(scope)
  local found = {}
  for item in client:scan { TableName = TABLE, ConsistentRead = true } do
    if item.pk:sub(1, #scope + 1) == scope .. "#" then found[#found + 1] = item.pk:sub(#scope + 2) .. " " .. item.sk end
  end
  table.sort(found)
  return found
end

-- A backend whose client works for so many calls and then fails each time, as if the process had ended.
local function dying(calls)
  local backend = dynamodb.open(TABLE)
  local db = backend.db
  backend.db = setmetatable({}, { __index = function(_, name)
    return function(_, request)
      calls = calls - 1
      if calls < 0 then return nil, "the process has ended", "network" end
      return db[name](db, request)
    end
  end })
  return backend
end

describe("the table", function()
  local s, clock, scope
  before_each(function() s, clock, scope = fresh_store.fresh(shared) end)

  it("has an item for each connection, membership and device, which DynamoDB deletes when they have expired", function()
    assert(s:connect({ id = "a=", user = "ann" }, { "lobby" }))
    assert.same({ "C#a= META", "R#lobby#2 C#a=", "U#ann C#a=" }, items(scope))
    for _, key in ipairs { { "#C#a=", "META" }, { "#R#lobby#2", "C#a=" }, { "#U#ann", "C#a=" } } do
      local item = client:GetItem { TableName = TABLE, Key = { pk = scope .. key[1], sk = key[2] } }.Item
      assert.equal(clock.now + 7200 + 900, item.ttl)
    end
    assert(s:join("a=", "x"))
    assert(s:leave("a=", "lobby"))
    assert.same({ "C#a= META", "R#x#2 C#a=", "U#ann C#a=" }, items(scope))
    assert(s:disconnect "a=")
    assert.same({}, items(scope))
  end)

  it("that is missing is named", function()
    local ok, message, code = fresh_store.fresh(dynamodb.open "nowhere"):get "a"
    assert.is_nil(ok)
    assert.equal("bad_request", code)
    assert.matches("^store:get: dynamodb:GetItem: ResourceNotFoundException", message)
    local fine, err = pcall(s.members, fresh_store.fresh(dynamodb.open "nowhere"), "lobby")
    assert.truthy(fine)
    fine, err = pcall(err)
    assert.same({ false, "bad_request" }, { fine, err.code })
  end)

  it("takes any number of keys of data at once", function()
    assert(s:connect { id = "a", data = { old = 1, k1 = 0 } })
    local changes = { old = require("moonwire.json").null }
    for i = 1, 300 do changes["k" .. i] = i end
    assert.equal(true, s:save("a", changes))
    local row = assert(s:get "a")
    assert.same({ nil, 1, 300, 2 }, { row.data.old, row.data.k1, row.data.k300, row.version })
    assert.equal("gone", select(3, s:save("b", changes)))
  end)

  it("loses nothing of two who save very much at once", function()
    assert(s:connect { id = "a" })
    local jobs = {}
    for worker = 1, 3 do
      local changes = {}
      for i = 1, 120 do changes[worker .. "/" .. i] = i end
      jobs[worker] = function() return s:save("a", changes) end
    end
    assert(async.all(jobs))
    local count = 0
    for _ in pairs(s:get "a".data) do count = count + 1 end
    assert.equal(360, count)
  end)
end)

describe("an entry that its connection does not confirm", function()
  local s, clock, scope
  before_each(function()
    s, clock, scope = fresh_store.fresh(shared)
    assert(s:connect({ id = "a", user = "ann" }, { "lobby" }))
    assert(client:DeleteItem { TableName = TABLE, Key = { pk = scope .. "#C#a", sk = "META" } })
  end)

  local function look()
    assert.same({}, ids(s:members "lobby"))
    assert.same({}, ids(s:user "ann"))
    assert.equal(0, s:count "lobby")
  end

  it("counts for nothing, and stays while it is young", function()
    clock.now = clock.now + 60
    look()
    assert.equal(2, #items(scope))
  end)

  it("is deleted by whoever meets it later", function()
    clock.now = clock.now + 61
    look()
    assert.same({}, items(scope))
  end)
end)

describe("a process that ends in the middle", function()
  -- Each operation with each number of calls that it had time for: what is seen is what was before, or what should be after;
  -- and doing it again, by another process, does it.
  local rows = {
    { "join", function(s) return s:join("a", "new") end, function(s) return ids(s:members "new")[1] or "nobody" end, "nobody", "a" },
    { "leave", function(s) return s:leave("a", "lobby") end, function(s) return ids(s:members "lobby")[1] or "nobody" end, "a", "nobody" },
    { "disconnect", function(s) return s:disconnect "a" end, function(s) return (ids(s:members "lobby")[1] or "-") .. (ids(s:user "ann")[1] or "-") end, "aa", "--" },
    { "connect", function(s) return s:connect({ id = "b", user = "bob" }, { "room" }) end, function(s) return ids(s:members "room")[1] or "nobody" end, "nobody", "b" },
    { "save", function(s) return s:save("a", { x = 1, y = 2 }) end, function(s) local data = (s:get "a").data return tostring(data.x) .. tostring(data.y) end, "nilnil", "12" },
  }
  for _, row in ipairs(rows) do
    local name, act, see, before, after = unpack(row)
    it("of " .. name .. " leaves the one or the other", function()
      for calls = 0, 3 do
        local s, clock, scope = fresh_store.fresh(shared)
        assert(s:connect({ id = "a", user = "ann" }, { "lobby" }))
        local done = act(handle.new(dying(calls), scope, function() return clock.now end))
        local seen = see(s)
        assert.truthy(seen == after or not done and seen == before, seen)
        clock.now = clock.now + 120
        assert.truthy(see(s) == seen, "it stays so")
        assert(act(s))
        assert.equal(after, see(s))
      end
    end)
  end
end)

local PARALLEL = 50

-- Runs fn(1) to fn(PARALLEL) at once.
local function at_once(fn)
  local jobs = {}
  for i = 1, PARALLEL do jobs[i] = function() return fn(i) end end
  assert(async.all(jobs))
end

describe("many at once", function()
  it("lose nothing", function()
    local s, wanted = fresh_store.fresh(shared), {}
    at_once(function(i) return s:connect({ id = ("c%02d"):format(i), user = "ann" }, { "hall" }) end)
    at_once(function(i) return s:join(("c%02d"):format(i), "room") end)
    at_once(function(i) return s[i % 2 == 1 and "leave" or "join"](s, ("c%02d"):format(i), "room") end)
    for i = 2, PARALLEL, 2 do wanted[#wanted + 1] = ("c%02d"):format(i) end
    assert.same(wanted, ids(s:members "room"))
    assert.equal(PARALLEL, s:count "hall")
    assert.equal(PARALLEL, #ids(s:user "ann"))
    at_once(function(i) return s:disconnect(("c%02d"):format(i)) end)
    assert.equal(0, s:count "hall")
  end)

  it("that join and leave one room with one connection leave it in or out, not in between", function()
    local s, _, scope = fresh_store.fresh(shared)
    assert(s:connect { id = "a" })
    at_once(function(i) return s[i % 2 == 1 and "leave" or "join"](s, "a", "room" .. i % 5) end)
    local rooms = {}
    for _, room in ipairs(s:rooms "a") do rooms[room] = true end
    for i = 0, 4 do
      local room = "room" .. i
      assert.same(rooms[room] and { "a" } or {}, ids(s:members(room)), room)
    end
    assert(s:disconnect "a")
    for i = 0, 4 do assert.equal(0, s:count("room" .. i)) end
    for _, item in ipairs(items(scope)) do assert.matches("^R#", item) end -- entries at most: nothing that counts
  end)

  it("go on and off while somebody looks: who has disconnected is not seen", function()
    local s, gone = fresh_store.fresh(shared), {}
    at_once(function(i)
      local id = ("c%02d"):format(i)
      assert(s:connect({ id = id }, { "room" }))
      if i % 10 == 0 then
        local before = {}
        for known in pairs(gone) do before[known] = true end
        for member in s:members "room" do assert.falsy(before[member.id], member.id) end
      end
      assert(s:disconnect(id))
      gone[id] = true
      return true
    end)
    assert.equal(0, s:count "room")
  end)
end)

describe("random play", function()
  it("shows what a model shows, whatever happens", function()
    local a, b = require("moonwire.crypto").random_bytes(2):byte(1, 2)
    require "tests.lua.store_play"(shared, tonumber(os.getenv "STEPS") or 150, tonumber(os.getenv "SEED") or a * 256 + b)
  end)
end)
