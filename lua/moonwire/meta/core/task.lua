--- @meta moonwire.core.task

--- Tasks as Lua sees them (runtime/script/bind_task.c).
local task = {
  over = nil, --- @type any what a task is ended with whose time is over
  nesting = nil, --- @type userdata
  nesting_max = 0, --- @type integer
  mark = nil, --- @type any what a waiting function yields
  held = nil, --- @type table<thread, any> the coroutines that only the loop continues
}

--- A handle: userdata.
--- @class moonwire.core.Task: userdata

--- Runs fn as a task of the current scope, beginning with the next turn of the loop.
--- @param fn function
--- @param ... any its arguments
--- @return moonwire.core.Task
function task.start(fn, ...) end

--- @return moonwire.core.Task? me nothing outside of tasks
function task.current() end

--- @param handle moonwire.core.Task
--- @return boolean
function task.alive(handle) end

--- Is the task of handle that of above, or a descendant of it?
--- @param handle moonwire.core.Task
--- @param above moonwire.core.Task
--- @return boolean
function task.within(handle, above) end

--- Cancels the task and its children.
--- @param handle moonwire.core.Task
--- @return boolean cancelled false: it had ended already
function task.cancel(handle) end

--- Waits until another task calls wake with the handle of this one, or until the task of `handle` ends; what happened before is lost.
--- @param handle? moonwire.core.Task
function task.park(handle) end

--- @param handle moonwire.core.Task
--- @return boolean parked it was
function task.wake(handle) end

--- Waits.
--- @param ms number
function task.sleep(ms) end

--- @return number ms until the current task is stopped; math.huge when it never is
function task.left_ms() end

return task
