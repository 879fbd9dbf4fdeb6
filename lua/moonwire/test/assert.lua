--- `assert` in specs: callable as in plain Lua, and the root of chains in busted's dialect: assert.same, assert.is_not_nil,
--- assert.are_not.equal, assert.has.no.errors, assert.spy(s).was.called_with(...). Expected first, then actual.
local assertions = require "moonwire.test.assertions"
local spy = require "moonwire.test.spy"
local lua_assert = assert

for name, assertion in pairs(spy.assertions) do assertions[name] = assertion end

local FILLERS = {}
for word in ("is are was were has have had does do be been to a an the"):gmatch "%S+" do FILLERS[word] = true end
local NEGATIONS = { ["not"] = true, no = true }
local SUBJECTS = { spy = true, stub = true, array = true, message = true }

--- @class moonwire.test.Said what was said so far
--- @field negated boolean
--- @field name string besides fillers and negations: "error"
--- @field subject any of assert.spy(s), assert.array(list)
--- @field message string? of assert.message(text)

-- A chain is a table with nothing but that, under a key that nobody says: every name begins, or continues, a chain.
local SAID = {}
local Chain = {}

local function extend(said, changes)
  local made = { negated = said.negated, name = said.name, subject = said.subject, message = said.message }
  for name, value in pairs(changes) do made[name] = value end
  return setmetatable({ [SAID] = made }, Chain)
end

-- Where the spec, or a function that it calls, stands: "a_spec.lua:12: ". Nothing when that was left by a tail call.
local function place()
  for level = 3, 100 do
    local info = debug.getinfo(level, "Sl")
    if not info then return "" end
    if info.source:sub(1, 15) ~= "@moonwire/test/" then
      return info.currentline > 0 and ("%s:%d: "):format(info.short_src, info.currentline) or ""
    end
  end
  return ""
end

local function fail(text)
  error(place() .. text, 0)
end

-- One part of a chain: a key, its words between "_".
function Chain.__index(chain, key)
  if type(key) ~= "string" then fail(("assert has no %s"):format(tostring(key))) end
  local said = rawget(chain, SAID)
  local negated, name = said.negated, said.name
  for word in key:gmatch "[^_]+" do
    word = word:lower()
    if name == "" and NEGATIONS[word] then
      negated = not negated
    elseif name ~= "" or not FILLERS[word] then
      name = name == "" and word or name .. "_" .. word
    end
  end
  return extend(said, { negated = negated, name = name })
end

local function check(said, assertion, args)
  local holds, should, should_not, given = assertion.check(args, said.subject)
  if holds == not said.negated then
    if assertion.gives then return given end
    return unpack(args, 1, args.n)
  end
  local text = said.negated and (should_not or "it holds, but should not") or should or "it does not hold"
  local message = said.message or args[assertion.arguments + 1]
  fail(type(message) == "string" and message .. ": " .. text or text)
end

function Chain.__call(chain, ...)
  local said, first = rawget(chain, SAID), (...)
  local assertion = assertions[said.name]
  if assertion then
    return check(said, assertion, { n = select("#", ...), ... })
  elseif not SUBJECTS[said.name] then
    fail(("assert has no %q"):format(said.name))
  elseif said.name == "message" then
    return extend(said, { name = "", message = first })
  elseif said.name ~= "array" and not spy.is_spy(first) then
    fail(("assert.%s wants a spy or a stub, got a %s"):format(said.name, type(first)))
  end
  return extend(said, { name = "", subject = first })
end

local root = extend({ negated = false, name = "" }, {})

local base = {}

--- What spies and stubs are in place now: `snapshot:revert()` takes back those that come after it.
--- @return table
function base.snapshot()
  local mark = spy.mark()
  return { revert = function() spy.revert_to(mark) end }
end

--- A further assertion: fn(state, arguments) returns whether it holds. The words are for string.format, with the arguments.
--- @param _ table
--- @param kind string "assertion"
--- @param name string "multiple_of": then there are assert.multiple_of, assert.is_not.multiple_of
--- @param fn fun(state: table, arguments: table): boolean
--- @param positive? string what to say when it does not hold
--- @param negative? string what to say when it does, and should not
function base.register(_, kind, name, fn, positive, negative)
  if kind ~= "assertion" then error(("assert:register: only \"assertion\" can be registered, got %s"):format(tostring(kind)), 2) end
  if type(name) ~= "string" then error("assert:register: name must be a string, got " .. type(name), 2) end
  if type(fn) ~= "function" then error("assert:register: fn must be a function, got " .. type(fn), 2) end
  assertions[name:lower()] = {
    arguments = 100,
    check = function(args)
      local texts = {}
      for i = 1, args.n do texts[i] = require("moonwire.test.show").value(args[i]) end
      local function words(format) return format and (format:gsub("%%s", function() return table.remove(texts, 1) or "" end)) end
      local holds = not not fn({}, args)
      if holds then return true, nil, words(negative) end
      return false, words(positive)
    end,
  }
end

return setmetatable(base, {
  __index = function(_, key) return root[key] end,
  __call = function(_, ...) return lua_assert(...) end,
})
