-- describe.lua: an error value as words, for a record. Never raises, whatever the value does when it is asked.

local function words(value)
  local ok, text = pcall(tostring, value)
  return ok and type(text) == "string" and text or "(error value is a " .. type(value) .. ")"
end

--- @param err any what was raised; of { type =, message = } both are said, the type once
--- @return string
return function(err)
  local message = type(err) == "table" and rawget(err, "message")
  if message then
    local kind, said = words(rawget(err, "type") or "Error"), words(message)
    local says_it = said:find(kind .. ":", 1, true) or said:find(kind .. " (", 1, true)
    return says_it and said or kind .. ": " .. said
  end
  return words(err)
end
