-- user.lua: a user as senders have it.
local delivery = require "moonwire.ws.delivery"
local names = require "moonwire.store.name"

local user = {}

--- The connections of a user. Which API they are of is found at each call, as store.open does.
--- @class moonwire.ws.User
--- @field id string
local User = {}
User.__index = User

--- @return moonwire.ws.User?
--- @return string? why not
function user.new(id)
  local why = names.problem("id", id, names.USER_MAX)
  if why then return nil, why end
  return (setmetatable({ id = id }, User))
end

--- Sends a message to all devices of the user. Connections that turn out to be gone are removed from the store.
--- @param data string|table a string as it is; a table as JSON
--- @param options? moonwire.ws.DeliveryOptions
--- @return moonwire.ws.DeliveryResult? result
--- @return string? message
--- @return moonwire.ws.DeliveryCode? code
--- @return moonwire.ws.DeliveryResult? done before the store failed; its `rest` asks the store again
function User:send(data, options)
  local why, job, s = nil, nil, nil
  if getmetatable(self) ~= User then why = "call it with a colon: user:send(...)" end
  if not why then job, why = delivery.read(data, options) end
  if not why then s, why = delivery.open() end
  if why then error("user:send: " .. why, 2) end
  job.store = s
  job.open = function(after) return s:user(self.id, after) end
  return delivery.run(delivery.new(job))
end

return user
