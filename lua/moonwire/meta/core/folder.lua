--- @meta moonwire.core.folder

--- What lies in a folder, and new ones: for subcommands (runtime/cli/bind_folder.c).
local folder = {}

--- @param path string
--- @param sized? boolean plain files have their size, in bytes
--- @return { name: string, is_folder: boolean, size?: integer }[]? entries in no order; a link to a folder is none
--- @return string? message
function folder.list(path, sized) end

--- Makes a folder, with those above it.
--- @param path string
--- @return true? ok true, too, when it is there already
--- @return string? message
function folder.make(path) end

--- A path without links.
--- @param path string
--- @return string? path
--- @return string? message
function folder.real(path) end

--- The size of a plain file, linked or not, in bytes; nil for everything else, which is not opened.
--- @param path string
--- @return integer? size
function folder.size(path) end

--- Makes a new, empty file in the same folder, to be filled and renamed. Nothing that is there is replaced or written to.
--- @param path string
--- @return string? path of the new file
--- @return string? message
function folder.beside(path) end

return folder
