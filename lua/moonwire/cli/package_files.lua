-- package_files.lua: which files of a service `moonwire package` takes.
local folder = require "moonwire.core.folder"

local files = {}

local SKIPPED = { node_modules = true, build = true, dist = true }

local function is_code(name)
  return name:find "%.lua$" and not name:find "_spec%.lua$" or name:find "%.so[%.%d]*$"
end

local function join(path, name)
  return path == "." and name or path .. "/" .. name
end

-- Adds the files below a folder that `is_wanted`, hidden ones never. Returns false and why when it cannot be read.
local function add_below(path, is_wanted, found)
  local entries, message = folder.list(path)
  if not entries then return false, ("%s: %s"):format(path, message) end
  for _, entry in ipairs(entries) do
    local inside = join(path, entry.name)
    if entry.name:find "^%." or entry.is_folder and SKIPPED[entry.name] then
      -- left out
    elseif entry.is_folder then
      local ok, why = add_below(inside, is_wanted, found)
      if not ok then return false, why end
    elseif is_wanted(entry.name) then
      found[inside] = true
    end
  end
  return true
end

local function all() return true end

-- A path below the folder of the service, as the archive names it; or nil and why.
local function plain(path)
  local name = path:gsub("^%./+", ""):gsub("/+$", "")
  if name:find "^/" or ("/" .. name .. "/"):find("/../", 1, true) or name == "" then
    return nil, ("--include %s: only what lies below this folder can be in the archive"):format(path)
  end
  return name
end

local function include(path, found)
  local name, why = plain(path)
  if not name then return false, why end
  if folder.list(name) then return add_below(name, all, found) end
  local file, message = io.open(name, "rb")
  if not file then return false, message end
  file:close()
  found[name] = true
  return true
end

--- @param path string
--- @return string? bytes
--- @return string? message
function files.read(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local bytes, why = file:read "*a"
  file:close()
  return bytes, why and path .. ": " .. why
end

--- The code below the working directory, and what is included besides, as sorted paths.
--- @param included string[]
--- @return string[]? paths
--- @return string? message
function files.find(included)
  local found = {}
  local ok, message = add_below(".", is_code, found)
  if ok and not next(found) then return nil, "there is no Lua file below this folder" end
  for i = 1, ok and #included or 0 do
    ok, message = include(included[i], found)
    if not ok then break end
  end
  if not ok then return nil, message end
  local paths = {}
  for path in pairs(found) do paths[#paths + 1] = path end
  table.sort(paths)
  return paths
end

return files
