--- Stubs: spies that stand in for a function which is then not called; and mocks: a whole table of spies or stubs.
local spy = require "moonwire.test.spy"

local stub, mock = {}, {}

local function returning(...)
  local count, values = select("#", ...), { ... }
  return function() return unpack(values, 1, count) end
end

-- s.returns(...), s.invokes(fn), s.by_default.returns(...), s.on_call_with(...).returns(...)
local function prepare(s, default)
  local cases = {}

  local function answers(set)
    return { returns = function(...) return set(returning(...)) end, invokes = set }
  end

  function s.callback(...)
    local given = { n = select("#", ...), ... }
    for i = #cases, 1, -1 do
      if cases[i].fn and spy.fits(cases[i].args, given) then return cases[i].fn(...) end
    end
    return default(...)
  end

  function s.on_call_with(...)
    local case = { args = { n = select("#", ...), ... } }
    table.insert(cases, case)
    return answers(function(fn) case.fn = fn return s end)
  end

  s.by_default = answers(function(fn) default = fn return s end)
  s.returns, s.invokes = s.by_default.returns, s.by_default.invokes
  return s
end

--- A stub in the place of a function of a table, until the spec ends; without a table it stands alone.
--- @param target? table
--- @param key? any
--- @param ... any what it returns; a function is called instead
--- @return moonwire.test.Spy
function stub.new(target, key, ...)
  if target ~= nil and type(target) ~= "table" then error("stub: target must be a table, got " .. type(target), 2) end
  local first = ...
  local default = type(first) == "function" and first or returning(...)
  local s = prepare(spy.new(), default)
  return target and spy.place(target, key, s) or s
end

local function each(target, seen, visit)
  if seen[target] then return end
  seen[target] = true
  for key, value in pairs(target) do
    if type(value) == "function" or spy.is_spy(value) then
      visit(key, value)
    elseif type(value) == "table" then
      each(value, seen, function(k, v) visit(k, v, value) end)
    end
  end
end

-- The functions first: visiting changes the table that is walked.
local function functions_of(target)
  local found = {}
  each(target, {}, function(key, value, owner)
    found[#found + 1] = { owner = owner or target, key = key, value = value }
  end)
  return found
end

--- Spies before all functions of a table and of the tables in it; with `stubs`, stubs that do nothing.
--- @param target table
--- @param stubs? boolean
--- @return table target
function mock.new(target, stubs)
  if type(target) ~= "table" then error("mock: target must be a table, got " .. type(target), 2) end
  for _, found in ipairs(functions_of(target)) do
    if not spy.is_spy(found.value) then
      if stubs then stub.new(found.owner, found.key) else spy.on(found.owner, found.key) end
    end
  end
  return target
end

local function on_spies(name)
  return function(target)
    for _, found in ipairs(functions_of(target)) do
      if spy.is_spy(found.value) then found.value[name](found.value) end
    end
    return target
  end
end

mock.clear, mock.revert = on_spies "clear", on_spies "revert"

local function callable(module)
  return setmetatable(module, { __call = function(_, ...) return module.new(...) end })
end

return { stub = callable(stub), mock = callable(mock) }
