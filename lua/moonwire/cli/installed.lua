-- installed.lua: the files that came with this tool.
local process = require "moonwire.core.process"

local installed = {}

--- The content of such a file.
--- @param name string "moonwire-layer-arm64.zip"
--- @return string? bytes nil: it did not come with this tool
function installed.read(name)
  local path = process.own_file(name)
  local file = path and io.open(path, "rb")
  local bytes = file and file:read "*a"
  if file then file:close() end
  return bytes
end

return installed
