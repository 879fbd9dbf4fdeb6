--- @meta moonwire.core.plain

--- Makes one line of text of strangers fit for a terminal (runtime/cli/bind_plain.c).
--- @param text string
--- @return string plain
local function plain(text) end

return plain
