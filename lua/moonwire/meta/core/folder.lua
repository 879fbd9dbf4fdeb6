--- @meta moonwire.core.folder

--- What lies in a folder, and new ones: for subcommands (runtime/cli/bind_folder.c).
local folder = {}

--- @param path string
--- @return { name: string, is_folder: boolean }[]? entries in no order; a link to a folder is none
--- @return string? message
function folder.list(path) end

--- Makes a folder, with those above it.
--- @param path string
--- @return true? ok true, too, when it is there already
--- @return string? message
function folder.make(path) end

return folder
