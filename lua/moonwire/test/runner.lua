--- The spec runner of `moonwire test`: describe, it, before_each, after_each.
--- Files are read first, then their specs run in the order of the text, each as part of one task, so that they may wait.
local module = require "moonwire.core.module"
local describe_value = require "moonwire.runtime.describe"

local runner = {}

-- A block is what describe makes: { name, parent, before = {}, after = {}, steps = { blocks and specs } }.
local function new_block(name, parent)
  return { name = name, parent = parent, before = {}, after = {}, steps = {} }
end

local function full_name(step)
  local names = {}
  while step do
    table.insert(names, 1, step.name)
    step = step.parent
  end
  return table.concat(names, " ")
end

local function describe_error(err)
  return debug.traceback(describe_value(err), 2):gsub("\n%s*moonwire/test/runner.lua:[^\n]*", ""):gsub("\n%s*%[C%]: in function 'xpcall'", "")
end

local function report(state, step, trace)
  state.failed = state.failed + 1
  io.stdout:write(("FAILED  %s\n  %s\n\n"):format(full_name(step), (trace:gsub("\n", "\n  "))))
end

local function run_hooks(block, kind)
  if not block then
    return
  end
  if kind == "before" then
    run_hooks(block.parent, kind)
  end
  for _, hook in ipairs(block[kind]) do
    hook()
  end
  if kind == "after" then
    run_hooks(block.parent, kind)
  end
end

-- before_each, the spec, after_each: the last one runs whatever happened.
local function run_spec(state, spec)
  local ok, trace = xpcall(function()
    run_hooks(spec.parent, "before")
    spec.fn()
  end, describe_error)
  local cleaned, second = xpcall(run_hooks, describe_error, spec.parent, "after")
  if ok and cleaned then
    state.passed = state.passed + 1
  else
    report(state, spec, ok and second or trace)
  end
end

local function run_block(state, block)
  for _, step in ipairs(block.steps) do
    if step.fn then
      run_spec(state, step)
    else
      run_block(state, step)
    end
  end
end

local function check(name, text, fn)
  if type(text) ~= "string" then
    error(("%s: name must be a string, got %s"):format(name, type(text)), 3)
  elseif type(fn) ~= "function" then
    error(("%s: fn must be a function, got %s"):format(name, type(fn)), 3)
  end
end

-- The globals that spec files use. `state.block` is the describe at hand while files are read.
local function install_globals(state)
  function describe(name, fn)
    check("describe", name, fn)
    local block = new_block(name, state.block)
    table.insert(state.block.steps, block)
    state.block = block
    local ok, trace = xpcall(fn, describe_error)
    state.block = block.parent
    if not ok then
      report(state, block, trace)
    end
  end

  function it(name, fn)
    check("it", name, fn)
    table.insert(state.block.steps, { name = name, parent = state.block, fn = fn })
  end

  function before_each(fn)
    table.insert(state.block.before, fn)
  end

  function after_each(fn)
    table.insert(state.block.after, fn)
  end

  assert = require "moonwire.test.assert"
end

local function read_file(state, file)
  state.block = new_block(file, nil)
  local chunk, message = module.load(file, "@" .. file)
  local ok, trace = chunk ~= nil, message
  if chunk then
    ok, trace = xpcall(chunk, describe_error)
  end
  if not ok then
    report(state, state.block, chunk and trace or ("cannot be loaded: " .. message))
  end
  return state.block
end

--- Runs spec files and prints what failed; the last line is "N passed, N failed".
--- @param files string[]
--- @return boolean ok no spec failed, and there was at least one
function runner.run(files)
  local state = { passed = 0, failed = 0 }
  install_globals(state)
  for _, file in ipairs(files) do
    local block = read_file(state, file)
    run_block(state, block)
  end
  if state.passed + state.failed == 0 then
    io.stdout:write("there is no spec in these files\n")
  end
  io.stdout:write(("%d passed, %d failed\n"):format(state.passed, state.failed))
  return state.failed == 0 and state.passed > 0
end

return runner
