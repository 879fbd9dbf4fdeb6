-- needs.lua: the files that a handler needs: those that were loaded, and those that their code names in a `require`, which may run later.
local files = require "moonwire.doctor.files"

local FILE_MAX = 1024 * 1024

-- Where `require` looks in the service (runtime/prelude.lua).
local PLACES = {
  "?.lua", "?/init.lua", "lua/?.lua", "lua/?/init.lua", "lua_modules/share/lua/5.1/?.lua", "lua_modules/share/lua/5.1/?/init.lua",
  "lua_modules/lib/lua/5.1/?.so",
}

local function find(case, name)
  if name == "moonwire" or name:find "^moonwire%." then return nil end
  for _, place in ipairs(PLACES) do
    local path = place:gsub("?", (name:gsub("%.", "/"):gsub("%%", "%%%%")))
    if files.exists(case.root .. path) then return path end
  end
end

-- The modules that a text requires by a name that can be read, with their lines.
local function each_require(text, fn)
  local number = 0
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    local code = line:gsub("%-%-.*", "")
    for name in code:gmatch "%f[%w_]require%s*%(?%s*[\"']([%w_.%-]+)[\"']" do fn(name, number) end
  end
end

--- @param case moonwire.doctor.Case
--- @param loaded moonwire.doctor.Loaded
--- @return { path: string, by?: string }[] as seen from the folder of the service, sorted; by: the file and line of a `require` that names it
return function(case, loaded)
  local found, seen = {}, {}
  local function take(path, by)
    local one = seen[path] or { path = path }
    if not seen[path] then seen[path], found[#found + 1] = one, one end
    one.by = one.by or by
  end
  for _, path in ipairs(loaded.files) do take(path) end
  local at = 1
  while found[at] do
    local path = found[at].path
    local text = path:find "%.lua$" and files.read(case.root .. path, FILE_MAX)
    each_require(text or "", function(name, line)
      local needed = find(case, name)
      if needed then take(needed, ("%s%s:%d"):format(case.root, path, line)) end
    end)
    at = at + 1
  end
  table.sort(found, function(a, b) return a.path < b.path end)
  return found
end
