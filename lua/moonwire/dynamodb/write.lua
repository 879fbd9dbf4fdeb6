-- write.lua: Lua values as attribute values, DynamoDB's own form of JSON ("AttributeValue", DynamoDB API Reference).
-- Raises a string without a position for what cannot be written; marshal.lua catches it and adds where it was.
local binary = require "moonwire.dynamodb.binary"
local crypto = require "moonwire.crypto"
local json = require "moonwire.json"
local number = require "moonwire.dynamodb.number"
local set = require "moonwire.dynamodb.set"

local DEPTH = 32 -- levels of lists and maps inside each other ("Quotas in Amazon DynamoDB": nested attribute depth)

local array_meta = getmetatable(json.array {})
local write

local function must(value, why)
  if value == nil then error(why, 0) end
  return value
end

local function write_number(value)
  if number.is(value) then return value.digits end
  return must(number.text(value))
end

local function write_set(value)
  local kind = must(set.kind(value))
  local list = {}
  for i, element in ipairs(value) do
    list[i] = kind == "SS" and element or kind == "NS" and write_number(element) or crypto.base64(element.bytes)
  end
  return { [kind] = list }
end

-- Lists have the keys 1..n.
local function write_list(value, trail, depth)
  local count, list = 0, json.array {}
  for _ in pairs(value) do count = count + 1 end
  for i = 1, count do
    trail[depth] = i
    local element = rawget(value, i)
    if element == nil then error("a list must have the keys 1..n without holes, and no others", 0) end
    list[i] = write(element, trail, depth + 1)
  end
  return { L = list }
end

local function write_map(value, trail, depth)
  local map = {}
  for name, element in next, value do
    trail[depth] = name
    if type(name) ~= "string" then error("the names in a map must be strings, got " .. type(name), 0) end
    map[name] = write(element, trail, depth + 1)
  end
  return { M = map }
end

local function write_table(value, trail, depth)
  local meta = getmetatable(value)
  if meta == set.meta then return write_set(value) end
  if meta == binary.meta then return { B = crypto.base64(value.bytes) } end
  if meta == number.meta then return { N = value.digits } end
  if depth > trail.most then error("more than " .. DEPTH .. " levels of lists and maps", 0) end
  if meta == array_meta or rawget(value, 1) ~= nil then return write_list(value, trail, depth) end
  return write_map(value, trail, depth)
end

local writers = {
  string = function(value) return { S = value } end,
  number = function(value) return { N = write_number(value) } end,
  boolean = function(value) return { BOOL = value } end,
  table = write_table,
}

--- @param value any
--- @param trail any[] receives the steps to the value at hand, from `depth` on
--- @param depth integer
function write(value, trail, depth)
  trail[depth] = nil
  if value == json.null then return { NULL = true } end
  local writer = writers[type(value)]
  if not writer then error("DynamoDB cannot keep a " .. type(value), 0) end
  return writer(value, trail, depth)
end

--- @param value any
--- @param trail { most?: integer, [integer]: any } steps to the value itself
--- @param depth integer of the first step inside of the value
return function(value, trail, depth)
  trail.most = depth + DEPTH - 1
  return write(value, trail, depth)
end
