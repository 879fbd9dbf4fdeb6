-- backend.lua: where the store is kept, as MOONWIRE_STORE says: "sqlite:PATH" or "dynamodb:TABLE". A backend is opened once per
-- process, and its module is loaded when it is chosen.
local arguments = require "moonwire.runtime.arguments"

local backend = {}

--- What a backend has: functions that get plain, checked values, and may wait. handle.lua calls them, and does what is the same
--- for all backends: checks, defaults, JSON, the clock, iterators, the turns of `update`.
---
--- scope is "API_ID/STAGE", now is Unix time in whole seconds, texts may hold any bytes. A connection is visible while expires_at > now.
--- The world's failures come back as nil, message, code; the message begins without the name of a function.
--- @class moonwire.store.Backend
--- @field connect fun(self, scope: string, record: moonwire.store.Record, rooms: string[], now: integer): true?, string?, string?
---   Puts the record, in place of one with that id, then the memberships; the record has all of its fields but version. `rooms` has no name twice
--- @field get fun(self, scope: string, id: string, now: integer): moonwire.store.Record?, string?, string? "gone"
--- @field disconnect fun(self, scope: string, id: string): true?, string?, string?
---   Removes the record first, so that no join can succeed after it, then its memberships. True also when nothing is there
--- @field join fun(self, scope: string, id: string, room: string, now: integer): true?, string?, string? "gone"; true when it is a member already
--- @field leave fun(self, scope: string, id: string, room: string): true?, string?, string? true also when it is no member
--- @field rooms fun(self, scope: string, id: string, now: integer): string[]?, string?, string? in any order; empty when it is gone
--- @field members fun(self, scope: string, room: string, after: string?, now: integer): moonwire.store.Member[]?, string?, string?
---   One page of the visible members, ascending by the bytes of id, of those behind `after` (nil: from the beginning). The second result is where the next page
---   begins, the `after` for it; nil when this one is the last. A page may be empty. nil, message, code for failures
--- @field user fun(self, scope: string, user: string, after: string?, now: integer): moonwire.store.Member[]?, string?, string? the same for a user's connections
--- @field count fun(self, scope: string, room: string, now: integer): integer?, string?, string?
--- @field save fun(self, scope: string, id: string, changes: table<string, string|false>, version: integer?, now: integer): true?, string?, string?
---   Sets keys of data to JSON texts, or removes them (false), all or none, and adds one to version. "gone"; "conflict" when a version is given and the record has
---   another one; "too_large"
--- @field forget fun(self, scope: string, ids: string[], before: integer): integer?, string?, string?
---   Removes those of these connections, with their memberships, whose connected_at is less than `before`; how many. No id comes twice. Memberships whose record
---   is missing go, too
--- @field sweep fun(self, scope: string, now: integer): integer?, string?, string? removes records that have expired, if the backend does not do so by itself; how many

--- @class moonwire.store.Record a connection as backends keep it
--- @field id string
--- @field user? string
--- @field claims? string JSON
--- @field endpoint? string
--- @field connected_at integer Unix time, seconds
--- @field expires_at integer Unix time, seconds
--- @field data table<string, string> JSON texts
--- @field version integer 1 at first

--- @class moonwire.store.Member
--- @field id string
--- @field user? string
--- @field endpoint? string
--- @field connected_at integer Unix time, seconds

local openers = {
  sqlite = function(path) return require("moonwire.store.sqlite").open(path) end,
  dynamodb = function(table_name) return require("moonwire.store.dynamodb").open(table_name) end,
}

local opened = {} -- by setting

--- @return string? the value of MOONWIRE_STORE
function backend.setting()
  local text = os.getenv "MOONWIRE_STORE"
  if text ~= nil and text ~= "" then return text end
end

local FORMS = "sqlite:PATH or dynamodb:TABLE"

--- The backend that MOONWIRE_STORE names.
--- @return moonwire.store.Backend?
--- @return string? why not
function backend.choose()
  local text = backend.setting()
  if not text then
    return nil, "MOONWIRE_STORE is not set: it says where connections are kept, " .. FORMS .. "; moonwire dev sets it by itself"
  end
  local kind, place = text:match "^(%l+):(.+)$"
  if not openers[kind] then return nil, "MOONWIRE_STORE must be " .. FORMS .. ", got " .. arguments.shown(text) end
  opened[text] = opened[text] or openers[kind](place)
  return opened[text]
end

return backend
