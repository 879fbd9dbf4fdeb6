-- json_kind.lua: what a decoded value is in JSON, in words for a message: "null", "a list", "an object", "a string" ...
local json = require "moonwire.json"

local array_meta = getmetatable(json.array {})

--- @param value any
--- @return string
return function(value)
  if value == json.null then return "null" end
  if type(value) ~= "table" then return "a " .. type(value) end
  return (getmetatable(value) == array_meta or rawget(value, 1) ~= nil) and "a list" or "an object"
end
