-- room.lua: a room as senders have it.
local delivery = require "moonwire.ws.delivery"
local names = require "moonwire.store.name"

local room = {}

--- @class moonwire.ws.RoomOptions: moonwire.ws.DeliveryOptions
--- @field continue? boolean what there is no time for is sent by another invocation of this function

--- The members of a room. Which API it is of is found at each call, as store.open does.
--- @class moonwire.ws.Room
--- @field name string
local Room = {}
Room.__index = Room

--- @return moonwire.ws.Room?
--- @return string? why not
function room.new(name)
  local why = names.problem("name", name, names.ROOM_MAX)
  if why then return nil, why end
  return setmetatable({ name = name }, Room)
end

-- The store; raises at the caller of the method that called this one.
local function open(self, method)
  local s, why
  if getmetatable(self) ~= Room then why = "call it with a colon: room:" .. method .. "(...)" else s, why = delivery.open() end
  if not s then error(("room:%s: %s"):format(method, why), 3) end
  return s
end

--- Sends a message to all members, several at a time. Those who turn out to be gone are removed from the store, in one batch.
--- @param data string|table a string as it is; a table as JSON
--- @param options? moonwire.ws.RoomOptions
--- @return moonwire.ws.DeliveryResult? result
--- @return string? message
--- @return string? code
--- @return moonwire.ws.DeliveryResult? result what was done before the store failed
function Room:broadcast(data, options)
  local s = open(self, "broadcast")
  options = options == nil and {} or options
  local why, text, except = delivery.options_problem(options, { continue = "boolean" }), nil, nil
  if not why then text, why = delivery.text(data) end
  if not why then except, why = delivery.except(options.except) end
  if why then error("room:broadcast: " .. why, 2) end
  local job = delivery.new {
    store = s, text = text, except = except, pace = { concurrency = options.concurrency, timeout_ms = options.timeout_ms },
    open = function(after) return s:members(self.name, after) end,
  }
  if options.continue then require("moonwire.ws.relay").attach(job, self.name) end
  return job:run()
end

--- The members, ascending by id: an iterator. What it gives has id, user, endpoint and connected_at. A failure of the store raises a table
--- `{ type = code, code = code, message = message }`.
--- @return fun(): moonwire.store.Member?
function Room:members()
  return open(self, "members"):members(self.name)
end

--- How many members there are.
--- @return integer? count
--- @return string? message
--- @return string? code
function Room:count()
  return open(self, "count"):count(self.name)
end

return room
