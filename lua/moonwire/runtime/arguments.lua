-- arguments.lua: are the fields of a table what they must be? The answer is a sentence about what is wrong, or nothing;
-- the public function that was called raises it, at its caller.

local arguments = {}

--- @param name string of the argument
--- @return string? problem
function arguments.type(name, value, wanted)
  if type(value) ~= wanted then
    return ("%s must be a %s, got %s"):format(name, wanted, type(value))
  end
end

local function text(name, value)
  if value == "" then return name .. " must not be empty" end
  return arguments.type(name, value, "string")
end

local function count(name, value)
  if type(value) ~= "number" then return arguments.type(name, value, "number") end
  if not (value >= 1 and value <= 2 ^ 31) then
    return name .. " must be from 1 to 2147483648, got " .. tostring(value)
  end
end

local CREDENTIALS = { access_key_id = "text!", secret_access_key = "text!", session_token = "string" }

local function credentials(name, value)
  return arguments.fields(name, value, CREDENTIALS, name .. ".")
end

-- Kinds of fields that are more than a type.
local kinds = { text = text, count = count, credentials = credentials, any = function() end }

--- Compares a table with a list of its fields: name and kind. A kind is a type, `text` (a string that is not empty), `count`
--- (a number from 1), `credentials` or `any`; one with "!" must be there.
--- @param what string "request": of the table
--- @param t any the table
--- @param fields table<string, string>
--- @param prefix? string before the names of the fields
--- @return string? problem
function arguments.fields(what, t, fields, prefix)
  if type(t) ~= "table" then return arguments.type(what, t, "table") end
  prefix = prefix or ""
  for name in pairs(t) do
    if not fields[name] then return what .. " has an unknown field: " .. tostring(name) end
  end
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
