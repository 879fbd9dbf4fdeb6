-- handler.lua: finds the function that the handler setting names. Runs as a task, so that modules may do I/O while they
-- load. Whatever is wrong is raised as { type = "Runtime.X", message = ... }: it becomes the init error.
local handler_file = require "moonwire.runtime.handler_file"
local watch_globals = require "moonwire.runtime.globals"

local refuse = handler_file.refuse

local function is_callable(value)
  local meta = getmetatable(value)
  return type(value) == "function" or (type(meta) == "table" and type(meta.__call) == "function")
end

-- "connect, default", or a sentence when there is nothing.
local function functions_of(exports)
  local names = {}
  for key, value in pairs(exports) do
    if type(key) == "string" and is_callable(value) then
      names[#names + 1] = key
    end
  end
  table.sort(names)
  return #names > 0 and "it has " .. table.concat(names, ", ") or "it has no functions"
end

local function pick(name, file, fn, exports)
  if fn == nil then
    if is_callable(exports) then
      return exports
    elseif type(exports) == "table" then
      refuse("MalformedHandlerName", "handler %q names no function, and %s.lua returns a table: name one, %s", name, file,
        functions_of(exports))
    end
  elseif type(exports) == "table" then
    if is_callable(exports[fn]) then
      return exports[fn]
    elseif is_callable(exports) then
      refuse("HandlerNotFound", "handler %q: %s.lua returns an app; name it without .%s", name, file, fn)
    end
    refuse("HandlerNotFound", "handler %q: %s.lua has no function %q; %s", name, file, fn, functions_of(exports))
  elseif type(exports) == "function" then
    refuse("HandlerNotFound", "handler %q: %s.lua returns a function; name it without .%s", name, file, fn)
  end
  refuse("HandlerNotFound", "handler %q: %s.lua returns %s; it must return a function or a table of functions", name, file,
    exports == nil and "nothing" or "a " .. type(exports))
end

--- Loads the handler.
--- @param name string the value of _HANDLER: "file.function", or "file" when the file returns a function or a callable table
--- @param root string the task root, ending in "/", or "" for the working directory
--- @return function handler called with (event, context)
return function(name, root)
  local file, fn = handler_file.split(name)
  local modname = file:gsub("/", ".")
  watch_globals(root)
  local exports = handler_file.load(name, file, root)(modname)
  if exports ~= nil and package.loaded[modname] == nil then
    package.loaded[modname] = exports -- whoever requires the file gets the same table
  end
  return pick(name, file, fn, exports)
end
