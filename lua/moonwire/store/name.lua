-- name.lua: what may be the id of a connection, the name of a user, a room or a key of data. The limits are those of every
-- backend: DynamoDB's keys are UTF-8, 1 to 1024 bytes with what stands before them; its names of attributes have 255 at most.
local arguments = require "moonwire.runtime.arguments"
local is_utf8 = require "moonwire.runtime.utf8"

local name = { ID_MAX = 128, USER_MAX = 512, ROOM_MAX = 512, KEY_MAX = 255 }

--- @param what string "room": the argument
--- @param value any
--- @param most integer bytes
--- @return string? problem
function name.problem(what, value, most)
  local why = arguments.text(what, value)
  if why then return why end
  if #value > most then return ("%s must have %d bytes at most, got %d"):format(what, most, #value) end
  if not is_utf8(value) then return what .. " must be UTF-8, got " .. arguments.shown(value) end
end

return name
