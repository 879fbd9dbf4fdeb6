-- sqlite_library.lua: libsqlite3, opened when a store in a file is first used. https://sqlite.org/c3ref/intro.html
-- Functions have names of our own, so that they do not collide with those of a module that uses SQLite through ffi, too.
local ffi = require "ffi"

local library = {
  OK = 0, BUSY = 5, LOCKED = 6, READONLY = 8, CORRUPT = 11, FULL = 13, CANTOPEN = 14, NOTADB = 26, ROW = 100, DONE = 101,
}

local OPEN_FLAGS = 0x2 + 0x4 + 0x8000 -- SQLITE_OPEN_READWRITE, CREATE, NOMUTEX: there is one thread
local INTEGER, FLOAT, TEXT = 1, 2, 3
local FILE = "libsqlite3.so.0"

ffi.cdef [[
typedef struct moonwire_sqlite moonwire_sqlite;
typedef struct moonwire_statement moonwire_statement;
int moonwire_sqlite_open(const char *path, moonwire_sqlite **out, int flags, const char *vfs) __asm__("sqlite3_open_v2");
int moonwire_sqlite_close(moonwire_sqlite *) __asm__("sqlite3_close_v2");
int moonwire_sqlite_busy_timeout(moonwire_sqlite *, int ms) __asm__("sqlite3_busy_timeout");
int moonwire_sqlite_autocommit(moonwire_sqlite *) __asm__("sqlite3_get_autocommit");
int moonwire_sqlite_changes(moonwire_sqlite *) __asm__("sqlite3_changes");
const char *moonwire_sqlite_message(moonwire_sqlite *) __asm__("sqlite3_errmsg");
int moonwire_sqlite_prepare(moonwire_sqlite *, const char *sql, int bytes, moonwire_statement **out, const char **tail) __asm__("sqlite3_prepare_v2");
int moonwire_statement_finalize(moonwire_statement *) __asm__("sqlite3_finalize");
int moonwire_statement_step(moonwire_statement *) __asm__("sqlite3_step");
int moonwire_statement_reset(moonwire_statement *) __asm__("sqlite3_reset");
int moonwire_statement_clear(moonwire_statement *) __asm__("sqlite3_clear_bindings");
int moonwire_statement_bind_null(moonwire_statement *, int) __asm__("sqlite3_bind_null");
int moonwire_statement_bind_integer(moonwire_statement *, int, int64_t) __asm__("sqlite3_bind_int64");
int moonwire_statement_bind_text(moonwire_statement *, int, const char *, int bytes, intptr_t destructor) __asm__("sqlite3_bind_text");
int moonwire_statement_columns(moonwire_statement *) __asm__("sqlite3_column_count");
int moonwire_statement_type(moonwire_statement *, int) __asm__("sqlite3_column_type");
double moonwire_statement_number(moonwire_statement *, int) __asm__("sqlite3_column_double");
const char *moonwire_statement_text(moonwire_statement *, int) __asm__("sqlite3_column_text");
int moonwire_statement_bytes(moonwire_statement *, int) __asm__("sqlite3_column_bytes");
]]

local TRANSIENT = -1 -- SQLite copies the text

local loaded

local function load()
  if loaded then return true end
  local ok, found = pcall(ffi.load, FILE)
  if ok then
    loaded = found
    return true
  end
  return false, ("%s cannot be loaded, which a store in a file needs: install the package libsqlite3-0, or let MOONWIRE_STORE name a table (%s)")
    :format(FILE, (tostring(found):gsub("^" .. FILE:gsub("%p", "%%%0") .. ": ", "")))
end

--- Opens a file, and makes it when there is none. SQLite reads it only when it has to: whether it is a database shows later.
--- @param path string
--- @return ffi.cdata*? db closed when it is collected
--- @return string? why not
function library.open(path)
  local ok, why = load()
  if not ok then return nil, why end
  if path:find("\0", 1, true) then return nil, "the path has a NUL" end
  local out = ffi.new "moonwire_sqlite *[1]"
  local code = loaded.moonwire_sqlite_open(path, out, OPEN_FLAGS, nil)
  if out[0] == nil then return nil, "out of memory" end
  local db = ffi.gc(out[0], loaded.moonwire_sqlite_close)
  if code ~= library.OK then return nil, library.message(db) end
  loaded.moonwire_sqlite_busy_timeout(db, 0) -- it would hold up all tasks: database.lua waits
  return db
end

--- What was wrong with the last call, in SQLite's words.
--- @return string
function library.message(db)
  return ffi.string(loaded.moonwire_sqlite_message(db))
end

--- @return boolean is a transaction under way?
function library.in_transaction(db)
  return loaded.moonwire_sqlite_autocommit(db) == 0
end

--- How many rows the last INSERT, UPDATE or DELETE changed; those that go with others by ON DELETE are not counted.
--- @return integer
function library.changes(db)
  return loaded.moonwire_sqlite_changes(db)
end

--- @param db ffi.cdata*
--- @param sql string one statement
--- @return ffi.cdata*? statement finalized when it is collected
--- @return integer code
function library.prepare(db, sql)
  local out = ffi.new "moonwire_statement *[1]"
  local code = loaded.moonwire_sqlite_prepare(db, sql, #sql, out, nil)
  if code ~= library.OK then return nil, code end
  return ffi.gc(out[0], loaded.moonwire_statement_finalize), code
end

--- Ends a statement that was left in the middle.
function library.reset(statement)
  loaded.moonwire_statement_reset(statement)
  loaded.moonwire_statement_clear(statement)
end

local function bind(statement, index, value)
  if value == nil then return loaded.moonwire_statement_bind_null(statement, index) end
  if type(value) == "number" then return loaded.moonwire_statement_bind_integer(statement, index, value) end
  return loaded.moonwire_statement_bind_text(statement, index, value, #value, TRANSIENT)
end

local function read(statement, column)
  local kind = loaded.moonwire_statement_type(statement, column)
  if kind == INTEGER or kind == FLOAT then return loaded.moonwire_statement_number(statement, column) end
  if kind ~= TEXT then return nil end
  local text = loaded.moonwire_statement_text(statement, column)
  return ffi.string(text, loaded.moonwire_statement_bytes(statement, column))
end

local function bind_all(statement, count, ...)
  local code = library.OK
  for i = 1, count do
    if code == library.OK then code = bind(statement, i, (select(i, ...))) end
  end
  return code
end

local function step_all(statement)
  local rows, columns = {}, loaded.moonwire_statement_columns(statement)
  local code = loaded.moonwire_statement_step(statement)
  while code == library.ROW do
    local row = {}
    for i = 1, columns do row[i] = read(statement, i - 1) end
    rows[#rows + 1] = row
    code = loaded.moonwire_statement_step(statement)
  end
  return rows, code
end

--- Runs a statement to its end. Texts, whole numbers and nil take the place of its question marks.
--- @return any[][] rows
--- @return integer code DONE, or what went wrong
function library.run(statement, ...)
  local rows = {}
  local code = bind_all(statement, select("#", ...), ...)
  if code == library.OK then rows, code = step_all(statement) end
  library.reset(statement)
  return rows, code
end

return library
