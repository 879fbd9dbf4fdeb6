-- library.lua: which files of lua/moonwire are of which module, and what of them is public. For check-docs.lua, check-types.lua and
-- docs.lua.
local luacats = require "luacats"

local library = {}

-- Pages whose module is no file of their name.
local homes = {
  ["lua/moonwire/runtime/invoke.lua"] = "handlers", ["lua/moonwire/test/kit/client.lua"] = "test",
  ["lua/moonwire/test/kit/service.lua"] = "test",
}

-- Folders whose files are no parts of a module.
local inner = { cli = true, console = true, doctor = true, meta = true, runtime = true, test = true }

--- "ws" of lua/moonwire/ws.lua, lua/moonwire/ws_broadcast.lua and lua/moonwire/ws/broadcast.lua.
--- @param path string
--- @return string? name nil: nothing in it is public
--- @return boolean? is_main the file is the module itself
function library.module_of(path)
  local name = homes[path] or path:match("^lua/moonwire/([^/]+)%.lua$")
  if name then
    return name:match("^[^_]+"), not homes[path] and not name:find("_")
  end
  local folder = path:match("^lua/moonwire/([^/]+)/")
  if folder and not inner[folder] then return folder, false end
end

-- The methods that a class says to have: "@field wait fun(self): any".
local function add_fields(public, class)
  for _, field in ipairs(class.fields) do
    if field.type:find "^fun%(self" and field.name:find "^%a" and not field.hidden then
      local params, returns = luacats.signature(field.type)
      local fn = { params = {}, returns = {}, text = { field.text }, type = field.type, class = class.name, line = field.line, word = field.name, path = class.path }
      for i, param in ipairs(params) do
        fn.params[i] = { name = param.name:gsub("%?$", ""), type = param.type, optional = param.name:find "%?$" ~= nil, text = "" }
      end
      for i, kind in ipairs(returns) do fn.returns[i] = { type = kind, text = "" } end
      public[#public + 1] = { name = ":" .. field.name, fn = fn }
    end
  end
end

-- A class that has a parent carries out what the parent says.
local function has_parent(file, name)
  for _, class in ipairs(file.classes) do
    if class.name == name and class.parents[1] then return true end
  end
  return false
end

--- What a file makes public, as the reader of a page would call it: "ws.send", ":wait".
--- @param file table of luacats.read
--- @return { name: string, fn: luacats.Function }[]
function library.public(file)
  local module, is_main = library.module_of(file.path)
  local public = {}
  if not module then return public end
  for _, fn in ipairs(file.functions) do
    local is_method = fn.mark == ":" and not has_parent(file, fn.class)
    local is_function = fn.mark == "." and is_main and (fn.arguments ~= nil or fn.owner == module)
    if not fn.is_private and not fn.word:find "^_" and (is_method or is_function) then
      public[#public + 1] = { name = is_method and ":" .. fn.word or module .. "." .. fn.word, fn = fn }
    end
  end
  for _, class in ipairs(file.classes) do add_fields(public, class) end
  return public
end

return library
