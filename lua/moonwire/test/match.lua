--- Matchers: values that stand for others, in assert.same and assert.called_with. `match._` is anything; match.is_string(),
--- match.is_not_nil(), match.same { a = 1 }, match.near(1, 0.1), match.matches "^a" like the assertions of these names.
local assertions = require "moonwire.test.assertions"

local Matcher = {}

function Matcher.matches(matcher, value)
  return matcher.fits(value)
end

function Matcher.__tostring(matcher)
  return matcher.words
end

local function new(words, fits)
  return setmetatable({ words = words, fits = fits }, Matcher)
end

-- The value stands where the assertion has its actual one.
local function with(value, name, args)
  if name == "near" then return { n = 3, args[1], value, args[2] } end
  local assertion = assertions[name]
  if assertion.arguments == 1 then return { n = 1, value } end
  return { n = 2, args[1], value }
end

local function matcher(name, negated, words)
  return function(...)
    local args = { n = select("#", ...), ... }
    return new(words, function(value)
      return (assertions[name].check(with(value, name, args)) == true) ~= negated
    end)
  end
end

return setmetatable({ _ = new("anything", function() return true end) }, {
  __index = function(_, key)
    local rest, negated = tostring(key):lower(), false
    for _ = 1, 3 do
      rest = rest:gsub("^is_", ""):gsub("^has_", ""):gsub("^are_", "")
      local after = rest:match "^not_(.+)$" or rest:match "^no_(.+)$"
      if after then rest, negated = after, not negated end
    end
    if not assertions[rest] then error(("match has no %q"):format(tostring(key)), 2) end
    return matcher(rest, negated, "match." .. tostring(key))
  end,
})
