-- room.lua: a room as senders have it.
local delivery = require "moonwire.ws.delivery"
local names = require "moonwire.store.name"

local room = {}

--- @class moonwire.ws.RoomOptions: moonwire.ws.DeliveryOptions
--- @field continue? boolean has another invocation of this function send what there is no time for

--- The members of a room. Which API it is of is found at each call, as store.open does.
--- @class moonwire.ws.Room
--- @field name string
local Room = {}
Room.__index = Room

--- @return moonwire.ws.Room? room
--- @return string? why not
function room.new(name)
  local why = names.problem("name", name, names.ROOM_MAX)
  if why then return nil, why end
  return (setmetatable({ name = name }, Room))
end

local function misused(self, method)
  if getmetatable(self) ~= Room then return ("call it with a colon: room:%s(...)"):format(method) end
end

-- The store; raises at the caller of the method that called this one.
local function open(self, method)
  local why, s = misused(self, method), nil
  if not why then s, why = delivery.open() end
  if not s then error(("room:%s: %s"):format(method, why), 3) end
  return s
end

--- Sends a message to all members, several at a time. Those who turn out to be gone are removed from the store, in one batch.
--- @param data string|table a string as it is; a table as JSON
--- @param options? moonwire.ws.RoomOptions
--- @return moonwire.ws.DeliveryResult? result
--- @return string? message
--- @return moonwire.ws.DeliveryCode? code
--- @return moonwire.ws.DeliveryResult? done before the store failed; its `rest` asks the store again
function Room:broadcast(data, options)
  local why, job, s = misused(self, "broadcast"), nil, nil
  if not why then job, why = delivery.read(data, options, { continue = "boolean" }) end
  if not why then s, why = delivery.open() end
  if why then error("room:broadcast: " .. why, 2) end
  job.store = s
  job.open = function(after) return s:members(self.name, after) end
  job = delivery.new(job)
  if options and options.continue then require("moonwire.ws.relay").attach(job, self.name) end
  return delivery.run(job)
end

--- The members, ascending by id: an iterator. What it gives has id, user, endpoint and connected_at. A failure of the store raises a
--- moonwire.store.PageError.
--- @return fun(): moonwire.store.Member?
function Room:members()
  return open(self, "members"):members(self.name)
end

--- How many members there are.
--- @return integer? count
--- @return string? message
--- @return moonwire.store.Code? code
function Room:count()
  return open(self, "count"):count(self.name)
end

return room
