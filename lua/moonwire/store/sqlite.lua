-- sqlite.lua: the store in a file, for one machine: a moonwire.store.Backend (meta/backend.lua has the contract).
local database = require "moonwire.store.sqlite_database"
local schema = require "moonwire.store.sqlite_schema"

--- @class moonwire.store.Sqlite: moonwire.store.Backend
--- @field path string
--- @field wait_ms? number
--- @field db? moonwire.store.Database
local Backend = {}
Backend.__index = Backend

local sqlite = {}

local PAGE = 200
local DATA_MAX = 400 * 1024 -- bytes of a connection's data: as much as an item of DynamoDB has room for

local run = database.run

--- The file is opened when the first function is called.
--- @param path string
--- @param wait_ms? number for tests: how long a locked file is waited for
--- @return moonwire.store.Backend
function sqlite.open(path, wait_ms)
  return setmetatable({ path = path, wait_ms = wait_ms }, Backend)
end

-- Opening may wait, and another task may be faster: then its handle is used.
local function ready(self)
  if self.db then return self.db end
  local db, message, code = database.open(self.path, self.wait_ms)
  local ok
  if db then ok, message, code = schema.prepare(db) end
  if not ok then return nil, message, code end
  self.db = self.db or db
  return self.db
end

local function perform(self, fn)
  local db, message, code = ready(self)
  if not db then return nil, message, code end
  return database.perform(db, fn)
end

local function transact(self, fn)
  local db, message, code = ready(self)
  if not db then return nil, message, code end
  return database.transaction(db, fn)
end

local function gone(id)
  return nil, ("there is no connection %s"):format(id), "gone"
end

local function set_data(db, scope, id, changes)
  for key, text in pairs(changes) do
    if text then
      run(db, "INSERT OR REPLACE INTO data (scope, id, key, value) VALUES (?, ?, ?, ?)", scope, id, key, text)
    else
      run(db, "DELETE FROM data WHERE scope = ? AND id = ? AND key = ?", scope, id, key)
    end
  end
end

-- length() of a text ends at a NUL, that of a blob does not.
local function check_size(db, scope, id)
  local rows = run(db, [[SELECT sum(length(CAST(key AS BLOB)) + length(CAST(value AS BLOB))) FROM data
    WHERE scope = ? AND id = ?]], scope, id)
  local size = rows[1][1] or 0
  if size <= DATA_MAX then return true end
  return nil, ("the data of a connection has room for %d bytes as JSON, this would be %d"):format(DATA_MAX, size), "too_large"
end

function Backend:connect(scope, record, rooms)
  return transact(self, function(db)
    run(db, "DELETE FROM connection WHERE scope = ? AND id = ?", scope, record.id)
    run(db, [[INSERT INTO connection (scope, id, user, claims, endpoint, connected_at, expires_at, version)
      VALUES (?, ?, ?, ?, ?, ?, ?, 1)]],
      scope, record.id, record.user, record.claims, record.endpoint, record.connected_at, record.expires_at)
    set_data(db, scope, record.id, record.data)
    for _, room in ipairs(rooms) do
      run(db, "INSERT INTO member (scope, room, id) VALUES (?, ?, ?)", scope, room, record.id)
    end
    return check_size(db, scope, record.id)
  end)
end

-- One row for each key of data, or one without key.
local function record_of(id, rows)
  local first, data = rows[1], {}
  for _, row in ipairs(rows) do
    if row[7] then data[row[7]] = row[8] end
  end
  return {
    id = id, user = first[1], claims = first[2], endpoint = first[3], connected_at = first[4], expires_at = first[5],
    version = first[6], data = data,
  }
end

function Backend:get(scope, id, now)
  return perform(self, function(db)
    local rows = run(db, [[SELECT c.user, c.claims, c.endpoint, c.connected_at, c.expires_at, c.version, d.key, d.value
      FROM connection c LEFT JOIN data d ON d.scope = c.scope AND d.id = c.id
      WHERE c.scope = ? AND c.id = ? AND c.expires_at > ?]], scope, id, now)
    if not rows[1] then return gone(id) end
    return record_of(id, rows)
  end)
end

function Backend:disconnect(scope, id)
  return perform(self, function(db)
    run(db, "DELETE FROM connection WHERE scope = ? AND id = ?", scope, id)
    return true
  end)
end

function Backend:join(scope, id, room, now)
  return perform(self, function(db)
    run(db, [[INSERT OR REPLACE INTO member (scope, room, id)
      SELECT scope, ?, id FROM connection WHERE scope = ? AND id = ? AND expires_at > ?]], room, scope, id, now)
    if database.changes(db) == 0 then return gone(id) end
    return true
  end)
end

function Backend:leave(scope, id, room)
  return perform(self, function(db)
    run(db, "DELETE FROM member WHERE scope = ? AND room = ? AND id = ?", scope, room, id)
    return true
  end)
end

function Backend:rooms(scope, id, now)
  return perform(self, function(db)
    local names = {}
    for i, row in ipairs(run(db, [[SELECT m.room FROM member m JOIN connection c ON c.scope = m.scope AND c.id = m.id
      WHERE m.scope = ? AND m.id = ? AND c.expires_at > ?]], scope, id, now)) do
      names[i] = row[1]
    end
    return names
  end)
end

-- A page of members, and where the next one begins.
local function page_of(rows)
  local page = {}
  for i, row in ipairs(rows) do page[i] = { id = row[1], user = row[2], endpoint = row[3], connected_at = row[4] } end
  return page, #page == PAGE and page[PAGE].id or nil
end

function Backend:members(scope, room, after, now)
  return perform(self, function(db)
    return page_of(run(db, [[SELECT c.id, c.user, c.endpoint, c.connected_at
      FROM member m JOIN connection c ON c.scope = m.scope AND c.id = m.id
      WHERE m.scope = ? AND m.room = ? AND m.id > ? AND c.expires_at > ? ORDER BY m.id LIMIT ?]],
      scope, room, after or "", now, PAGE))
  end)
end

function Backend:user(scope, user, after, now)
  return perform(self, function(db)
    return page_of(run(db, [[SELECT id, user, endpoint, connected_at FROM connection
      WHERE scope = ? AND user = ? AND id > ? AND expires_at > ? ORDER BY id LIMIT ?]],
      scope, user, after or "", now, PAGE))
  end)
end

function Backend:count(scope, room, now)
  return perform(self, function(db)
    return run(db, [[SELECT count(*) FROM member m JOIN connection c ON c.scope = m.scope AND c.id = m.id
      WHERE m.scope = ? AND m.room = ? AND c.expires_at > ?]], scope, room, now)[1][1]
  end)
end

function Backend:save(scope, id, changes, version, now)
  return transact(self, function(db)
    local found = run(db, "SELECT version FROM connection WHERE scope = ? AND id = ? AND expires_at > ?", scope, id, now)[1]
    if not found then return gone(id) end
    if version and version ~= found[1] then
      return nil, ("the data of connection %s was changed by others meanwhile"):format(id), "conflict"
    end
    set_data(db, scope, id, changes)
    run(db, "UPDATE connection SET version = version + 1 WHERE scope = ? AND id = ?", scope, id)
    return check_size(db, scope, id)
  end)
end

function Backend:forget(scope, ids, before)
  return transact(self, function(db)
    local removed = 0
    for _, id in ipairs(ids) do
      run(db, "DELETE FROM connection WHERE scope = ? AND id = ? AND connected_at < ?", scope, id, before)
      removed = removed + database.changes(db)
    end
    return removed
  end)
end

function Backend:sweep(scope, now)
  return perform(self, function(db)
    run(db, "DELETE FROM connection WHERE scope = ? AND expires_at <= ?", scope, now)
    return database.changes(db)
  end)
end

return sqlite
