-- files.lua: files of the service.
local folder = require "moonwire.core.folder"

local files = {}

-- What neither Framework nor runtime takes along, or what is made of the service.
local SKIPPED = { node_modules = true, build = true, dist = true }

-- A folder that is larger than that is no service.
local MOST = 20000

--- @param path string
--- @return boolean
function files.exists(path)
  local file = io.open(path, "rb")
  local is_file = file and (file:read(0) ~= nil or file:seek "end" == 0)
  if file then file:close() end
  return is_file or false
end

--- @param path string
--- @param most integer bytes
--- @return string? text nil when it cannot be read, or is longer
function files.read(path, most)
  local file = io.open(path, "rb")
  local text = file and file:read(most + 1)
  if file then file:close() end
  return text and #text <= most and text or nil
end

local function add(root, inside, list)
  local entries = folder.list(root .. (inside == "" and "." or inside), true)
  table.sort(entries or {}, function(a, b) return a.name < b.name end)
  for _, entry in ipairs(entries or {}) do
    local path = inside == "" and entry.name or inside .. "/" .. entry.name
    if #list >= MOST then return end
    if entry.size then
      list[#list + 1] = { path = path, size = entry.size }
    elseif entry.is_folder and not SKIPPED[entry.name] and not entry.name:find "^%." then
      add(root, path, list)
    end
  end
end

--- All plain files below the folder of the service, as seen from there, but for those in hidden folders, node_modules, build and dist.
--- @param root string with a slash, or ""
--- @return { path: string, size: integer }[]
function files.all(root)
  local list = {}
  add(root, "", list)
  return list
end

return files
