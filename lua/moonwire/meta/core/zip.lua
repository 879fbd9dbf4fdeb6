--- @meta moonwire.core.zip

--- Writes an archive that Lambda takes, and reads those of others: for subcommands (runtime/cli/bind_zip.c). The same entries make the same bytes.
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

--- @class moonwire.core.ZipReader
local Reader = {}

--- @return { name: string, size: integer, mode?: integer }[] entries size: unpacked, as the archive says; mode: when it was made on Unix
--- @return boolean is_whole all of them could be read
function Reader:entries() end

--- @param name string
--- @param most integer bytes
--- @return string? bytes nil: it is not there, damaged, or larger
function Reader:read(name, most) end

--- @param path string
--- @return moonwire.core.ZipReader? reader
--- @return string? message
function zip.open(path) end

return zip
