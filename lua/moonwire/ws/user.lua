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
  return setmetatable({ id = id }, User)
end

--- Sends a message to all devices of the user. Connections that turn out to be gone are removed from the store.
--- @param data string|table a string as it is; a table as JSON
--- @param options? moonwire.ws.DeliveryOptions
--- @return moonwire.ws.DeliveryResult? result
--- @return string? message
--- @return string? code
--- @return moonwire.ws.DeliveryResult? result what was done before the store failed
function User:send(data, options)
  options = options == nil and {} or options
  local s, text, except
  local why = getmetatable(self) ~= User and "call it with a colon: user:send(...)" or delivery.options_problem(options)
  if not why then text, why = delivery.text(data) end
  if not why then except, why = delivery.except(options.except) end
  if not why then s, why = delivery.open() end
  if why then error("user:send: " .. why, 2) end
  return delivery.new({
    store = s, text = text, except = except, pace = { concurrency = options.concurrency, timeout_ms = options.timeout_ms },
    open = function(after) return s:user(self.id, after) end,
  }):run()
end

return user
