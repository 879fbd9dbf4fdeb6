-- example.lua: what the console says of a schema (moonwire.app): a message that passes it, and the schema in one line. Both of them are
-- shown and not run; they are left out where they would be long.
local json = require "moonwire.json"
local schema = require "moonwire.app.schema"

local example = {}

local DEPTH, RULES, TEXT_MAX, VALUE_MAX = 8, 500, 1000, 4000 -- levels; looked at, since tables may be shared; bytes of a line, of a value

-- How far a walk through a schema has come: whether it may look at one more rule.
local function go_on(walk, depth)
  walk.rules = walk.rules + 1
  return walk.rules <= RULES and depth <= DEPTH
end

--- Whether a rule allows a value: the schema's own word.
local function allows(rule, value)
  local check = schema.compile { x = rule }
  return check ~= nil and check { x = value } == nil
end

-- What a text rule may mean, most telling first: the schema picks. Numbers in it are bounds.
local function candidates(rule)
  local list, words = { "...", 0, 1, false, {}, json.array {} }, rule:gsub("%s*%?%s*$", "")
  if words:find("|", 1, true) then list[1] = words:match "^[^|]+" end
  for digits in rule:gmatch "%-?%d+%.?%d*" do
    local bound = tonumber(digits)
    list[#list + 1], list[#list + 2] = bound, math.ceil(bound)
    if bound >= 0 and bound <= TEXT_MAX then list[#list + 1] = ("."):rep(math.floor(bound)) end
  end
  list[#list + 1] = ""
  return list
end

local function text_value(rule)
  for _, value in ipairs(candidates(rule)) do
    if allows(rule, value) then return json.encode(value) end
  end
end

-- Names of fields in their order, each with its rule and whether it may be missing.
local function fields_of(rules)
  local list = {}
  for name, rule in pairs(rules) do
    local bare = name:gsub("%?$", "")
    list[#list + 1] = { name = bare, rule = rule, optional = bare ~= name or type(rule) == "string" and rule:find "%?%s*$" ~= nil }
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

local value_of

-- { { name, JSON } ... } of those that may not be missing | nil: it would be too much
local function required(rules, walk, depth)
  local list = {}
  for _, field in ipairs(fields_of(rules)) do
    local text = not field.optional and value_of(field.rule, walk, depth + 1)
    if text == nil then return nil end
    if text then list[#list + 1] = { field.name, text } end
  end
  return list
end

local function object_value(rules, walk, depth)
  local list = required(rules, walk, depth)
  if not list then return nil end
  local parts = {}
  for i, field in ipairs(list) do parts[i] = json.encode(field[1]) .. ":" .. field[2] end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function list_value(rule, walk, depth)
  local count = rule.min or (rule.max == 0 and 0 or 1)
  local element = count > 0 and value_of(rule[1], walk, depth + 1) or ""
  if not element or #element * count > VALUE_MAX then return nil end
  local parts = {}
  for i = 1, count do parts[i] = element end
  return "[" .. table.concat(parts, ",") .. "]"
end

-- JSON that a rule allows | nil
function value_of(rule, walk, depth)
  local text
  if not go_on(walk, depth) then return nil end
  if type(rule) == "string" then text = text_value(rule)
  elseif rule[1] ~= nil then text = list_value(rule, walk, depth)
  else text = object_value(rule, walk, depth) end
  return text and #text <= VALUE_MAX and text or nil
end

--- The members that a message must have, each with a value that the schema allows.
--- @param rules table<string, moonwire.app.Rule> a schema, which is one
--- @return { [1]: string, [2]: string }[]? list { name, JSON } by name; nil: no short message passes
function example.fields(rules)
  local list = required(rules, { rules = 0 }, 0)
  if not list then return nil end
  local message = {}
  for _, field in ipairs(list) do message[field[1]] = json.decode(field[2]) end
  if schema.compile(rules)(message) then return nil end
  return list
end

local line_of

local function names_line(rules, walk, depth)
  local parts, length = {}, 0
  for i, field in ipairs(fields_of(rules)) do
    local rule = line_of(field.rule, walk, depth + 1)
    local mark = field.optional and not (type(field.rule) == "string" and field.rule:find "%?%s*$") and "?" or ""
    parts[i] = ("%s%s: %s"):format(field.name, mark, rule)
    length = length + #parts[i]
    if length > TEXT_MAX then return table.concat(parts, ", ") end
  end
  return table.concat(parts, ", ")
end

local function bounds_line(rule)
  if rule.min and rule.max then return (" %s..%s"):format(rule.min, rule.max) end
  return rule.min and " >=" .. rule.min or rule.max and " <=" .. rule.max or ""
end

function line_of(rule, walk, depth)
  if type(rule) == "string" then return rule end
  if not go_on(walk, depth) then return "..." end
  if rule[1] ~= nil then return ("list of %s%s"):format(line_of(rule[1], walk, depth + 1), bounds_line(rule)) end
  return ("{ %s }"):format(names_line(rule, walk, depth))
end

--- The schema in one line: "room: string 1..40, text: string<=500, note?: { by: string }".
--- @param rules table<string, moonwire.app.Rule>
--- @return string
function example.line(rules)
  local line = names_line(rules, { rules = 0 }, 0)
  if #line <= TEXT_MAX then return line end
  return line:sub(1, TEXT_MAX):gsub("[\128-\191]*$", "") .. "..."
end

return example
