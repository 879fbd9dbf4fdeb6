-- encode.lua: JSON text for arguments of public functions, which name themselves in what they raise.
local json = require "moonwire.json"

--- @param value any
--- @return string? text
--- @return string? why "$.a[2]: cannot encode a function"
return function(value)
  local ok, text = pcall(json.encode, value)
  if ok then return text end
  return nil, (tostring(text):gsub("^.*json%.encode: ", ""))
end
