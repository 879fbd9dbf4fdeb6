-- json.lua MODULE FILE: prints the microseconds of one decoding and of one encoding of the JSON in a file, of a module's decode and encode.
package.cpath = (os.getenv "LUA_CPATH" or "") .. ";" .. package.cpath

local SECONDS = 0.05

local json = require(arg[1])
local file = assert(io.open(arg[2]))
local text = file:read "*a"
file:close()

--- Microseconds per call; garbage is collected as it is in a function.
local function time(fn, value)
  for _ = 1, 100 do fn(value) end
  collectgarbage()
  local calls, start = 0, os.clock()
  repeat
    for _ = 1, 10 do fn(value) end
    calls = calls + 10
  until os.clock() - start >= SECONDS
  return (os.clock() - start) / calls * 1e6
end

print(("%.3f %.3f"):format(time(json.decode, text), time(json.encode, json.decode(text))))
