-- orders.lua: a client's orders, each with an id that the client has chosen: one that comes again is not another one.
local app = require "moonwire.app"
local async = require "moonwire.async"
local price = require "price"

local LIMIT = tonumber(os.getenv "LIMIT")
local served = 0 -- of this process: lost when it ends

local function total(orders)
  local sum = 0
  for _, item in pairs(orders or {}) do sum = sum + price.of(item) end
  return { total = sum, currency = os.getenv "CURRENCY" }
end

return app {
  ["$connect"] = function(conn)
    conn:send { welcome = conn.user.id, shop = conn.user.shop }
    return true
  end,

  order = function(conn, message)
    served = served + 1
    local orders = assert(conn:update("orders", function(orders)
      orders = orders or {}
      orders[message.id] = message.item
      return orders
    end))
    local count = 0
    for _ in pairs(orders) do count = count + 1 end
    if count > LIMIT then return nil, "too many orders", "limit" end
    return { ordered = message.id, orders = count, served = served }
  end,

  total = { reply = "body", run = function(conn) return total(conn.data.orders) end },

  leave = function(conn) conn:close() end,

  hang = function() async.sleep(60000) end,
}
