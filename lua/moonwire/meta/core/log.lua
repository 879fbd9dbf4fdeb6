--- @meta moonwire.core.log

--- Records, and `print` (runtime/script/bind_log.c).
local log = {}

--- @alias moonwire.core.Level "TRACE"|"DEBUG"|"INFO"|"WARN"|"ERROR"|"FATAL"

--- @param level moonwire.core.Level
--- @return boolean
function log.enabled(level) end

--- @param level moonwire.core.Level
--- @param message string
--- @param fields? table
function log.write(level, message, fields) end

--- At once and unbuffered: a line of plain text, or an INFO record when the log format is JSON.
--- @param ... any
function log.print(...) end

return log
