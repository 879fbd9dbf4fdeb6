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

return folder
