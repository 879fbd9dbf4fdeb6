-- marshal.lua: whole requests and answers between plain Lua values and DynamoDB's attribute values (shapes.lua says where).
local json = require "moonwire.json"
local json_kind = require "moonwire.runtime.json_kind"
local read = require "moonwire.dynamodb.read"
local write = require "moonwire.dynamodb.write"

local marshal = {}

local walk

-- Is the value the container that the model has there? An empty table without a mark may be a list or an object.
local function check_container(node, value)
  local kind = json_kind(value)
  if kind == (node.list and "a list" or "an object") or node.list and type(value) == "table" and next(value) == nil then return end
  local wanted = node.list and "a list" or node.each and node.each.leaf and "a table of attributes" or "a table with names as keys"
  error(("must be %s, got %s"):format(wanted, kind), 0)
end

-- A container of the model: a copy whose parts were walked.
local function walk_parts(node, value, leaf, trail, depth)
  local copy = {}
  for name, part in pairs(value) do
    local below = node.each or node.members[name]
    if below and not node.list and type(name) ~= "string" then
      trail[depth] = nil
      error("the names in it must be strings, got a " .. type(name), 0)
    end
    trail[depth] = name
    if below then part = walk(below, part, leaf, trail, depth + 1) end
    copy[name] = part
  end
  return node.list and json.array(copy) or copy
end

-- leaf(value, trail, depth, mode) makes the other form of one value. trail: the steps to it, from 1 to depth - 1; mode: leaf of
-- its shape.
function walk(node, value, leaf, trail, depth)
  trail[depth] = nil
  if node.leaf then return leaf(value, trail, depth, node.leaf) end
  check_container(node, value)
  return walk_parts(node, value, leaf, trail, depth)
end

-- "Item.scores[2]"
local function path(trail)
  local text = ""
  for _, name in ipairs(trail) do
    if type(name) == "number" then
      text = ("%s[%s]"):format(text, name)
    elseif tostring(name):find "^[%a_][%w_]*$" then
      text = text .. (text == "" and "" or ".") .. tostring(name)
    else
      text = ("%s[%q]"):format(text, tostring(name):sub(1, 60))
    end
  end
  return text
end

-- what: the whole, in messages.
local function convert(what, node, value, leaf)
  local trail = {}
  local ok, result = pcall(walk, node, value, leaf, trail, 1)
  if ok then return result end
  local place = path(trail)
  return nil, (place == "" and what or place) .. ": " .. result
end

--- A request with attribute values where the shape has them. The given tables are left as they are.
--- @param shape moonwire.dynamodb.Shape
--- @param request table
--- @return table? wire
--- @return string? why "Item.scores[2]: DynamoDB has no NaN"
function marshal.write(shape, request)
  return convert("the request", shape, request, write)
end

--- An answer with Lua values.
--- @param shape moonwire.dynamodb.Shape
--- @param answer table
--- @param numbers? "exact"
--- @return table? plain
--- @return string? why
function marshal.read(shape, answer, numbers)
  return convert("the answer", shape, answer, function(value, _, _, mode) return read(value, numbers or mode) end)
end

return marshal
