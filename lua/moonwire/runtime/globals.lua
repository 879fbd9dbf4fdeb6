-- globals.lua: finds names that were never declared: a typing error, or a forgotten `local`, which makes a variable of the
-- whole process out of one that was meant for one invocation.
--
-- A global is declared by assigning it in the main chunk of a file, or with rawset. Reading another one that does not exist,
-- or assigning it inside a function, is what is found. Only code of the project counts: files below the task root, but for
-- lua_modules. What others do (lua_modules, /opt/lua, C modules, this library, code without a file) is left alone, and what
-- they assign counts as declared. Globals that exist cost nothing: their names never get here.
--
-- MOONWIRE_GLOBALS: "warn" (one record per name and kind; the default), "error" (raises), "off".
local log = require "moonwire.core.log"

local getinfo, rawset, type, error = debug.getinfo, rawset, type, error

-- What later versions of Lua have, and the command line of scripts: portable code asks for them.
local portable = { "_ENV", "utf8", "bit32", "warn", "arg" }

-- Names may come from outside, as in _G[event.action]: a client must not fill the log, nor the memory.
local WARNINGS_MAX, NAME_MAX = 100, 100

local NEVER = 'global "%s" was never assigned: a typing error, or a missing `local`'
local INSIDE = 'global "%s" is assigned inside a function, so all invocations share it: a typing error, or a missing `local`; '
  .. "if it is meant, assign it outside of functions first"

-- The file of a chunk of the project, as seen from the task root, or nil.
local function project_file(source, root)
  local file = source:match("^@(.+)$")
  if file and root ~= "" and file:sub(1, #root) == root then
    file = file:sub(#root + 1)
  end
  if file and not file:find("^/") and not file:find("^lua_modules/") then
    return file
  end
end

-- Returns what tells of a use: it raises, or writes a record. true means: enough, do not ask about this name again.
local function reporter(mode)
  if mode == "error" then
    return function(message)
      error(message, 0) -- it has its position in front
    end
  end
  local count = 0
  return function(message)
    count = count + 1
    if count <= WARNINGS_MAX then
      log.write("WARN", message)
    end
    if count == WARNINGS_MAX then
      log.write("WARN", "further undeclared globals are not reported")
    end
    return count <= WARNINGS_MAX or nil -- nil leaves no entry
  end
end

local function read_mode()
  local mode = (os.getenv "MOONWIRE_GLOBALS" or ""):lower()
  return (mode == "error" or mode == "off") and mode or "warn" -- bootstrap has warned about anything else
end

--- Installs the check, unless it is off or _G has a metatable.
--- @param root string the task root, ending in "/", or "" for the working directory
return function(root)
  local mode = read_mode()
  if mode == "off" or getmetatable(_G) then
    return
  end
  local report = reporter(mode)
  local quiet, declared = {}, {} -- names that may be read, that may be assigned
  for _, name in ipairs(portable) do
    quiet[name] = true
  end

  -- Called by the two metamethods, so that the code that uses the name is at level 3: neither may call it as a tail call.
  local function check(format, name)
    local info = getinfo(3, "Sl")
    local file = info and project_file(info.source, root)
    if file and not (format == INSIDE and info.what == "main") then
      return report(("%s:%d: " .. format):format(file, info.currentline, name:sub(1, NAME_MAX)))
    end
  end

  setmetatable(_G, {
    __index = function(_, name)
      if not quiet[name] and type(name) == "string" then
        quiet[name] = check(NEVER, name)
      end
      return nil
    end,
    __newindex = function(globals, name, value)
      if not declared[name] and type(name) == "string" then
        check(INSIDE, name)
        declared[name], quiet[name] = true, true
      end
      rawset(globals, name, value)
    end,
  })
end
