-- random.lua: a random number from 0 up to 1, for pauses. math.random would say the same in every environment.
local crypto = require "moonwire.core.crypto"

--- @return number
return function()
  local a, b, c = crypto.random_bytes(3):byte(1, 3)
  return (a * 65536 + b * 256 + c) / 16777216
end
