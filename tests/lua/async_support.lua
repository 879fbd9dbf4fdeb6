-- What the specs of async share.
local async = require "moonwire.async"

local function pack(...)
  return { n = select("#", ...), ... }
end

-- A function that sleeps and then returns these values.
local function later(ms, ...)
  local values = pack(...)
  return function()
    async.sleep(ms)
    return unpack(values, 1, values.n)
  end
end

local function raiser(value)
  return function()
    async.sleep(1)
    error(value, 0)
  end
end

return { pack = pack, later = later, raiser = raiser, FOREVER = 1e12 }
