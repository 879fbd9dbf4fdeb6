-- handler_file.lua: the file that a handler setting names. Whatever is wrong is raised as { type = "Runtime.X", message = ... }.
local module = require "moonwire.core.module"

local handler_file = {}

--- Raises what is wrong with a handler.
--- @param kind string behind "Runtime."
--- @param ... string|integer a format, and what goes into it
function handler_file.refuse(kind, ...)
  error({ type = "Runtime." .. kind, message = string.format(...) }, 0)
end

local refuse = handler_file.refuse

--- Takes a handler setting apart: "handlers/chat.join" is "handlers/chat" and "join", "handlers/chat" has no function.
--- @param name string the value of _HANDLER
--- @return string file
--- @return string? fn
function handler_file.split(name)
  if name == "" then
    refuse("MalformedHandlerName", "no handler is set: it is file.function, for example handlers/chat.join")
  end
  local file, fn = name:match("^(.+)%.([^./]+)$")
  file = file or name
  if file:find("^[/.]") or file:find("%.%.") or file:find("[%z\n]") or file:find("[./]$") then
    refuse("MalformedHandlerName", "handler %q: it is file.function below the task root, for example handlers/chat.join", name)
  end
  return file, fn
end

--- Finds the file and compiles it; none of its code runs.
--- @param name string the value of _HANDLER
--- @param file string what split made of it
--- @param root string the task root, ending in "/", or "" for the working directory
--- @return function chunk to be called as `load(...)(modname)`: from a variable its name would stand in stack traces
function handler_file.load(name, file, root)
  local places = { file .. ".lua", file .. "/init.lua" }
  for _, place in ipairs(places) do
    local chunk, message, problem = module.load(root .. place, "@" .. place)
    if chunk then
      return chunk
    elseif problem == "syntax" then
      refuse("UserCodeSyntaxError", "handler %q: %s", name, message)
    end
  end
  refuse("ImportModuleError", "handler %q: no such file; looked for %s%s and %s%s", name, root, places[1], root, places[2])
end

return handler_file
