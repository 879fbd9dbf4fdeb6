-- files.lua: files that commands write into folders of others, which may have links and pipes where nobody expects them.
local folder = require "moonwire.core.folder"

local files = {}

local function fill(path, bytes)
  local file, why = io.open(path, "wb")
  if not file then return nil, why end
  local ok, message = file:write(bytes)
  local closed, late = file:close()
  if ok and closed then return true end
  return nil, message or late
end

--- Has a file filled under a new name, and gives it its own when it is whole. What is there is replaced, a link, too; nothing is written through one.
--- @param path string
--- @param fn fun(temporary: string): true?, string?
--- @return true? ok
--- @return string? message
function files.replace(path, fn)
  local temporary, message = folder.beside(path)
  if not temporary then return nil, ("%s: %s"):format(path, message) end
  local ran, ok, why = pcall(fn, temporary)
  if not ran then ok, why = nil, ok end
  if ok then ok, why = os.rename(temporary, path) end
  if ok then return true end
  os.remove(temporary)
  why = tostring(why)
  if why:sub(1, #temporary) == temporary then why = path .. why:sub(#temporary + 1) end
  return nil, why
end

--- @param path string
--- @param bytes string
--- @return true? ok
--- @return string? message
function files.write(path, bytes)
  return files.replace(path, function(temporary)
    local ok, why = fill(temporary, bytes)
    return ok, why and ("%s: %s"):format(path, why) or nil
  end)
end

--- Removes what is in a folder. Links are removed, not followed.
--- @param path string
--- @param kept? string a name that stays
function files.clear(path, kept)
  for _, entry in ipairs(folder.list(path) or {}) do
    local inside = path .. "/" .. entry.name
    if entry.name ~= kept then
      if entry.is_folder then files.clear(inside) end
      os.remove(inside)
    end
  end
end

return files
