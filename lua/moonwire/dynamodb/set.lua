-- set.lua: sets of strings, numbers or bytes. A set is a list that knows what it is.
local arguments = require "moonwire.runtime.arguments"
local binary = require "moonwire.dynamodb.binary"
local number = require "moonwire.dynamodb.number"

local set = {}

--- The elements, in no order that means anything: `#tags`, `ipairs(tags)`, `tags:has "red"`.
--- @class moonwire.dynamodb.Set
--- @field [integer] string|number|moonwire.dynamodb.Number|moonwire.dynamodb.Binary
local Set = {}
Set.__index = Set
set.meta = Set

--- The type of an element and what is compared of it; nil when there is no set of such values.
local function key_of(value)
  if type(value) == "string" then return "SS", value end
  if type(value) == "number" then return "NS", number.text(value) end
  if number.is(value) then return "NS", value.digits end
  if binary.is(value) then return "BS", value.bytes end
end

--- Is the value an element?
--- @param value string|number|moonwire.dynamodb.Number|moonwire.dynamodb.Binary
--- @return boolean
function Set:has(value)
  local kind, key = key_of(value)
  for _, element in ipairs(self) do
    local its_kind, its_key = key_of(element)
    if kind and kind == its_kind and key == its_key then return true end
  end
  return false
end

--- The type of a set: "SS", "NS" or "BS"; nil and a sentence when its elements are none.
--- @return string? kind
--- @return string? why not
function set.kind(elements)
  local why, kind = arguments.list("elements", elements), nil
  if why then return nil, why end
  for i, value in ipairs(elements) do
    local its_kind, key = key_of(value)
    if not key then return nil, ("element %d of a set must be a string, a number or binary, got %s"):format(i, arguments.kind(value)) end
    if kind and kind ~= its_kind then return nil, "the elements of a set must have one type" end
    kind = its_kind
  end
  if not kind then return nil, "DynamoDB has no empty set: leave the attribute out" end
  return kind
end

--- A set of the elements of a list; what is there twice counts once.
--- @return moonwire.dynamodb.Set? set
--- @return string? why not
function set.new(list)
  local kind, why = set.kind(list)
  if not kind then return nil, why end
  local made, seen = setmetatable({}, Set), {}
  for _, value in ipairs(list) do
    local _, key = key_of(value)
    if not seen[key] then made[#made + 1] = value end
    seen[key] = true
  end
  return made
end

--- Is it one of ours?
--- @return boolean
function set.is(value)
  return type(value) == "table" and getmetatable(value) == Set
end

return set
