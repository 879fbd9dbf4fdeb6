-- The store in a file: what every backend does (store_support.lua), then what is its own.
local async = require "moonwire.async"
local database = require "moonwire.store.sqlite_database"
local library = require "moonwire.store.sqlite_library"
local schema = require "moonwire.store.sqlite_schema"
local sqlite = require "moonwire.store.sqlite"
local support = require "tests.lua.store_support"

local files = {}

-- A path without a file.
local function new_path()
  local path = os.tmpname()
  os.remove(path)
  files[#files + 1] = path
  return path
end

local function remove_files()
  for _, path in ipairs(files) do
    for _, suffix in ipairs { "", "-wal", "-shm", "-journal" } do os.remove(path .. suffix) end
  end
  files = {}
end

local shared = sqlite.open(new_path()) -- its file is removed behind the first of the specs below
support.specify("the store in a file", function() return shared end)

-- Runs a statement as another program would.
local function execute(db, sql)
  local statement = assert(library.prepare(db, sql))
  local rows, code = library.run(statement)
  assert.equal(library.DONE, code, sql)
  return rows
end

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function failure_of(path)
  local s = support.fresh(sqlite.open(path))
  local ok, message, code = s:connect { id = "a" }
  assert.is_nil(ok)
  return message, code
end

describe("a file that is no store", function()
  after_each(remove_files)

  it("in no folder cannot be opened", function()
    local message, code = failure_of "/nowhere/at/all.db"
    assert.equal("store:connect: the file /nowhere/at/all.db, which MOONWIRE_STORE names, cannot be opened: unable to open database file", message)
    assert.equal("bad_request", code)
  end)

  it("but text is left alone", function()
    local path = new_path()
    write_file(path, ("precious\n"):rep(500))
    local message, code = failure_of(path)
    assert.matches("is no SQLite database; MOONWIRE_STORE must name another file$", message)
    assert.equal("bad_request", code)
    assert.equal(("precious\n"):rep(500), assert(io.open(path)):read "*a")
  end)

  it("but another program's database is left alone", function()
    local path = new_path()
    execute(library.open(path), "CREATE TABLE thing (name)")
    local message, code = failure_of(path)
    assert.matches("is the database of another program; MOONWIRE_STORE must name another one$", message)
    assert.equal("bad_request", code)
    assert.same({ { "thing" } }, execute(library.open(path), "SELECT group_concat(name) FROM sqlite_master"))
  end)

  it("but of another version is to be removed", function()
    local path = new_path()
    assert(support.fresh(sqlite.open(path)):connect { id = "a" })
    execute(library.open(path), "PRAGMA user_version = 99")
    assert.matches("was made by another version of moonwire; remove it$", (failure_of(path)))
  end)

  it("any more, since it is damaged, says so", function()
    local path = new_path()
    local s = support.fresh(sqlite.open(path))
    for i = 1, 200 do assert(s:connect({ id = "c" .. i, data = { text = ("x"):rep(100) } }, { "lobby" })) end
    execute(library.open(path), "PRAGMA wal_checkpoint(TRUNCATE)")
    local file = assert(io.open(path, "r+b"))
    local size = file:seek "end"
    file:seek("set", 4096)
    file:write(("\255"):rep(size - 4096))
    file:close()
    local message, code = failure_of(path)
    assert.matches("is damaged; remove it, with its %-wal and %-shm$", message)
    assert.equal("server", code)
  end)
end)

describe("a file that is locked", function()
  after_each(remove_files)

  it("is waited for", function()
    local path = new_path()
    local s = support.fresh(sqlite.open(path))
    assert(s:connect { id = "a" })
    local other = library.open(path)
    execute(other, "BEGIN IMMEDIATE")
    local is_free, seen = false, nil
    local results = assert(async.all {
      function()
        local ok = s:join("a", "lobby")
        seen = is_free
        return ok
      end,
      function()
        async.sleep(20)
        is_free = true
        execute(other, "COMMIT")
        return true
      end,
    })
    assert.same({ true, true }, results)
    assert.equal(true, seen)
    assert.equal(1, s:count "lobby")
  end)

  it("too long says so, and can be read meanwhile", function()
    local path = new_path()
    local first = support.fresh(sqlite.open(path))
    assert(first:connect { id = "a" })
    local s = support.fresh(sqlite.open(path, 15))
    local other = library.open(path)
    execute(other, "BEGIN IMMEDIATE")
    assert.equal(0, s:count "lobby")
    local ok, message, code = s:connect { id = "b" }
    assert.is_nil(ok)
    assert.equal(("store:connect: the file %s, which MOONWIRE_STORE names, is locked by another program; waited 15 ms"):format(path), message)
    assert.equal("timeout", code)
    execute(other, "ROLLBACK")
    assert.equal(true, s:connect { id = "b" })
  end)

  it("before it has tables is waited for, too", function()
    local path = new_path()
    local other = library.open(path)
    execute(other, "BEGIN EXCLUSIVE")
    local s = support.fresh(sqlite.open(path))
    local results = assert(async.all {
      function() return s:connect { id = "a" } end,
      function()
        async.sleep(10)
        execute(other, "COMMIT")
        return true
      end,
    })
    assert.same({ true, true }, results)
  end)
end)

describe("a file that many open at once", function()
  after_each(remove_files)

  it("gets its tables once, and all of them see everything", function()
    local path = new_path()
    local jobs, _, scope = {}, nil, select(3, support.fresh(shared))
    for i = 1, 20 do
      jobs[i] = function() return sqlite.open(path):connect(scope, { id = "c" .. i, connected_at = 0, expires_at = 9, data = {} }, { "lobby" }, 1) end
    end
    assert(async.all(jobs))
    assert.equal(20, sqlite.open(path):count(scope, "lobby", 1))
  end)
end)

describe("a transaction", function()
  local db, path
  before_each(function()
    path = new_path()
    db = assert(database.open(path))
    assert(schema.prepare(db))
  end)
  after_each(remove_files)

  local function insert(id)
    database.run(db, "INSERT INTO connection (scope, id, connected_at, expires_at, version) VALUES ('s', ?, 0, 0, 1)", id)
  end

  local function count()
    return database.run(assert(database.open(path)), "SELECT count(*) FROM connection")[1][1]
  end

  it("cannot wait: that raises, and nothing of it counts", function()
    assert.has_error(function()
      database.transaction(db, function()
        insert "a"
        async.sleep(1)
      end)
    end, "cannot wait inside a callback")
    assert.equal(0, count())
    assert.equal(1, (database.transaction(db, function()
      insert "b"
      return 1
    end)))
    assert.equal(1, count())
  end)

  it("cannot wait in a coroutine of its own either", function()
    assert.has_error(function()
      database.transaction(db, function()
        insert "a"
        coroutine.wrap(function() async.sleep(1) end)()
      end)
    end)
    assert.equal(0, count())
  end)

  it("that fails leaves nothing", function()
    local value, message, code = database.transaction(db, function()
      insert "a"
      return nil, "no", "why"
    end)
    assert.same({ n = 3, nil, "no", "why" }, { n = 3, value, message, code })
    local _, text, word = database.transaction(db, function()
      insert "b"
      insert "b"
      return 1
    end)
    assert.matches("failed: UNIQUE constraint failed", text)
    assert.equal("server", word)
    assert.equal(0, count())
  end)

  it("that was stopped in the middle does not keep the file", function()
    database.run(db, "BEGIN IMMEDIATE")
    insert "a"
    local statement = library.prepare(db.db, "SELECT 1 UNION SELECT 2")
    db.running = statement
    assert.equal(true, (database.transaction(db, function()
      insert "b"
      return true
    end)))
    assert.equal(1, count())
    assert.is_nil(db.running)
  end)
end)

describe("the library", function()
  after_each(remove_files)

  it("closes what is collected", function()
    local function descriptors()
      local list = io.popen "ls /proc/$PPID/fd | wc -l"
      local number = tonumber(list:read "*a")
      list:close()
      return number
    end
    local path = new_path()
    assert(support.fresh(sqlite.open(path)):connect { id = "a" })
    collectgarbage()
    collectgarbage()
    local before = descriptors()
    for _ = 1, 20 do assert(support.fresh(sqlite.open(path)):connect { id = "a" }) end
    collectgarbage()
    collectgarbage()
    assert.truthy(descriptors() <= before)
  end)

  it("binds values, and texts of any bytes", function()
    local db = library.open(":memory:")
    execute(db, "CREATE TABLE t (a, b, c, d)")
    local insert = library.prepare(db, "INSERT INTO t VALUES (?, ?, ?, ?)")
    local _, code = library.run(insert, "'); DROP TABLE t; --\0\255", 2 ^ 53, nil, "")
    assert.equal(library.DONE, code)
    assert.equal(1, library.changes(db))
    assert.same({ { "'); DROP TABLE t; --\0\255", 2 ^ 53, "", nil, 1.5 } }, execute(db, "SELECT a, b, d, c, 1.5 FROM t"))
  end)
end)
