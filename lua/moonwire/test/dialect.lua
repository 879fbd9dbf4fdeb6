--- The globals of spec files: describe, it, before_each and so on. While files are read they make a tree of blocks.
local dialect = {}

--- @class moonwire.test.Block
--- @field name string
--- @field parent? moonwire.test.Block
--- @field file string
--- @field place string "a_spec.lua:12"
--- @field steps table[] blocks and specs, in the order of the text
--- @field hooks table<string, function[]> before_each, after_each, setup, teardown
--- @field insulated boolean

local Pending = {}

--- What `pending "reason"` raises inside of a spec.
--- @param err any
--- @return string? reason
function dialect.pending_reason(err)
  return type(err) == "table" and getmetatable(err) == Pending and err.reason or nil
end

local function place_of(fn)
  local info = debug.getinfo(fn, "S")
  return ("%s:%d"):format(info.short_src, info.linedefined)
end

local function place_of_caller()
  local info = debug.getinfo(3, "Sl")
  return ("%s:%d"):format(info.short_src, info.currentline)
end

--- @param name string
--- @param parent? moonwire.test.Block
--- @param file string
--- @param place string
--- @return moonwire.test.Block
function dialect.block(name, parent, file, place)
  local hooks = { before_each = {}, after_each = {}, setup = {}, teardown = {} }
  return { name = name, parent = parent, file = file, place = place, steps = {}, hooks = hooks, insulated = false }
end

local function is_callable(fn)
  return type(fn) == "function" or type(fn) == "table" and type((getmetatable(fn) or {}).__call) == "function"
end

local function check(name, text, fn)
  if type(text) ~= "string" then
    error(("%s: name must be a string, got %s"):format(name, type(text)), 3)
  elseif not is_callable(fn) then
    error(("%s: fn must be a function, got %s"):format(name, type(fn)), 3)
  end
end

local function outside(state, name)
  if state.spec then error(("%s cannot be called inside of a spec"):format(name), 3) end
end

local function add_describe(globals, state, name, insulated)
  globals[name] = function(text, fn)
    outside(state, name)
    check(name, text, fn)
    local block = dialect.block(text, state.block, state.block.file, place_of(fn))
    block.insulated = insulated
    table.insert(state.block.steps, block)
    state.read(block, fn)
  end
end

local function add_it(globals, state, name)
  globals[name] = function(text, fn)
    outside(state, name)
    if fn ~= nil or type(text) ~= "string" then check(name, text, fn) end
    local place = type(fn) == "function" and place_of(fn) or place_of_caller()
    table.insert(state.block.steps, { name = text, parent = state.block, file = state.block.file, place = place, spec_body = fn, pending = fn == nil and "" or nil })
  end
end

local function add_pending(globals, state)
  function globals.pending(text)
    if text ~= nil and type(text) ~= "string" then error("pending: name must be a string, got " .. type(text), 2) end
    if state.spec then error(setmetatable({ reason = text or "" }, Pending), 0) end
    table.insert(state.block.steps, { name = text or "", parent = state.block, file = state.block.file, place = place_of_caller(), pending = "" })
  end
end

local function add_hook(globals, state, name, kind)
  globals[name] = function(fn)
    outside(state, name)
    if not is_callable(fn) then error(("%s: fn must be a function, got %s"):format(name, type(fn)), 2) end
    table.insert(state.block.hooks[kind], fn)
  end
end

local HOOKS = {
  before_each = "before_each", after_each = "after_each", setup = "setup", teardown = "teardown", lazy_setup = "setup",
  lazy_teardown = "teardown", strict_setup = "setup", strict_teardown = "teardown",
}

--- The functions, by their names. They look at `state.block`, the block that is read, and `state.spec`, the one that runs;
--- state.read(block, fn) reads the body of a block; state.finally is a list of functions.
--- @param state table
--- @return table<string, any>
function dialect.globals(state)
  local globals = {}
  for name, insulated in pairs { describe = false, context = false, expose = false, insulate = true } do
    add_describe(globals, state, name, insulated)
  end
  for _, name in ipairs { "it", "spec", "test" } do add_it(globals, state, name) end
  add_pending(globals, state)
  for name, kind in pairs(HOOKS) do add_hook(globals, state, name, kind) end
  function globals.finally(fn)
    if not state.spec then error("finally can only be called inside of a spec", 2) end
    if not is_callable(fn) then error("finally: fn must be a function, got " .. type(fn), 2) end
    table.insert(state.finally, fn)
  end
  local doubles = require "moonwire.test.stub"
  globals.assert, globals.spy = require "moonwire.test.assert", require "moonwire.test.spy"
  globals.stub, globals.mock, globals.match = doubles.stub, doubles.mock, require "moonwire.test.match"
  return globals
end

--- Sets the globals, and the modules by which specs written for busted ask for them.
--- @param state table
function dialect.install(state)
  local globals = dialect.globals(state)
  for name, value in pairs(globals) do _G[name] = value end
  local names = { luassert = "assert", ["luassert.assert"] = "assert", ["luassert.spy"] = "spy", ["luassert.stub"] = "stub",
    ["luassert.mock"] = "mock", ["luassert.match"] = "match" }
  for module, name in pairs(names) do package.preload[module] = function() return globals[name] end end
  package.preload.busted = function() return globals end
end

--- "block block spec"; without the block of the file.
--- @param step table
--- @return string
function dialect.full_name(step)
  local names = {}
  while step.parent do
    table.insert(names, 1, step.name)
    step = step.parent
  end
  return table.concat(names, " ")
end

return dialect
