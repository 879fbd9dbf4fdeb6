--- Assertions in busted's dialect: expected first, then actual. `assert` stays callable as in plain Lua.
local lua_assert = assert

local assertions = {}

local function show(value)
  if type(value) == "string" then
    return ("%q"):format(value)
  elseif type(value) ~= "table" then
    return tostring(value)
  end
  local parts = {}
  for key, member in pairs(value) do
    parts[#parts + 1] = ("[%s] = %s"):format(show(key), type(member) == "table" and tostring(member) or show(member))
  end
  table.sort(parts)
  return "{ " .. table.concat(parts, ", ") .. " }"
end

local function fail(message, given)
  error(given and (given .. ": " .. message) or message, 3)
end

local function is_nan(value)
  return value ~= value
end

-- Returns nothing when both are the same all the way down, else the path of the first difference and the two values.
local function difference(expected, actual, path)
  if expected == actual or (is_nan(expected) and is_nan(actual)) then
    return nil
  elseif type(expected) ~= "table" or type(actual) ~= "table" then
    return path, expected, actual
  end
  for key, value in pairs(expected) do
    local where, e, a = difference(value, actual[key], path .. "." .. tostring(key))
    if where then
      return where, e, a
    end
  end
  for key, value in pairs(actual) do
    if rawget(expected, key) == nil then
      return path .. "." .. tostring(key), nil, value
    end
  end
end

--- The same value, as == sees it.
function assertions.equal(expected, actual, message)
  if expected ~= actual then
    fail(("expected %s, got %s"):format(show(expected), show(actual)), message)
  end
end

--- Different values, as == sees them.
function assertions.not_equal(unexpected, actual, message)
  if unexpected == actual then
    fail(("expected anything but %s"):format(show(actual)), message)
  end
end

--- The same value all the way down: tables are compared by their content.
function assertions.same(expected, actual, message)
  local path, e, a = difference(expected, actual, "value")
  if path then
    fail(("%s: expected %s, got %s"):format(path, show(e), show(a)), message)
  end
end

--- Neither nil nor false.
function assertions.truthy(value, message)
  if not value then
    fail(("expected something true, got %s"):format(show(value)), message)
  end
end

--- nil or false.
function assertions.falsy(value, message)
  if value then
    fail(("expected nil or false, got %s"):format(show(value)), message)
  end
end

function assertions.is_nil(value, message)
  if value ~= nil then
    fail(("expected nil, got %s"):format(show(value)), message)
  end
end

--- The text matches a Lua pattern.
function assertions.matches(pattern, text, message)
  if type(text) ~= "string" or not text:find(pattern) then
    fail(("expected a text that matches %q, got %s"):format(pattern, show(text)), message)
  end
end

--- Calling fn raises. wanted is a part of the message, compared as plain text, or any other value that must be the error.
--- @return any err the error value
function assertions.has_error(fn, wanted)
  local ok, err = pcall(fn)
  if ok then
    fail("expected an error, but there was none")
  elseif type(wanted) == "string" then
    if not tostring(err):find(wanted, 1, true) then
      fail(("expected an error with %q, got %s"):format(wanted, show(err)))
    end
  elseif wanted ~= nil and difference(wanted, err, "error") then
    fail(("expected the error %s, got %s"):format(show(wanted), show(err)))
  end
  return err
end

return setmetatable(assertions, {
  __call = function(_, ...)
    return lua_assert(...)
  end,
})
