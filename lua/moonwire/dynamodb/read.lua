-- read.lua: attribute values as Lua values. Raises a string without a position for what is none; marshal.lua catches it.
local binary = require "moonwire.dynamodb.binary"
local crypto = require "moonwire.crypto"
local json = require "moonwire.json"
local json_kind = require "moonwire.runtime.json_kind"
local number = require "moonwire.dynamodb.number"
local set = require "moonwire.dynamodb.set"

local read

local function check(kind, value, wanted)
  local got = json_kind(value)
  if got ~= wanted then error(("%s holds %s instead of %s"):format(kind, got, wanted), 0) end
  return value
end

local function read_binary(text)
  local bytes, why = crypto.unbase64(check("B", text, "a string"))
  if not bytes then error("B: " .. why, 0) end
  return binary.new(bytes)
end

-- numbers: "exact", "lossless" (exact only where a Lua number would not have the same digits), or anything else.
local function read_number(text, numbers)
  check("N", text, "a string")
  local why = number.problem(text)
  if why then error("N: " .. why, 0) end
  if numbers == "exact" then return number.exact(text) end
  local value = tonumber(text)
  if numbers == "lossless" and number.text(value) ~= text then return number.exact(text) end
  return value
end

local function read_set(kind, list, read_element, numbers)
  local elements = {}
  for i, element in ipairs(check(kind, list, "a list")) do elements[i] = read_element(element, numbers) end
  local made, why = set.new(elements)
  if not made then error(why, 0) end
  return made
end

local readers = {
  S = function(text) return check("S", text, "a string") end,
  N = read_number,
  B = read_binary,
  BOOL = function(value) return check("BOOL", value, "a boolean") end,
  NULL = function() return json.null end,
  SS = function(list) return read_set("SS", list, function(text) return check("S", text, "a string") end) end,
  NS = function(list, numbers) return read_set("NS", list, read_number, numbers) end,
  BS = function(list) return read_set("BS", list, read_binary) end,
  L = function(list, numbers)
    local values = json.array {}
    for i, element in ipairs(check("L", list, "a list")) do values[i] = read(element, numbers) end
    return values
  end,
  M = function(map, numbers)
    local values = {}
    for name, element in pairs(check("M", map, "an object")) do values[name] = read(element, numbers) end
    return values
  end,
}

function read(value, numbers)
  local kind, content
  if type(value) == "table" then kind, content = next(value) end
  if not readers[kind] or next(value, kind) ~= nil then error("an attribute value that is none", 0) end
  return readers[kind](content, numbers)
end

return read
