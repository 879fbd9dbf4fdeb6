-- client.lua: clients come, and stay for what they are told. A user may have several of them, one for each device.
local app = require "moonwire.app"
local door = require "handlers.door"

return app {
  ["$connect"] = { auth = door, run = function(conn) return { hello = conn.user.id } end },

  -- With this route the store learns that somebody has left.
  ["$disconnect"] = function() end,

  -- A sign of life: API Gateway ends connections that are silent for ten minutes.
  ping = function() return { event = "pong" } end,
}
