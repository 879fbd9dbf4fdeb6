-- backend.lua: where the store is kept, as MOONWIRE_STORE says: "sqlite:PATH" or "dynamodb:TABLE". A backend is opened once
-- per process, and its module is loaded when it is chosen.
local arguments = require "moonwire.runtime.arguments"

local backend = {}

--- What a backend has: methods that get plain, checked values, and may wait. handle.lua calls them, and does what is the
--- same for all backends: checks, defaults, JSON, the clock, iterators, the turns of `update`.
---
--- `scope` is "API_ID/STAGE", `now` Unix time in whole seconds; JSON texts may hold any bytes. A connection is visible while
--- expires_at > now. Failures of the world return nil, message, code; the message does not begin with the method's name.
---
---   b:connect(scope, record, rooms, now) -> true
---     Puts the record, in place of one with that id, then its memberships. The record has all fields but version; no room
---     comes twice. "too_large".
---   b:get(scope, id, now) -> moonwire.store.Record
---     "gone".
---   b:disconnect(scope, id) -> true
---     Removes the record first, so that no join can succeed after it, then its memberships. True also when nothing is there.
---   b:join(scope, id, room, now) -> true
---     True also when it is a member already. "gone".
---   b:leave(scope, id, room) -> true
---     True also when it is no member.
---   b:rooms(scope, id, now) -> string[]
---     In any order; empty when it is gone.
---   b:members(scope, room, after, now) -> moonwire.store.Member[], string?
---     A page of visible members, ascending by the bytes of id, of those behind the id `after` (nil: from the beginning), and
---     the `after` of the next page; nil when this one is the last. A page may be empty.
---   b:user(scope, user, after, now) -> moonwire.store.Member[], string?
---     The same for a user's connections.
---   b:count(scope, room, now) -> integer
---     How many members are visible.
---   b:save(scope, id, changes, version, now) -> true
---     Sets keys of data to JSON texts, or removes those with false: all of `changes` or nothing; adds one to version. "gone";
---     "conflict" when `version` is not nil and the record has another one; "too_large".
---   b:forget(scope, ids, before) -> integer
---     Removes those of these connections whose connected_at is less than `before`, with their memberships; those of records
---     that are missing, too. How many records. No id comes twice.
---   b:sweep(scope, now) -> integer
---     Removes records that have expired, as far as the backend does not do so by itself. How many.
--- @class moonwire.store.Backend

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
