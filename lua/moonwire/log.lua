--- Log records: one line each, with the request id of the current invocation.
---
---   log.info("joined", { room = "lobby" })
---
--- The fields become members of the record. A list does not, nor does a table with a name that the runtime gives records
--- (timestamp, level, message, requestId, tenantId; connectionId, routeKey and apiRequestId, which a record of a WebSocket
--- invocation has by itself): these go under `fields`, whole.
---
--- Levels below AWS_LAMBDA_LOG_LEVEL (or MOONWIRE_LOG_LEVEL; INFO when neither is set) cost nothing. Never log a token or
--- a credential: nothing here redacts.
local core = require "moonwire.core.log"

--- @class moonwire.log
local log = {}

local function write(name, level, message, fields)
  if not core.enabled(level) then
    return
  end
  if type(message) ~= "string" then
    message = tostring(message)
  end
  if fields ~= nil and type(fields) ~= "table" then
    error(("log.%s: fields must be a table, got %s"):format(name, type(fields)), 3)
  end
  core.write(level, message, fields)
end

--- A record of the level TRACE, and so on.
--- @param message any what happened; anything but a string goes through `tostring`
--- @param fields? table<string, any> further members of the record; what JSON cannot express has a note in its place
function log.trace(message, fields)
  write("trace", "TRACE", message, fields)
end

--- @param message any what happened; anything but a string goes through `tostring`
--- @param fields? table<string, any> further members of the record; what JSON cannot express has a note in its place
function log.debug(message, fields)
  write("debug", "DEBUG", message, fields)
end

--- @param message any what happened; anything but a string goes through `tostring`
--- @param fields? table<string, any> further members of the record; what JSON cannot express has a note in its place
function log.info(message, fields)
  write("info", "INFO", message, fields)
end

--- @param message any what happened; anything but a string goes through `tostring`
--- @param fields? table<string, any> further members of the record; what JSON cannot express has a note in its place
function log.warn(message, fields)
  write("warn", "WARN", message, fields)
end

--- @param message any what happened; anything but a string goes through `tostring`
--- @param fields? table<string, any> further members of the record; what JSON cannot express has a note in its place
function log.error(message, fields)
  write("error", "ERROR", message, fields)
end

--- For what the service cannot go on with. It ends nothing: that is for `error`.
--- @param message any what happened; anything but a string goes through `tostring`
--- @param fields? table<string, any> further members of the record; what JSON cannot express has a note in its place
function log.fatal(message, fields)
  write("fatal", "FATAL", message, fields)
end

return log
