-- files.lua: files of the service.
local folder = require "moonwire.core.folder"

local files = {}

-- What neither Framework nor runtime takes along, or what is made of the service.
local SKIPPED = { node_modules = true, build = true, dist = true }

-- A folder that is larger than that is no service.
local MOST = 20000

--- Whether there is a plain file. Pipes and devices are none, and are not opened: that may never come to an end.
--- @param path string
--- @return boolean
function files.exists(path)
  return folder.size(path) ~= nil
end

--- @param path string
--- @param most integer bytes
--- @return string? text nil when it cannot be read, is no plain file, or is longer
function files.read(path, most)
  local size = folder.size(path)
  if not size or size > most then return nil end
  if size == 0 then return "" end
  local file = io.open(path, "rb")
  local text = file and file:read(most + 1)
  if file then file:close() end
  return text and #text <= most and text or nil
end

local function add(root, inside, list, is_skipped)
  local entries = folder.list(root .. (inside == "" and "." or inside), true)
  table.sort(entries or {}, function(a, b) return a.name < b.name end)
  for _, entry in ipairs(entries or {}) do
    local path = inside == "" and entry.name or inside .. "/" .. entry.name
    if #list >= MOST then break end
    if entry.size then
      list[#list + 1] = { path = path, size = entry.size }
    elseif entry.is_folder and not is_skipped(entry.name) then
      add(root, path, list, is_skipped)
    end
  end
  return list
end

--- All plain files below the folder of the service, as seen from there, but for those in hidden folders, node_modules, build and dist.
--- @param root string with a slash, or ""
--- @return { path: string, size: integer }[]
function files.all(root)
  return add(root, "", {}, function(name) return SKIPPED[name] or name:find "^%." end)
end

--- All plain files there, but for those of git and what the Framework has made.
--- @param root string with a slash, or ""
--- @return { path: string, size: integer }[]
function files.everything(root)
  return add(root, "", {}, function(name) return name == ".git" or name == ".serverless" end)
end

return files
