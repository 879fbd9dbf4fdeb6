--- Spies: tables that can be called like the function in their place, and know how they were called.
local compare = require "moonwire.test.compare"
local show = require "moonwire.test.show"

local spy = {}

--- @class moonwire.test.Spy
--- @field calls { vals: table, refs: table, returnvals: table? }[] arguments as they were, the same by reference, results
--- @field callback function what is behind it
--- @field returns fun(...): moonwire.test.Spy of a stub: what it returns
--- @field invokes fun(fn: function): moonwire.test.Spy of a stub: what is called instead
--- @field on_call_with fun(...): table of a stub: { returns =, invokes = } for these arguments
--- @field private target? table where it was put, and under which key, in place of what
--- @field private key any
--- @field private original? function
--- @field private reverted? boolean
local Spy = {}
Spy.__index = Spy

-- Those that stand in a table's place, oldest first; spy.revert_to takes the newest away.
local placed = {}

local function pack(...)
  return { n = select("#", ...), ... }
end

-- Tables as they are now: the caller may change them later.
local function copy(value, seen)
  if type(value) ~= "table" or Spy == getmetatable(value) then return value end
  if seen[value] then return seen[value] end
  local made = {}
  seen[value] = made
  for key, member in next, value do made[copy(key, seen)] = copy(member, seen) end
  local meta = getmetatable(value)
  return setmetatable(made, type(meta) == "table" and meta or nil)
end

function Spy:__call(...)
  local refs = pack(...)
  local call = { refs = refs, vals = copy(refs, {}) }
  table.insert(self.calls, call)
  call.returnvals = pack(self.callback(...))
  return unpack(call.returnvals, 1, call.returnvals.n)
end

--- Forgets the calls.
function Spy:clear()
  self.calls = {}
  return self
end

--- Puts the function back where it was.
function Spy:revert()
  if self.target and not self.reverted then
    self.reverted = true
    self.target[self.key] = self.original
  end
  return self.original or self.callback
end

--- How often it was called; with a number, whether it was that often.
function Spy:called(times)
  local count = #self.calls
  if times then return count == times, count end
  return count > 0, count
end

--- @param expected table { n =, ... }; matchers stand for what they like
--- @param actual table
--- @return boolean
function spy.fits(expected, actual)
  for i = 1, math.max(expected.n, actual.n) do
    if not compare.same(expected[i], actual[i]) then return false end
  end
  return true
end

function Spy:called_with(...)
  local expected = pack(...)
  for _, call in ipairs(self.calls) do
    if spy.fits(expected, call.vals) or spy.fits(expected, call.refs) then return true end
  end
  return false
end

function Spy:returned_with(...)
  local expected = pack(...)
  for _, call in ipairs(self.calls) do
    if call.returnvals and spy.fits(expected, call.returnvals) then return true end
  end
  return false
end

--- @param value any
--- @return boolean
function spy.is_spy(value)
  return type(value) == "table" and getmetatable(value) == Spy
end

--- A spy that calls fn.
--- @param fn? function without it, the spy does nothing
--- @return moonwire.test.Spy
function spy.new(fn)
  if fn ~= nil and type(fn) ~= "function" and not (getmetatable(fn) or {}).__call then
    error("spy.new: fn must be a function, got " .. type(fn), 2)
  end
  return setmetatable({ calls = {}, callback = fn or function() end }, Spy)
end

--- Puts a spy before a function of a table; the function is called all the same. It goes when the spec ends.
--- @param target table
--- @param key any
--- @return moonwire.test.Spy
function spy.on(target, key)
  if type(target) ~= "table" then error("spy.on: target must be a table, got " .. type(target), 2) end
  local fn = target[key]
  if type(fn) ~= "function" and not spy.is_spy(fn) then
    error(("spy.on: there is no function %s, but a %s"):format(tostring(key), type(fn)), 2)
  end
  return spy.place(target, key, spy.new(fn))
end

--- Puts a spy into a table, until the spec ends.
--- @return moonwire.test.Spy the same
function spy.place(target, key, s)
  s.target, s.key, s.original = target, key, target[key]
  target[key] = s
  table.insert(placed, s)
  return s
end

--- @return integer mark for revert_to
function spy.mark()
  return #placed
end

--- Takes back what was put in place since then, the newest first.
--- @param mark integer
function spy.revert_to(mark)
  for i = #placed, mark + 1, -1 do table.remove(placed):revert() end
end

-- Assertions: assert.spy(s).was.called_with(...)

local function list(values)
  local parts = {}
  for i = 1, values.n do parts[i] = show.value(values[i]) end
  return "(" .. table.concat(parts, ", ") .. ")"
end

local function all(s, field)
  local lines = {}
  for i, call in ipairs(s.calls) do
    if i > 10 then
      lines[#lines + 1] = ("  and %d more"):format(#s.calls - 10)
      break
    end
    lines[#lines + 1] = "  " .. list(call[field] or { n = 0 })
  end
  return lines[1] and "\n" .. table.concat(lines, "\n") or " none"
end

local function of_count(words, holds)
  return function(args, s)
    local count, wanted = #s.calls, args[1]
    if type(wanted) ~= "number" then wanted = 1 end
    local text = ("%s %d, got %d"):format(words, wanted, count)
    return holds(count, wanted, args.n), "expected the number of calls to be " .. text, "expected the number of calls not to be " .. text
  end
end

local function called(args, s)
  if type(args[1]) == "number" then return of_count("exactly", function(count, wanted) return count == wanted end)(args, s) end
  return #s.calls > 0, "expected a call, got none", ("expected no call, got %d:%s"):format(#s.calls, all(s, "vals"))
end

local function with(what, method, field)
  return function(args, s)
    local wanted = what .. list(args)
    return s[method](s, unpack(args, 1, args.n)), ("expected %s, got:%s"):format(wanted, all(s, field)), "expected no " .. wanted:gsub("^an? ", "")
  end
end

local checks = {
  called = called,
  called_at_least = of_count("at least", function(count, wanted) return count >= wanted end),
  called_at_most = of_count("at most", function(count, wanted) return count <= wanted end),
  called_more_than = of_count("more than", function(count, wanted) return count > wanted end),
  called_less_than = of_count("less than", function(count, wanted) return count < wanted end),
  called_with = with("a call with ", "called_with", "vals"),
  returned_with = with("a call that returned ", "returned_with", "returnvals"),
  returned = with("a call that returned ", "returned_with", "returnvals"),
}

--- @type table<string, moonwire.test.Assertion>
spy.assertions = {}
for name, check in pairs(checks) do
  spy.assertions[name] = {
    arguments = 100,
    check = function(args, s)
      if not spy.is_spy(s) then error(("assert.%s wants a spy: assert.spy(s).was.%s(...)"):format(name, name), 0) end
      return check(args, s)
    end,
  }
end

return setmetatable(spy, { __call = function(_, fn) return spy.new(fn) end })
