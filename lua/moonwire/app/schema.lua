-- schema.lua: what a message must look like, compiled when the app is made.
--
--   "string<=500"   a type (string, number, integer, boolean, object, list, any), and for the first three bounds: <=N, >=N, A..B;
--                   those of a string count characters
--   "red|green"     one of these texts
--   { "string" }    a list of such elements; { "string", min = 1, max = 10 } bounds its length
--   { x = "number" } an object with these fields, and any others
--
-- A "?" at the end of a rule, or of a field's name, makes the field optional; null then counts as missing.
--
-- A compiled rule is a function (value, path) that returns nothing, or a sentence: "items[2].name is missing".
local arguments = require "moonwire.runtime.arguments"
local is_utf8 = require "moonwire.runtime.utf8"
local json = require "moonwire.json"
local json_kind = require "moonwire.runtime.json_kind"

local schema = {}

--- @alias moonwire.app.Rule string|table
--- @alias moonwire.app.Check fun(value: any, path: string): string?

local compile

-- Characters: bytes that do not continue another one (RFC 3629).
local function characters(text)
  local _, count = text:gsub("[^\128-\191]", "")
  return count
end

local function any() end

local function of_kind(kind)
  return function(value, path)
    local found = json_kind(value)
    if found ~= kind then return ("%s must be %s, got %s"):format(path, kind, found) end
  end
end

local is_string = of_kind "a string"

local function is_text(value, path)
  local why = is_string(value, path)
  if why then return why end
  if not is_utf8(value) then return path .. " must be text, it has half of a character" end
end

local function is_integer(value, path)
  if type(value) ~= "number" or value % 1 ~= 0 then
    return ("%s must be a whole number, got %s"):format(path, type(value) == "number" and tostring(value) or json_kind(value))
  end
end

local TYPES = {
  string = { check = is_text, size = characters, verb = "have", unit = " characters" },
  number = { check = of_kind "a number", size = function(value) return value end, verb = "be", unit = "" },
  integer = { check = is_integer, size = function(value) return value end, verb = "be", unit = "" },
  boolean = { check = of_kind "a boolean" }, object = { check = of_kind "an object" }, list = { check = of_kind "a list" },
  any = { check = any },
}

local LISTS = { size = function(list) return #list end, verb = "have", unit = " elements" }

-- "1 to 500 characters"
local function bounds_text(least, most, unit)
  local what
  if least and most then what = ("%s to %s"):format(least, most)
  elseif most then what = ("at most %s"):format(most)
  else what = ("at least %s"):format(least) end
  return what .. unit
end

-- The check of a type, with bounds of the value's size behind it.
local function bounded(kind, least, most)
  if not least and not most then return kind.check end
  local must = (" must %s %s"):format(kind.verb, bounds_text(least, most, kind.unit))
  return function(value, path)
    local why = kind.check(value, path)
    if why then return why end
    local size = kind.size(value)
    if (least and size < least) or (most and size > most) then return path .. must end
  end
end

local NUMBER = "(%-?%d+%.?%d*)"

-- least, most, understood: of "<=500", ">=1", "1..500" or nothing.
local function read_bounds(text)
  if text == "" then return nil, nil, true end
  local most, least = text:match("^<=%s*" .. NUMBER .. "$"), text:match("^>=%s*" .. NUMBER .. "$")
  if not most and not least then least, most = text:match("^(%-?%d+%.?%d-)%s*%.%.%s*" .. NUMBER .. "$") end
  least, most = tonumber(least), tonumber(most)
  return least, most, (least or most) ~= nil
end

local function check_bounds(rule, kind, least, most, understood)
  if not understood then return ("%q has bounds that are none: <=N, >=N or A..B"):format(rule) end
  if (least or most) and not kind.size then return ("%q: only string, number and integer have bounds"):format(rule) end
  if least and most and least > most then return ("%q allows nothing: %s is above %s"):format(rule, least, most) end
end

local function compile_type(rule)
  local name, rest = rule:match "^(%a+)%s*(.-)$"
  local kind = TYPES[name]
  if not kind then
    return nil, ("unknown type %s; there are any, boolean, integer, list, number, object, string, and texts with | between them")
      :format(arguments.shown(name or rule))
  end
  local least, most, understood = read_bounds(rest)
  local why = check_bounds(rule, kind, least, most, understood)
  if why then return nil, why end
  return bounded(kind, least, most)
end

local function compile_choice(rule)
  local allowed, words = {}, {}
  for word in (rule .. "|"):gmatch "(.-)|" do
    if word == "" then return nil, ("%q has an empty text"):format(rule) end
    allowed[word], words[#words + 1] = true, word
  end
  local must = " must be one of " .. table.concat(words, ", ")
  return function(value, path)
    if type(value) ~= "string" or not allowed[value] then return path .. must end
  end
end

local function check_list_fields(rule)
  for name, value in pairs(rule) do
    if name ~= 1 and name ~= "min" and name ~= "max" then
      return ("a list has one rule for its elements, min and max; got %s"):format(tostring(name))
    end
    if name ~= 1 and not (type(value) == "number" and value >= 0 and value % 1 == 0) then
      return name .. " must be a whole number from 0"
    end
  end
end

local function compile_list(rule, where)
  local why, inside = check_list_fields(rule), where .. "[]"
  if why then return nil, why, where end
  local element, optional, deeper = compile(rule[1], inside)
  if not element then return nil, optional, deeper end
  if optional then return nil, "elements of a list cannot be optional", inside end
  local check = bounded({ check = of_kind "a list", size = LISTS.size, verb = LISTS.verb, unit = LISTS.unit }, rule.min, rule.max)
  return function(value, path)
    local wrong = check(value, path)
    if wrong then return wrong end
    for i = 1, #value do
      wrong = element(value[i], ("%s[%d]"):format(path, i))
      if wrong then return wrong end
    end
  end
end

-- name of the field, its rule compiled, whether it may be missing | nil, why, where
local function compile_field(name, rule, where)
  if type(name) ~= "string" or name == "" or name == "?" then return nil, "names of fields are texts, got " .. tostring(name), where end
  local bare = name:gsub("%?$", "")
  local check, optional, deeper = compile(rule, where .. "." .. bare)
  if not check then return nil, optional, deeper end
  return bare, { name = bare, check = check, optional = optional or bare ~= name }
end

local function compile_fields(rule, where)
  local fields, seen = {}, {}
  for name, of in pairs(rule) do
    local bare, field, deeper = compile_field(name, of, where)
    if not bare then return nil, field, deeper end
    if seen[bare] then return nil, ("it has %s twice"):format(bare), where end
    seen[bare], fields[#fields + 1] = true, field
  end
  table.sort(fields, function(a, b) return a.name < b.name end) -- so that one message has one answer
  return fields
end

-- null in an optional field is taken out: a plain `if` sees then that it is missing.
local function check_field(object, field, path)
  local value = rawget(object, field.name)
  if value == nil or (value == json.null and field.optional) then
    object[field.name] = nil
    return not field.optional and path .. " is missing" or nil
  end
  return field.check(value, path)
end

local function compile_object(rule, where)
  local fields, why, deeper = compile_fields(rule, where)
  if not fields then return nil, why, deeper end
  local is_object = of_kind "an object"
  return function(value, path)
    local wrong = is_object(value, path == "" and "the message" or path)
    if wrong then return wrong end
    for _, field in ipairs(fields) do
      wrong = check_field(value, field, path == "" and field.name or path .. "." .. field.name)
      if wrong then return wrong end
    end
  end
end

-- check, optional | nil, why, where
function compile(rule, where)
  local check, why, deeper, optional
  if type(rule) == "string" then
    local bare = rule:gsub("%s*%?%s*$", "")
    optional = bare ~= rule
    check, why = (bare:find("|", 1, true) and compile_choice or compile_type)(bare)
  elseif type(rule) == "table" then
    check, why, deeper = (rule[1] ~= nil and compile_list or compile_object)(rule, where)
  else
    why = 'a rule is a text such as "string<=500" or a table, got ' .. arguments.kind(rule)
  end
  if not check then return nil, why, deeper or where end
  return check, optional or false
end

--- @param rule table<string, moonwire.app.Rule> the fields of a message
--- @return fun(message: any): string?|nil check
--- @return string? why "schema.text: unknown type ..."
function schema.compile(rule)
  if type(rule) ~= "table" or rule[1] ~= nil then return nil, "schema must be a table of fields: { text = \"string<=500\" }" end
  local check, why, where = compile(rule, "schema")
  if not check then return nil, ("%s: %s"):format(where, why) end
  return function(message) return check(message, "") end
end

return schema
