--- @meta _

-- What a store's backend has: methods that get plain, checked values, and may wait. store/handle.lua calls them, and does what is the
-- same for all backends: checks, defaults, JSON, the clock, iterators, the turns of `update`.
--
-- `scope` is "API_ID/STAGE", `now` Unix time in whole seconds; JSON texts may hold any bytes. A connection is visible while
-- expires_at > now. Failures of the world return nil, message, code; the message does not begin with the method's name.

--- @class moonwire.store.Backend
local Backend = {}

--- Puts the record, in place of one with that id, then its memberships.
--- @param scope string
--- @param record moonwire.store.Record all fields but version
--- @param rooms string[] none comes twice
--- @param now integer
--- @return true? ok
--- @return string? message
--- @return moonwire.store.Code? code "too_large"
function Backend:connect(scope, record, rooms, now) end

--- @param scope string
--- @param id string
--- @param now integer
--- @return moonwire.store.Record? record
--- @return string? message
--- @return moonwire.store.Code? code "gone"
function Backend:get(scope, id, now) end

--- Removes the record first, so that no join can succeed after it, then its memberships.
--- @param scope string
--- @param id string
--- @return true? ok true, too, when nothing is there
--- @return string? message
--- @return moonwire.store.Code? code
function Backend:disconnect(scope, id) end

--- @param scope string
--- @param id string
--- @param room string
--- @param now integer
--- @return true? ok true, too, when it is a member already
--- @return string? message
--- @return moonwire.store.Code? code "gone"
function Backend:join(scope, id, room, now) end

--- @param scope string
--- @param id string
--- @param room string
--- @return true? ok true, too, when it is no member
--- @return string? message
--- @return moonwire.store.Code? code
function Backend:leave(scope, id, room) end

--- @param scope string
--- @param id string
--- @param now integer
--- @return string[]? names in any order; none when it is gone
--- @return string? message
--- @return moonwire.store.Code? code
function Backend:rooms(scope, id, now) end

--- A page of visible members, ascending by the bytes of id. A page may be empty.
--- @param scope string
--- @param room string
--- @param after string? an id: only those behind it
--- @param now integer
--- @return moonwire.store.Member[]? page
--- @return string? next the `after` of the next page; nil: this one is the last. Of a failure its message
--- @return moonwire.store.Code? code
function Backend:members(scope, room, after, now) end

--- The same for a user's connections.
--- @param scope string
--- @param user string
--- @param after string?
--- @param now integer
--- @return moonwire.store.Member[]? page
--- @return string? next
--- @return moonwire.store.Code? code
function Backend:user(scope, user, after, now) end

--- @param scope string
--- @param room string
--- @param now integer
--- @return integer? count of visible members
--- @return string? message
--- @return moonwire.store.Code? code
function Backend:count(scope, room, now) end

--- Sets keys of data to JSON texts, or removes those with false: all of `changes` or nothing; adds one to version.
--- @param scope string
--- @param id string
--- @param changes table<string, string|false>
--- @param version integer? the record must have this one
--- @param now integer
--- @return true? ok
--- @return string? message
--- @return moonwire.store.Code? code "gone"; "conflict": it has another version; "too_large"
function Backend:save(scope, id, changes, version, now) end

--- Removes those of these connections whose connected_at is less than `before`, with their memberships; those of records that
--- are missing, too.
--- @param scope string
--- @param ids string[] none comes twice
--- @param before integer
--- @return integer? records that were removed
--- @return string? message
--- @return moonwire.store.Code? code
function Backend:forget(scope, ids, before) end

--- Removes records that have expired, as far as the backend does not do so by itself.
--- @param scope string
--- @param now integer
--- @return integer? records that were removed
--- @return string? message
--- @return moonwire.store.Code? code
function Backend:sweep(scope, now) end
