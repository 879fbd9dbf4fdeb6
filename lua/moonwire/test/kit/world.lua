-- world.lua: what code of a service meets in place of the world while a spec plays it: the clock, the environment, the store,
-- the log. Everything is as ever while there is no service. The replacements are fields of tables of the library and of Lua's
-- own, set once, when the kit is loaded; @connections are in calls.lua.
local backend = require "moonwire.store.backend"
local invocation = require "moonwire.core.invocation"
local log = require "moonwire.core.log"
local task = require "moonwire.core.task"

local world = {}

--- The service that is played now, or nil: one at a time.
--- @type moonwire.test.Service?
world.service = nil

--- Has the spec at hand played one?
world.played = false

-- Which function's code a task runs: task -> its environment variables.
local running = setmetatable({}, { __mode = "k" })

--- Code of this task, and of those that it starts, sees these environment variables from now on.
--- @param variables table<string, string>
--- @param name string the function's
function world.enter(variables, name)
  running[task.current()] = { variables = variables, name = name }
end

-- What is known of the function whose code runs now: it may be a task that the handler has started.
local function here()
  local me = task.current()
  if not me then return nil end
  if running[me] then return running[me] end
  for above, what in pairs(running) do
    if task.alive(above) and task.within(me, above) then return what end
  end
end

--- Does a function of the service run, or the spec itself?
--- @return boolean
function world.is_function()
  return here() ~= nil
end

local getenv, time, date = os.getenv, os.time, os.date

function os.getenv(name)
  local service = world.service
  if not service then return getenv(name) end
  local what = here()
  local value = what and what.variables[name] or service.variables[name]
  if value ~= nil then return value end
  return getenv(name)
end

function os.time(...)
  if world.service and (...) == nil then return math.floor(world.service.now_ms / 1000) end
  return time(...)
end

function os.date(format, at)
  if world.service and at == nil then at = os.time() end
  return date(format, at)
end

-- context:get_remaining_time_in_millis(): a deadline is of the service's clock, too.
local remaining = invocation.remaining

function invocation.remaining(context)
  if not world.service or type(context) ~= "table" or type(context.deadline_ms) ~= "number" then return remaining(context) end
  return math.max(0, context.deadline_ms - world.service.now_ms)
end

local choose = backend.choose

function backend.choose()
  if world.service then return world.service.backend end
  return choose()
end

-- Records are kept for assertions, and not written: what a spec does on purpose is no news.
local write = log.write

function log.write(level, message, fields)
  if not world.service then return write(level, message, fields) end
  local what = here()
  world.service.journal:record(level, message, fields, what and what.name)
end

return world
