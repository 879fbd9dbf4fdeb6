-- package_files.lua: which files of a service `moonwire package` takes.
local folder = require "moonwire.core.folder"

local files = {}

local SKIPPED = { node_modules = true, build = true, dist = true }
local FOLDERS_MAX = 20000 -- links to folders that have links can make a few without end

--- @class moonwire.cli.Package what is found
--- @field sizes table<string, integer> path -> bytes
--- @field notes string[] sentences about what is left out, or comes from elsewhere
--- @field root string this folder, without links
--- @field output? string the archive of another time, without links
--- @field folders integer how many were looked at

local function is_code(name)
  return name:find "%.lua$" and not name:find "_spec%.lua$" or name:find "%.so[%.%d]*$"
end

local function all() return true end

local function join(path, name)
  return path == "." and name or path .. "/" .. name
end

local function note(found, sentence, ...)
  found.notes[#found.notes + 1] = sentence:format(...)
end

local function is_below(path, root)
  return path == root or path:sub(1, #root + 1) == root .. "/" or root == "/"
end

-- Says so when something comes from elsewhere: whoever packs it may not know.
local function check_place(found, path, real)
  if not is_below(real, found.root) then note(found, "%s is a link out of this folder, to %s; the archive has what is there", path, real) end
end

-- `real_parent` is the folder that it lies in, without links: what lies in one from elsewhere needs no sentence of its own.
local function add_file(found, path, size, real_parent)
  local real = folder.real(path)
  if not real or real == found.output then return end
  if is_below(real_parent, found.root) then check_place(found, path, real) end
  found.sizes[path] = size
end

local add_below

-- What is neither a plain file nor a folder of its own: a link to a folder, which is followed, or something that cannot be packed.
-- `above` has the folders that lead here, without links.
local function add_other(found, path, name, is_wanted, above, real_parent)
  local real = folder.list(path) and folder.real(path)
  if not real then
    if is_wanted(name) then note(found, "%s is left out: it is no plain file", path) end
  elseif above[real] then
    note(found, "%s is left out: it is a link to a folder that it lies in", path)
  else
    if is_below(real_parent, found.root) then check_place(found, path, real) end
    return add_below(found, path, is_wanted, above)
  end
  return true
end

-- Adds the files below a folder that `is_wanted`, hidden ones never. Returns false and why when it cannot be read.
function add_below(found, path, is_wanted, above)
  local entries, message = folder.list(path, true)
  local real = entries and folder.real(path)
  if not real then return false, ("%s: %s"):format(path, message or "it is gone") end
  found.folders = found.folders + 1
  if found.folders > FOLDERS_MAX then return false, ("%s: there are more than %d folders, or links among them without end"):format(path, FOLDERS_MAX) end
  local inner = setmetatable({ [real] = true }, { __index = above })
  for _, entry in ipairs(entries) do
    local inside, ok, why = join(path, entry.name), true, nil
    if entry.name:find "^%." or not entry.size and SKIPPED[entry.name] then
      -- left out
    elseif entry.is_folder then
      ok, why = add_below(found, inside, is_wanted, inner)
    elseif not entry.size then
      ok, why = add_other(found, inside, entry.name, is_wanted, inner, real)
    elseif is_wanted(entry.name) then
      add_file(found, inside, entry.size, real)
    end
    if not ok then return false, why end
  end
  return true
end

-- A path below the folder of the service, as the archive names it; or nil and why.
local function plain(path)
  local parts, is_outside = {}, path == "" or path:find "^/" ~= nil
  for part in path:gmatch "[^/]+" do
    if part ~= "." then parts[#parts + 1] = part end
    is_outside = is_outside or part == ".."
  end
  if is_outside then return nil, ("--include %s: only what lies below this folder can be in the archive"):format(path) end
  return #parts > 0 and table.concat(parts, "/") or "."
end

local function include(path, found)
  local name, why = plain(path)
  if not name then return false, why end
  local real, message = folder.real(name)
  if not real then return false, ("%s: %s"):format(name, message) end
  local size = folder.size(name)
  if size then
    add_file(found, name, size, folder.real(name:match "^(.*)/" or "."))
    return true
  end
  if not folder.list(name) then return false, ("--include %s: it is neither a plain file nor a folder that can be read"):format(path) end
  check_place(found, name, real)
  return add_below(found, name, all, {})
end

-- The sorted paths; nil and why when one is in the way of bootstrap.
local function sorted(sizes)
  local paths = {}
  for path in pairs(sizes) do
    if path:match "^[^/]+" == "bootstrap" then
      return nil, ("%s: the archive has bootstrap already, that of moonwire; leave this one out, or give it another name"):format(path)
    end
    paths[#paths + 1] = path
  end
  table.sort(paths)
  return paths
end

--- @param path string
--- @param size integer what it was when it was found
--- @return string? bytes
--- @return string? message
function files.read(path, size)
  if folder.size(path) ~= size then return nil, path .. ": it has changed meanwhile" end
  if size == 0 then return "" end -- what has none and gives bytes all the same is no file of a service
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local bytes, why = file:read(size)
  file:close()
  if not bytes or #bytes < size then return nil, ("%s: %s"):format(path, why or "it has changed meanwhile") end
  return bytes
end

--- The code below the working directory, and what is included besides.
--- @param included string[]
--- @param output string the archive that is made, which is not in it
--- @return { path: string, size: integer }[]? list sorted
--- @return string message why not
--- @return string[]? notes sentences about what is left out, or comes from elsewhere
function files.find(included, output)
  local found = { sizes = {}, notes = {}, root = folder.real ".", output = folder.real(output), folders = 0 }
  local ok, message = add_below(found, ".", is_code, {})
  if ok and not next(found.sizes) then ok, message = false, "there is no Lua file below this folder" end
  for i = 1, ok and #included or 0 do
    ok, message = include(included[i], found)
    if not ok then break end
  end
  local paths, why
  if ok then paths, why = sorted(found.sizes) end
  if not paths then return nil, message or why, found.notes end
  local list = {}
  for i, path in ipairs(paths) do list[i] = { path = path, size = found.sizes[path] } end
  return list, "", found.notes
end

return files
