-- sqlite_database.lua: a database file that several processes and tasks use at once.
--
-- SQLite lets one of them write at a time, and says so when it is another one's turn (BUSY). Its own way to wait would hold
-- up the event loop and every task; so we ask again after a pause. While a statement or a transaction runs, this task does
-- not wait for anything: all tasks of a process share one handle, and another one's statements would be part of its
-- transaction.
local async = require "moonwire.async"
local library = require "moonwire.store.sqlite_library"
local random = require "moonwire.runtime.random"
local task = require "moonwire.core.task"

local database = {}

local WAIT_MS = 5000
local PAUSE_MS, PAUSE_MAX_MS = 1, 40
local MARGIN_MS = 50 -- a task that is stopped in the middle of a transaction would keep the file locked

--- @class moonwire.store.Database
--- @field path string
--- @field db ffi.cdata*
--- @field wait_ms number how long a locked file is waited for
--- @field statements table<string, ffi.cdata*> by their text
--- @field running? ffi.cdata* the statement under way

--- @param path string
--- @param wait_ms? number for tests
--- @return moonwire.store.Database?
--- @return string? message
--- @return string? code
function database.open(path, wait_ms)
  local db, why = library.open(path)
  if db then return { path = path, db = db, wait_ms = wait_ms or WAIT_MS, statements = {} } end
  return nil, ("the file %s, which MOONWIRE_STORE names, cannot be opened: %s"):format(path, why), "bad_request"
end

-- What a statement that fails raises, up to the function that began it.
local Failure = {}

local sentences = {
  [library.READONLY] = { "cannot be written", "bad_request" },
  [library.CANTOPEN] = { "cannot be opened; its folder must exist, and may be written", "bad_request" },
  [library.NOTADB] = { "is no SQLite database; MOONWIRE_STORE must name another file", "bad_request" },
  [library.CORRUPT] = { "is damaged; remove it, with its -wal and -shm", "server" },
  [library.FULL] = { "cannot grow: the disk is full", "server" },
}

local function is_busy(code)
  return code == library.BUSY or code == library.LOCKED
end

local function raise(self, code)
  local known = sentences[code]
  local message = ("the file %s, which MOONWIRE_STORE names, "):format(self.path)
  message = message .. (known and known[1] or "failed: " .. library.message(self.db))
  error(setmetatable({ busy = is_busy(code), message = message, code = known and known[2] or "server" }, Failure), 0)
end

--- Runs one statement, for functions that were given to one of the three below.
--- @param self moonwire.store.Database
--- @param sql string
--- @param ... string|number|nil for its question marks
--- @return any[][] rows
function database.run(self, sql, ...)
  local statement, code = self.statements[sql], library.OK
  if not statement then statement, code = library.prepare(self.db, sql) end
  if not statement then raise(self, code) end
  self.statements[sql] = statement
  local rows
  self.running = statement
  rows, code = library.run(statement, ...)
  self.running = nil
  if code ~= library.DONE then raise(self, code) end
  return rows
end

--- @return integer count the rows that the last statement changed
function database.changes(self)
  return library.changes(self.db)
end

-- Nothing can wait in a callback of string.gsub: that is how it is made sure that fn does not.
local function without_waiting(fn, self)
  local value, message, code
  string.gsub(".", ".", function() value, message, code = fn(self) end)
  return value, message, code
end

-- After a failure, and for what a task has left that was stopped in the middle.
local function roll_back(self)
  if self.running then library.reset(self.running) end
  self.running = nil
  if library.in_transaction(self.db) then pcall(database.run, self, "ROLLBACK") end
end

local function attempt(self, fn)
  roll_back(self)
  local ok, value, message, code = pcall(without_waiting, fn, self)
  if not ok then roll_back(self) end
  return ok, value, message, code
end

-- The time to wait is over, ours or the invocation's. `waited` is nil when nothing was tried.
local function give_up(self, waited)
  local text = waited and ("is locked by another program; waited %d ms"):format(waited) or "was not asked"
  if not waited or waited < self.wait_ms then text = text .. ": the invocation is about to end" end
  return nil, ("the file %s, which MOONWIRE_STORE names, %s"):format(self.path, text), "timeout"
end

--- Calls fn(self), which runs a statement, and calls it again while another process has the file locked. fn must not wait.
--- @param self moonwire.store.Database
--- @param fn fun(self: moonwire.store.Database): any?, string?, string?
--- @return any? what fn returned, as are the next two
--- @return string? message
--- @return string? code
function database.perform(self, fn)
  local waited, pause = nil, PAUSE_MS
  while true do
    local time = math.min(self.wait_ms - (waited or 0), task.left_ms() - MARGIN_MS)
    if time <= 0 then return give_up(self, waited) end
    local ok, value, message, code = attempt(self, fn)
    if ok then return value, message, code end
    if getmetatable(value) ~= Failure then error(value, 0) end
    if not value.busy then return nil, value.message, value.code end
    local ms = math.min(pause * (0.5 + random()), time)
    async.sleep(ms)
    waited, pause = (waited or 0) + ms, math.min(2 * pause, PAUSE_MAX_MS)
  end
end

local function transact(self, begin, fn)
  return database.perform(self, function()
    database.run(self, begin)
    local value, message, code = fn(self)
    database.run(self, value == nil and message ~= nil and "ROLLBACK" or "COMMIT")
    return value, message, code
  end)
end

--- Calls fn for several statements that read; others' writes are seen by all of them, or by none.
--- @param self moonwire.store.Database
--- @param fn fun(self: moonwire.store.Database): any?, string?, string?
--- @return any? what fn returned, as are the next two
--- @return string? message
--- @return string? code
function database.snapshot(self, fn)
  return transact(self, "BEGIN", fn)
end

--- Calls fn for statements that belong together: all of it counts, or nothing when it raises or returns nil and a message.
--- Nobody else writes meanwhile.
--- @param self moonwire.store.Database
--- @param fn fun(self: moonwire.store.Database): any?, string?, string?
--- @return any? what fn returned, as are the next two
--- @return string? message
--- @return string? code
function database.transaction(self, fn)
  return transact(self, "BEGIN IMMEDIATE", fn)
end

return database
