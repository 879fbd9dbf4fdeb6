-- show.lua: a value as text, for messages: short, the same every time, and never raising.
local describe = require "moonwire.runtime.describe"
local json = require "moonwire.json"
local utf8 = require "moonwire.test.utf8"

local TEXT_MAX, DEPTH_MAX, MEMBERS_MAX = 300, 3, 20

local function quoted(text)
  local cut = #text > TEXT_MAX and (" (%d bytes)"):format(#text) or ""
  if #text > TEXT_MAX then text = text:sub(1, TEXT_MAX):gsub("[\192-\255][\128-\191]*$", "") end
  text = text:gsub('[%c"\\]', function(char)
    local known = ({ ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" })[char]
    return known or ("\\%03d"):format(char:byte())
  end)
  if not utf8.is_valid(text) then -- it would spoil the terminal, and the report
    text = text:gsub("[\128-\255]", function(char) return ("\\%d"):format(char:byte()) end)
  end
  return '"' .. text .. '"' .. cut
end

-- Numbers by their size, then texts by their letters, then the rest.
local function before(a, b)
  local x, y = type(a), type(b)
  if x ~= y then
    return x == "number" or y ~= "number" and x < y
  elseif x == "number" or x == "string" then
    return a < b
  end
  return describe(a) < describe(b)
end

--- The keys of a table, sorted.
--- @param t table
--- @return any[]
local function keys_of(t)
  local keys = {}
  for key in next, t do keys[#keys + 1] = key end
  table.sort(keys, before)
  return keys
end

local words

local function members(t, depth)
  local parts, length = {}, #t
  for _, key in ipairs(keys_of(t)) do
    if #parts == MEMBERS_MAX then
      parts[#parts + 1] = "..."
      break
    end
    local value = words(rawget(t, key), depth + 1)
    if type(key) == "number" and key >= 1 and key <= length and key % 1 == 0 then
      parts[#parts + 1] = value
    elseif type(key) == "string" and key:find "^[%a_][%w_]*$" then
      parts[#parts + 1] = key .. " = " .. value
    else
      parts[#parts + 1] = "[" .. words(key, DEPTH_MAX) .. "] = " .. value
    end
  end
  return parts[1] and "{ " .. table.concat(parts, ", ") .. " }" or "{}"
end

function words(value, depth)
  local kind = type(value)
  if kind == "string" then
    return quoted(value)
  elseif value == json.null then
    return "json.null"
  elseif kind == "number" then
    return ("%.17g"):format(value) == tostring(value) and tostring(value) or (("%.14g"):format(value))
  elseif kind ~= "table" then
    return describe(value)
  end
  local meta = getmetatable(value)
  if type(meta) == "table" and meta.__tostring then return describe(value) end
  if depth >= DEPTH_MAX then return next(value) == nil and "{}" or "{ ... }" end
  return members(value, depth)
end

return {
  --- @param value any
  --- @return string
  value = function(value) return words(value, 0) end,
  keys = keys_of,
}
