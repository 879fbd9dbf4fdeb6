--- Doing several things at once, within one invocation.
---
---   local results, message, code = async.all {
---     function() return ws.send(a, text) end,
---     function() return ws.send(b, text) end,
---   }
---
--- Functions given to async run as tasks: they look sequential and take turns whenever one waits. A task belongs to the
--- invocation that started it and is cancelled with it; a cancelled task just never continues.
local task = require "moonwire.core.task"
local arguments = require "moonwire.runtime.arguments"
local describe = require "moonwire.runtime.describe"
local unattended = require "moonwire.runtime.unattended"

--- @class moonwire.async
local async = {}

--- @class moonwire.Handle a running function; made by async.spawn
--- @field private task moonwire.core.Task
--- @field private owner? moonwire.core.Task the task that looks after it, of async.all and async.race
--- @field private awaited boolean somebody waits for it, or has
--- @field private results? table
local Handle = {}
Handle.__index = Handle

local function pack(...)
  return { n = select("#", ...), ... }
end

local function with_trace(err)
  return { err, trace = debug.traceback(describe(err), 2) }
end

-- The body of every task: keeps what the function returned or raised, and wakes who looks after it.
local function run(handle, fn)
  local results = pack(xpcall(fn, with_trace))
  if not results[1] and type(results[2]) ~= "table" then
    results[2] = { results[2], trace = describe(results[2]) } -- handlers are left out when memory or time is up
  end
  handle.results = results
  if not handle.awaited then
    local raised = not results[1] and results[2].trace
    unattended.report("async.spawn", results[1], raised or results[2], results[3], results[4])
  end
  if handle.owner then
    task.wake(handle.owner)
  end
end

local function start(fn, owner)
  --- @type moonwire.Handle
  local handle = setmetatable({ owner = owner, awaited = owner ~= nil }, Handle)
  handle.task = task.start(run, handle, fn)
  return handle
end

-- The results of a function that has ended; what it raised is raised again.
local function outcome(handle)
  local results = handle.results
  if results[1] then
    return unpack(results, 2, results.n)
  end
  error(results[2][1], 0)
end

local function check_function(name, fn)
  if type(fn) ~= "function" then
    error(("%s: fn must be a function, got %s"):format(name, arguments.kind(fn)), 3)
  end
end

--- Starts a function; it begins when the current one waits or ends. When it fails (raises, or returns nil and a message)
--- and nobody waits for it, that is logged.
--- @param fn fun(): ...
--- @return moonwire.Handle handle
function async.spawn(fn)
  check_function("async.spawn", fn)
  return start(fn)
end

--- Waits for the function to end.
--- @return any ... what the function returned; an error that it raised is raised here
function Handle:wait()
  while not self.results do
    if not task.alive(self.task) then
      error("the task was cancelled", 2)
    end
    self.awaited = true
    task.park(self.task)
  end
  return outcome(self)
end

--- Cancels the function, and whatever it started.
--- @return boolean cancelled false: it had ended already
function Handle:cancel()
  return task.cancel(self.task)
end

local function check_list(name, functions)
  local why = arguments.list("functions", functions)
  for i, fn in ipairs(why and {} or functions) do
    why = why or arguments.type(("functions[%d]"):format(i), fn, "function")
  end
  if why then error(name .. ": " .. why, 3) end
end

-- Starts all functions with the current task as the one that waits for each.
local function start_all(functions)
  local handles, me = {}, task.current()
  for i, fn in ipairs(functions) do
    handles[i] = start(fn, me)
  end
  return handles
end

local function cancel_all(handles)
  for _, handle in ipairs(handles) do
    task.cancel(handle.task)
  end
end

-- A function fails by returning nil and a message, or by raising.
local function has_failed(results)
  return not results[1] or (results[2] == nil and results[3] ~= nil)
end

-- What a task has that could not even keep its results; the record says so.
local died = { false, { "not enough memory" }, n = 2 }

-- The first handle, in order, that has ended and that `wanted` accepts; and how many are still running.
local function look(handles, wanted)
  local running = 0
  for _, handle in ipairs(handles) do
    if not handle.results and not task.alive(handle.task) then
      handle.results = died
    end
    if not handle.results then
      running = running + 1
    elseif wanted(handle.results) then
      return handle, running
    end
  end
  return nil, running
end

local function collect(handles)
  local results = {}
  for i, handle in ipairs(handles) do
    results[i] = handle.results[2]
  end
  return results
end

--- Runs all functions at once and waits for all of them.
--- When one fails (returns nil and a message) the others are cancelled; an error that one raises is raised here.
--- @param functions (fun(): any, string?, string?)[]
--- @return any[]? results the first result of each, in the order of the functions
--- @return string? message
--- @return string? code
--- @return any ... what else the one that failed returned
function async.all(functions)
  check_list("async.all", functions)
  local handles = start_all(functions)
  while true do
    local failed, running = look(handles, has_failed)
    if failed then
      cancel_all(handles)
      return outcome(failed)
    elseif running == 0 then
      return collect(handles)
    end
    task.park()
  end
end

--- Runs all functions at once and returns what the first one to end returned; the others are cancelled.
--- @param functions (fun(): ...)[] at least one
--- @return any ... all that the first one to end returned
function async.race(functions)
  check_list("async.race", functions)
  if functions[1] == nil then
    error("async.race: at least one function expected", 2)
  end
  local handles = start_all(functions)
  while true do
    local first = look(handles, function() return true end)
    if first then
      cancel_all(handles)
      return outcome(first)
    end
    task.park()
  end
end

--- Waits.
--- @param ms number milliseconds, from 0 to 1e12; fractions are rounded up
function async.sleep(ms)
  if type(ms) ~= "number" or not (ms >= 0 and ms <= 1e12) then
    error("async.sleep: ms must be a number of milliseconds from 0 to 1e12, got " .. tostring(ms), 2)
  end
  task.sleep(ms)
end

return async
