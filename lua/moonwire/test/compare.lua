-- compare.lua: what is different between two values, all the way down.
local show = require "moonwire.test.show"

local compare = {}

--- @class moonwire.test.Difference
--- @field path string ".list[2].name"; "" for the values themselves
--- @field expected any
--- @field actual any

local function is_nan(value)
  return value ~= value
end

local function step(path, key)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" then return path .. "." .. key end
  return path .. "[" .. show.value(key) .. "]"
end

-- A matcher (match.lua) stands for every value that it likes.
local function is_same(expected, actual)
  if rawequal(expected, actual) or (is_nan(expected) and is_nan(actual)) then return true end
  local meta = type(expected) == "table" and getmetatable(expected)
  if type(meta) == "table" and meta.matches then return meta.matches(expected, actual) end
  return expected == actual
end

-- `seen` has the pairs that are being compared: tables may hold themselves.
local function walk(expected, actual, path, seen, found)
  if is_same(expected, actual) then return end
  local meta = getmetatable(expected)
  if type(expected) ~= "table" or type(actual) ~= "table" or type(meta) == "table" and meta.matches then
    found[#found + 1] = { path = path, expected = expected, actual = actual }
    return
  end
  seen[expected] = seen[expected] or {}
  if seen[expected][actual] then return end
  seen[expected][actual] = true
  for _, key in ipairs(show.keys(expected)) do
    walk(rawget(expected, key), actual[key], step(path, key), seen, found)
  end
  for _, key in ipairs(show.keys(actual)) do
    if expected[key] == nil then found[#found + 1] = { path = step(path, key), actual = rawget(actual, key) } end
  end
end

--- The places where two values differ, in the order of the keys; an empty list: they are the same.
--- @param expected any
--- @param actual any
--- @return moonwire.test.Difference[]
function compare.differences(expected, actual)
  local found = {}
  walk(expected, actual, "", {}, found)
  return found
end

--- @param expected any
--- @param actual any
--- @return boolean
function compare.same(expected, actual)
  return compare.differences(expected, actual)[1] == nil
end

return compare
