-- installed.lua: the files that came with this tool: beside it, as in a build directory, or where `make install` and the archive
-- put them.
local ffi = require "ffi"

ffi.cdef "char *realpath(const char *path, char *resolved);"

local installed = {}

local PLACES = { "", "../lib/moonwire/", "../dist/" } -- from the tool's folder

local function folder_of_tool()
  local path = ffi.new("char[?]", 4097)
  if ffi.C.realpath("/proc/self/exe", path) == nil then return nil end
  return ffi.string(path):match "^(.*/)"
end

--- The content of such a file.
--- @param name string "moonwire-layer-arm64.zip"
--- @return string? bytes nil: it did not come with this tool
function installed.read(name)
  local home = folder_of_tool()
  for _, place in ipairs(home and PLACES or {}) do
    local file = io.open(home .. place .. name, "rb")
    local bytes = file and file:read "*a"
    if file then file:close() end
    if bytes then return bytes end
  end
end

return installed
