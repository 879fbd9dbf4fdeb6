-- sqlite_schema.lua: the tables of a store in a file. Whoever opens it first makes them.
local database = require "moonwire.store.sqlite_database"

local schema = {}

local APPLICATION = 0x4d6f6f6e -- PRAGMA application_id: "Moon"
local VERSION = 1

-- A membership and data are there only with their connection: they go with it. Times are Unix time in seconds.
local tables = {
  [[CREATE TABLE connection (
      scope TEXT NOT NULL, id TEXT NOT NULL, user TEXT, claims TEXT, endpoint TEXT,
      connected_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, version INTEGER NOT NULL,
      PRIMARY KEY (scope, id)) WITHOUT ROWID]],
  "CREATE INDEX connection_of_user ON connection (scope, user, id) WHERE user IS NOT NULL",
  "CREATE INDEX connection_by_expiry ON connection (scope, expires_at)",
  [[CREATE TABLE member (
      scope TEXT NOT NULL, room TEXT NOT NULL, id TEXT NOT NULL,
      PRIMARY KEY (scope, room, id),
      FOREIGN KEY (scope, id) REFERENCES connection (scope, id) ON DELETE CASCADE) WITHOUT ROWID]],
  "CREATE INDEX member_of_connection ON member (scope, id, room)",
  [[CREATE TABLE data (
      scope TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (scope, id, key),
      FOREIGN KEY (scope, id) REFERENCES connection (scope, id) ON DELETE CASCADE) WITHOUT ROWID]],
}

local function number(db, sql)
  return database.run(db, sql)[1][1]
end

-- Whose file it is: true when the tables are there, false when it is empty; nil and a sentence when it is not ours.
local function look(db)
  local application, version = number(db, "PRAGMA application_id"), number(db, "PRAGMA user_version")
  if application == APPLICATION and version == VERSION then return true end
  local is_empty = application == 0 and version == 0 and number(db, "SELECT count(*) FROM sqlite_master") == 0
  if is_empty then return false end
  local whose = application == APPLICATION and "was made by another version of moonwire; remove it"
    or "is the database of another program; MOONWIRE_STORE must name another one"
  return nil, ("the file %s %s"):format(db.path, whose), "bad_request"
end

local function make(db)
  local is_made, message, code = look(db) -- again: others may have been faster
  if is_made ~= false then return is_made, message, code end
  for _, sql in ipairs(tables) do database.run(db, sql) end
  database.run(db, "PRAGMA application_id = " .. APPLICATION)
  database.run(db, "PRAGMA user_version = " .. VERSION)
  return true
end

-- Readers and the one writer do not wait for each other in this mode. It is a property of the file, and cannot be changed in
-- a transaction. NORMAL: a power failure may take the last changes, and damages nothing.
local function set_up(db)
  database.run(db, "PRAGMA journal_mode = WAL")
  database.run(db, "PRAGMA synchronous = NORMAL")
  database.run(db, "PRAGMA foreign_keys = ON")
  return true
end

--- Sees to it that the file has the tables.
--- @param db moonwire.store.Database
--- @return true? ok
--- @return string? message
--- @return string? code
function schema.prepare(db)
  local is_made, message, code = database.snapshot(db, look)
  if is_made == nil then return nil, message, code end
  local ok
  ok, message, code = database.perform(db, set_up)
  if ok and not is_made then ok, message, code = database.transaction(db, make) end
  return ok, message, code
end

return schema
