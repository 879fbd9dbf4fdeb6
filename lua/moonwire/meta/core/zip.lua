--- @meta moonwire.core.zip

--- Writes an archive that Lambda takes: for subcommands (runtime/cli/bind_zip.c). The same entries make the same bytes.
local zip = {}

--- @class moonwire.core.ZipWriter
local Writer = {}

--- @param name string
--- @param bytes string
--- @param mode integer 420 (0644) ...
--- @return true? ok
--- @return string? message
function Writer:add(name, bytes, mode) end

--- An entry of another archive as it is, with its mode.
--- @param archive string its path
--- @param name string
--- @return true? ok
--- @return string? message
function Writer:copy(archive, name) end

--- Without it the file is no archive.
--- @return true? ok
--- @return string? message
function Writer:close() end

--- @param path string
--- @return moonwire.core.ZipWriter? writer
--- @return string? message
function zip.create(path) end

return zip
