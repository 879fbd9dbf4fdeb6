-- prelude.lua: what the runtime replaces in Lua's standard library, before any other code runs.
--
-- A function of the core that waits yields a mark to the event loop. Between it and the loop there may be coroutines of
-- the user's own: coroutine.resume and coroutine.wrap pass the mark on, so that I/O works inside a generator. `require`
-- runs modules as ordinary Lua calls, so that I/O works while a module loads.
local task = require "moonwire.core.task"
local module = require "moonwire.core.module"
local log = require "moonwire.core.log"

local mark, held = task.mark, task.held
local create, resume, status, yield = coroutine.create, coroutine.resume, coroutine.status, coroutine.yield
local running = coroutine.running

-- Coroutines that run inside each other share the stack of C, which nobody checks: a runaway recursion ends here.
-- A hook may raise between the counting up and the counting down: the loop sets the count to 0 when it is in control.
local nesting, nesting_max = task.nesting, task.nesting_max

local function reenter(co, ...)
  held[co] = nil
  nesting[1] = nesting[1] + 1
  return resume(co, ...)
end

-- Gives back what coroutine.resume returned, unless it is the mark: then the loop gets it, and the answer goes in again.
-- Meanwhile the coroutine is held: somebody else who resumed it would answer in the loop's place.
local function pass(co, ...)
  nesting[1] = nesting[1] - 1
  local ok, value = ...
  if ok and value == mark then
    held[co] = true
    return pass(co, reenter(co, yield(mark)))
  end
  return ...
end

local function is_waiting(co)
  return held[co] and status(co) == "suspended"
end

local function enter(co, ...)
  if type(co) ~= "thread" then
    return resume(co) -- raises
  elseif is_waiting(co) then
    return false, "cannot resume a coroutine that waits (async.sleep, ws.send ...): it goes on by itself"
  elseif nesting[1] >= nesting_max then
    return false, "stack overflow: too many coroutines inside each other"
  end
  nesting[1] = nesting[1] + 1
  return pass(co, resume(co, ...))
end

local function unwrap(ok, ...)
  if ok then
    return ...
  end
  error((...), 0)
end

local function replace_coroutine()
  coroutine.resume = enter

  function coroutine.wrap(fn)
    local co = create(fn)
    return function(...)
      return unwrap(enter(co, ...))
    end
  end

  -- Nobody but the loop would get what the coroutine of a task yields. That task is the one place where a held one runs.
  function coroutine.yield(...)
    if held[running()] then
      error("coroutine.yield was called outside of a coroutine: a handler waits with async.sleep, ws.send and so on", 2)
    end
    return yield(...)
  end

  function coroutine.status(co)
    return is_waiting(co) and "normal" or status(co)
  end
end

-- The handler of xpcall runs inside the error, and no hook reaches it there: after the errors that hooks raise, because time
-- or memory is up, it is left out.
local function replace_xpcall()
  local protected, over, no_memory = xpcall, task.over, "not enough memory"

  function xpcall(fn, handler, ...)
    if type(handler) ~= "function" then
      return protected(fn, handler, ...)
    end
    return protected(fn, function(err)
      if err == over or err == no_memory then
        return err
      end
      return handler(err)
    end, ...)
  end
end

-- Modules. A name is in `loading` while the task that loads it runs the file; in `waiting` stands the name that a task
-- waits for because another task loads it.
local loading, waiting = {}, setmetatable({}, { __mode = "k" })

-- Would the owner, directly or through others, wait for this task? An owner above it in the tree of tasks is taken to do so:
-- a module that loads others with async.all does.
local function waits_for(owner, me)
  local steps = 0
  while owner and not task.within(me, owner) and steps < 100 do
    owner, steps = loading[waiting[owner]], steps + 1
  end
  return owner and task.within(me, owner)
end

-- Returns when no other living task loads the module. Two tasks that need one module at one time are rare, so this looks
-- again every millisecond; it thereby notices an owner that was cancelled in the middle.
local function wait_for_other_task(name)
  local me = task.current()
  while loading[name] and loading[name] ~= me and task.alive(loading[name]) and not waits_for(loading[name], me) do
    waiting[me] = name
    task.sleep(1)
    waiting[me] = nil
  end
  if loading[name] and not task.alive(loading[name]) then
    loading[name] = nil
  end
end

local function find_loader(name)
  local tried = {}
  for _, searcher in ipairs(package.loaders) do
    local loader = searcher(name)
    if type(loader) == "function" then
      return loader
    end
    tried[#tried + 1] = type(loader) == "string" and loader or nil
  end
  error(("module '%s' not found:%s"):format(name, table.concat(tried)), 3)
end

local function replace_require()
  local loaded = package.loaded

  function require(name)
    if type(name) ~= "string" then
      error("bad argument #1 to 'require' (string expected, got " .. type(name) .. ")", 2)
    end
    wait_for_other_task(name)
    if loaded[name] ~= nil then
      return loaded[name]
    end
    if loading[name] ~= nil then
      error(("module '%s' is required by a module that it requires itself (a loop)"):format(name), 2)
    end
    local loader = find_loader(name)
    loading[name] = task.current() or false
    local ok, value = pcall(loader, name)
    loading[name] = nil
    if not ok then
      error(value, 0)
    end
    if value ~= nil then
      loaded[name] = value
    elseif loaded[name] == nil then
      loaded[name] = true
    end
    return loaded[name]
  end
end

-- Tracebacks name files as seen from the task root.
local function chunk_name(path, root)
  if root ~= "" and path:sub(1, #root) == root then
    path = path:sub(#root + 1)
  end
  return "@" .. path
end

local function project_searcher(root)
  return function(name)
    local path, tried = package.searchpath(name, package.path)
    if not path then
      return tried
    end
    local chunk, message = module.load(path, chunk_name(path, root))
    if not chunk then
      error(("module '%s' cannot be loaded from %s: %s"):format(name, path, message), 0)
    end
    return chunk
  end
end

--- Installs everything.
--- @param task_root string the folder of the handlers; "" for the working directory
return function(task_root)
  local root = task_root == "" and "" or task_root:gsub("/+$", "") .. "/"
  package.path = table.concat({
    root .. "?.lua", root .. "?/init.lua", root .. "lua/?.lua", root .. "lua/?/init.lua",
    root .. "lua_modules/share/lua/5.1/?.lua", root .. "lua_modules/share/lua/5.1/?/init.lua",
    "/opt/lua/?.lua", "/opt/lua/?/init.lua",
  }, ";")
  package.cpath = root .. "lua_modules/lib/lua/5.1/?.so;/opt/lua/?.so"
  package.loaders[2] = project_searcher(root)
  replace_coroutine()
  replace_xpcall()
  replace_require()
  print = log.print
end
