-- assertions.lua: what `assert.NAME(...)` can check. Each function gets the arguments ({ n =, ... }) and the subject of the
-- chain (assert.spy(s)), and returns whether it holds, what to say when it should and does not, and what when it should not.
local compare = require "moonwire.test.compare"
local describe = require "moonwire.runtime.describe"
local show = require "moonwire.test.show"

local DIFFERENCES_MAX = 10

--- @class moonwire.test.Assertion
--- @field check fun(args: table, subject: any): boolean, string?, string?
--- @field arguments integer how many there have to be; one more is the message
--- @field gives? boolean what `check` returns behind its words is what the assertion returns

--- @type table<string, moonwire.test.Assertion>
local assertions = {}

local function add(names, arguments, check, gives)
  for name in names:gmatch "%S+" do assertions[name] = { check = check, arguments = arguments, gives = gives } end
end

local function pair(expected, actual)
  return ("expected %s, got %s"):format(expected, show.value(actual))
end

local function but(actual)
  return "expected anything but " .. show.value(actual)
end

local function difference(d)
  if d.expected == nil then return ("%s: expected nothing, got %s"):format(d.path, show.value(d.actual)) end
  if d.actual == nil then return ("%s: expected %s, got nothing"):format(d.path, show.value(d.expected)) end
  return ("%s: expected %s, got %s"):format(d.path, show.value(d.expected), show.value(d.actual))
end

--- What a failed assert.same says.
--- @param found moonwire.test.Difference[]
--- @return string
local function differences(found)
  if found[1].path == "" then return pair(show.value(found[1].expected), found[1].actual) end
  local lines = { #found == 1 and "the tables differ in one place" or ("the tables differ in %d places"):format(#found) }
  for i = 1, math.min(#found, DIFFERENCES_MAX) do lines[#lines + 1] = "  " .. difference(found[i]) end
  if #found > DIFFERENCES_MAX then lines[#lines + 1] = ("  and %d more"):format(#found - DIFFERENCES_MAX) end
  return table.concat(lines, "\n")
end

add("equal equals", 2, function(args)
  local expected, actual = args[1], args[2]
  local text = pair(show.value(expected), actual)
  if type(expected) == "table" and type(actual) == "table" and expected ~= actual then
    text = ("expected the same table, got another one%s: %s"):format(compare.same(expected, actual) and " with the same content (assert.same compares that)" or "", show.value(actual))
  end
  return expected == actual, text, but(actual)
end)

add("same", 2, function(args)
  local found = compare.differences(args[1], args[2])
  return found[1] == nil, found[1] and differences(found), but(args[2])
end)

local function add_value(name, wanted)
  add(name, 1, function(args) return args[1] == wanted, pair(tostring(wanted), args[1]), but(args[1]) end)
end
add_value("true", true)
add_value("false", false)
add_value("nil", nil)

add("truthy", 1, function(args)
  return not not args[1], pair("a true value", args[1]), pair("nil or false", args[1])
end)
add("falsy", 1, function(args)
  return not args[1], pair("nil or false", args[1]), pair("a true value", args[1])
end)

for _, kind in ipairs { "boolean", "number", "string", "table", "function", "thread", "userdata" } do
  add(kind, 1, function(args)
    local wanted = "a " .. kind
    return type(args[1]) == kind, pair(wanted, args[1]), pair("anything but " .. wanted, args[1])
  end)
end

add("near", 3, function(args)
  local expected, actual, tolerance = args[1], args[2], args[3]
  local numbers = type(expected) == "number" and type(actual) == "number" and type(tolerance) == "number"
  local wanted = ("%s +/- %s"):format(show.value(expected), show.value(tolerance))
  return numbers and math.abs(expected - actual) <= tolerance, pair(wanted, actual), pair("a number outside of " .. wanted, actual)
end)

-- assert.matches(pattern, text, [init, [plain]], [message])
local function finds(text, pattern, args)
  local init = type(args[3]) == "number" and args[3] or 1
  return (type(text) == "string" or type(text) == "number") and tostring(text):find(pattern, init, args[4] == true) ~= nil
end
add("match matches", 2, function(args)
  local pattern = show.value(args[1])
  return finds(args[2], args[1], args), pair("a text that matches " .. pattern, args[2]), pair("a text that does not match " .. pattern, args[2])
end)

add("unique", 1, function(args)
  local list = args[1]
  for i = 1, #list do
    for k = i + 1, #list do
      local equal
      if args[2] == true then equal = compare.same(list[i], list[k]) else equal = list[i] == list[k] end
      if equal then return false, ("expected no value twice, got %s at %d and %d"):format(show.value(list[i]), i, k) end
    end
  end
  return true, nil, "expected some value twice, got " .. show.value(list)
end)

add("holes", 0, function(args, list)
  local length = type(args[1]) == "number" and args[1] or 0
  if length == 0 then
    for key in pairs(list) do length = type(key) == "number" and math.max(length, key) or length end
  end
  for i = 1, length do
    if list[i] == nil then return true, nil, ("expected no holes, got nothing at %d"):format(i) end
  end
  return false, "expected holes, got none"
end)

-- Errors

-- pcall(nil) would be an error, too, and no one would see that the function is missing.
local function raised(fn)
  if type(fn) ~= "function" and type((getmetatable(fn) or {}).__call) ~= "function" then
    error("a function is wanted, to be called; got " .. show.value(fn), 0)
  end
  return pcall(fn)
end

local NONE = "expected an error, but there was none"

-- What an error says; a table that says nothing has an address, which is nobody's message.
local function message_of(err)
  local text = describe(err)
  return text:find "^table: 0x" and type(err) == "table" and "" or text
end

-- Texts are looked for in the message; busted compares the whole one.
local function is_wanted(wanted, err)
  if wanted == nil then return true end
  if type(wanted) == "string" then return message_of(err):find(wanted, 1, true) ~= nil end
  return compare.same(wanted, err)
end

add("error errors", 2, function(args)
  local ok, err = raised(args[1])
  local wanted = args[2]
  local without = ("expected no error%s, got %s"):format(wanted ~= nil and " " .. show.value(wanted) or "", show.value(err))
  if ok then return false, NONE, without end
  local text = type(wanted) == "string" and "an error with " or "the error "
  return is_wanted(wanted, err), pair(text .. show.value(wanted), err), without, err
end, true)

add("error_matches error_match matches_error match_error", 2, function(args)
  local ok, err = raised(args[1])
  if ok then return false, NONE end
  local pattern = show.value(args[2])
  local rest = { nil, nil, args[3], args[4] }
  return finds(message_of(err), args[2], rest), pair("an error that matches " .. pattern, err), pair("an error that does not match " .. pattern, err), err
end, true)

return assertions
