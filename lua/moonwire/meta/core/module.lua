--- @meta moonwire.core.module

--- Reads Lua files of the project (runtime/script/bind_module.c).
local module = {}

--- @param path string
--- @param chunk_name string
--- @return function? chunk
--- @return string? message
--- @return "missing"|"syntax"|nil kind missing: it cannot be read
function module.load(path, chunk_name) end

return module
