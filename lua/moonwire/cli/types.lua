-- types.lua: `moonwire types`. Writes the library, as text, where the editor of a service finds it: a Lua language server reads
-- names, types and descriptions from its comments.
local files = require "moonwire.cli.files"
local folder = require "moonwire.core.folder"
local lambda = require "moonwire.lambda"
local options = require "moonwire.cli.options"

local types = {}

local USAGE = [[
Usage: moonwire types [DIR]

Writes the types of the library into the folder of a service, for editors with
the Lua language server (LuaLS): DIR/.moonwire/lua, which git ignores, and
DIR/.luarc.json, unless there is one. Without DIR it is the working directory,
which must have a serverless.yml; a DIR that is said needs none. Run it again
after a clone and after an update of moonwire.

  -h, --help             this text
]]

local SPEC = { command = "types", usage = USAGE, arguments = { "[DIR]" } }

-- Paths in it are those of the service, on any machine. What is ignored is read as a library, or not at all, but not checked.
local SETTINGS = [[
{
  "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
  "runtime.version": "LuaJIT",
  "runtime.path": ["?.lua", "?/init.lua", "lua/?.lua", "lua/?/init.lua"],
  "workspace.library": [".moonwire/lua", "lua_modules/share/lua/5.1"],
  "workspace.ignoreDir": [".moonwire", "lua_modules", "node_modules"],
  "workspace.checkThirdParty": false,
  "type.weakNilCheck": true
}
]]

local SETTINGS_MAX = 1024 * 1024 -- of what is read of others', bytes

-- Whether a name in a folder is a folder itself, and no link to one; nil: nothing is called so.
local function kind_of(parent, name)
  for _, entry in ipairs(folder.list(parent) or {}) do
    if entry.name == name then return entry.is_folder and "folder" or "other" end
  end
end

-- What is below .moonwire is ours, as long as it is no link to something else.
local function check(directory)
  local at = directory
  for _, name in ipairs { ".moonwire", "lua", "moonwire" } do
    if kind_of(at, name) == "other" then return nil, ("%s/%s is no folder; remove it, and moonwire makes one"):format(at, name) end
    at = at .. "/" .. name
  end
  return true
end

local function write_library(root)
  for path, text in pairs(require "moonwire.cli.library") do
    local ok, why = folder.make(root .. "/" .. path:match "^(.*)/")
    if not ok then return nil, ("%s cannot be made: %s"):format(root, why) end
    ok, why = files.write(root .. "/" .. path, text)
    if not ok then return nil, why end
  end
  return true
end

-- The text of settings, or "" when they are no plain file or too large to be any.
local function read(path)
  local size = folder.size(path) or 0
  local file = size > 0 and size <= SETTINGS_MAX and io.open(path, "rb")
  local text = file and file:read(size)
  if file then file:close() end
  return text or ""
end

-- Whatever has the name of settings stays, a link to nowhere, too. A sentence when it does not name the types.
local function write_settings(directory)
  for _, name in ipairs { ".luarc.json", ".luarc.jsonc" } do
    local path = directory .. "/" .. name
    if kind_of(directory, name) then
      if read(path):find(".moonwire/lua", 1, true) then return true end
      return true, ('%s was there already; for the types it wants ".moonwire/lua" in workspace.library'):format(path)
    end
  end
  return files.write(directory .. "/.luarc.json", SETTINGS)
end

--- Writes the types into a service, and the settings of the language server when it has none.
--- @param directory string
--- @return true? ok
--- @return string? message why not; with true: what is left to do
function types.write(directory)
  if not folder.list(directory) then return nil, ("there is no folder %s"):format(directory) end
  local ok, why = check(directory)
  if not ok then return nil, why end
  local home = directory .. "/.moonwire"
  files.clear(home .. "/lua/moonwire")
  ok, why = folder.make(home)
  if not ok then return nil, ("%s cannot be made: %s"):format(home, why) end
  ok, why = files.write(home .. "/.gitignore", "*\n")
  if ok then ok, why = write_library(home .. "/lua") end
  if not ok then return nil, why end
  return write_settings(directory)
end

--- @param args string[]
--- @return integer status
function types.run(args)
  local parsed, status = options.parse(SPEC, args)
  if not parsed then return status end
  local directory = parsed[1] or "."
  if not parsed[1] and not kind_of(".", "serverless.yml") then
    return options.failed("types", "there is no serverless.yml in this folder; `moonwire types .` writes them here all the same")
  end
  local ok, message = types.write(directory)
  if not ok then return options.failed("types", message) end
  io.stdout:write(("The types of moonwire %s are in %s/.moonwire/lua.\n"):format(lambda.version, directory))
  if message then io.stdout:write(message, ".\n") end
  return 0
end

return types
