-- A store with nothing in it, for specs that share a backend.
local crypto = require "moonwire.crypto"
local handle = require "moonwire.store.handle"

local fresh_store = {}

fresh_store.START = 1800000000

-- Each test has a stage of its own, so that they may share a table; the clock is the test's.
local count = 0
local unique = crypto.hex(crypto.random_bytes(4))

--- A store with nothing in it, and its clock: set clock.now to move it.
--- @param backend moonwire.store.Backend
--- @return moonwire.Store s
--- @return { now: integer } clock
--- @return string scope
function fresh_store.fresh(backend)
  count = count + 1
  local clock = { now = fresh_store.START }
  local scope = ("%s/stage%d"):format(unique, count)
  return handle.new(backend, scope, function() return clock.now end), clock, scope
end

--- The ids that an iterator gives.
function fresh_store.ids(iterator)
  local found = {}
  for member in iterator do found[#found + 1] = member.id end
  return found
end

return fresh_store
