-- arguments.lua: are arguments, and the fields of a table, what they must be? The answer is a sentence about what is wrong, or
-- nothing; the public function that was called raises it, at its caller.

local json = require "moonwire.json"

local arguments = {}

--- The type of a value, in messages: users know json.null as null, not as userdata.
--- @param value any
--- @return string
function arguments.kind(value)
  return value == json.null and "null" or type(value)
end

--- @param name string of the argument
--- @param value any
--- @param wanted string
--- @return string? problem
function arguments.type(name, value, wanted)
  if type(value) ~= wanted then
    return ("%s must be a %s, got %s"):format(name, wanted, arguments.kind(value))
  end
end

--- A string that is not empty.
--- @param name string of the argument
--- @param value any
--- @return string? problem
function arguments.text(name, value)
  if value == "" then return name .. " must not be empty" end
  return arguments.type(name, value, "string")
end

local function is_index(key)
  return type(key) == "number" and key >= 1 and key % 1 == 0
end

--- A text in quotes, on one line, cut to a length that fits a message; of anything else its type.
--- @param value any
--- @return string
function arguments.shown(value)
  if type(value) ~= "string" then return value == json.null and "null" or "a " .. type(value) end
  return (("%q"):format(value:sub(1, 60)):gsub("\n", "n"))
end

--- A list has the keys 1..n and no others. ipairs and # end at a hole, or see nothing at all: what is behind it would be lost.
--- Counts the keys, so that nothing is. What the elements are is for the caller to check.
--- @param name string of the argument
--- @param value any
--- @return string? problem
function arguments.list(name, value)
  local must = name .. " must be a list (keys 1..n), got "
  if type(value) ~= "table" then return must .. arguments.kind(value) end
  local count = 0
  for key in next, value do
    if not is_index(key) then
      return ("%sa table with the key %s"):format(must, type(key) == "number" and key or arguments.shown(key))
    end
    count = count + 1
  end
  for i = 1, count do
    if rawget(value, i) == nil then return ("%sa table with nothing at %d"):format(must, i) end
  end
end

local function count(name, value)
  if type(value) ~= "number" then return arguments.type(name, value, "number") end
  if not (value >= 1 and value <= 2 ^ 31) then
    return name .. " must be from 1 to 2147483648, got " .. tostring(value)
  end
end

local function endpoint(name, value)
  local why = arguments.text(name, value)
  if why or value:lower():find "^https?://[^/?#%s]" then return why end
  return name .. " must start with https:// or http:// and a host"
end

-- Regions are parts of host names and of signatures.
local function region(name, value)
  local why = arguments.text(name, value)
  if why or value:find "^[%w-]+$" then return why end
  return name .. " must be the name of an AWS Region, such as us-east-1: letters, digits and -"
end

local CREDENTIALS = { access_key_id = "text!", secret_access_key = "text!", session_token = "string" }

local function credentials(name, value)
  return arguments.fields(name, value, CREDENTIALS, name .. ".")
end

-- Kinds of fields that are more than a type.
local kinds = {
  text = arguments.text, count = count, endpoint = endpoint, region = region, credentials = credentials, any = function() end,
}

--- A sentence about a field that is not among those that there are.
--- @param what string "options": the table
--- @param t table
--- @param fields table<string, any>
--- @return string? problem
function arguments.unknown(what, t, fields)
  for name in pairs(t) do
    if not fields[name] then
      local names = {}
      for known in pairs(fields) do names[#names + 1] = known end
      table.sort(names)
      return ("%s has an unknown field: %s; there are %s"):format(what, tostring(name), table.concat(names, ", "))
    end
  end
end

--- Compares a table with a list of its fields: name and kind. A kind is a type, `text` (a string that is not empty), `count`
--- (a number from 1), `endpoint` (a URL), `region`, `credentials` or `any`; one with "!" must be there.
--- @param what string "request": of the table
--- @param t any the table
--- @param fields table<string, string>
--- @param prefix? string before the names of the fields
--- @return string? problem
function arguments.fields(what, t, fields, prefix)
  local unknown = arguments.type(what, t, "table") or arguments.unknown(what, t, fields)
  if unknown then return unknown end
  prefix = prefix or ""
  for name, kind in pairs(fields) do
    local value, wanted = t[name], kind:gsub("!", "")
    if value ~= nil or kind ~= wanted then
      local check = kinds[wanted]
      local why
      if check then why = check(prefix .. name, value) else why = arguments.type(prefix .. name, value, wanted) end
      if why then return why end
    end
  end
end

return arguments
