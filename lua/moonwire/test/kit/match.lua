-- match.lua: is a message what a spec expects? A text is compared as it is; of a table, a JSON object or list must have at least
-- those members; a function decides by itself.
local json = require "moonwire.json"

local match = {}

-- The path of the first difference, or nothing.
local function difference(wanted, actual, path)
  if type(wanted) == "function" then return not wanted(actual) and path or nil end
  if type(wanted) ~= "table" or type(actual) ~= "table" then
    return wanted ~= actual and path or nil
  end
  for key, value in pairs(wanted) do
    local where = difference(value, actual[key], path .. "." .. tostring(key))
    if where then return where end
  end
  if wanted[1] ~= nil and #wanted ~= #actual then return path end -- a list has no members to spare
end

local function shown(value)
  if type(value) == "string" then return ("%q"):format(value):gsub("\n", "n") end
  if type(value) == "function" then return "what the function accepts" end
  local ok, text = pcall(json.encode, value)
  return ok and text or tostring(value)
end

match.shown = shown

--- A sentence about what is wrong with a message, or nothing.
--- @param wanted string|table|fun(message: any): boolean
--- @param text string
--- @return string? problem
--- @return any value the message: a table or another value when it is JSON and a table or a function is wanted, else the text
function match.problem(wanted, text)
  if type(wanted) == "string" then
    return wanted ~= text and ("expected %s, got %s"):format(shown(wanted), shown(text)) or nil, text
  end
  local value, why = json.decode(text)
  if why then value = text end
  local where = difference(wanted, value, "message")
  if not where then return nil, value end
  return ("%s: expected %s, got %s"):format(where, shown(wanted), why and shown(text) or text), value
end

return match
