--- Runs spec files: a file is read, then its specs run in the order of the text. Each spec has a scope of its own, as an
--- invocation has, and so much time; what it started ends with it.
local dialect = require "moonwire.test.dialect"
local hooks = require "moonwire.test.hooks"
local insulate = require "moonwire.test.insulate"
local limited = require "moonwire.core.limited"
local module = require "moonwire.core.module"
local spy = require "moonwire.test.spy"
local trace = require "moonwire.test.trace"

local runner = {}

--- @class moonwire.test.Outcome
--- @field name string "rooms a member leaves"
--- @field file string
--- @field place string "a_spec.lua:12": where it stands; failure.place is where it failed
--- @field status "passed"|"failed"|"pending"
--- @field reason? string of one that is pending
--- @field failure? moonwire.test.Failure
--- @field ms number
--- @field is_spec boolean false: a file that does not load, a setup that fails

--- @class moonwire.test.Reporter
--- @field outcome fun(self, outcome: moonwire.test.Outcome)
--- @field file? fun(self, file: string, count: table<string, number>) a file has ended
--- @field finish fun(self, count: { passed: integer, failed: integer, pending: integer, ms: number })

-- Calls fn in a scope, for as long as one may take. Returns what failed, or nothing, and whether the time was over.
local function call(state, scope, fn)
  local ok, failure
  local ended, why, what = scope:call(state.limit_ms, function() ok, failure = xpcall(fn, trace.of) end)
  if not ended and why == "time" then
    return trace.of_frames(("it has not ended after %g s (--timeout)"):format(state.limit_ms / 1000), what), true
  elseif not ended then
    return trace.failure(what, {})
  elseif not ok then
    return type(failure) == "table" and failure or trace.failure(tostring(failure), {})
  end
end

local function report(state, step, status, more)
  local outcome = { name = dialect.full_name(step), file = step.file, place = step.place, status = status, ms = 0, is_spec = true }
  for name, value in pairs(more or {}) do outcome[name] = value end
  state.count[status] = state.count[status] + 1
  if status == "failed" then outcome.failure.place = outcome.failure.place or step.place end
  state.reporter:outcome(outcome)
  state.stopped = state.stopped or (status == "failed" and state.fail_fast)
end

local function report_block(state, block, what, failure)
  local name = dialect.full_name(block)
  report(state, block, "failed", { name = what and (name == "" and what or name .. " " .. what) or name, failure = failure, is_spec = false })
end

local function run_before(block)
  if not block then return end
  run_before(block.parent)
  for _, hook in ipairs(block.hooks.before_each) do hook() end
end

-- What follows a spec, whatever one of it does: finally, after_each from the inside out, spies, other modules' hooks.
-- Returns the first failure.
local function clean_up(state, spec, about, scope, mark)
  local first
  local function try(fn)
    local ok, failure = xpcall(fn, trace.of)
    if not ok then first = first or failure end
    return ok
  end
  for _, fn in ipairs(state.finally) do try(fn) end
  local block = spec.parent
  while block do
    for _, hook in ipairs(block.hooks.after_each) do try(hook) end
    block = block.parent
  end
  spy.revert_to(mark)
  about.failed, about.tasks = about.failed or first ~= nil, scope:tasks()
  hooks.run(about, try)
  if first then error(first, 0) end
end

-- What clean_up raised is a failure already.
local function unwrap(failure)
  local raised = failure and failure.raised
  return type(raised) == "table" and raised.frames and raised or failure
end

local function run_spec(state, spec)
  if spec.pending then return report(state, spec, "pending", { reason = spec.pending }) end
  local scope, mark, began = limited.open(), spy.mark(), limited.now()
  state.spec, state.finally = spec, {}
  local failure, over = call(state, scope, function()
    run_before(spec.parent)
    spec.spec_body() -- trace.lua knows the name
  end)
  local reason = failure and dialect.pending_reason(failure.raised)
  if reason then failure = nil end
  local ms = limited.now() - began
  if over then
    scope:close()
    scope = limited.open()
  end
  local about = { name = dialect.full_name(spec), file = spec.file, failed = failure ~= nil }
  local second = unwrap(call(state, scope, function() clean_up(state, spec, about, scope, mark) end))
  spy.revert_to(mark)
  scope:close()
  state.spec = nil
  failure = failure or second
  if failure then return report(state, spec, "failed", { failure = failure, ms = ms }) end
  report(state, spec, reason and "pending" or "passed", { reason = reason, ms = ms })
end

local function run_hooks(state, scope, block, kind)
  for _, hook in ipairs(block.hooks[kind]) do
    local failure = call(state, scope, hook)
    if failure then
      report_block(state, block, kind, failure)
      return false
    end
  end
  return true
end

local run_block

local function run_steps(state, scope, block)
  for _, step in ipairs(block.steps) do
    if state.stopped then return end
    if step.steps then run_block(state, scope, step)
    elseif step.chosen then run_spec(state, step) end
  end
end

function run_block(state, scope, block)
  if not block.chosen then return end
  local restore, mark = block.insulated and insulate(), spy.mark()
  if run_hooks(state, scope, block, "setup") then run_steps(state, scope, block) end
  run_hooks(state, scope, block, "teardown")
  spy.revert_to(mark)
  if restore then restore() end
end

-- Marks the specs whose names are wanted, and the blocks that have such. Returns how many specs there are.
local function choose(block, wanted, list)
  for _, step in ipairs(block.steps) do
    if step.steps then
      step.chosen = choose(step, wanted, list)
    else
      step.chosen = wanted(dialect.full_name(step))
      if step.chosen then list[#list + 1] = step end
    end
    block.chosen = block.chosen or step.chosen
  end
  return block.chosen
end

-- Runs the body of a block while the file is read. Its failure is one of the block's, and what it has said so far counts.
local function read_block(state, block, fn)
  local restore = block.insulated and insulate()
  state.block = block
  local ok, failure = xpcall(fn, trace.of)
  state.block = block.parent
  if not ok then table.insert(state.unread, { block = block, failure = type(failure) == "table" and failure or trace.failure(tostring(failure), {}) }) end
  if restore then restore() end
end

-- The tree of a file, or what is wrong with it.
local function read_file(state, scope, file)
  local root = dialect.block(file, nil, file, file .. ":1")
  state.unread, state.spec = {}, nil
  local chunk, message = module.load(file, "@" .. file)
  local failure
  if not chunk then
    local place, why = message:match "^([^\n]-:%d+): (.*)$"
    failure = trace.failure(("%s: it cannot be loaded: %s"):format(place or root.place, why or message), {})
  else
    failure = call(state, scope, function() read_block(state, root, chunk) end)
  end
  if failure then table.insert(state.unread, { block = root, failure = failure }) end
  return root
end

local function run_file(state, file)
  local scope, restore, mark = limited.open(), insulate(), spy.mark()
  local root, list = read_file(state, scope, file), {}
  for _, unread in ipairs(state.unread) do
    if not state.stopped then report_block(state, unread.block, nil, unread.failure) end
  end
  choose(root, state.wanted, list)
  if state.list then
    for _, spec in ipairs(list) do state.list(spec.place, dialect.full_name(spec)) end
    state.count.listed = (state.count.listed or 0) + #list
  elseif not state.stopped then
    run_block(state, scope, root)
  end
  spy.revert_to(mark)
  scope:close()
  restore()
  if state.reporter.file then state.reporter:file(file) end
end

-- A spec that ended the program would end it with its own status, and everything after it would count as passed.
local function keep_running()
  local exit = os.exit
  os.exit = function() error("os.exit was called in a spec", 2) end
  return function() os.exit = exit end
end

--- Runs them.
--- @param files string[]
--- @param options { reporter: moonwire.test.Reporter, limit_ms: number, wanted: (fun(name: string): boolean), fail_fast: boolean?, list: fun(place: string, name: string)? }
--- @return { passed: integer, failed: integer, pending: integer, listed: integer?, ms: number } count
function runner.run(files, options)
  local state = { count = { passed = 0, failed = 0, pending = 0 }, finally = {}, unread = {} }
  for name, value in pairs(options) do state[name] = value end
  state.read = function(block, fn) read_block(state, block, fn) end
  dialect.install(state)
  local began, restore = limited.now(), keep_running()
  for _, file in ipairs(files) do
    if not state.stopped then run_file(state, file) end
  end
  restore()
  state.count.ms = limited.now() - began
  if not state.list or state.count.failed > 0 then state.reporter:finish(state.count) end
  return state.count
end

return runner
