-- files.lua: spec files, and the folder of the service.
local folder = require "moonwire.core.folder"

local files = {}

local SKIPPED = { node_modules = true, lua_modules = true }

local function join(path, name)
  return path == "." and name or path:gsub("/+$", "") .. "/" .. name
end

-- Adds the spec files below a folder. Returns false and why when it cannot be read.
local function add(path, found)
  local entries, message = folder.list(path)
  if not entries then return false, message end
  table.sort(entries, function(a, b) return a.name < b.name end)
  for _, entry in ipairs(entries) do
    local inside = join(path, entry.name)
    if not entry.is_folder then
      if entry.name:find "_spec%.lua$" then found[#found + 1] = inside end
    elseif not SKIPPED[entry.name] and not entry.name:find "^%." then
      add(inside, found)
    end
  end
  return true
end

--- Spec files, in the order of what was asked for: files as they are, folders with all *_spec.lua below them.
--- @param paths string[] empty: the working directory
--- @return string[]? found
--- @return string? message there is none in one of the folders
function files.find(paths)
  local found = {}
  for _, path in ipairs(paths[1] and paths or { "." }) do
    local before = #found
    if not add(path, found) then
      found[#found + 1] = path
    elseif #found == before then
      return nil, ("there is no file *_spec.lua %s"):format(path == "." and "below this folder" or "below " .. path)
    end
  end
  return found
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

--- Makes `require` find the modules of the service, also from a folder inside it: those beside the nearest serverless.yml.
function files.add_service()
  local root = ""
  for _ = 1, 20 do
    if exists(root .. "serverless.yml") then break end
    root = root .. "../"
  end
  if root == "" or not exists(root .. "serverless.yml") then return end
  local places = {}
  for place in package.path:gmatch "[^;]+" do
    if place:sub(1, 1) ~= "/" then places[#places + 1] = root .. place end
  end
  package.path = package.path .. ";" .. table.concat(places, ";")
  package.cpath = package.cpath .. ";" .. root .. "lua_modules/lib/lua/5.1/?.so"
end

return files
